"""Templates: every one is used, and none carries style or script of its own."""

import re
from pathlib import Path

from django.conf import settings

ROOT = Path(settings.BASE_DIR)
TEMPLATES = ROOT / "templates"
#: Django finds these by their names.
BY_NAME = {
    "403.html",
    "403_csrf.html",
    "404.html",
    "429.html",
    "500.html",
    "400.html",
    "registration/login.html",
}
NAMED = re.compile(r"""["']([\w/.-]+\.html)(?:#[\w-]+)?["']""")
COTTON = re.compile(r"<c-([\w.-]+)")


def pages() -> dict[str, str]:
    return {str(p.relative_to(TEMPLATES)): p.read_text(encoding="utf-8") for p in TEMPLATES.rglob("*.html")}


def code() -> str:
    rooms = [p for p in ROOT.iterdir() if (p / "apps.py").is_file()]
    return "\n".join(p.read_text() for room in rooms for p in room.rglob("*.py"))


def test_every_template_is_used() -> None:
    written = pages()
    named = set(NAMED.findall(code())) | {name for text in written.values() for name in NAMED.findall(text)}
    tags = {tag for text in written.values() for tag in COTTON.findall(text)}
    used = named | BY_NAME | {f"cotton/{tag.replace('.', '/').replace('-', '_')}.html" for tag in tags}
    unused = {name for name in written if name not in used and not name.startswith("django/forms/")}
    assert unused == set()


def test_no_template_has_inline_style_or_script() -> None:
    inline = re.compile(r"""\sstyle=|<style|<script(?![^>]*\ssrc=)|\son\w+=["']|hx-on|javascript:|js:""")
    assert {name: inline.findall(text) for name, text in pages().items() if inline.search(text)} == {}


def test_every_sentence_of_a_template_can_be_translated() -> None:
    """Chinese stands only inside translate tags, comments aside."""
    marked = re.compile(
        r"\{#.*?#\}|\{%\s*comment.*?endcomment\s*%\}|\{%\s*blocktranslate.*?endblocktranslate\s*%\}"
        r"|\{%\s*translate.*?%\}|_\((\".*?\"|'.*?')\)",
        re.DOTALL,
    )
    bare = {
        name: found
        for name, text in pages().items()
        if (found := re.findall(r"[\u4e00-\u9fff]+", marked.sub("", text)))
    }
    assert bare == {}


def test_a_link_that_fills_the_pane_gives_up_the_one_before_and_holds_the_keys() -> None:
    """Else a late answer shows, and a key decides on, a case that one has left (docs/ui.md, Keys)."""
    links = [
        tag
        for path in (ROOT / "templates").rglob("*.html")
        for tag in re.findall(r"<a [^>]*hx-trigger=\"click, preview\"(?:{%.*?%}|[^>])*>", path.read_text())
    ]
    wanted = ('hx-target="#pane"', 'hx-sync="#pane:replace"', 'hx-indicator="#pane"')
    assert len(links) >= 6
    assert [tag for tag in links if not all(part in tag for part in wanted)] == []
