"""What a board's page offers beside the table: other boards, the lists of the month, bands, marks."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal

from django.utils.functional import Promise
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from reports.queries.board_rows import Row
from reports.queries.boards import Board
from reports.rules import Asked
from scoring.models import Mark, Scheme
from units.models import Unit

Text = str | Promise


@dataclass(frozen=True)
class Choice:
    """A link to another board."""

    label: Text
    href: str
    current: bool


def in_bands(board: Board, asked: Asked) -> bool:
    """Whether bands are shown in the place of places: as asked, else as the scheme says."""
    return asked.view == "bands" or (not asked.view and not board.period.scheme.league)


def groups(asked: Asked) -> list[Choice]:
    """The rank groups; a stratum or a volume of one means nothing in another."""
    return [
        Choice(label, Asked(key, asked.period, view=asked.view).but(), key == asked.group)
        for key, label in Unit.RankGroup.choices
    ]


def choices(board: Board, asked: Asked) -> dict[str, list[Choice]]:
    """Strata, volume bands and views of this board; a kind with nothing to choose from is empty."""
    bands = in_bands(board, asked)
    return {
        "strata": _strata(board, asked) if len(board.strata) > 1 or asked.stratum else [],
        "volumes": _volumes(board.period.scheme, asked),
        "views": [
            Choice(_("名次"), asked.but(view="league"), not bands),
            Choice(_("分档"), asked.but(view="bands"), bands),
        ],
    }


def _strata(board: Board, asked: Asked) -> list[Choice]:
    whole = Choice(_("全部类别"), asked.but(stratum=""), not asked.stratum)
    parts = [
        Choice(label, asked.but(stratum=key), key == asked.stratum)
        for key, label in Unit.Stratum.choices
        if key in board.strata or key == asked.stratum
    ]
    return [whole, *parts]


def _volumes(scheme: Scheme, asked: Asked) -> list[Choice]:
    edges = scheme.volume_bands
    if not edges:
        return []
    names = [gettext("回访不足 %d 件") % edges[0]]
    names += [
        gettext("%(least)d 至 %(most)d 件") % {"least": least, "most": above - 1}
        for least, above in zip(edges, edges[1:], strict=False)
    ]
    names.append(gettext("%d 件及以上") % edges[-1])
    whole = Choice(_("全部量级"), asked.but(volume=""), not asked.volume)
    parts = [
        Choice(name, asked.but(volume=str(band)), str(band) == asked.volume)
        for band, name in enumerate(names)
    ]
    return [whole, *parts]


@dataclass(frozen=True)
class Band:
    """The units of a band by code: within it there is no order."""

    letter: str
    #: The least score in it; None for the last.
    least: Decimal | None
    count: int
    rows: Sequence[Row]


def bands(board: Board, most: int | None) -> list[Band]:
    """Every band of the scheme, best first, also one in which nobody is; `most` rows in all, None: each."""
    edges = board.period.scheme.bands
    share = None if most is None or len(board.ranked) <= most else most // (len(edges) + 1)
    told = []
    for number, least in enumerate([*edges, None]):
        letter = chr(ord("A") + number)
        rows = [row for row in board.ranked if row.band == letter]
        rows.sort(key=lambda row: row.standing.code)
        told.append(Band(letter, least, len(rows), rows[:share]))
    return told


@dataclass(frozen=True)
class Names:
    """One of the month's lists: what it goes by, and each unit with its figure."""

    title: Text
    by: Text
    rows: Sequence[tuple[Row, Text]]


def named(board: Board) -> list[Names]:
    """先进、进步、整改、治理 of the streets and towns (DOMAIN §2.5); none of a part of them."""
    if board.group != Unit.RankGroup.STREETS or board.within:
        return []
    told: Iterable[tuple[Text, Text, Sequence[str], Callable[[Row], Text]]] = (
        (_("先进"), _("成绩最高"), board.lists.advanced, lambda row: str(row.standing.score)),
        (_("进步"), _("成绩比上期提高最多"), board.lists.progress, lambda row: f"{row.gain:+}"),
        (_("整改"), _("成绩最低，自末位起"), board.lists.rectify, lambda row: str(row.standing.score)),
        (
            _("治理"),
            _("受理量最大"),
            board.lists.governance,
            lambda row: str(row.standing.amounts["accepted"]),
        ),
    )
    return [
        Names(title, by, [(board.by_code[code], figure(board.by_code[code])) for code in codes])
        for title, by, codes, figure in told
        if codes
    ]


def marked(board: Board) -> list[tuple[Row, Mark, Decimal]]:
    """Points that people added or took, oldest first: the unit's row, the mark, the points."""
    rows = {row.unit.pk: row for row in (*board.ranked, *board.low)}
    return [
        (rows[mark.unit_id], mark, Decimal(mark.tenths) / 10) for mark in board.marks if mark.unit_id in rows
    ]
