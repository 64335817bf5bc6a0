"""Every sentence of the interface has its English, and the compiled catalogue is the written one."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import polib
import pytest
from django.conf import settings
from django.utils import translation

from tools.messages import CATALOGUE, Found, catalogue, faults, found, merge, sentences, translations

HAN = re.compile(r"[\u4e00-\u9fff]")
#: What these say is a city's data or a developer's business, not the interface.
SPEAK_CHINESE = {
    "hotline/city",
    "hotline/imports",
    "hotline/simulation",
    "hotline/local",
    "intake/rules.py",
    "management/commands",
}


def test_every_sentence_has_its_english() -> None:
    assert list(faults(catalogue(), found())) == [], "python tools/messages.py update, then fill in the .po"


def test_the_compiled_catalogue_is_the_written_one() -> None:
    written = {entry.msgid: translations(entry) for entry in catalogue() if all(translations(entry))}
    compiled = {entry.msgid: translations(entry) for entry in polib.mofile(str(CATALOGUE.with_suffix(".mo")))}
    assert compiled == written


def test_english_is_english() -> None:
    chinese = {
        entry.msgid: english
        for entry in catalogue()
        for english in translations(entry)
        if HAN.search(english) and entry.msgid != "简体中文"
    }
    assert chinese == {}


def test_a_sentence_comes_out_in_the_language_asked_for() -> None:
    for language, told in (("en", "Dispatch catalogue"), ("zh-hans", "派单目录")):
        with translation.override(language):
            assert translation.gettext("派单目录") == told


def unmarked(path: Path) -> Iterator[str]:
    """Chinese strings of a module that are neither docstrings nor handed to gettext."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    known = {text for pair in sentences(path) for text in pair}
    docs = {
        node.body[0].value
        for node in ast.walk(tree)
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef)
        and node.body
        and isinstance(node.body[0], ast.Expr)
    }
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and node not in docs:
            if HAN.search(node.value) and node.value not in known:
                yield node.value


def modules() -> list[Path]:
    root = Path(settings.BASE_DIR)
    rooms = [path.parent for path in root.glob("*/apps.py")]
    return [
        path
        for room in rooms
        for path in sorted(room.rglob("*.py"))
        if "migrations" not in path.parts
        and not any(part in str(path.relative_to(root)) for part in SPEAK_CHINESE)
    ]


def test_no_module_speaks_chinese_past_gettext() -> None:
    root = Path(settings.BASE_DIR)
    bare = {str(path.relative_to(root)): told for path in modules() if (told := list(unmarked(path)))}
    assert bare == {}


def test_sentences_are_found_in_templates_and_modules(tmp_path: Path) -> None:
    page = tmp_path / "page.html"
    page.write_text(
        """{% translate "一" %}{% translate '二' as x %}{{ at|date:_("三") }}<c-empty :title="_('四')" />
        {% blocktranslate trimmed with n=2 %}
          五{{ n }}
        {% endblocktranslate %}
        {% blocktranslate count n=n %}六{{ n }}{% plural %}七{{ n }}{% endblocktranslate %}"""
    )
    assert sorted(sentences(page)) == sorted(
        [("一", ""), ("二", ""), ("三", ""), ("四", ""), ("五%(n)s", ""), ("六%(n)s", "七%(n)s")]
    )
    module = tmp_path / "module.py"
    module.write_text('a = _("一" "二")\nb = ngettext("三", "四", n)\nc = other("五")\n')
    assert sorted(sentences(module)) == [("一二", ""), ("三", "四")]


@pytest.mark.parametrize(
    ("english", "fault"),
    [
        ("", "no English: '还有 %(n)s 件'"),
        ("%(m)s left", "other placeholders: '还有 %(n)s 件' → '%(m)s left'"),
    ],
)
def test_a_fault_of_the_catalogue_is_named(english: str, fault: str) -> None:
    po = polib.POFile()
    po.append(polib.POEntry(msgid="还有 %(n)s 件", msgstr=english))
    told = {"还有 %(n)s 件": Found(files={"a.py"}), "新": Found(files={"b.py"})}
    assert list(faults(po, told)) == ["not in the catalogue: '新' (b.py)", fault]
    po[0].msgstr = "%(n)s left"
    assert [(entry.msgid, entry.msgstr) for entry in merge(po, told)] == [
        ("还有 %(n)s 件", "%(n)s left"),
        ("新", ""),
    ]
