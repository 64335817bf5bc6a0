"""What every page knows, the pages of the kit itself, and what the browser has to fetch for them."""

import re
import sys
from pathlib import Path
from types import SimpleNamespace

import brotli
import pytest
from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.http import HttpRequest
from django.template import Context, Template
from django.template.loader import render_to_string
from django.test import Client, RequestFactory

from hotline import context
from units.roles import Role

ROOT = Path(settings.BASE_DIR)
TEMPLATES = ROOT / "templates"
APP = ROOT / "static" / "app"
SPRITE = ROOT / "static" / "vendor" / "icons" / "icons.svg"


def request_of(user: object = None, **cookies: str) -> HttpRequest:
    request = RequestFactory().get("/")
    request.COOKIES.update(cookies)
    request.user = user or AnonymousUser()
    return request


# What every page knows -----------------------------------------------------------------------------


def names(*roles: str) -> list[str]:
    return [entry["key"] for entry in context.navigation(list(roles), "")]


def test_the_navigation_shows_each_role_its_pages_only() -> None:
    assert {"intake-desk", "reports-cases"} <= set(names("agent"))
    assert {"dispatch-desk", "handling-inbox", "followup-desk", "reports-board"}.isdisjoint(names("agent"))
    assert "dispatch-desk" in names("dispatcher") and "dispatch-desk" in names("district")
    assert names("grid") == ["handling-inbox"]
    assert "followup-desk" in names("caller_back")
    watched = {"dispatch-desk", "dispatch-lab", "reports-cases", "reports-board"}
    assert watched <= set(names("supervisor")) & set(names("auditor"))
    assert {"dispatch-lab"} <= set(names("reviewer")) and "dispatch-lab" not in names("leader")
    assert names() == []


@pytest.mark.parametrize("role", Role.values)
def test_no_key_leads_to_two_places(role: str) -> None:
    bell = re.search(r'notices:list.*?data-key="([^"]+)"', (TEMPLATES / "_topbar.html").read_text())
    keys = [bell[1], *(entry["keys"] for entry in context.navigation([role], ""))]
    assert sorted(keys) == sorted(set(keys))


def test_a_page_that_does_not_exist_is_left_out() -> None:
    assert context.address_of("nowhere:at_all") == ""


def test_the_page_shown_is_marked() -> None:
    def marked(here: str) -> list[object]:
        shown = context.navigation(["supervisor", "clerk"], here)
        return [entry["key"] for entry in shown if entry["current"]]

    assert marked("handling:report") == ["handling-inbox"]
    assert marked("reports:case") == ["reports-cases"]
    assert marked("reports:unit") == marked("reports:tickets_behind") == ["reports-board"]
    assert marked("portal:home") == []


def test_a_reload_of_an_address_for_verbs_leads_a_browser_to_its_page() -> None:
    browser = Client(headers={"accept": "text/html,*/*"})
    for verb, page in (("/inbox/N-1/sign/", "/inbox/N-1/"), ("/dispatch/N-1/by-hand/", "/dispatch/N-1/")):
        answer = browser.get(verb)
        assert (answer.status_code, answer.headers["Location"]) == (302, page)
    assert browser.get("/desk/file/").headers["Location"] == "/desk/"
    assert Client().get("/inbox/N-1/sign/").status_code == 405


def test_theme_size_and_keys_come_from_cookies_and_preference() -> None:
    person = SimpleNamespace(is_authenticated=True, single_keys=False, roles=["agent"])
    plain = context.page(request_of())
    assert (plain["theme"], plain["big"], bool(plain["single_keys"])) == ("light", False, True)
    chosen = context.page(request_of(person, theme="dark", big="1"))
    assert (chosen["theme"], chosen["big"], bool(chosen["single_keys"])) == ("dark", True, False)
    assert bool(context.page(request_of(person, keys="1"))["single_keys"]) is True
    assert context.page(request_of(theme="<script>"))["theme"] == "light"


def test_the_demo_accounts_are_listed_only_in_a_demo(client: Client, settings: object) -> None:
    settings.HOTLINE_DEMO = True
    assert b'data-account="agent"' in client.get("/login/").content
    settings.HOTLINE_DEMO = False
    assert b"data-account" not in client.get("/login/").content


def test_a_refused_login_keeps_the_name_and_not_the_password(db: None, client: Client) -> None:
    html = client.post("/login/", {"username": "nobody", "password": "secret-word"}).content.decode()
    assert 'class="error-summary"' in html and 'value="nobody"' in html
    assert "secret-word" not in html


@pytest.mark.parametrize("name", ["403.html", "404.html", "429.html"])
def test_error_pages_offer_the_way_home(name: str) -> None:
    html = render_to_string(name, {}, request_of())
    assert 'href="/"' in html and html.count("<h1>") == 1


def test_the_page_of_a_broken_server_needs_no_context() -> None:
    html = Template((TEMPLATES / "500.html").read_text()).render(Context())
    assert 'href="/"' in html and "<h1>" in html


def test_a_signed_in_page_has_its_landmarks_and_no_inline_code(client_of: object) -> None:
    html = client_of("supervisor").get("/cases/").content.decode()
    for part in (
        '<a class="skip" href="#main">',
        '<main id="main"',
        '<header class="topbar',
        '<dialog id="keys"',
    ):
        assert part in html
    assert 'action="/logout/"' in html and html.count("<h1") == 1
    assert not re.search(r"""\sstyle=|<script(?![^>]*\ssrc=)|\son\w+=""", html)


# Weights (docs of the budgets: docs/ui.md) ----------------------------------------------------------


def weight(*paths: Path) -> int:
    """Bytes on the wire, as Caddy and WhiteNoise send them."""
    return sum(len(brotli.compress(path.read_bytes(), quality=11)) for path in paths)


def test_our_own_styles_and_scripts_stay_small() -> None:
    assert weight(*APP.glob("*.css")) <= 10_000
    assert weight(*APP.glob("*.js")) <= 15_000
    assert weight(APP / "public.js") <= 5_000


def test_a_public_page_stays_within_its_budget() -> None:
    vendor = ROOT / "static" / "vendor"
    files = [vendor / "bootstrap" / "bootstrap.min.css", SPRITE, APP / "seal.svg"]
    files += [APP / "base.css", APP / "public.css", APP / "public.js"]
    assert weight(*files) <= 46_000  # of 50 KB, the rest is the page itself


def test_a_list_page_stays_within_its_budget() -> None:
    vendor = ROOT / "static" / "vendor"
    htmx = (
        next(Path(p) for p in sys.path if (Path(p) / "django_htmx").is_dir())
        / "django_htmx/static/django_htmx"
    )
    files = [
        vendor / "bootstrap" / "bootstrap.min.css",
        vendor / "bootstrap" / "bootstrap.bundle.min.js",
        SPRITE,
    ]
    files += [vendor / "tinykeys" / "tinykeys.umd.js", htmx / "htmx-2.min.js", APP / "seal.svg"]
    files += [APP / name for name in ("base.css", "staff.css")]
    files += [APP / f"{name}.js" for name in ("early", "public", "elements", "dialogs", "keys", "app")]
    assert weight(*files) <= 95_000  # of 110 KB
