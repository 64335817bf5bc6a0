"""The configuration page of schemes: what would stop the counting, or change what was counted, is refused."""

import json
from collections.abc import Callable

import pytest
from django.test import Client
from django.urls import reverse

from scoring.actions import ensure_period
from scoring.models import Scheme
from tests.city import NOON, City
from units.models import User

#: Django's own admin templates read names that need not be there.
pytestmark = pytest.mark.ignore_template_errors

SAID = {
    "code": "next",
    "name": "下一方案",
    "effective_from": "2026-04-19",
    "period_start_day": "19",
    "weight_responded": "0.2",
    "weight_solved": "0.4",
    "weight_satisfied": "0.4",
    "contacted_values": json.dumps({"yes": 1000, "no": 0, "unsure": None}),
    "solved_values": json.dumps({"solved": 1000, "partly": 500, "unsolved": 0}),
    "satisfied_values": json.dumps({"satisfied": 1000, "basic": 800, "dissatisfied": 0}),
    "min_sample": "0",
    "base": "all",
    "cluster": "once",
    "ties": "overdue:asc,solved:desc",
    "lists": json.dumps({"advanced": 5}),
    "bands": "95,85",
    "volume_bands": "100,300",
    "confidence": "950",
    "grounds": "X1,X2",
}


@pytest.fixture
def admin(city: City, client_of: Callable[[str], Client]) -> Client:
    User.objects.filter(pk=city.people["admin"].pk).update(is_staff=True, is_superuser=True)
    return client_of("admin")


def test_a_sound_scheme_is_added(admin: Client) -> None:
    assert admin.post(reverse("admin:scoring_scheme_add"), SAID).status_code == 302
    made = Scheme.objects.get(code="next")
    assert (made.base, made.ties, made.min_sample) == ("all", ["overdue:asc", "solved:desc"], 0)
    assert made.contacted_values == {"yes": 1000, "no": 0, "unsure": None}


@pytest.mark.parametrize(
    ("changed", "told"),
    [
        ({"weight_solved": "0.5"}, "合计为 1"),
        ({"weight_responded": "-0.2", "weight_solved": "0.8"}, "合计为 1"),
        ({"period_start_day": "31"}, "1 至 28 日"),
        ({"confidence": "1000"}, "500 至 999"),
        ({"solved_values": '{"solved": 1, "maybe": 0}'}, "千分之一"),
        ({"solved_values": '{"solved": 1.5}'}, "千分之一"),
        ({"satisfied_values": '{"satisfied": 2000}'}, "千分之一"),
        ({"contacted_values": '{"yes": null}'}, "千分之一"),
        ({"contacted_values": '["yes"]'}, "千分之一"),
        ({"ties": "luck:desc"}, "同分排序须写成"),
        ({"lists": '{"best": 3}'}, "名单须是"),
        ({"bands": "85,95"}, "从高到低"),
        ({"volume_bands": "300,100"}, "从低到高"),
        ({"grounds": "X1,X99"}, "不存在的剔除理由"),
    ],
)
def test_what_nothing_could_be_counted_by_is_refused(
    admin: Client, changed: dict[str, str], told: str
) -> None:
    page = admin.post(reverse("admin:scoring_scheme_add"), SAID | changed)
    assert page.status_code == 200 and told in page.content.decode()
    assert not Scheme.objects.filter(code="next").exists()


def test_a_scheme_by_which_a_month_is_counted_is_neither_changed_nor_deleted(
    city: City, admin: Client
) -> None:
    ensure_period(NOON)
    key = city.scheme.pk
    changed = admin.post(reverse("admin:scoring_scheme_change", args=[key]), SAID)
    deleted = admin.post(reverse("admin:scoring_scheme_delete", args=[key]), {"post": "yes"})
    many = {"action": "delete_selected", "_selected_action": [key], "post": "yes"}
    admin.post(reverse("admin:scoring_scheme_changelist"), many)
    assert (changed.status_code, deleted.status_code) == (403, 403)
    assert Scheme.objects.get().code == "test"
