"""The parts every page is made of: files of others, icons, components, charts."""

import json
import re
import subprocess
import sys
from datetime import datetime, timedelta
from pathlib import Path
from xml.etree import ElementTree
from zoneinfo import ZoneInfo

import pytest
from django import forms
from django.conf import settings
from django.template import Context, engines
from django.template.loader import get_template
from django_cotton.compiler_regex import CottonCompiler

from hotline import context
from hotline.templatetags import ui
from tickets.states import State

ROOT = Path(settings.BASE_DIR)
TEMPLATES = ROOT / "templates"
SPRITE = ROOT / "static" / "vendor" / "icons" / "icons.svg"
NOON = datetime(2026, 3, 2, 12, 0, tzinfo=ZoneInfo("Asia/Shanghai"))


class Sample(forms.Form):
    kind = forms.ChoiceField(
        label="类型",
        choices=[("", "—"), ("a", "咨询"), ("b", "投诉")],
        widget=forms.RadioSelect,
        help_text="选一项",
    )
    content = forms.CharField(label="内容", widget=forms.Textarea, help_text="写清时间地点")
    place = forms.ChoiceField(label="地点", choices=[("", "—"), ("1", "海淀")])
    hide = forms.BooleanField(label="保密", required=False)
    round = forms.IntegerField(widget=forms.HiddenInput, initial=1)


def render(text: str, **values: object) -> str:
    """A scrap of a page, with the components compiled as the loader does it."""
    compiled = engines["django"].engine.from_string(CottonCompiler().process(text))
    return compiled.render(Context({"server_now": NOON, **values}))


# Files of others -----------------------------------------------------------------------------------


def check(root: Path) -> subprocess.CompletedProcess[str]:
    script = root / "tools" / "vendor.py"
    return subprocess.run([sys.executable, str(script), "check"], capture_output=True, text=True, check=False)


def test_the_vendored_files_are_the_recorded_ones() -> None:
    checked = check(ROOT)
    assert (checked.returncode, checked.stdout) == (0, "vendor ok\n"), checked.stderr


def test_a_changed_a_missing_and_an_unrecorded_file_are_found(tmp_path: Path) -> None:
    vendor = tmp_path / "static" / "vendor"
    vendor.mkdir(parents=True)
    (tmp_path / "tools").mkdir()
    (tmp_path / "tools" / "vendor.py").write_text((ROOT / "tools" / "vendor.py").read_text())
    (vendor / "a.js").write_text("changed")
    (vendor / "stray.js").write_text("")
    pins = {"x": {"sha256": {"a.js": "0" * 64, "b.js": "0" * 64}}}
    (tmp_path / "vendor.lock.json").write_text(json.dumps(pins))
    checked = check(tmp_path)
    assert checked.returncode == 1
    assert checked.stderr.splitlines()[1:] == ["unrecorded: stray.js", "changed: a.js", "missing: b.js"]


def test_every_vendored_package_ships_its_licence() -> None:
    lock = json.loads((ROOT / "vendor.lock.json").read_text())
    without = [
        name for name, pin in lock.items() if not any(path.endswith("/LICENSE") for path in pin["sha256"])
    ]
    assert without == []
    assert {pin["licence"] for pin in lock.values()} == {"MIT", "Apache-2.0"}
    assert all(pin["integrity"].startswith("sha512-") for pin in lock.values())


def test_no_vendored_file_points_to_a_source_map() -> None:
    vendor = ROOT / "static" / "vendor"
    assert [p.name for p in vendor.rglob("*") if p.is_file() and b"sourceMappingURL=" in p.read_bytes()] == []


# Icons ---------------------------------------------------------------------------------------------


def sprite_names() -> set[str]:
    tree = ElementTree.fromstring(SPRITE.read_text())
    return {symbol.attrib["id"] for symbol in tree}


def test_every_icon_used_is_in_the_sprite() -> None:
    used = {entry.icon for entry in context.ENTRIES}
    for path in TEMPLATES.rglob("*.html"):
        text = path.read_text(encoding="utf-8")
        used |= set(re.findall(r"""\{%\s*icon\s+["']([\w-]+)["']""", text))
        used |= set(re.findall(r"""\sic=["']([\w-]+)["']""", text))
    assert used - sprite_names() == set()


def test_an_icon_is_decoration_unless_it_has_a_label() -> None:
    plain = render('{% icon "bell" %}')
    assert 'aria-hidden="true"' in plain and "vendor/icons/icons.svg#bell" in plain
    assert 'role="img" aria-label="&lt;b&gt;"' in render('{% icon "bell" "" label %}', label="<b>")


# Components ----------------------------------------------------------------------------------------


def test_every_component_compiles() -> None:
    for path in (TEMPLATES / "cotton").glob("*.html"):
        assert get_template(f"cotton/{path.name}")


def test_a_field_joins_label_control_hint_and_errors() -> None:
    html = render('<c-field :field="form.content" key="Alt+c" kbd="Alt C" hx-post="/x/" />', form=Sample({}))
    assert '<label class="form-label" for="id_content">内容' in html
    assert 'aria-describedby="id_content_helptext id_content_error"' in html
    assert 'id="id_content_helptext">写清时间地点<' in html
    assert 'id="id_content_error"' in html
    for part in (
        'class="form-control is-invalid"',
        'data-key="Alt+c"',
        'hx-post="/x/"',
        'aria-invalid="true"',
    ):
        assert part in html
    assert '<kbd class="ms-auto" aria-hidden="true">Alt C</kbd>' in html


def test_a_field_hands_on_no_event_handler_or_style() -> None:
    html = render('<c-field :field="form.content" onclick="x" style="y" hx-get="/z/" />', form=Sample())
    assert 'hx-get="/z/"' in html
    assert "onclick" not in html and "style=" not in html


def test_choices_are_one_group_with_numbered_keys_and_no_empty_choice() -> None:
    html = render('<c-field :field="form.kind" look="buttons" key="Alt+#" />', form=Sample({"kind": "b"}))
    assert html.count("<fieldset") == 1 and "<legend" in html
    assert re.findall(r'value="(\w*)"', html) == ["a", "b"]
    assert re.findall(r'data-key="([^"]+)"', html) == ["Alt+1", "Alt+2"]
    assert re.findall(r'value="b" id="id_kind_2" checked', html)


def test_a_select_becomes_a_combo_box() -> None:
    html = render('<c-field :field="form.place" look="combo" src="/places/" />', form=Sample())
    assert '<combo-box src="/places/"><select name="place" class="form-select"' in html


def test_a_check_box_has_its_label_after_it_and_a_hidden_field_nothing_else() -> None:
    form = Sample()
    assert (
        render('<c-field :field="form.hide" look="switch" />', form=form).count("form-check form-switch") == 1
    )
    hidden = render('<c-field :field="form.round" />', form=form)
    assert hidden.split() == ["<input", 'type="hidden"', 'name="round"', 'value="1"', 'id="id_round">']


def test_a_whole_form_is_laid_out_by_the_same_component() -> None:
    assert 'class="form-label" for="id_content"' in str(Sample())


def test_the_error_summary_links_to_the_controls_and_keeps_away_without_errors() -> None:
    html = render('<c-errors :form="form" />', form=Sample({"round": 1}))
    assert re.findall(r'href="#(\w+)"', html) == ["id_kind_1", "id_content", "id_place"]
    assert 'role="alert"' in html and 'tabindex="-1"' in html
    assert render('<c-errors :form="form" />', form=Sample()).strip() == ""


def test_a_countdown_says_how_urgent_it_is() -> None:
    def shown(**left: float) -> tuple[str, str]:
        html = render("{% countdown due 24 %}{% cdbar due 24 %}", due=NOON + timedelta(**left))
        level, text = re.search(r'<count-down class="cd (\w+)"[^>]*>([^<]+)<', html).groups()
        assert f'class="{level}"' in html
        return level, text

    assert shown(hours=30) == ("ok", "1 天 6 小时")
    assert shown(hours=5, minutes=59) == ("soon", "5 小时 59 分")
    assert shown(minutes=-46) == ("over", "超时 46 分钟")
    assert render("{% countdown due %}{% cdbar due %}", due=None) == '<span class="cd">—</span>'


def test_tags_take_the_colour_of_the_state() -> None:
    assert render('<c-tag state="handling">办理中</c-tag>').strip() == '<span class="tag blue">办理中</span>'
    assert (
        render('<c-tag color="solid-red">紧急</c-tag>').strip() == '<span class="tag solid-red">紧急</span>'
    )
    assert set(ui.STATE_COLOURS) == set(State)


def test_cards_and_notices_show_what_they_are_given() -> None:
    card = render('<c-card title="概况" ic="bell" aside="今天"><p>x</p></c-card>')
    assert "<h2>" in card and "今天" in card and '<div class="card-body"><p>x</p></div>' in card
    assert '<div class="card-body">' not in render('<c-card title="表" flush="1">x</c-card>')
    assert "<h2>没有待办</h2>" in render('<c-empty title="没有待办">x</c-empty>')
    conflict = render('<c-conflict message="已签收" url="/c/1/" />')
    assert "data-conflict" in conflict and 'role="alert"' in conflict and 'href="/c/1/"' in conflict


# Words and charts ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("given", "said"),
    [
        (None, "—"),
        (0, "0 分钟"),
        (59, "59 分钟"),
        (60, "1 小时"),
        (1439, "23 小时 59 分"),
        (1440, "1 天"),
        (timedelta(days=2, hours=3, minutes=50), "2 天 3 小时"),
    ],
)
def test_a_duration_is_told_in_two_units(given: object, said: str) -> None:
    assert ui.duration(given) == said


CHARTS = [
    '{% sparkline values "趋势" %}',
    '{% hbar 93 80 100 90 "b2" %}',
    '{% slope rows "10 月" "11 月" %}',
    "{% tilemap cells %}",
    "{% cdbar due 24 %}",
]


@pytest.mark.parametrize("text", CHARTS)
def test_a_chart_is_well_formed_escaped_and_without_style(text: str) -> None:
    html = render(
        text,
        values=[1, None, 3],
        rows=[{"name": "<海淀>", "prev": 5, "rank": 1}, {"name": "朝阳", "prev": None, "rank": 2}],
        cells=[{"name": "<延庆>", "col": 1, "row": 0, "value": 97.2, "note": "97.20"}],
        due=NOON + timedelta(hours=1),
    )
    tree = ElementTree.fromstring(html)
    assert tree.tag == "{http://www.w3.org/2000/svg}svg"
    assert not any("style" in node.attrib for node in tree.iter())
    assert ("aria-label" in tree.attrib) != ("aria-hidden" in tree.attrib)


def test_charts_bear_missing_values() -> None:
    assert "<polyline" not in ui.sparkline([])
    assert "polyline" in ui.sparkline([None, 1.0])
    assert 'width="0.0"' in ui.hbar(None)
    assert 'class="nodata"' in ui.tilemap([{"name": "怀柔", "col": 0, "row": 0, "value": None}])
    assert "s-up" not in ui.slope([{"name": "新", "prev": None, "rank": 1}], "10 月", "11 月")


def test_a_bar_stays_within_its_track() -> None:
    assert 'width="120.0"' in ui.hbar(200, 0, 100)
    assert 'width="0.0"' in ui.hbar(-5, 0, 100)
