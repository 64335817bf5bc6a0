"""What a report lacks is named, shown to its writer and its judges, and kept (issue 3)."""

import pytest
from django.urls import reverse
from django.utils import timezone

from handling import actions
from handling.actions import Result
from handling.models import ReplyTemplate, Report
from handling.rules import Canned, Draft, Matter, missing
from tests.city import NOON, City
from tests.handling.conftest import ClientOf, Make, Order, fresh, photo, post
from tickets.errors import Refused
from tickets.models import Ticket
from units.models import Unit

MATTER = Matter(
    "BJ12345-20260302-000001",
    "暖气不热 家中暖气不热，室温只有十四度。公共服务 › 供暖 › 暖气不热 示例小区3号楼",
)
REPLY = "三号楼循环泵已更换，您家的室温已达到十九度。"
TEMPLATE = "您好，您反映的供暖问题我公司已收到，正在处理，感谢您的支持。"
NOT_CANNED = Canned(templates=[TEMPLATE], same=2, most=3, short=15)


def draft(reply: str = REPLY, **changes: object) -> Draft:
    return Draft(**{"text": "更换循环泵。", "reply": reply, "contacted": True, "evidence": True, **changes})


@pytest.mark.parametrize(
    ("said", "canned", "found"),
    [
        (draft(), NOT_CANNED, []),
        (draft(contacted=False), NOT_CANNED, ["no_contact"]),
        (draft(evidence=False), NOT_CANNED, ["no_evidence"]),
        (draft("室温已达标。"), NOT_CANNED, ["canned"]),
        (draft(TEMPLATE.replace("，", " ,")), NOT_CANNED, ["canned"]),
        (draft(TEMPLATE + "三号楼已修好。"), NOT_CANNED, []),
        (draft(), Canned([], same=3, most=3, short=15), ["canned"]),
        (draft("您反映的路灯已由养护单位修复，请您夜间留意。"), NOT_CANNED, ["wrong_matter"]),
        (draft(f"{REPLY}见BJ12345-20260302-000002。"), NOT_CANNED, ["wrong_matter"]),
        (draft(f"{REPLY}见{MATTER.number}。"), NOT_CANNED, []),
        (draft(text="同 BJ12345-20260302-000002"), NOT_CANNED, ["wrong_matter"]),
        (draft("", contacted=False, evidence=False), NOT_CANNED, ["no_contact", "no_evidence"]),
        (draft("已办", contacted=False), NOT_CANNED, ["no_contact", "canned", "wrong_matter"]),
    ],
)
def test_each_lack_has_its_name(said: Draft, canned: Canned, found: list[str]) -> None:
    assert missing(said, MATTER, canned) == found


def test_what_a_report_lacks_is_kept_with_it(city: City, signed: Ticket) -> None:
    actions.report(signed, Result("explained", "已解释。。。", "已上门处理。"), by=city.clerk, at=NOON)
    row = Report.objects.get()
    assert row.missing == ["no_contact", "no_evidence", "canned", "wrong_matter"]
    assert signed.events.last().facts["missing"] == row.missing
    assert [str(words) for words in row.missing_words][1] == "没有佐证"


def test_a_sound_report_lacks_nothing(city: City, signed: Ticket) -> None:
    actions.contact(signed, channel="phone", reached=True, note="", by=city.clerk, at=NOON)
    actions.report(signed, Result("solved", "更换循环泵。", REPLY), by=city.clerk, at=NOON, files=[photo()])
    assert Report.objects.get().missing == []
    assert "missing" not in signed.events.last().facts


def test_the_same_reply_to_many_is_canned(city: City, make: Make) -> None:
    for _n in range(4):
        ticket = make()
        actions.sign(ticket, by=city.clerk, at=NOON)
        actions.report(ticket, Result("explained", "已解释供暖时间。", REPLY), by=city.clerk, at=NOON)
    found = [("canned" in row.missing) for row in Report.objects.order_by("pk")]
    assert found == [False, False, False, True]


def test_what_is_not_solved_has_its_reason(city: City, signed: Ticket) -> None:
    before = fresh(signed)
    for outcome in ("partly", "not_solved"):
        with pytest.raises(Refused, match="选择原因"):
            actions.report(signed, Result(outcome, "已上门查看。", REPLY), by=city.clerk, at=NOON)
    assert (fresh(signed).version, Report.objects.count()) == (before.version, 0)
    told = Result("partly", "已上门查看。", REPLY, reason="third_party")
    actions.report(signed, told, by=city.clerk, at=NOON)
    assert Report.objects.get().reason == "third_party"


def test_the_form_asks_for_the_reason_too(city: City, order: Order, client_of: ClientOf) -> None:
    ticket = order()
    actions.sign(ticket, by=city.clerk, at=timezone.now())
    data = {"outcome": "partly", "text": "已上门查看。", "reply": REPLY}
    wrong = post(client_of("clerk"), "report", ticket, **data)
    assert wrong.status_code == 422 and "请选择原因" in wrong.content.decode()
    assert post(client_of("clerk"), "report", ticket, **data, reason="under_way").status_code == 302
    assert fresh(ticket).outcome == "partly"


def test_the_preview_names_what_is_missing_while_one_types(order: Order, client_of: ClientOf) -> None:
    ticket = order()
    page = post(client_of("clerk"), "preview", ticket, reply="您反映的路灯已修复").content.decode()
    assert "对不上" in page and "没有佐证" in page and "没有联系上" in page
    better = post(client_of("clerk"), "preview", ticket, reply=REPLY, held="1").content.decode()
    assert "对不上" not in better and "没有佐证" not in better and "没有联系上" in better


def test_the_leader_sees_what_is_missing(city: City, order: Order, client_of: ClientOf) -> None:
    ticket = order()
    now = timezone.now()
    actions.sign(ticket, by=city.clerk, at=now)
    actions.report(ticket, Result("explained", "已上门解释。", "已解释。。"), by=city.clerk, at=now)
    page = client_of("leader").get(reverse("handling:pane", args=[ticket.number])).content.decode()
    assert "答复质量提示" in page and "没有佐证" in page


def test_a_unit_is_offered_its_own_templates_for_the_matter(
    city: City, order: Order, client_of: ClientOf
) -> None:
    ticket = order()
    actions.sign(ticket, by=city.clerk, at=timezone.now())
    mine = ReplyTemplate.objects.create(unit=city.heating, name="供暖", text=TEMPLATE)
    ReplyTemplate.objects.create(name="通用", text="您好，您的诉求已办理。")
    ReplyTemplate.objects.create(category=city.leaves["heating"].parent, name="供暖类", text="您好。")
    ReplyTemplate.objects.create(unit=city.street, name="街道的", text="您好。")
    ReplyTemplate.objects.create(category=city.leaves["deed"], name="产权证的", text="您好。")
    clerk = client_of("clerk")
    page = clerk.get(reverse("handling:report", args=[ticket.number])).content.decode()
    offered = [
        name for name in ("供暖", "通用", "供暖类", "街道的", "产权证的") if f">{name}</option>" in page
    ]
    assert offered == ["供暖", "通用", "供暖类"]
    part = post(clerk, "template", ticket, template=mine.pk, reply="王女士：").content.decode()
    assert f"王女士：\n{TEMPLATE}</textarea>" in part and "诉求人将看到" in part
    bare = post(clerk, "template", ticket, template=mine.pk, reply="").content.decode()
    assert "套话" in bare
    assert Unit.objects.filter(reply_templates=mine).get() == city.heating


@pytest.mark.parametrize("key", ["", "x", "0", "99999"])
def test_no_template_leaves_what_was_typed(order: Order, client_of: ClientOf, key: str) -> None:
    part = post(client_of("clerk"), "template", order(), template=key, reply="已换循环泵").content.decode()
    assert "已换循环泵</textarea>" in part


def test_an_administrator_writes_templates(city: City, client_of: ClientOf) -> None:
    client, url = client_of("admin"), reverse("admin:handling_replytemplate_add")
    assert client.get(url).status_code == 200
    data = {"name": "供暖", "text": TEMPLATE, "unit": city.heating.pk, "category": city.leaves["heating"].pk}
    assert client.post(url, data).status_code == 302
    assert ReplyTemplate.objects.get().unit == city.heating
