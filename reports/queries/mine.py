"""A unit's own month so far: its place and how sure it is, what it lost, what can still be saved."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from django.db.models import Case, Q, QuerySet, Value, When
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from reports.queries import why
from reports.queries.board_page import RATE_LABELS
from scoring import queries as ruler
from scoring.models import Period, Scheme
from scoring.queries.standing import marks_of
from scoring.rules import Told as Answered
from scoring.rules import amounts_of, intervals, rates_of
from scoring.rules.losing import score_with
from scoring.rules.ranking import band
from tickets import pages
from tickets.models import Ticket
from tickets.states import WITH_UNIT, State
from units.models import Unit, User

QUESTIONS = ("contacted", "solved", "satisfied")
#: Orders of a list; the inbox has them all.
SHOWN = 15


@dataclass(frozen=True)
class Place:
    """A unit's place in its group. `rank` None: too few valid follow-ups, or not ranked at all.

    `low`, `high`: the points that the sample allows. `first`, `last`: the places from which its own cannot be
    told apart.
    """

    ranked: int
    rank: int | None = None
    low: Decimal | None = None
    high: Decimal | None = None
    first: int | None = None
    last: int | None = None


@dataclass(frozen=True)
class Rescue:
    """Orders that will count, and at which something is still to be done. `view`: their list in the inbox."""

    key: str
    label: Promise
    why: Promise
    pick: Callable[[datetime], Q]
    view: str = "open"


#: In the order in which they are looked at.
RESCUES = (
    Rescue(
        "owing",
        _("已逾期未反馈"),
        _("补报结果；诉求人正在被回访。"),
        lambda at: Q(state=State.FOLLOWUP, overdue_at__isnull=False, reported_at=None, withdrawn_at=None),
        "owed",
    ),
    Rescue(
        "again",
        _("第二轮办理"),
        _("首次回访不满意，已失一次分；这一轮还会再算一次。"),
        lambda at: Q(state__in=WITH_UNIT, round__gt=1),
        "again",
    ),
    Rescue(
        "uncontacted",
        _("尚未联系诉求人"),
        _("联系并留痕；未联系直接影响响应率。"),
        lambda at: Q(state__in=WITH_UNIT, contacted_at=None),
    ),
    Rescue(
        "soon",
        _("即将超时"),
        _("到期即进入回访。"),
        lambda at: Q(state__in=WITH_UNIT, warn_at__lte=at),
        "soon",
    ),
)


def mine(user: User, period: Period, known: list[Period], at: datetime, key: str = "") -> dict[str, object]:
    """The context of the page; the same number of statements however much the unit has to do."""
    told = why.why(user.unit, period, user)
    month: why.Account = told["month"]
    return told | {
        "place": place(user.unit, period),
        "band": band_of(month),
        "rates": rates(month),
        "before": _before(user.unit, period, known),
        "one_more": one_more(month),
        "rescues": rescues(user, period, at),
        "orders": orders(user, period, at, key),
        "asked": key,
        "at": at,
    }


def rates(month: why.Account) -> list[dict[str, object]]:
    """The three rates, each with what the sample allows."""
    z = intervals.deviations(month.period.scheme.confidence)
    return [
        {
            "label": RATE_LABELS[name],
            "percent": rate.percent,
            "asked": rate.base,
            "span": intervals.of_rate(rate, z),
        }
        for name, rate in rates_of(month.amounts).items()
    ]


def band_of(month: why.Account) -> str:
    """A, B, C where the scheme shows no places; empty where it does, or for too small a sample."""
    scheme = month.period.scheme
    if scheme.league or not month.unit.rank_group or month.amounts["valid"] < scheme.min_sample:
        return ""
    return band(month.score, scheme.bands)


def place(unit: Unit, period: Period) -> Place:
    """Its place among the units of its group as the ledger stands, or as it was published."""
    if not unit.rank_group:
        return Place(0)
    codes = dict(Unit.objects.ranked(unit.rank_group).values_list("pk", "code"))
    placed = ruler.standings(unit.rank_group, period, codes, marks_of(period))
    z = intervals.deviations(period.scheme.confidence)
    spans = [intervals.of_score(row.amounts, row.weights, z, row.tenths) for _pk, row in placed.ranked]
    ranges = intervals.ranges(spans)
    for number, (pk, row) in enumerate(placed.ranked):
        span = spans[number]
        if pk == unit.pk and span is not None:
            return Place(len(spans), row.rank, span.low, span.high, *ranges[number])
    return Place(len(spans))


def _before(unit: Unit, period: Period, known: list[Period]) -> why.Account | None:
    """The whole period before, when there was one."""
    previous = next((row for row in known if row.ends == period.begins), None)
    return None if previous is None else why.account(unit, previous)


def one_more(month: why.Account) -> dict[str, Decimal | None]:
    """The score after one more follow-up with the worst, and with the best answers the scheme knows."""
    scheme = month.period.scheme
    told = {}
    for name, pick in (("worst", min), ("best", max)):
        answers = {question: _extreme(scheme, question, pick) for question in QUESTIONS}
        more = amounts_of(Answered(valid=True, ended=True, recorded=True, **answers), ruler.values_of(scheme))
        told[name] = month.with_given(score_with(month.amounts, more, month.weights))
    return told


def _extreme(scheme: Scheme, question: str, pick: Callable[..., str]) -> str:
    values = {key: n for key, n in getattr(scheme, f"{question}_values").items() if n is not None}
    return pick(values, key=lambda key: values[key])


def _will_count(user: User, period: Period) -> QuerySet[Ticket]:
    """The unit's orders whose caller is or will be asked in this period."""
    found = Ticket.objects.visible_to(user).led_under(user)
    return found.filter(Q(state=State.FOLLOWUP) | Q(state__in=WITH_UNIT, handle_due__lt=period.ends))


def rescues(user: User, period: Period, at: datetime) -> list[tuple[Rescue, str]]:
    """How many orders there are of each kind, in one statement."""
    found = _will_count(user, period)
    counts = {f"n_{row.key}": pages.Counted(found.filter(row.pick(at))) for row in RESCUES}
    told = Unit.objects.filter(pk=user.unit_id).values(**counts).get()
    return [(row, pages.shown(told[f"n_{row.key}"])) for row in RESCUES]


def orders(user: User, period: Period, at: datetime, key: str) -> list[Ticket]:
    """The first of them to end, of one kind or of all; `kind` says why each is listed."""
    wanted = [row for row in RESCUES if key in ("", row.key)]
    either = Q(*(row.pick(at) for row in wanted), _connector=Q.OR)
    kinds = Case(*(When(row.pick(at), then=Value(row.key)) for row in wanted), default=Value(""))
    found = _will_count(user, period).filter(either).annotate(kind_of_rescue=kinds)
    found = found.select_related("category", "place", "lead", "assignee")
    return list(found.order_by("handle_due", "pk")[:SHOWN])
