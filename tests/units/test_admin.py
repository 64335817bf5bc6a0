"""The configuration pages of people: roles in words, and only those that fit."""

from collections.abc import Callable, Sequence

import pytest
from django.test import Client

from tests.city import City
from units.models import Unit, User

#: Django's own admin templates read names that need not be there.
pytestmark = pytest.mark.ignore_template_errors


def page_of(person: User) -> str:
    return f"/admin/units/user/{person.pk}/change/"


@pytest.fixture
def admin(city: City, client_of: Callable[[str], Client]) -> Client:
    User.objects.filter(pk=city.people["admin"].pk).update(is_staff=True, is_superuser=True)
    return client_of("admin")


def posted(person: User, roles: Sequence[str], unit: Unit | None = None) -> dict[str, object]:
    where = unit or person.unit
    return {
        "username": person.username,
        "display_name": "新名字",
        "unit": where.pk if where else "",
        "roles": roles,
        "is_active": "on",
    }


def test_the_roles_of_a_person_are_ticked_in_words(city: City, admin: Client) -> None:
    page = admin.get(page_of(city.clerk)).content.decode()
    assert page.count('<input type="checkbox" name="roles"') == 12
    assert page.count(" checked", page.index('name="roles"'), page.index("承办员</label>")) == 1
    assert "话务员" in page and "审计" in page
    assert '<td class="field-told_roles">承办员</td>' in admin.get("/admin/units/user/").content.decode()


def test_other_roles_are_kept(city: City, admin: Client) -> None:
    assert admin.post(page_of(city.clerk), posted(city.clerk, ["clerk", "leader"])).status_code == 302
    city.clerk.refresh_from_db()
    assert (city.clerk.roles, city.clerk.display_name) == (["clerk", "leader"], "新名字")
    assert admin.post(page_of(city.clerk), posted(city.clerk, [])).status_code == 302
    city.clerk.refresh_from_db()
    assert city.clerk.roles == []


@pytest.mark.parametrize(
    ("roles", "unit", "told"),
    [
        (["emperor"], "heating", "emperor"),
        (["agent", "clerk"], "heating", "不能同时承办工单"),
        (["clerk"], "centre", "承办角色须属于承办工单的单位"),
        (["agent"], "heating", "热线岗位须属于市热线中心"),
        (["district"], "heating", "「区分中心」须属于区政府"),
    ],
)
def test_a_role_that_does_not_fit_is_refused(
    city: City, admin: Client, roles: list[str], unit: str, told: str
) -> None:
    where = city.agent.unit if unit == "centre" else city.heating
    page = admin.post(page_of(city.clerk), posted(city.clerk, roles, where))
    assert page.status_code == 200 and told in page.content.decode()
    city.clerk.refresh_from_db()
    assert (city.clerk.roles, city.clerk.unit) == (["clerk"], city.heating)
