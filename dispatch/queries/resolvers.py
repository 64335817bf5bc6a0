"""Rules of the catalogue in words: whom a resolver names, when a condition is met."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from cachetools.func import ttl_cache
from django.utils.translation import gettext as _

from dispatch.models import Rule
from dispatch.queries.accuracy import Accuracy
from intake.models import Caller
from tickets.book import KEPT_SECONDS
from tickets.states import Channel
from units.models import Unit
from units.queries import units_typed

#: Rows of a pick list.
OFFERED = 20


@ttl_cache(maxsize=1, ttl=KEPT_SECONDS)
def _named() -> Mapping[str, str]:
    """Resolver → the name of its unit; of a district's departments the first one's, without its district."""
    found: dict[str, str] = {}
    told = Unit.objects.active().select_related("place").order_by("code")
    for unit in told:
        found[f"unit:{unit.code}"] = unit.name
        if unit.type == Unit.Type.CITY_DEPT and unit.function:
            found.setdefault(f"city_dept:{unit.function}", unit.name)
        if unit.type == Unit.Type.DISTRICT_DEPT and unit.function and unit.place is not None:
            name = unit.name.removeprefix(unit.place.name)
            found.setdefault(f"district_dept:{unit.function}", name)
    return found


@dataclass(frozen=True)
class Line:
    """A rule as people read it."""

    rule: Rule
    lead: str
    co: Sequence[str]
    condition: str
    #: new, changed or nothing, against the version before.
    mark: str = ""
    #: None where nobody asked, or it dispatched nothing.
    rate: Accuracy | None = None


def line(rule: Rule, mark: str = "", rate: Accuracy | None = None) -> Line:
    """The rule in words, with what is known of it."""
    co = [in_words(name) for name in rule.co]
    return Line(rule, in_words(rule.lead), co, when(rule.condition), mark, rate)


def when(condition: str) -> str:
    """When a rule holds; empty: always."""
    name, _colon, argument = condition.partition(":")
    match name:
        case "urgent":
            return _("紧急诉求")
        case "channel":
            return _("渠道：%s") % Channel(argument).label
        case "caller":
            return _("诉求人：%s") % Caller.Type(argument).label
        case "words":
            return _("出现“%s”") % argument
    return condition


def in_words(resolver: str) -> str:
    """Whom it names: the street of the place, a department, a unit; itself if it names nobody."""
    if resolver == "street":
        return _("属地街道（乡镇）")
    if resolver == "district":
        return _("属地区政府")
    name = _named().get(resolver, "")
    if name and resolver.startswith("district_dept:"):
        return _("属地区级部门：%s") % name
    return name or resolver


def offered(typed: str) -> list[str]:
    """Resolvers for a pick list: those of the place first, then departments, then units found by typing."""
    general = ["street", "district", *(key for key in _named() if not key.startswith("unit:"))]
    text = typed.strip().lower()
    found = [key for key in general if text in key or text in in_words(key).lower()]
    return [*found, *(f"unit:{unit.code}" for unit in units_typed(typed))][:OFFERED]


#: What a process keeps for a few seconds.
KEPT = (_named,)
