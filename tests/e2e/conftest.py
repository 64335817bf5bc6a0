"""A real Chromium against a live server; without one on the machine these tests say so and are skipped."""

import os
import re
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, BrowserContext, Page, expect, sync_playwright

from tests.city import PASSWORD, City

#: Where screenshots go; kept after the run, never committed.
ARTEFACTS = Path(os.environ.get("HOTLINE_ARTEFACTS", ".local/artefacts"))
QUIET = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
#: Milliseconds; generous, since two cores may run much else beside the browser.
PATIENCE = 20_000
#: What the console may say: a refusal, or a request given up for the next one.
EXPECTED = re.compile("status of 4|^htmx:(afterRequest|sendAbort),")
SIZES = {"wide": {"width": 1440, "height": 900}, "phone": {"width": 390, "height": 844}}


# Not for the whole session: Playwright's loop in this thread would bar asyncio from other files' tests.
@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    found = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if found is None:
        pytest.skip("no Chromium on this machine (apt install chromium fonts-noto-cjk)")
    # Playwright's own loop runs in this thread; the tests' queries are ordinary and synchronous.
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
    expect.set_options(timeout=PATIENCE)
    with sync_playwright() as playwright:
        running = playwright.chromium.launch(executable_path=found, args=QUIET)
        yield running
        running.close()


@pytest.fixture
def open_as(
    browser: Browser, live_server: object, transactional_db: None, city: City
) -> Iterator[Callable[..., Page]]:
    """A page of a browser signed in as a person of the city (or as nobody), wide or on a phone."""
    contexts: list[BrowserContext] = []
    complaints: list[str] = []

    def opened(name: str = "", size: str = "wide", theme: str = "light", javascript: bool = True) -> Page:
        base = str(live_server)
        context = browser.new_context(
            base_url=base, viewport=SIZES[size], locale="zh-CN", java_script_enabled=javascript
        )
        context.add_cookies([{"name": "theme", "value": theme, "url": base}])
        contexts.append(context)
        page = context.new_page()
        page.on("console", lambda line: complaints.append(line.text) if line.type == "error" else None)
        page.on("pageerror", lambda error: complaints.append(str(error)))
        if name:
            page.goto("/login/")
            page.fill("[name=username]", name)
            page.fill("[name=password]", PASSWORD)
            page.press("[name=password]", "Enter")
            page.wait_for_url(re.compile(r"^(?!.*/login/)"))
        return page

    yield opened
    for context in contexts:
        context.close()
    assert [text for text in complaints if not EXPECTED.search(text)] == []


def keep(page: Page, name: str) -> None:
    """A screenshot of the whole page among the artefacts of the run."""
    ARTEFACTS.mkdir(parents=True, exist_ok=True)
    page.screenshot(path=ARTEFACTS / f"{name}.png", full_page=True)


def violations(page: Page) -> list[str]:
    """What axe finds against WCAG 2.2 AA and best practice, in short."""
    found = Axe().run(page).response["violations"]
    return [f"{row['id']}: {row['nodes'][0]['html'][:120]}" for row in found]
