"""Inner assignment: a person, or a section or community below, who then see the order and work on it."""

from collections.abc import Callable
from functools import partial

import pytest
from django.urls import reverse
from django.utils import timezone

from handling import actions
from tests.city import NOON, City
from tests.handling.conftest import ClientOf, Make, Order, fresh, post
from tickets.errors import Refused
from tickets.models import Notice, Ticket
from units.models import Unit, User


@pytest.fixture
def community(city: City) -> Unit:
    """A community of the street, with a clerk `neighbour`."""
    unit = Unit.objects.create(
        code="110108009001",
        name="示例社区居委会",
        type=Unit.Type.COMMUNITY,
        parent=city.street,
        district=city.district,
        place=city.community,
        path=f"{city.street.path}110108009001/",
    )
    person = User.objects.create(username="neighbour", roles=["clerk"], unit=unit)
    city.people["neighbour"] = person
    return unit


@pytest.fixture
def general(city: City, make: Make) -> Ticket:
    ticket = make(category=city.leaves["property"])
    actions.sign(ticket, by=city.street_clerk, at=NOON)
    return ticket


def sees(user: User, ticket: Ticket) -> bool:
    return Ticket.objects.visible_to(user).filter(pk=ticket.pk).exists()


def refused(do: Callable[[], object], ticket: Ticket, words: str) -> None:
    """It is refused in these words and nothing has changed."""
    before = Ticket.objects.filter(pk=ticket.pk).values().get()
    with pytest.raises(Refused, match=words):
        do()
    assert Ticket.objects.filter(pk=ticket.pk).values().get() == before


def test_a_community_sees_what_it_was_given_and_works_on_it(
    city: City, community: Unit, general: Ticket
) -> None:
    neighbour = city.neighbour
    assert not sees(neighbour, general)
    actions.assign(general, inner=community, by=city.street_clerk, at=NOON)
    ticket = fresh(general)
    assert (ticket.inner, ticket.assignee, ticket.lead) == (community, None, city.street)
    assert ticket.events.last().facts == {"unit": community.pk}
    assert Notice.objects.get(kind="assign").unit == community
    assert sees(neighbour, ticket)
    actions.contact(ticket, channel="visit", reached=True, note="已上门", by=neighbour, at=NOON)
    actions.note(ticket, text="已与物业约好", by=neighbour, at=NOON)
    assert fresh(ticket).contacted_at == NOON


def test_a_community_does_the_work_and_the_street_speaks(
    city: City, community: Unit, order: Order, client_of: ClientOf
) -> None:
    """What binds the street towards others is not on the community's page, and refused where it is sent."""
    ticket, now = order(category=city.leaves["property"]), timezone.now()
    actions.assign(ticket, inner=community, by=city.street_clerk, at=now)
    url, inbox = reverse("handling:pane", args=[ticket.number]), reverse("handling:inbox")
    below, street = client_of("neighbour"), client_of("street_clerk")
    assert [below.get(inbox, {"v": view}).content.decode().count(ticket.number) > 0
            for view in ("unsigned", "open")] == [False, True]  # fmt: skip
    tick = f'name="pick" value="{ticket.number}:'
    assert tick in street.get(inbox, {"v": "open"}).content.decode()
    assert tick not in below.get(inbox, {"v": "open"}).content.decode()
    assert "/sign/" in street.get(url).content.decode()
    unsigned = below.get(url).content.decode()
    assert "/sign/" not in unsigned and 'id="object"' not in unsigned and "/contact/" in unsigned
    refused(lambda: actions.sign(fresh(ticket), by=city.neighbour, at=now), ticket, "只有主办单位")
    actions.sign(fresh(ticket), by=city.street_clerk, at=now)
    words = ("/coordinate/", "/whistle/", "/report/")
    assert [word in street.get(url).content.decode() for word in words] == [True, True, True]
    assert [word in below.get(url).content.decode() for word in words] == [False, False, True]
    sent = post(below, "coordinate", fresh(ticket), **{"coordinate-question": "请区里协调解决"})
    assert (sent.status_code, fresh(ticket).coordinations.count()) == (422, 0)


def test_giving_it_to_another_takes_the_access_back(city: City, community: Unit, general: Ticket) -> None:
    actions.assign(general, inner=community, by=city.street_clerk, at=NOON)
    actions.assign(fresh(general), to=city.street_leader, by=city.street_clerk, at=NOON)
    ticket = fresh(general)
    assert (ticket.inner, ticket.assignee) == (None, city.street_leader)
    assert not sees(city.neighbour, ticket) and sees(city.street_clerk, ticket)


def test_a_person_below_brings_their_section_in(city: City, community: Unit, general: Ticket) -> None:
    actions.assign(general, to=city.neighbour, by=city.street_leader, at=NOON)
    ticket = fresh(general)
    assert (ticket.inner, ticket.assignee) == (community, city.neighbour)
    assert sees(city.neighbour, ticket)
    assert Notice.objects.get(kind="assign").person == city.neighbour


def test_only_sections_and_communities_of_the_lead_take_it(
    city: City, community: Unit, general: Ticket, make: Make
) -> None:
    by = city.street_clerk
    refused(lambda: actions.assign(general, inner=city.sibling, by=by, at=NOON), general, "本单位")
    refused(lambda: actions.assign(general, by=by, at=NOON), general, "请选择")
    both = {"inner": community, "to": city.street_clerk}
    refused(lambda: actions.assign(general, **both, by=by, at=NOON), general, "请选择")
    orphan = make(category=city.leaves["orphan"])
    officer = city.district_officer
    officer.roles = ["district", "clerk"]
    officer.save()
    refused(lambda: actions.assign(orphan, inner=city.street, by=officer, at=NOON), orphan, "转派")


def test_the_communitys_inbox_lists_it_and_the_form_offers_it(
    city: City, community: Unit, order: Order, client_of: ClientOf
) -> None:
    ticket = order(category=city.leaves["property"])
    actions.sign(ticket, by=city.street_clerk, at=timezone.now())
    street, url = client_of("street_clerk"), reverse("handling:pane", args=[ticket.number])
    assert "示例社区居委会" in street.get(url).content.decode()
    assert post(street, "assign", ticket, **{"assign-to": "", "assign-inner": ""}).status_code == 422
    assert post(street, "assign", ticket, **{"assign-inner": community.pk}).status_code == 302
    there = client_of("neighbour").get(reverse("handling:inbox"))
    assert [line.ticket.number for line in there.context["lines"]] == [ticket.number]
    assert client_of("neighbour").get(url).status_code == 200
    # Where there is no section below, there is nothing to choose.
    other = order()
    page = client_of("clerk").get(reverse("handling:pane", args=[other.number])).content.decode()
    assert 'name="assign-to"' in page and 'name="assign-inner"' not in page


def test_nobody_under_the_accused_is_given_the_order(city: City, community: Unit, make: Make) -> None:
    ticket = make(kind="tip_off", category=city.leaves["property"], accused=city.street)
    assert ticket.lead == city.district
    by = city.district_officer
    refused(lambda: actions.assign(ticket, inner=community, by=by, at=NOON), ticket, "只能分派")


def test_the_head_of_a_community_does_not_sign_for_the_street(
    city: City, community: Unit, general: Ticket
) -> None:
    """The result, more time and a plan are the word of the lead's own leader (R26)."""
    head = User.objects.create(username="head", roles=["leader"], unit=community)
    actions.assign(general, to=head, by=city.street_clerk, at=NOON)
    told = actions.Result("explained", "已上门说明物业管理安排。", "物业本周整改小区绿化，请您留意。")
    actions.report(fresh(general), told, by=head, at=NOON)
    for act in (actions.approve, partial(actions.send_back, note="请补充")):
        refused(partial(act, fresh(general), by=head, at=NOON), general, "只有主办单位")
    actions.approve(fresh(general), by=city.street_leader, at=NOON)
    assert fresh(general).state == "followup"
