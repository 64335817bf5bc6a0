"""A small city for tests: two districts, three streets, a department each way, and its people."""

from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from django.core.cache import cache

from dispatch.models import Catalogue, Rule
from dispatch.queries import resolvers, table, unit_map
from intake import queries as intake
from intake.requests import Request
from scoring.models import Ground, Scheme
from tests.numbers import GROUNDS, LADDER, LIMITS, SETTINGS, SIDE_LIMITS
from tickets.book import book
from tickets.models import Category, LadderStep, Limit, Setting, WorkCalendar
from tickets.notices import command_of, gone
from units.models import Place, Unit, User

ZONE = ZoneInfo("Asia/Shanghai")
#: A Monday morning; tests reckon from here.
NOON = datetime(2026, 3, 2, 12, 0, tzinfo=ZONE)
EPOCH = date(2020, 1, 1)
PASSWORD = "demo12345"


@dataclass
class City:
    """What a test may want to name."""

    centre: Unit
    district: Unit
    other_district: Unit
    street: Unit
    sibling: Unit
    other_street: Unit
    housing: Unit
    department: Unit
    heating: Unit
    place: Place
    other_place: Place
    community: Place
    people: dict[str, User]
    leaves: dict[str, Category]
    catalogue: Catalogue
    scheme: Scheme

    def __getattr__(self, name: str) -> User:
        """A person by role: city.clerk, city.dispatcher; city.stranger is a clerk of another district."""
        try:
            return self.__dict__["people"][name]
        except KeyError:
            raise AttributeError(name) from None

    def request(self, **changes: object) -> Request:
        """A heating complaint in the community, unless told otherwise."""
        said = {
            "kind": "complaint",
            "content": "家中暖气不热，室温只有十四度，已经持续四天。",
            "category": self.leaves["heating"],
            "place": self.community,
            "location": "示例小区3号楼",
            "phone": "13800002046",
            "name": "王女士",
        }
        return Request(**{**said, **changes})


def forget() -> None:
    """Drop what processes keep for a few seconds."""
    for kept in (book, table, unit_map, command_of, gone, *intake.KEPT, *resolvers.KEPT):
        kept.cache_clear()
    cache.clear()


def build() -> City:
    """The city, fresh in the database."""
    forget()
    places = _places()
    units = _units(places)
    leaves = _catalogue_tree()
    _policy()
    catalogue = _rules(leaves)
    scheme = _scheme()
    people = _people(units)
    return City(
        **units,
        place=places["s1"],
        other_place=places["s3"],
        community=places["c1"],
        people=people,
        leaves=leaves,
        catalogue=catalogue,
        scheme=scheme,
    )


def _places() -> dict[str, Place]:
    city = Place.objects.create(code="110000", name="北京市", level="city")
    found: dict[str, Place] = {"city": city}
    for key, code, name, population in (
        ("d1", "110108", "海淀区", 3133469),
        ("d2", "110105", "朝阳区", 3452460),
    ):
        row = Place.objects.create(
            code=code, name=name, level="district", parent=city, population=population, initials="hdq"
        )
        row.district = row
        row.save()
        found[key] = row
    for key, code, name, above in (
        ("s1", "110108009", "学院路街道", "d1"),
        ("s2", "110108010", "中关村街道", "d1"),
        ("s3", "110105001", "建外街道", "d2"),
    ):
        row = Place.objects.create(
            code=code, name=name, level="street", parent=found[above], district=found[above]
        )
        row.street = row
        row.save()
        found[key] = row
    within = {"parent": found["s1"], "district": found["d1"], "street": found["s1"]}
    found["c1"] = Place.objects.create(code="110108009001", name="示例社区", level="community", **within)
    return found


def _units(places: dict[str, Place]) -> dict[str, Unit]:
    def unit(code: str, name: str, type_: str, parent: Unit | None, **more: object) -> Unit:
        path = f"{parent.path if parent else '/'}{code}/"
        made = Unit.objects.create(code=code, name=name, type=type_, parent=parent, path=path, **more)
        if type_ == Unit.Type.DISTRICT:
            made.district = made
            made.save()
        return made

    centre = unit("12345", "市热线中心", "city_centre", None, place=places["city"])
    d1 = unit("110108", "海淀区政府", "district", centre, place=places["d1"], rank_group="districts")
    d2 = unit("110105", "朝阳区政府", "district", centre, place=places["d2"], rank_group="districts")
    street = {"rank_group": "streets"}
    return {
        "centre": centre,
        "district": d1,
        "other_district": d2,
        "street": unit(
            "110108009", "学院路街道办事处", "street", d1, place=places["s1"], district=d1, **street
        ),
        "sibling": unit(
            "110108010", "中关村街道办事处", "street", d1, place=places["s2"], district=d1, **street
        ),
        "other_street": unit(
            "110105001", "建外街道办事处", "street", d2, place=places["s3"], district=d2, **street
        ),
        "housing": unit(
            "110108-housing",
            "海淀区住建委",
            "district_dept",
            d1,
            place=places["d1"],
            district=d1,
            function="housing",
        ),
        "department": unit(
            "D-planning", "市规自委", "city_dept", centre, rank_group="departments", function="planning"
        ),
        "heating": unit("E-heating", "热力集团", "enterprise", centre, rank_group="enterprises"),
    }


def _catalogue_tree() -> dict[str, Category]:
    top = Category.objects.create(code="01", name="公共服务", path_name="公共服务", active_from=EPOCH)
    middle = Category.objects.create(
        code="0101", name="供暖", path_name="公共服务 › 供暖", parent=top, active_from=EPOCH
    )
    leaves = {}
    for key, code, name, limit in (
        ("heating", "010101", "暖气不热", "U"),
        ("leak", "010102", "供热管线漏水", "E"),
        ("property", "010103", "物业服务不到位", "G"),
        ("deed", "010104", "不动产权证办理难", "C"),
        ("orphan", "010105", "无人管的事", "G"),
    ):
        leaves[key] = Category.objects.create(
            code=code,
            name=name,
            path_name=f"公共服务 › 供暖 › {name}",
            parent=middle,
            leaf=True,
            limit_code=limit,
            active_from=EPOCH,
        )
    return leaves


def _policy() -> None:
    natural = WorkCalendar.objects.create(code="natural", name="自然时间")
    office = WorkCalendar.objects.create(code="work", name="工作时间", working=True)
    for code, (dispatch, sign, contact, handle) in LIMITS.items():
        objecting, ruling, pauses, extensions = SIDE_LIMITS[code]
        Limit.objects.create(
            code=code,
            name=code,
            dispatch_minutes=dispatch,
            sign_minutes=sign,
            contact_minutes=contact,
            handle_minutes=handle,
            calendar=natural,
            effective_from=EPOCH,
            urgent=code == "E",
            object_minutes=objecting,
            rule_minutes=ruling,
            object_pauses=pauses,
            extensions=extensions,
            side_calendar=office if pauses else natural,
        )
    for code, (percent, tells, card) in LADDER.items():
        LadderStep.objects.create(
            code=code, name=code, percent=percent, tells=tells, card=card, effective_from=EPOCH
        )
    Setting.objects.bulk_create(
        Setting(key=key, value=value, effective_from=EPOCH) for key, value in SETTINGS.items()
    )


def _rules(leaves: dict[str, Category]) -> Catalogue:
    catalogue = Catalogue.objects.create(version="2026.01", effective_from=EPOCH)
    for key, lead, co in (
        ("heating", "unit:E-heating", ["street"]),
        ("leak", "unit:E-heating", []),
        ("property", "street", ["district_dept:housing"]),
        ("deed", "unit:D-planning", ["district"]),
    ):
        Rule.objects.create(catalogue=catalogue, category=leaves[key], lead=lead, co=co, basis=f"目录 {key}")
    return catalogue


def _scheme() -> Scheme:
    for code, name, evidence, persons, automatic in GROUNDS:
        Ground.objects.create(
            code=code,
            name=name,
            evidence=evidence,
            persons=persons,
            automatic=automatic,
            effective_from=EPOCH,
        )
    return Scheme.objects.create(
        code="test",
        name="三率考评方案",
        effective_from=EPOCH,
        period_start_day=19,
        weight_responded="0.100",
        weight_solved="0.500",
        weight_satisfied="0.400",
        contacted_values={"yes": 1000, "no": 0, "unsure": 0},
        solved_values={"solved": 1000, "unsolved": 0},
        satisfied_values={"satisfied": 1000, "basic": 900, "dissatisfied": 0},
        min_sample=10,
        lists={"advanced": 10, "progress": 10, "rectify": 10, "governance": 10},
        bands=["95.0", "85.0"],
        volume_bands=[100, 300],
        grounds=[code for code, _name, _evidence, _persons, _automatic in GROUNDS],
    )


def _people(units: dict[str, Unit]) -> dict[str, User]:
    seats = {
        "agent": ("agent", "centre"),
        "other_agent": ("agent", "centre"),
        "team_leader": ("team_leader", "centre"),
        "dispatcher": ("dispatcher", "centre"),
        "reviewer": ("reviewer", "centre"),
        "caller_back": ("caller_back", "centre"),
        "supervisor": ("supervisor", "centre"),
        "auditor": ("auditor", "centre"),
        "admin": ("admin", "centre"),
        "district_officer": ("district", "district"),
        "clerk": ("clerk", "heating"),
        "leader": ("leader", "heating"),
        "grid": ("grid", "street"),
        "street_clerk": ("clerk", "street"),
        "street_leader": ("leader", "street"),
        "sibling_clerk": ("clerk", "sibling"),
        "housing_clerk": ("clerk", "housing"),
        "housing_leader": ("leader", "housing"),
        "planning_leader": ("leader", "department"),
        "stranger": ("clerk", "other_street"),
    }
    people = {}
    for username, (role, unit) in seats.items():
        user = User(username=username, display_name=username, roles=[role], unit=units[unit])
        user.set_password(PASSWORD)
        user.is_staff = user.is_superuser = role == "admin"
        people[username] = user
    User.objects.bulk_create(people.values())
    return people
