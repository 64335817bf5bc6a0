"""load_city: rules with conditions and limits of their own."""

from pathlib import Path

import pytest

from dispatch.models import Catalogue, Rule
from tests.hotline.test_load_city import load, problems
from units.models import User

WIDE = """category,scope,kind,lead,co,basis,condition,limit,statutory_days,legal_basis
11,,,street,,示例目录11,,,,
11,,,district,,示例目录11紧急,urgent,E,,
12,,,district,street,示例目录12,words:内涝,,60,示例条例第十条
"""


def test_rules_may_have_conditions_and_limits_of_their_own(db: None, folder: Path) -> None:
    (folder / "rules.csv").write_text(WIDE, encoding="utf-8")
    load(folder)
    told = ("category__code", "condition", "limit_code", "statutory_days", "legal_basis")
    assert list(Rule.objects.order_by("pk").values_list(*told)) == [
        ("11", "", "", None, ""), ("11", "urgent", "E", None, ""),
        ("12", "words:内涝", "", 60, "示例条例第十条"),
    ]  # fmt: skip
    load(folder)
    assert Rule.history.count() == Rule.objects.count() == 3


@pytest.mark.parametrize(
    ("good", "bad", "words"),
    [
        ("11紧急,urgent", "11紧急,weather", "rules.csv:3: unknown condition 'weather'; known are urgent"),
        ("urgent,E", "urgent,Z", "rules.csv:3: limit 'Z' is not in limits.csv"),
        (",60,示例条例第十条", ",60,", "rules.csv:4: statutory_days needs its legal_basis"),
        (",60,", ",0,", "rules.csv:4: statutory_days 0 is not between 1 and 3650"),
        ("12,,,district", "12,,,city_dept:tax", "rules.csv:4: 'city_dept:tax': the city has no department"),
        ("11紧急,urgent", "11紧急,", "rules.csv:3: category, scope, kind, condition"),
    ],
)
def test_a_bad_condition_or_limit_of_a_rule_is_told(
    db: None, folder: Path, good: str, bad: str, words: str
) -> None:
    assert good in WIDE
    (folder / "rules.csv").write_text(WIDE.replace(good, bad, 1), encoding="utf-8")
    assert problems(folder)[0].startswith(words)
    assert Rule.objects.count() == 0


def test_a_version_of_the_rule_lab_is_not_the_files(db: None, folder: Path) -> None:
    load(folder)
    author = User.objects.create(username="author")
    Catalogue.objects.update(author=author)
    assert problems(folder) == ["city.yaml:3: catalogue 1 was written in the rule lab: name another version"]
