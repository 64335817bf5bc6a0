"""The English catalogue: finds every sentence of the interface, keeps en.po with it, compiles en.mo.

    python tools/messages.py update    add what is new to the .po, drop what is gone, write the .mo
    python tools/messages.py check     say what lacks its English; exit 1 then

Chinese is the source (the msgid); both files are committed, and no gettext programs are needed.
"""

import ast
import re
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import django
import polib
from django.conf import settings
from django.utils.translation.template import templatize

ROOT = Path(__file__).resolve().parent.parent
CATALOGUE = ROOT / "locale" / "en" / "LC_MESSAGES" / "django.po"
ONE = {"_", "gettext", "gettext_lazy", "gettext_noop"}
TWO = {"ngettext", "ngettext_lazy"}
CALL = re.compile(
    r"""\b(n?gettext|_)\(\s*(?:u)?("(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*')(?:\s*,\s*(?:u)?("(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'))?"""
)
PLACEHOLDER = re.compile(r"%\(\w+\)[a-z]|%[sd]")


@dataclass
class Found:
    """A sentence in the sources."""

    plural: str = ""
    files: set[str] = field(default_factory=set)


def sources() -> Iterator[Path]:
    """Our Python files but tests and migrations, and our templates."""
    rooms = sorted(path.parent for path in ROOT.glob("*/apps.py"))
    for room in rooms:
        yield from sorted(p for p in room.rglob("*.py") if "migrations" not in p.parts)
    yield from sorted((ROOT / "templates").rglob("*.html"))


def sentences(path: Path) -> Iterator[tuple[str, str]]:
    """Every msgid of a file, with its plural form or nothing."""
    text = path.read_text(encoding="utf-8")
    yield from _of_template(text) if path.suffix == ".html" else _of_python(text)


def _of_python(text: str) -> Iterator[tuple[str, str]]:
    for node in ast.walk(ast.parse(text)):
        if not isinstance(node, ast.Call):
            continue
        name = getattr(node.func, "id", getattr(node.func, "attr", ""))
        words = [a.value for a in node.args if isinstance(a, ast.Constant) and isinstance(a.value, str)]
        if name in ONE and words:
            yield words[0], ""
        elif name in TWO and len(words) == 2:
            yield words[0], words[1]


def _of_template(text: str) -> Iterator[tuple[str, str]]:
    # What templatize leaves of a page is its calls of gettext; cotton's :attr="_('…')" stands in the text.
    for kind, one, many in CALL.findall(templatize(text)):
        yield ast.literal_eval(one), ast.literal_eval(many) if kind == "ngettext" else ""
    for quoted in re.findall(r"""\s:[\w-]+="_\(('[^']*')\)["|]""", text):
        yield ast.literal_eval(quoted), ""


def found() -> dict[str, Found]:
    """Every sentence of the interface by msgid."""
    told: dict[str, Found] = {}
    for path in sources():
        for msgid, plural in sentences(path):
            row = told.setdefault(msgid, Found())
            row.plural = row.plural or plural
            row.files.add(str(path.relative_to(ROOT)))
    return told


def catalogue() -> polib.POFile:
    """The catalogue as it stands; an empty one at first."""
    if CATALOGUE.exists():
        return polib.pofile(str(CATALOGUE), wrapwidth=100)
    po = polib.POFile(wrapwidth=100)
    po.metadata = {
        "Language": "en",
        "MIME-Version": "1.0",
        "Content-Type": "text/plain; charset=UTF-8",
        "Content-Transfer-Encoding": "8bit",
        "Plural-Forms": "nplurals=2; plural=(n != 1);",
    }
    return po


def merge(po: polib.POFile, told: dict[str, Found]) -> polib.POFile:
    """The same catalogue with exactly these sentences, each with its files; translations stay."""
    known = {entry.msgid: entry for entry in po if not entry.obsolete}
    fresh = polib.POFile(wrapwidth=100)
    fresh.metadata = po.metadata
    for msgid, row in sorted(told.items(), key=lambda item: (min(item[1].files), item[0])):
        entry = known.get(msgid, polib.POEntry(msgid=msgid))
        entry.occurrences = [(name, "") for name in sorted(row.files)]
        if row.plural and not entry.msgid_plural:
            entry.msgid_plural, entry.msgstr = row.plural, ""
            entry.msgstr_plural = {0: "", 1: ""}
        fresh.append(entry)
    return fresh


def translations(entry: polib.POEntry) -> list[str]:
    """Every English form of an entry."""
    return list(entry.msgstr_plural.values()) if entry.msgid_plural else [entry.msgstr]


def faults(po: polib.POFile, told: dict[str, Found]) -> Iterator[str]:
    """What is wrong with the catalogue, one sentence each."""
    known = {entry.msgid: entry for entry in po}
    yield from (
        f"not in the catalogue: {msgid!r} ({min(told[msgid].files)})" for msgid in told if msgid not in known
    )
    yield from (f"no longer in the sources: {msgid!r}" for msgid in known if msgid not in told)
    for entry in po:
        wanted = sorted(set(PLACEHOLDER.findall(entry.msgid)))
        for english in translations(entry):
            if not english.strip():
                yield f"no English: {entry.msgid!r}"
            elif sorted(set(PLACEHOLDER.findall(english))) != wanted:
                yield f"other placeholders: {entry.msgid!r} → {english!r}"


def main(verb: str) -> int:
    """Update or check; the exit status."""
    settings.configure(USE_I18N=False)
    django.setup()
    po, told = catalogue(), found()
    if verb == "update":
        po = merge(po, told)
        po.save(str(CATALOGUE))
        po.save_as_mofile(str(CATALOGUE.with_suffix(".mo")))
    wrong = list(faults(po, told))
    print("\n".join(wrong) or f"{len(po)} sentences, all in English")
    return 1 if wrong else 0


if __name__ == "__main__":
    if sys.argv[1:] not in (["update"], ["check"]):
        sys.exit(__doc__)
    sys.exit(main(sys.argv[1]))
