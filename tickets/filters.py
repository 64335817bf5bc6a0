"""Every named filter of tickets, in the words of the trade; `visible_to` is the permission check."""

from collections.abc import Iterable
from datetime import datetime
from typing import Self

from django.contrib.postgres.expressions import ArraySubquery
from django.db import models
from django.db.models import F, Func, Q

from tickets.access import Access
from tickets.parts import SearchEntry
from tickets.search import holds
from tickets.states import OPEN, WITH_UNIT, State
from units.models import User
from units.roles import CITY_WIDE, OF_THE_UNIT, Role


class TicketQuerySet(models.QuerySet):
    """Every named filter, in the words of the trade."""

    def visible_to(self, user: User) -> Self:
        """What this person may read; the one permission check of every page (DOMAIN §4.2, §4.7).

        The accused unit of a 举报 never sees it, whatever else its people are.
        """
        if not user.is_authenticated or not user.is_active:
            return self.none()
        if user.has_role(*CITY_WIDE):
            return self
        allowed = Q(pk__in=[])
        if user.has_role(Role.AGENT):
            allowed |= Q(taken_by=user) | self._pk_of(
                case__caller__calls__agent=user, case__caller__calls__ended_at=None
            )
        if user.unit is not None and user.has_role(*OF_THE_UNIT):
            ours = Access.objects.filter(unit__in=user.reach)
            allowed |= Q(pk__in=ours.values("ticket"))
        if user.has_role(Role.GRID):
            allowed |= Q(assignee=user)
        return self.filter(allowed)._not_against(user)

    def open(self) -> Self:
        return self.filter(state__in=OPEN)

    def waiting_dispatch(self) -> Self:
        """The dispatch desk."""
        return self.filter(state=State.PENDING)

    def with_unit(self) -> Self:
        return self.filter(state__in=WITH_UNIT)

    def waiting_followup(self) -> Self:
        """The list of the callers-back."""
        return self.filter(state=State.FOLLOWUP)

    def led_under(self, user: User) -> Self:
        """Led by the person's unit or one below it: of what `visible_to` shows its people, the greater part.

        The lead has its row of Access; not asking for it lets a list come straight off the index of the lead.
        """
        return self.filter(lead__in=user.reach)._not_against(user)

    def due(self, at: datetime) -> Self:
        """Something must happen to these by now."""
        return self.filter(wake_at__lte=at)

    def merged_into(self, master: models.Model) -> Self:
        """The duplicates that follow this ticket."""
        return self.filter(master=master, state=State.MERGED)

    def merged_into_any(self, masters: Iterable[int]) -> Self:
        """The duplicates that follow one of these tickets."""
        return self.filter(master__in=masters, state=State.MERGED)

    def late(self, at: datetime) -> Self:
        return self.with_unit().filter(handle_due__lt=at)

    def owing(self) -> Self:
        """The limit is over, the caller is being asked, and still nothing was reported."""
        return self.filter(state=State.FOLLOWUP, overdue_at__isnull=False, reported_at=None)

    def matching(self, *either: list[str]) -> Self:
        """Those whose text holds all search words (`rules.grams` of what was typed) of one of the lists."""
        known = Q(*(Q(holds("grams", words)) for words in either), _connector=Q.OR)
        return self.filter(pk__in=SearchEntry.objects.filter(known).values("ticket_id"))

    def numbered(self, *either: list[str]) -> Self:
        """As `matching`, for words that hardly any text holds, such as the tail of a number.

        The keys are read first: a short list in order of keys would tempt PostgreSQL to read the whole table
        backwards for one row.
        """
        known = Q(*(Q(holds("grams", words)) for words in either), _connector=Q.OR)
        keys = ArraySubquery(SearchEntry.objects.filter(known).values("ticket_id"))
        return self.filter(
            Func(
                F("pk"),
                keys,
                template="%(expressions)s)",
                arg_joiner=" = ANY(",
                output_field=models.BooleanField(),
            )
        )

    def _not_against(self, user: User) -> Self:
        """Without those that accuse the person's own unit."""
        return self.exclude(accused__isnull=False, accused=user.unit) if user.unit is not None else self

    def _pk_of(self, **conditions: object) -> Q:
        """Tickets found through a lower room's rows, by its reverse name: nothing is imported from below."""
        return Q(pk__in=self.model.objects.filter(**conditions).values("pk"))
