"""How a ticket is written: a listed move or fact, compared with its version, appended to its story."""

from collections.abc import Mapping
from datetime import datetime

from django.db import models
from django.utils.translation import gettext as _

from tickets import flow
from tickets.errors import Refused, Stale
from tickets.facts import FACTS
from tickets.rules import next_wake
from tickets.story import Event
from units.models import User
from units.roles import CITY_WIDE

#: Written with every event.
ALWAYS = frozenset({"state", "version", "head_hash", "aside_at", "rung_at", "wake_at", "wake_for"})


class Moving(models.Model):
    """The only writers of a ticket's state and story: `move()` and `record()`."""

    class Meta:
        abstract = True

    def moves_for(self, user: User) -> list[flow.Move]:
        """The listed transitions this person may make now: the buttons on screen."""
        return [move for move in flow.MOVES.values() if not self._objection(move, user)]

    def may(self, name: str, user: User) -> bool:
        """Whether this person may make this transition now."""
        return not self._objection(flow.MOVES[name], user)

    def facts_for(self, user: User) -> set[str]:
        """The names of the facts this person may record now."""
        return {fact.name for fact in FACTS.values() if not self._objection(fact, user)}

    def move(
        self,
        name: str,
        *,
        by: User | None,
        at: datetime,
        facts: Mapping[str, object] | None = None,
        **changes: object,
    ) -> Event:
        """Make a listed transition, with the field changes that belong to it, and write its event.

        `by` None is the system. `facts` holds codes and ids, never personal data. Raises Refused when the
        table does not allow it, Stale when someone else was quicker; nothing has changed then.
        """
        event = self._append(flow.MOVES[name], by, at, facts, changes)
        self._flush()
        return event

    def record(
        self,
        name: str,
        *,
        by: User | None,
        at: datetime,
        facts: Mapping[str, object] | None = None,
        **changes: object,
    ) -> Event:
        """Write a fact without a transition; else as `move`."""
        event = self._append(FACTS[name], by, at, facts, changes)
        self._flush()
        return event

    def prepare(
        self,
        name: str,
        *,
        by: User | None,
        at: datetime,
        facts: Mapping[str, object] | None = None,
        **changes: object,
    ) -> Event:
        """As `move` or `record`, in memory alone: the caller writes `pending` and `written` in one go."""
        return self._append(flow.MOVES.get(name) or FACTS[name], by, at, facts, changes)

    def prepared(self) -> None:
        """Forget what was prepared: it is written now."""
        self.pending, self.written = [], set()

    def _append(
        self,
        row: flow.Move | flow.Fact,
        by: User | None,
        at: datetime,
        facts: Mapping[str, object] | None,
        changes: dict[str, object],
    ) -> Event:
        objection = self._objection(row, by)
        if objection:
            raise Refused(objection)
        was = self.state
        changes["state"] = row.target if isinstance(row, flow.Move) else was
        for field, value in changes.items():
            setattr(self, field, value)
        self.wake_at, self.wake_for = next_wake(self.clocks)
        event = Event(
            ticket=self,
            seq=self.version + 1,
            kind=row.name,
            was=was,
            now=self.state,
            actor=by,
            unit_id=by.unit_id if by is not None else None,
            at=at,
            facts=dict(facts or {}),
            prev_hash=self.head_hash,
        )
        event.hash = event.computed_hash(self.number)
        self.version, self.head_hash = event.seq, event.hash
        self.pending.append(event)
        self.written |= {*changes, *ALWAYS}
        return event

    def _objection(self, row: flow.Move | flow.Fact, by: User | None) -> str:
        """Why the table does not allow this, or nothing."""
        sources = row.sources if isinstance(row, flow.Move) else row.states
        if self.state not in sources:
            return _("工单当前为「%(state)s」，不能「%(move)s」。请刷新后再试。") % {
                "state": self.get_state_display(),
                "move": row.label,
            }
        if by is None:
            return "" if row.system else _("「%(move)s」需要由人办理。") % {"move": row.label}
        if not by.has_role(*row.roles):
            return _("您的角色不能「%(move)s」。") % {"move": row.label}
        if row.at_lead and not self._stands_at_lead(row, by):
            return _("只有主办单位才能「%(move)s」。") % {"move": row.label}
        return ""

    def _stands_at_lead(self, row: flow.Move | flow.Fact, by: User) -> bool:
        """Whether the person acts for the lead: in the work itself, whoever it gave the order to below does
        so too; its word towards others is its own, and its leader's is nobody else's (R26).
        """
        if by.has_role(*(row.roles & CITY_WIDE)) or (by.unit is not None and by.unit.covers(self.lead)):
            return True
        if not row.inside:
            return False
        return by.pk == self.assignee_id or (by.unit is not None and by.unit.covers(self.inner))

    def _flush(self) -> None:
        """Compare-and-swap the row, append the events; one transaction is the caller's."""
        events, written = self.pending, self.written
        self.prepared()
        if self._state.adding:
            self.skip_history_when_saving = True
            self.save(force_insert=True)
            for event in events:
                event.ticket = self
        else:
            values = {field: getattr(self, field) for field in written}
            unchanged = type(self).objects.filter(pk=self.pk, version=self.version - len(events))
            if not unchanged.update(**values):
                raise Stale(_("别人已先一步办理了这张工单。请查看最新情况后再操作。"))
        for event in events:
            event.save(force_insert=True)
