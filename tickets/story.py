"""How a ticket came to be as it is: its events, chained, and the digest of each day."""

from typing import Self

from django.db import models

from tickets.facts import label
from tickets.rules import event_hash
from units.models import Unit, User


class EventQuerySet(models.QuerySet["Event"]):
    def told(self) -> Self:
        """In order, with who did it."""
        return self.select_related("actor", "unit").order_by("seq")


class Event(models.Model):
    """One line of a ticket's story. Append-only: a database trigger refuses every change.

    `hash` chains a ticket's events (`rules.event_hash`), so a rewritten line breaks all that follow.
    """

    ticket = models.ForeignKey("tickets.Ticket", models.PROTECT, related_name="events", db_index=False)
    seq = models.PositiveIntegerField()
    kind = models.CharField(max_length=20)
    was = models.CharField(max_length=12, blank=True)
    now = models.CharField(max_length=12)
    actor = models.ForeignKey(User, models.PROTECT, null=True, related_name="+", db_index=False)
    unit = models.ForeignKey(Unit, models.PROTECT, null=True, related_name="+", db_index=False)
    at = models.DateTimeField()
    facts = models.JSONField(default=dict)
    prev_hash = models.CharField(max_length=64, blank=True)
    hash = models.CharField(max_length=64)

    objects = EventQuerySet.as_manager()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["ticket", "seq"], name="event_once")]
        indexes = [models.Index(fields=["at"], name="event_at")]

    def __str__(self) -> str:
        return f"{self.ticket_id}/{self.seq} {self.kind}"

    @property
    def label(self) -> str:
        return str(label(self.kind))

    def computed_hash(self, number: str) -> str:
        """The hash these columns should have."""
        body = {
            "ticket": number,
            "seq": self.seq,
            "kind": self.kind,
            "was": self.was,
            "now": self.now,
            "actor": self.actor_id,
            "unit": self.unit_id,
            "at": self.at.timestamp(),
            "facts": self.facts,
        }
        return event_hash(self.prev_hash, body)


class DayDigest(models.Model):
    """A day's events folded into one published hash: an outsider's check that history was not rewritten."""

    day = models.DateField(unique=True)
    #: The last event it covers; the first is the one after the digest before.
    last_event = models.BigIntegerField()
    events = models.PositiveIntegerField()
    prev_digest = models.CharField(max_length=64, blank=True)
    digest = models.CharField(max_length=64)

    class Meta:
        ordering = ["day"]

    def __str__(self) -> str:
        return f"{self.day} {self.digest}"
