"""Tags and filters every template may use without loading them; docs/ui.md shows each in use."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from decimal import Decimal

from django import forms, template
from django.forms.boundfield import BoundField, BoundWidget
from django.template import Context
from django.templatetags.static import static
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from hotline import charts
from tickets.states import State

register = template.Library()

STATE_COLOURS = {
    State.PENDING: "orange",
    State.DISPATCHED: "orange",
    State.OBJECTED: "orange",
    State.HANDLING: "blue",
    State.ON_PLAN: "purple",
    State.REPORTED: "cyan",
    State.FOLLOWUP: "purple",
    State.CLOSED: "green",
    State.ANSWERED: "grey",
    State.GUIDING: "orange",
    State.GUIDED: "grey",
    State.TRANSFERRED: "red",
    State.MERGED: "grey",
}
#: Django's word for a kind of message → Bootstrap's.
ALERTS = {"debug": "info", "info": "info", "success": "success", "warning": "warning", "error": "danger"}
#: Below this part of the limit the time left is "soon".
SOON = 0.25
CHOICES = (forms.RadioSelect, forms.CheckboxSelectMultiple)


@register.simple_tag
def icon(name: str, cls: str = "", label: str = "") -> SafeString:
    """A Tabler icon of our sprite; decoration unless it has a label."""
    said = format_html('role="img" aria-label="{}"', label) if label else format_html('aria-hidden="true"')
    source = static("vendor/icons/icons.svg")
    return format_html(
        '<svg class="icon {}" {} focusable="false"><use href="{}#{}"/></svg>', cls, said, source, name
    )


# Words -------------------------------------------------------------------------------------------


@register.filter
def duration(value: timedelta | float | int | None) -> str:
    """A length of time in two units at most: a timedelta, or minutes. Its sign is dropped; None is a dash."""
    if value is None or value == "":
        return "—"
    minutes = value.total_seconds() / 60 if isinstance(value, timedelta) else float(value)
    days, rest = divmod(int(abs(minutes)), 1440)
    parts = {"days": days, "hours": rest // 60, "minutes": rest % 60}
    if days:
        return (_("%(days)s 天 %(hours)s 小时") if parts["hours"] else _("%(days)s 天")) % parts
    if parts["hours"]:
        return (_("%(hours)s 小时 %(minutes)s 分") if parts["minutes"] else _("%(hours)s 小时")) % parts
    return _("%(minutes)s 分钟") % parts


@register.filter
def until(due: datetime | None, now: datetime) -> str:
    """The time left at `now`, or how long it is over."""
    if due is None:
        return "—"
    if due < now:
        return _("超时 %(time)s") % {"time": duration(due - now)}
    return duration(due - now)


@register.filter
def state_colour(state: str) -> str:
    """The colour of a ticket's state, the same on every page."""
    return STATE_COLOURS.get(state, "")


@register.filter
def alert_level(tags: str) -> str:
    """The Bootstrap alert for the tags of a Django message."""
    return next((ALERTS[tag] for tag in tags.split() if tag in ALERTS), "info")


@register.filter
def item(mapping: Mapping[object, object], key: object) -> object:
    """mapping[key], None where it lacks it."""
    return mapping.get(key)


@register.filter
def signed(value: Decimal | int | None, unit: str = "") -> str:
    """A change with its sign and unit; None is a dash."""
    if value is None:
        return "—"
    return f"{value:+}{unit}" if value else f"{value}{unit}"


# Time left ---------------------------------------------------------------------------------------


def level(due: datetime, now: datetime, hours: float) -> str:
    """ok, soon (the last quarter of the limit) or over."""
    if due < now:
        return "over"
    return "soon" if due - now < timedelta(hours=hours) * SOON else "ok"


@register.simple_tag(takes_context=True)
def due_level(context: Context, due: datetime | None, limit: float = 24) -> str:
    """ok, soon or over, for a card's border; `limit` in hours. Empty without a deadline."""
    return level(due, context["server_now"], float(limit or 24)) if due else ""


@register.simple_tag(takes_context=True)
def countdown(context: Context, due: datetime | None, limit: float = 24) -> SafeString:
    """The time left, counting on in the browser; `limit` in hours says when it becomes urgent."""
    if due is None:
        return format_html('<span class="cd">—</span>')
    now, hours = context["server_now"], float(limit or 24)
    return format_html(
        '<count-down class="cd {}" due="{}" limit="{}">{}</count-down>',
        level(due, now, hours),
        due.isoformat(timespec="seconds"),
        f"{hours:g}",
        until(due, now),
    )


@register.simple_tag(takes_context=True)
def cdbar(context: Context, due: datetime | None, limit: float = 24) -> SafeString:
    """The used part of the limit (hours) as a thin bar; the words stand beside it in a countdown."""
    if due is None:
        return format_html("")
    now, hours = context["server_now"], float(limit or 24)
    used = 1 - (due - now) / timedelta(hours=hours)
    marks = charts.bar(used, 88, 4, level(due, now, hours), track="bg")
    return charts.drawing(88, 4, marks, **{"class": "cdbar", "preserveAspectRatio": "none"})


# Charts ------------------------------------------------------------------------------------------


@register.simple_tag
def sparkline(
    values: Sequence[float], label: str = "", w: int = 96, h: int = 36, cls: str = "spark"
) -> SafeString:
    """A small trend. Values that are missing (None) are left out."""
    known = [float(v) for v in values if v is not None]
    return charts.drawing(
        w, h, charts.line(known, w, h), label=label, **{"class": cls, "width": w, "height": h}
    )


@register.simple_tag
def hbar(value: float | None, lo: float = 0, hi: float = 100, w: int = 120, look: str = "b1") -> SafeString:
    """A bar of a value between lo and hi, coloured b1 to b4. Decoration: write the number beside it."""
    share = 0.0 if value is None or hi <= lo else (float(value) - lo) / (hi - lo)
    marks = charts.bar(share, w, 8, f"bar {look}")
    return charts.drawing(w, 8, marks, **{"class": "me-1", "width": w, "height": 8})


@register.simple_tag
def slope(
    rows: Sequence[Mapping[str, object]], before: str, after: str, w: int = 420, h: int = 0
) -> SafeString:
    """Change of rank between two periods: rows of name, prev (may be None) and rank."""
    height = h or 36 + 34 * max(len(rows), 2)
    marks = charts.slope(rows, before, after, w, height)
    return charts.drawing(w, height, marks, label=_("名次变化图，数据见排名表"), width="100%")


@register.simple_tag
def tilemap(
    cells: Sequence[Mapping[str, object]],
    label: str = "",
    w: int = 420,
    bounds: Sequence[float] = charts.BOUNDS,
) -> SafeString:
    """A schematic map of districts: cells of name, col, row, value (None is grey) and note.

    `bounds` are the four values at which the colour changes.
    """
    columns = max((int(c["col"]) for c in cells), default=0) + 1
    rows = max((int(c["row"]) for c in cells), default=0) + 1
    width = w / columns
    height = width * 0.62
    marks = [charts.tile(cell, width, height, charts.bins(bounds)) for cell in cells]
    said = label or _("各区方格示意图，数据见表")
    return charts.drawing(w, height * rows, marks, label=said, width="100%")


# Form fields -------------------------------------------------------------------------------------


@register.filter
def layout(field: BoundField) -> str:
    """How a field is laid out: choices, check, hidden or plain."""
    widget = field.field.widget
    if field.is_hidden:
        return "hidden"
    if isinstance(widget, CHOICES):
        return "choices"
    return "check" if isinstance(widget, forms.CheckboxInput) else "plain"


def look_of(widget: forms.Widget) -> str:
    """The Bootstrap class of a widget."""
    if isinstance(widget, forms.CheckboxInput):
        return "form-check-input"
    return "form-select" if isinstance(widget, forms.Select) else "form-control"


def described(field: BoundField, hint: str) -> str:
    """The ids of what explains the field: its hint and its errors."""
    ids = [f"{field.auto_id}_helptext"] if hint or field.help_text else []
    return " ".join(ids + ([f"{field.auto_id}_error"] if field.errors else []))


@register.simple_tag
def describedby(field: BoundField, hint: str = "") -> SafeString:
    """aria-describedby for a group of choices."""
    ids = described(field, hint)
    return format_html('aria-describedby="{}"', ids) if ids else format_html("")


@register.simple_tag
def control(
    field: BoundField, key: str = "", hint: str = "", attrs: Mapping[str, object] | None = None
) -> SafeString:
    """The widget with Bootstrap's class, its shortcut and further attributes (hx-…, data-…, PASSED)."""
    passed = {k: v for k, v in (attrs or {}).items() if passes(k)}
    classes = [str(field.field.widget.attrs.get("class", "")), look_of(field.field.widget)]
    if field.errors:
        classes.append("is-invalid")
    passed["class"] = " ".join(filter(None, classes))
    if ids := described(field, hint):
        passed["aria-describedby"] = ids
    if key:
        passed["data-key"] = key
    return field.as_widget(attrs=passed)


#: What else a page may put on a control through <c-field>.
PASSED = {
    "rows",
    "placeholder",
    "autofocus",
    "autocomplete",
    "inputmode",
    "list",
    "maxlength",
    "accept",
    "multiple",
}


@register.filter
def nth_key(key: str, number: int) -> str:
    """Alt+# → Alt+2 for the second choice; empty past the ninth and without a pattern."""
    return key.replace("#", str(number)) if "#" in key and number <= 9 else ""


@register.filter
def spaced(key: str) -> str:
    """A shortcut as people write it: Alt+c → Alt C."""
    return " ".join(
        part.upper() if len(part) == 1 else part for part in key.replace("$mod", "Ctrl").split("+")
    )


@register.filter
def passes(name: str) -> bool:
    """Whether <c-field> hands an attribute on to its control."""
    return name.startswith(("hx-", "data-")) or name in PASSED


@register.filter
def choices(field: BoundField) -> list[BoundWidget]:
    """The choices to show: an empty one says nothing where all stand side by side."""
    return [choice for choice in field if choice.data["value"] not in ("", None)]


@register.filter
def anchor(field: BoundField) -> str:
    """Where a link of the error summary leads: the control, or the first choice."""
    if not isinstance(field.field.widget, CHOICES):
        return field.id_for_label
    return next((choice.id_for_label for choice in choices(field)), "")
