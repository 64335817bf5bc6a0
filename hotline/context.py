"""What every page knows: its navigation, theme, text size and the server's clock."""

import csv
from dataclasses import dataclass
from functools import lru_cache

from django.conf import settings
from django.http import HttpRequest
from django.urls import NoReverseMatch, reverse
from django.utils import timezone
from django.utils.functional import Promise, SimpleLazyObject
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from units.roles import Role


@dataclass(frozen=True)
class Entry:
    """A page of the main navigation.

    `app` is the URL namespace whose pages light it up; `pages` are those that do, where a namespace has
    several entries.
    """

    name: str
    label: str | Promise
    icon: str
    keys: str
    roles: frozenset[str]
    pages: frozenset[str] = frozenset()

    @property
    def app(self) -> str:
        return self.name.split(":", 1)[0]


EVERYBODY = frozenset(Role.values)
WATCHERS = frozenset({Role.SUPERVISOR, Role.AUDITOR})

#: In the order of the bar. A page that does not exist (yet) is left out.
ENTRIES = (
    Entry(
        "intake:desk",
        _("受理台"),
        "headset",
        "g d",
        frozenset({Role.AGENT, Role.TEAM_LEADER}),
        frozenset({"intake:desk", "intake:filed", "intake:file", "intake:word", "intake:call"}),
    ),
    Entry(
        "intake:guides",
        _("途径确认"),
        "info-circle",
        "g q",
        frozenset({Role.TEAM_LEADER}),
        frozenset({"intake:guides", "intake:guide"}),
    ),
    Entry(
        "dispatch:desk",
        _("派单台"),
        "route",
        "g p",
        frozenset({Role.DISPATCHER, Role.DISTRICT, Role.TEAM_LEADER}) | WATCHERS,
        frozenset({"dispatch:desk", "dispatch:case"}),
    ),
    Entry(
        "dispatch:lab",
        _("派单目录"),
        "book",
        "g l",
        frozenset({Role.DISPATCHER, Role.REVIEWER}) | WATCHERS,
        frozenset({"dispatch:lab", "dispatch:lab_catalogue", "dispatch:lab_replay", "dispatch:lessons"}),
    ),
    Entry(
        "dispatch:objections",
        _("异议"),
        "scale",
        "g y",
        frozenset({Role.REVIEWER, Role.DISTRICT, Role.DISPATCHER}) | WATCHERS,
        frozenset({"dispatch:objections", "dispatch:objection", "dispatch:accuracy"}),
    ),
    Entry(
        "handling:inbox",
        _("收件箱"),
        "inbox",
        "g i",
        frozenset({Role.CLERK, Role.LEADER, Role.GRID}),
        frozenset({"handling:inbox", "handling:pane", "handling:report"}),
    ),
    Entry(
        "handling:objections",
        _("异议"),
        "scale",
        "g y",
        frozenset({Role.CLERK, Role.LEADER}),
        frozenset({"handling:objections"}),
    ),
    Entry(
        "handling:decisions",
        _("审批"),
        "gavel",
        "g s",
        frozenset({Role.DISTRICT, Role.SUPERVISOR, Role.LEADER}),
        frozenset({"handling:decisions", "handling:decision"}),
    ),
    Entry(
        "supervision:desk",
        _("督办"),
        "speakerphone",
        "g u",
        frozenset({Role.DISTRICT}) | WATCHERS,
    ),
    Entry(
        "handling:whistles",
        _("吹哨"),
        "speakerphone",
        "g w",
        frozenset({Role.CLERK, Role.LEADER, Role.DISTRICT, Role.SUPERVISOR}),
        frozenset({"handling:whistles", "handling:whistle"}),
    ),
    Entry(
        "handling:plans",
        _("挂账"),
        "pin",
        "g o",
        frozenset({Role.DISTRICT, Role.SUPERVISOR}),
        frozenset({"handling:plans", "handling:running_plan"}),
    ),
    Entry("policy:preview", _("时限与日历"), "calendar", "g z", frozenset({Role.ADMIN, Role.SUPERVISOR})),
    Entry("followup:desk", _("回访"), "phone-outgoing", "g h", frozenset({Role.CALLER_BACK})),
    Entry("anomalies:list", _("回访异常"), "alert-circle", "g e", WATCHERS),
    Entry(
        "ruler:mine",
        _("剔除"),
        "ban",
        "g t",
        frozenset({Role.CLERK, Role.LEADER}),
        frozenset({"ruler:mine", "ruler:application"}),
    ),
    Entry(
        "ruler:exclusions",
        _("考评"),
        "checklist",
        "g t",
        WATCHERS,
        frozenset(
            f"ruler:{page}"
            for page in (
                "exclusions",
                "exclusion",
                "decide",
                "revoke",
                "rates",
                "answers",
                "right",
                "periods",
                "period",
                "publish",
                "mark",
                "declarations",
                "declare",
                "declaration",
                "confirm",
                "undeclare",
            )
        ),
    ),
    Entry(
        "reports:cases",
        _("工单"),
        "list",
        "g c",
        EVERYBODY - {Role.GRID},
        frozenset({"reports:cases", "reports:case", "reports:find_caller"}),
    ),
    Entry(
        "reports:board",
        _("三率看板"),
        "chart-bar",
        "g b",
        EVERYBODY - {Role.GRID, Role.AGENT},
        frozenset({"reports:board", "reports:mine", "reports:unit", "reports:why", "reports:tickets_behind"}),
    ),
    Entry("admin:index", _("配置"), "settings", "g a", frozenset({Role.ADMIN})),
)


def address_of(name: str) -> str:
    """The address of a named page, empty where there is none."""
    try:
        return reverse(name)
    except NoReverseMatch:
        return ""


def navigation(roles: list[str], here: str) -> list[dict[str, object]]:
    """The entries for these roles; `here` is the namespaced URL name of the page shown."""
    found = []
    for entry in ENTRIES:
        url = address_of(entry.name) if not entry.roles.isdisjoint(roles) else ""
        if url:
            found.append(
                {
                    "url": url,
                    "label": entry.label,
                    "icon": entry.icon,
                    "keys": entry.keys,
                    "key": entry.name.replace(":", "-"),
                    "current": lights(entry, here),
                }
            )
    return found


def lights(entry: Entry, here: str) -> bool:
    """Whether the page shown belongs to the entry."""
    return here in entry.pages if entry.pages else here.split(":", 1)[0] == entry.app


def page(request: HttpRequest) -> dict[str, object]:
    """Adds nav, theme, big, single_keys, lang, other_lang, server_now, palette_url, events_url and
    demo_accounts.

    What costs anything is worked out only where a template asks: most answers are fragments.
    """
    match = getattr(request, "resolver_match", None)
    here = match.view_name if match else ""
    chinese = (get_language() or settings.LANGUAGE_CODE).startswith("zh")
    return {
        "nav": SimpleLazyObject(lambda: navigation(roles_of(request), here)),
        "theme": "dark" if request.COOKIES.get("theme") == "dark" else "light",
        "big": request.COOKIES.get("big") == "1",
        "single_keys": SimpleLazyObject(lambda: single_keys(request)),
        "lang": "zh-Hans" if chinese else "en",
        "other_lang": "en" if chinese else "zh-hans",
        "server_now": timezone.now(),
        "palette_url": SimpleLazyObject(lambda: address_of("reports:palette")),
        # The stream has a server of its own, which tests do not start.
        "events_url": "" if settings.TESTING else "/events/",
        "demo_accounts": demo_accounts if settings.HOTLINE_DEMO else None,
    }


def roles_of(request: HttpRequest) -> list[str]:
    """The roles of the person asking, none for a stranger (error pages may have no user at all)."""
    user = getattr(request, "user", None)
    return user.roles if user is not None and user.is_authenticated else []


def single_keys(request: HttpRequest) -> bool:
    """Whether one-letter shortcuts are on: this browser's switch, else the person's preference."""
    here = request.COOKIES.get("keys")
    if here in {"0", "1"}:
        return here == "1"
    user = getattr(request, "user", None)
    return user is None or not user.is_authenticated or user.single_keys


@lru_cache(maxsize=1)
def demo_accounts() -> list[dict[str, str]]:
    """The accounts of the demo city's pack, with the words of their roles; for the login page of a demo."""
    path = settings.BASE_DIR / settings.HOTLINE_PACK / "accounts.csv"
    if not settings.HOTLINE_PACK or not path.is_file():
        return []
    with path.open(encoding="utf-8", newline="") as file:
        return [row | {"role": role_label(row["roles"])} for row in csv.DictReader(file)]


def role_label(roles: str) -> str:
    """The name of the first of the roles, which a `|` parts."""
    first = roles.split("|", 1)[0].strip()
    return Role(first).label if first in Role.values else first
