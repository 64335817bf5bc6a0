"""Charts drawn by the server as SVG: no script, clean under the content policy, same on paper and in PDF.

Every mark carries presentation attributes *and* a class. In a browser the class wins, so the dark theme
works; WeasyPrint does not apply a document's CSS to inline SVG and takes the attributes.
"""

from collections.abc import Iterable, Mapping, Sequence

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

FONT = "Noto Sans CJK SC"
LOOKS: dict[str, dict[str, object]] = {
    "ln": {"fill": "none", "stroke": "#145bb5", "stroke-width": 1.75},
    "bar": {"fill": "#145bb5"},
    "bar b1": {"fill": "#145bb5"},
    "bar b2": {"fill": "#1c8f55"},
    "bar b3": {"fill": "#c07a00"},
    "bar b4": {"fill": "#6b4bc0"},
    "track": {"fill": "#e6eaf0"},
    "bg": {"fill": "#e6eaf0"},
    "ok": {"fill": "#1c8f55"},
    "soon": {"fill": "#c07a00"},
    "over": {"fill": "#c4161d"},
    "ax": {"fill": "#566273"},
    "lbl": {"fill": "#1b2430"},
    "s-up": {"stroke": "#1c8f55"},
    "s-down": {"stroke": "#c4161d"},
    "s-flat": {"stroke": "#8a94a0"},
    "d-up": {"fill": "#1c8f55"},
    "d-down": {"fill": "#c4161d"},
    "d-flat": {"fill": "#566273"},
    "nodata": {"fill": "#eef0f3"},
    "nodata-text": {"fill": "#3b4654"},
}
#: Where the colour of a map changes, unless the page says so.
BOUNDS = (88, 91, 94, 96)
#: Ground and text below each bound: red–blue, told apart by the colour-blind too.
GROUNDS = (("#c4161d", "#ffffff"), ("#e58a4e", "#111111"), ("#b9d3f0", "#111111"), ("#2f6fbd", "#ffffff"))
TOP_BIN = ("#0d3f7a", "#ffffff")


def attributes(values: Mapping[str, object]) -> SafeString:
    """Escaped attributes; numbers shortened to one decimal."""
    shown = ((key, f"{v:.1f}" if isinstance(v, float) else v) for key, v in values.items())
    return format_html_join(" ", '{}="{}"', shown)


def mark(tag: str, look: str = "", text: object = None, **more: object) -> SafeString:
    """One element. `look` is its class and chooses its attributes; `font_size` becomes `font-size`."""
    values: dict[str, object] = {"class": look} if look else {}
    values |= LOOKS.get(look, {})
    values |= {key.replace("_", "-"): value for key, value in more.items()}
    if text is None:
        return format_html("<{} {}/>", tag, attributes(values))
    return format_html("<{} {}>{}</{}>", tag, attributes({"font-family": FONT, **values}), text, tag)


def drawing(
    width: float, height: float, marks: Iterable[SafeString], /, *, label: object = "", **more: object
) -> SafeString:
    """The picture. With a label it is an image to a screen reader, without one it is decoration."""
    role = {"role": "img", "aria-label": label} if label else {"aria-hidden": "true"}
    values = {"viewBox": f"0 0 {width:g} {height:g}", "focusable": "false", **role, **more}
    return format_html(
        '<svg xmlns="http://www.w3.org/2000/svg" {}>{}</svg>',
        attributes(values),
        format_html_join("", "{}", ((m,) for m in marks)),
    )


def line(values: Sequence[float], width: int, height: int) -> list[SafeString]:
    """A small trend, scaled to itself; its last value is dotted. One value is a dot, none is nothing."""
    if not values:
        return []
    low, high = min(values), max(values)
    reach, step = (high - low) or 1, (width - 6) / max(len(values) - 1, 1)
    points = [(3 + i * step, height - 3 - (v - low) / reach * (height - 6)) for i, v in enumerate(values)]
    x, y = points[-1]
    path = " ".join(f"{a:.1f},{b:.1f}" for a, b in points)
    return [mark("polyline", "ln", points=path), mark("circle", "bar", cx=x, cy=y, r=2.5)]


def bar(share: float, width: int, height: int, look: str, track: str = "track") -> list[SafeString]:
    """A filled part (0–1, clipped) of a track."""
    filled = max(0.0, min(1.0, share)) * width
    return [
        mark("rect", track, width=width, height=height, rx=2),
        mark("rect", look, width=filled, height=height, rx=2),
    ]


def slope(
    rows: Sequence[Mapping[str, object]], before: object, after: object, width: int, height: int
) -> list[SafeString]:
    """Change of rank between two periods; a row has `name`, `prev` and `rank` (from 1), or no `prev`."""
    last = max([1, *(int(r[k]) for r in rows for k in ("prev", "rank") if r.get(k))])
    top, left, right = 28, 120, width - 120
    gap = (height - top - 8) / max(last - 1, 1)
    marks = [
        mark("text", "ax", before, x=left, y=12, text_anchor="end", font_size=11),
        mark("text", "ax", after, x=right, y=12, font_size=11),
    ]
    for row in rows:
        y2 = top + (int(row["rank"]) - 1) * gap
        y1 = top + (int(row["prev"]) - 1) * gap if row.get("prev") else None
        marks += slope_row(row, (left, y1), (right, y2))
    return marks


def slope_row(
    row: Mapping[str, object], start: tuple[float, float | None], end: tuple[float, float]
) -> list[SafeString]:
    """The line and both ends of one unit; a move of three places or more is drawn heavier."""
    (x1, y1), (x2, y2) = start, end
    moved = int(row["prev"]) - int(row["rank"]) if row.get("prev") else 0
    way = "up" if moved > 0 else "down" if moved < 0 else "flat"
    heavy = abs(moved) >= 3
    marks = [
        mark("circle", f"d-{way}", cx=x2, cy=y2, r=3.5),
        mark(
            "text",
            "lbl",
            f"{row['rank']} {row['name']}",
            x=x2 + 9,
            y=y2 + 4,
            font_size=12,
            font_weight=600 if heavy else 400,
        ),
    ]
    if y1 is not None:
        name = f"{row['name']} {row['prev']}"
        marks += [
            mark("line", f"s-{way}", x1=x1, y1=y1, x2=x2, y2=y2, stroke_width=2.5 if heavy else 1.5),
            mark("circle", f"d-{way}", cx=x1, cy=y1, r=3),
            mark("text", "ax", name, x=x1 - 9, y=y1 + 4, text_anchor="end", font_size=11),
        ]
    return marks


def bins(bounds: Sequence[float]) -> list[tuple[float, str, str]]:
    """Upper bound (excluded), ground and text of each colour but the best."""
    return [(bound, ground, ink) for bound, (ground, ink) in zip(bounds, GROUNDS, strict=True)]


def colours(value: float | None, bins: Sequence[tuple[float, str, str]]) -> tuple[str, str] | None:
    """Ground and text of a value; None for no value."""
    if value is None:
        return None
    return next(((ground, text) for bound, ground, text in bins if value < bound), TOP_BIN)


def tile(
    cell: Mapping[str, object], width: float, height: float, bins: Sequence[tuple[float, str, str]]
) -> SafeString:
    """One district: `name`, `col`, `row` (from 0), `value` (None is grey) and its second line, `note`."""
    x, y = int(cell["col"]) * width, int(cell["row"]) * height
    found = colours(cell.get("value"), bins)
    box = {"x": x + 2, "y": y + 2, "width": width - 4, "height": height - 4, "rx": 5}
    if found is None:
        ground, ink, look = mark("rect", "nodata", **box), {}, "nodata-text"
    else:
        ground, ink, look = mark("rect", fill=found[0], **box), {"fill": found[1]}, ""
    middle = {"x": x + width / 2, "text_anchor": "middle", **ink}
    name = mark("text", look, cell["name"], y=y + height / 2 - 3, font_size=14, font_weight=600, **middle)
    note = mark("text", look, cell.get("note", ""), y=y + height / 2 + 15, font_size=11, **middle)
    return ground + name + note
