"""What is typed when a lead asks those above, what they answer, and about orders to be on site."""

from datetime import datetime

from django import forms
from django.utils.translation import gettext_lazy as _

from handling.forms.fields import CAMERA, words
from handling.models import Coordination
from handling.queries.coordination import Aside, SiteAside
from tickets.models import Ticket
from units.models import Unit, User


class UnitChoice(forms.ModelChoiceField):
    """A unit; the page's combo-box offers them as one types: the select holds only what was chosen."""

    def __init__(self, **options: object) -> None:
        super().__init__(Unit.objects.active(), to_field_name="code", **options)

    def hold(self, typed: str) -> None:
        """Offer what was typed, so that it is still there when the form comes back."""
        found = Unit.objects.active().filter(code=typed).first() if typed else None
        self.widget.choices = [("", ""), *([(found.code, found.name)] if found else [])]


class AskForm(forms.Form):
    """What cannot be solved alone, and whose line of work it is."""

    question = forms.CharField(
        label=_("需协调的问题"),
        help_text=_("写明卡在哪里、需要谁定什么。办理时限照常计算。"),
        min_length=5,
        max_length=1000,
        widget=words(3),
    )
    department = UnitChoice(
        label=_("行业主管部门"), required=False, help_text=_("可不填：不填的，逐级提请区、市协调。")
    )

    def __init__(self, *args: object, **options: object) -> None:
        super().__init__(*args, **options)
        self.fields["department"].hold(self.data.get(self.add_prefix("department"), ""))


class AnswerForm(forms.Form):
    """An opinion, or one level up."""

    verdict = forms.ChoiceField(
        label=_("答复"),
        choices=(("answer", _("给出协调意见")), ("up", _("提级"))),
        widget=forms.RadioSelect,
    )
    opinion = forms.CharField(
        label=_("意见"),
        help_text=_("协调意见对主办单位有约束力；提级的，可写明理由。"),
        max_length=1000,
        required=False,
        widget=words(4),
    )
    department = UnitChoice(
        label=_("提级到"), required=False, help_text=_("可选市级部门；不选的，提级到上一级。")
    )

    def __init__(self, *args: object, row: Coordination, **options: object) -> None:
        super().__init__(*args, **options)
        self.fields["department"].hold(self.data.get(self.add_prefix("department"), ""))
        if row.level != Coordination.Level.DISTRICT:
            del self.fields["department"]
        if row.level == Coordination.Level.CITY:
            self.fields["verdict"].choices = [("answer", _("给出协调意见"))]
            self.fields["verdict"].initial = "answer"


class OrderForm(forms.Form):
    """When and where, and who."""

    meet_at = forms.DateTimeField(
        label=_("到场时间"),
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
    )
    where = forms.CharField(label=_("地点"), min_length=2, max_length=200)
    units = forms.ModelMultipleChoiceField(
        Unit.objects.active(), to_field_name="code", label=_("到场单位"), help_text=_("至多 8 个。")
    )
    demand = forms.CharField(label=_("要求"), max_length=500, required=False, widget=words(2))

    def __init__(self, *args: object, ticket: Ticket, **options: object) -> None:
        super().__init__(*args, **options)
        self.fields["where"].initial = ticket.location
        chosen = self.data.getlist("units") if self.is_bound else [ticket.lead.code] if ticket.lead else []
        found = Unit.objects.active().filter(code__in=chosen)
        self.fields["units"].widget.choices = [(unit.code, unit.name) for unit in found]
        self.fields["units"].initial = chosen


class SettleForm(forms.Form):
    """What was found on site, with a photo."""

    outcome = forms.CharField(
        label=_("现场结论"),
        help_text=_("核实了什么、责任怎样划分、由谁在何时办。"),
        min_length=5,
        max_length=1000,
        widget=words(3),
    )
    photo = forms.FileField(label=_("现场照片"), widget=forms.ClearableFileInput(attrs=CAMERA))


def blank(
    ticket: Ticket, by: User, may: frozenset[str], at: datetime, aside: Aside | None
) -> dict[str, forms.Form]:
    """Open to the lead, and to its district, while no question waits."""
    if "coordinate" not in may or (aside is not None and aside.waiting is not None):
        return {}
    return {"coordinate": AskForm(prefix="coordinate")}


def blank_on_site(
    ticket: Ticket, by: User, may: frozenset[str], at: datetime, aside: SiteAside | None
) -> dict[str, forms.Form]:
    """A form for each order on site that this person may write about."""
    if "on_site_done" not in may or aside is None:
        return {}
    return {f"settle-{row.pk}": SettleForm(prefix=f"settle-{row.pk}") for row in aside.mine}
