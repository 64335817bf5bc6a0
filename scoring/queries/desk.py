"""The desk of those who decide what is left out: what waits, what was decided, how much of it per unit."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from django.db.models import QuerySet
from django.http import Http404
from django.utils.translation import gettext as _

from followup.models import Answer
from scoring.models import Exclusion, Period
from scoring.queries.ledger import amounts, said_in
from scoring.rules import WHOLE, Rate
from scoring.rules.intervals import deviations, of_rate
from tickets.models import Ticket
from units.models import Unit, User
from units.roles import Role

State = Exclusion.State
#: Rows of the desk: the most pressing are worked off first.
SHOWN = 50
_WITH = ("ticket__category", "ticket__lead", "unit", "ground", "by", "answer", "declaration")


def _seen_by(user: User) -> QuerySet[Exclusion]:
    found = Exclusion.objects.filter(ticket__in=Ticket.objects.visible_to(user))
    return found.select_related(*_WITH, "first_by", "decided_by", "review_by")


def waiting(user: User) -> QuerySet[Exclusion]:
    """What waits for a decision, the most pressing first."""
    return _seen_by(user).waiting().order_by("due", "pk")


def decided(user: User) -> QuerySet[Exclusion]:
    """What was decided, by people or by a declaration."""
    return _seen_by(user).exclude(decided_at=None)


def one(user: User, key: int) -> Exclusion:
    """The application. Raises Http404 where there is none for this person."""
    row = _seen_by(user).prefetch_related("evidence").filter(pk=key).first()
    if row is None:
        raise Http404(key)
    return row


def obstacle(user: User, row: Exclusion) -> str:
    """Why this person may not decide it now, in words; empty when they may."""
    if row.state not in (State.ASKED, State.SECONDED, State.REVIEW):
        return _("这件申请已经裁定。")
    if not user.has_role(Role.SUPERVISOR):
        return _("由督办考评人员裁定。")
    if user.unit is not None and row.unit.covers(user.unit):
        return _("承办单位不能裁定自己的申请。")
    if row.state == State.SECONDED and row.first_by_id == user.pk:
        return _("您已同意，须由另一人裁定。")
    if row.state == State.REVIEW and user.pk in (row.decided_by_id, row.first_by_id):
        return _("您裁定过这件申请，复核须由另一人裁定。")
    return ""


def may_revoke(user: User, row: Exclusion) -> bool:
    """Whether this person may find that it should have counted."""
    took_part = user.pk in (row.decided_by_id, row.first_by_id)
    return row.state == State.GRANTED and user.has_role(Role.SUPERVISOR) and not took_part


@dataclass(frozen=True)
class Said:
    """An answer and, where it was corrected, the three answers as they stand now."""

    answer: Answer
    now: dict[str, str]

    @property
    def corrected(self) -> bool:
        return any(getattr(self.answer, name) != said for name, said in self.now.items())

    @property
    def words(self) -> list[tuple[str, str]]:
        """Question and answer, in words."""
        fields = [Answer._meta.get_field(name) for name in ("contacted", "solved", "satisfied")]
        return [
            (str(field.verbose_name), str(dict(field.choices).get(self.now[field.name], "—")))
            for field in fields
        ]


def said(ticket: Ticket) -> list[Said]:
    """Every answer of the ticket, the first one first."""
    answers = ticket.answers.select_related("unit", "by").prefetch_related("corrections__by")
    return [Said(answer, said_in(answer)) for answer in answers.order_by("round")]


@dataclass(frozen=True)
class Share:
    """How much of a unit's follow-ups is left out (剔除率)."""

    unit: Unit
    excluded: int
    valid: int
    #: Above its group for sure, as far as the sample tells: to be audited (DOMAIN §2.4).
    above: bool

    @property
    def percent(self) -> Decimal | None:
        return _rate(self.excluded, self.valid).percent


@dataclass(frozen=True)
class Group:
    """A rank group with the shares of its units, the highest first."""

    label: str
    excluded: int
    valid: int
    rows: Sequence[Share]

    @property
    def percent(self) -> Decimal | None:
        return _rate(self.excluded, self.valid).percent


def _rate(excluded: int, valid: int) -> Rate:
    """Of all that were reached: what is left out is no longer among the valid."""
    return Rate(WHOLE * excluded, excluded + valid)


def shares(period: Period) -> list[Group]:
    """剔除率 of every unit that has any, by group; those above the others are marked."""
    units = Unit.objects.exclude(rank_group="").in_bulk()
    z = deviations(period.scheme.confidence)
    return [found for group in Unit.RankGroup if (found := _group(period, group, units, z)).rows]


def _group(period: Period, group: Unit.RankGroup, units: dict[int, Unit], z: float) -> Group:
    counted = {row.unit: row.amounts for row in amounts([period], group=group, by_unit=True)}
    sums = [(units[pk], row["excluded"], row["valid"]) for pk, row in counted.items() if pk in units]
    whole = (sum(row[1] for row in sums), sum(row[2] for row in sums))
    pooled = _rate(*whole).percent
    shares = [Share(*row, above=_above(row[1], row[2], pooled, z)) for row in sums if row[1]]
    shares.sort(key=lambda row: (-(row.percent or 0), row.unit.code))
    return Group(str(group.label), *whole, shares)


def _above(excluded: int, valid: int, pooled: Decimal | None, z: float) -> bool:
    interval = of_rate(_rate(excluded, valid), z)
    return interval is not None and pooled is not None and interval.low > pooled


def asked_between(begins: datetime, ends: datetime) -> int:
    """Applications about answers of the span that still wait for a decision."""
    return Exclusion.objects.waiting().filter(answer__at__gte=begins, answer__at__lt=ends).count()
