"""The twelve tickets of docs/ruler.md: what is worked out there by hand is what the program counts."""

import re
from datetime import datetime, timedelta
from decimal import Decimal
from pathlib import Path

import pytest
from django.conf import settings as django_settings

from dispatch.actions import dispatch_by_hand
from dispatch.models import Rebound
from followup.models import Answer
from reports.queries import why
from scoring.actions import adjusting, ensure_period, exclusions, fold, score_waiting
from scoring.actions.freezing import digest, freeze
from scoring.actions.rebounds import revoke_returned
from scoring.audit import differences
from scoring.models import Mark, Period, Scheme, ScoreLine
from scoring.queries import amounts, published_places
from scoring.rules import intervals, rates_of
from tests.city import NOON, ZONE, City
from tests.handling.conftest import photo
from tests.scoring.asking import filed
from tickets.models import Ticket
from units.models import Unit

PAGE = Path(django_settings.BASE_DIR) / "docs" / "ruler.md"
#: The day after the month has ended, and a day in the next.
PUBLISHED = datetime(2026, 3, 20, 9, tzinfo=ZONE)
LATER = datetime(2026, 3, 25, 9, tzinfo=ZONE)
#: The columns of the table of lines, as the ledger names them.
COLUMNS = {
    "受理": "accepted",
    "办结": "closed",
    "有效": "valid",
    "剔除": "excluded",
    "响应": "responded",
    "解决": "solved",
    "满意": "satisfied",
}
SAID = {
    1: ["yes solved basic"],
    2: ["unsure solved satisfied"],
    3: [""],
    4: ["no unsolved dissatisfied", "yes solved satisfied"],
    5: ["no unsolved dissatisfied", "refused"],
    6: ["yes solved basic"],
    7: ["no unsolved dissatisfied"],
    8: ["yes unsolved dissatisfied"],
    9: ["no solved basic"],
    10: ["yes solved satisfied"],
    11: ["withdrawn"],
    12: ["yes solved satisfied"],
}


def table(title: str) -> list[list[str]]:
    """The rows of the first table below a heading."""
    _before, _title, text = PAGE.read_text(encoding="utf-8").partition(f"### {title}\n")
    block = re.search(r"(?:^\|.*\n)+", text, re.MULTILINE)
    assert block is not None, title
    rows = [[cell.strip() for cell in line.strip("|").split("|")] for line in block[0].splitlines()]
    return rows[2:]


def told(line: ScoreLine) -> dict[str, str]:
    """A line as the table writes it: what is zero stands empty, a rate as thousandths/answers."""
    found = {}
    for name, column in COLUMNS.items():
        if column in ("responded", "solved", "satisfied"):
            pair = getattr(line, f"{column}_num"), getattr(line, f"{column}_base")
            found[name] = f"{pair[0]}/{pair[1]}" if any(pair) else ""
        else:
            found[name] = f"{n:+d}" if (n := getattr(line, column)) else ""
    return found


class Example:
    """The twelve tickets in the order of the text."""

    def __init__(self, city: City) -> None:
        self.city = city
        Scheme.objects.update(min_sample=3, contacted_values={"yes": 1000, "no": 0, "unsure": None})
        units = [city.street] * 5 + [None] * 2 + [city.sibling] * 4 + [city.other_street]
        #: Of the duplicates: the units that lead their masters.
        self.merged = {6: city.other_street, 7: city.sibling}
        self.tickets = {number: self._given(unit) for number, unit in enumerate(units, 1)}
        score_waiting(NOON)
        for number, words in SAID.items():
            for round_, said in enumerate(words, 1):
                self._asked(number, said, round_)
        score_waiting(NOON + timedelta(days=1))

    def _given(self, unit: Unit | None) -> Ticket:
        ticket = filed(self.city, None)
        if unit is not None:
            dispatch_by_hand(ticket, lead=unit, reason="属地", by=self.city.dispatcher, at=NOON)
        return ticket

    def _asked(self, number: int, said: str, round_: int) -> None:
        answers = said.split() if " " in said else ["", "", ""]
        reach = "reached" if " " in said else said or "no_answer"
        ticket = self.tickets[number]
        Answer.objects.create(
            ticket=ticket, round=round_, unit=ticket.lead or self.merged[number], reach=reach,
            channel="phone", contacted=answers[0], solved=answers[1], satisfied=answers[2], recorded=True,
            merged=number in self.merged, repeat=number == 7,
            at=NOON + timedelta(hours=number, minutes=round_),
        )  # fmt: skip

    def leave_out(self, number: int, at: datetime) -> None:
        by = self.city.street_clerk if number < 6 else self.city.sibling_clerk
        asked = {"ground": "X2", "text": "已进入诉讼程序", "by": by, "at": NOON + timedelta(days=1)}
        row = exclusions.ask(self.tickets[number].answers.get(round=1), **asked, files=[photo()])
        exclusions.agree(row, opinion="案号属实", by=self.city.supervisor, at=at)

    def march(self) -> Period:
        """Until the month is published."""
        self.leave_out(5, NOON + timedelta(days=2))
        right = {"contacted": "yes", "solved": "solved", "satisfied": "satisfied"}
        adjusting.right_answer(
            self.tickets[9].answers.get(), right, why="录音显示已联系、满意", by=self.city.supervisor,
            at=NOON + timedelta(days=3),
        )  # fmt: skip
        period = ensure_period(NOON)
        Mark.objects.create(
            period=period, unit=self.city.sibling, tenths=50, why="专项工作", by=self.city.supervisor, at=NOON
        )
        return freeze(period, by=self.city.supervisor, at=PUBLISHED)

    def april(self) -> Period:
        """After it."""
        self.leave_out(8, LATER)
        Rebound.objects.create(ticket=self.tickets[10], returned=self.tickets[6], round=1, at=LATER)
        assert revoke_returned(LATER) == 1
        return ensure_period(LATER)


@pytest.fixture
def example(city: City, settings: object, tmp_path: object) -> Example:
    settings.MEDIA_ROOT = tmp_path
    return Example(city)


def lines_of(example: Example, period: Period) -> list[list[str]]:
    numbers = {ticket.pk: number for number, ticket in example.tickets.items()}
    lines = ScoreLine.objects.filter(period=period).order_by("pk")
    return [[str(numbers[line.ticket_id]), line.source, *told(line).values()] for line in lines]


def test_every_line_of_the_page_is_the_programs(example: Example) -> None:
    march = example.march()
    april = example.april()
    assert lines_of(example, march) == table("The lines of March")
    assert lines_of(example, april) == table("The lines of April")


def test_the_sums_rates_scores_and_places_are_the_programs(example: Example) -> None:
    march = example.march()
    placed = published_places(march, "streets")
    found = []
    for pk, row in placed.all:
        counts = [row.amounts[name] for name in ("accepted", "closed", "valid", "excluded")]
        rates = [f"{rate.num}/{rate.base} = {rate.percent}%" for rate in row.rates.values()]
        given = f"{Decimal(row.tenths) / 10:+}" if row.tenths else ""
        place = str(row.rank) if row.rank else "低样本"
        found.append([Unit.objects.get(pk=pk).name, *map(str, counts), *rates, given, str(row.score), place])
    assert found == table("The month of March")


def test_what_is_lost_and_what_an_exclusion_changed_is_the_programs(example: Example) -> None:
    month = why.account(example.city.street, example.march())
    numbers = {ticket.pk: number for number, ticket in example.tickets.items()}
    lines = ScoreLine.objects.filter(period=month.period, unit=month.unit).exclude(answer=None)
    lost = {}
    for line in lines.order_by("pk"):
        key = f"{numbers[line.ticket_id]} {line.source}" + (" 2" if line.answer.round == 2 else "")
        lost[key] = month.part("", line.amounts)
    rows = [[key, *map(str, part.by.values()), str(part.points)] for key, part in lost.items() if part.points]
    assert rows == table("Where the points of 学院路 went")
    (row,) = why.without(month)
    assert f"without the exclusion it would be **{row.score}**" in PAGE.read_text(encoding="utf-8")


def test_the_interval_of_the_page_is_the_programs(example: Example) -> None:
    month = why.account(example.city.street, example.march())
    span = intervals.of_rate(rates_of(month.amounts)["solved"], intervals.deviations(950))
    assert span is not None
    assert f"**{span.low}–{span.high}%**" in PAGE.read_text(encoding="utf-8")


def test_march_does_not_change_and_both_months_pass_the_audit(example: Example) -> None:
    march = example.march()
    before = published_places(march, "streets")
    april = example.april()
    fold(LATER + timedelta(days=1))
    assert digest(march) == (march.lines_frozen, march.digest)
    assert published_places(march, "streets") == before
    assert [list(differences(period)) for period in (march, april)] == [[], []]
    (city,) = amounts([april])
    assert {name: n for name, n in city.amounts.items() if n} == {
        "closed": -1, "valid": -1, "contacted": -1, "solved": -1, "excluded": 1, "responded_num": -1000,
        "responded_base": -1, "solved_num": -1000, "solved_base": -1, "satisfied_base": -1,
    }  # fmt: skip
