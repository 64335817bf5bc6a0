"""Which units a ticket concerns: one small row each, so that a unit's lists are one walk along an index."""

from collections.abc import Iterable
from typing import TYPE_CHECKING

from django.db import models

from units.models import Unit

if TYPE_CHECKING:
    from tickets.models import Ticket


class Access(models.Model):
    """A unit may see the ticket, and why: the permission check of units reads nothing else."""

    class Why(models.TextChoices):
        LEAD = "lead"
        CO = "co"
        #: A section or community the lead gave it to.
        INNER = "inner"
        #: Called by a whistle (吹哨).
        CALLED = "called"
        #: Asked for an opinion, or ordered on site (分级协调).
        ASKED = "asked"

    ticket = models.ForeignKey("tickets.Ticket", models.CASCADE, related_name="access", db_index=False)
    unit = models.ForeignKey(Unit, models.PROTECT, related_name="+", db_index=False)
    why = models.CharField(max_length=8, choices=Why.choices)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["ticket", "unit", "why"], name="access_once")]
        indexes = [models.Index(fields=["unit", "-ticket"], name="access_of_unit")]

    def __str__(self) -> str:
        return f"{self.ticket_id} {self.why} {self.unit_id}"


def give(ticket: "Ticket", units: Iterable[int], why: Access.Why) -> None:
    """Let these units see the ticket; twice is once."""
    rows = [Access(ticket_id=ticket.pk, unit_id=unit, why=why) for unit in dict.fromkeys(units)]
    Access.objects.bulk_create(rows, ignore_conflicts=True)


def hand(ticket: "Ticket", lead: int, co: Iterable[int] = ()) -> None:
    """The ticket has this lead now, and these co-units besides those it had; a former lead is gone."""
    if ticket.lead_id is not None:
        Access.objects.filter(ticket_id=ticket.pk, why__in=[Access.Why.LEAD, Access.Why.INNER]).delete()
    rows = [(lead, Access.Why.LEAD), *((unit, Access.Why.CO) for unit in co)]
    Access.objects.bulk_create(
        [Access(ticket_id=ticket.pk, unit_id=unit, why=why) for unit, why in rows], ignore_conflicts=True
    )


def accuses(ticket: "Ticket", unit: Unit) -> bool:
    """Whether the ticket is a 举报 about this unit, or one that commands it: it never sees or handles it.

    The hotline's centre stands above all units and commands none of them.
    """
    accused = ticket.accused
    if accused is None:
        return False
    return unit == accused or (accused.type != Unit.Type.CITY_CENTRE and accused.covers(unit))


def take_back(ticket: "Ticket", why: Access.Why) -> None:
    """Nobody sees it for this reason any more."""
    Access.objects.filter(ticket_id=ticket.pk, why=why).delete()
