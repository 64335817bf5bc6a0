"""What is typed about a long-term plan: what is asked, what is decided, and how it goes on."""

from datetime import datetime

from django import forms
from django.utils.translation import gettext_lazy as _

from handling.actions.on_plan import Renewal
from handling.actions.plan import Step, Wanted
from handling.forms.fields import words
from handling.models import Contact, Plan
from handling.queries.plan import Aside, told
from handling.rules import MOST_MILESTONES
from tickets.models import Ticket
from units.models import User


def _day(label: str = "", **options: object) -> forms.DateField:
    widget = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    return forms.DateField(label=label, widget=widget, **options)


class StepsForm(forms.Form):
    """An end and up to ten milestones, each in a pair of fields; empty pairs are left out."""

    until = _day(_("挂账至"))

    def __init__(self, *args: object, **options: object) -> None:
        super().__init__(*args, **options)
        for number in range(1, MOST_MILESTONES + 1):
            label = _("节点 %(number)d") % {"number": number}
            self.fields[f"step{number}"] = forms.CharField(label=label, max_length=100, required=False)
            self.fields[f"day{number}"] = _day(_("完成日期"), required=False)

    @property
    def pairs(self) -> list[tuple[forms.BoundField, forms.BoundField]]:
        """The fields of each milestone."""
        numbers = range(1, MOST_MILESTONES + 1)
        return [(self[f"step{number}"], self[f"day{number}"]) for number in numbers]

    def clean(self) -> dict[str, object]:
        data = super().clean() or self.cleaned_data
        for number in range(1, MOST_MILESTONES + 1):
            name, day = data.get(f"step{number}"), data.get(f"day{number}")
            if name and not day and f"day{number}" not in self.errors:
                self.add_error(f"day{number}", _("请填写这个节点的完成日期。"))
            if day and not name:
                self.add_error(f"step{number}", _("请写明这个节点要完成什么。"))
        return data

    @property
    def steps(self) -> list[Step]:
        data = self.cleaned_data
        numbers = range(1, MOST_MILESTONES + 1)
        return [Step(data[f"step{n}"], data[f"day{n}"]) for n in numbers if data.get(f"day{n}")]


class PlanForm(StepsForm):
    """Why it cannot be solved now, what will be done, and when the caller was told."""

    why = forms.ChoiceField(label=_("挂账原因"), choices=Plan.Why.choices, widget=forms.RadioSelect)
    text = forms.CharField(label=_("工作计划"), min_length=5, max_length=2000, widget=words(4))
    told = forms.ModelChoiceField(
        label=_("告知诉求人的联系记录"), queryset=Contact.objects.none(), empty_label=_("请选择")
    )

    def __init__(self, *args: object, ticket: Ticket, **options: object) -> None:
        super().__init__(*args, **options)
        self.fields["told"].queryset = told(ticket)
        self.fields["told"].label_from_instance = _contact_words

    @property
    def wanted(self) -> Wanted:
        """The clean data as the action takes it."""
        data = self.cleaned_data
        return Wanted(data["why"], data["text"], data["until"], data["told"], self.steps)


def _contact_words(row: Contact) -> str:
    at = row.at.astimezone().strftime("%m-%d %H:%M")
    return " · ".join(part for part in (at, str(row.get_channel_display()), row.note) if part)


class RenewForm(StepsForm):
    """A later end, with what is still to be done."""

    @property
    def renewal(self) -> Renewal:
        """The clean data as the action takes it."""
        return Renewal(self.cleaned_data["until"], self.steps)


class DecisionForm(forms.Form):
    """Yes or no, and why."""

    verdict = forms.ChoiceField(
        label=_("审批"), choices=(("grant", _("同意")), ("refuse", _("不同意"))), widget=forms.RadioSelect
    )
    opinion = forms.CharField(label=_("审批意见"), max_length=300, required=False, widget=words(2))


class ReachForm(forms.Form):
    """What was done for a milestone."""

    note = forms.CharField(label=_("完成情况"), min_length=2, max_length=300, widget=words(2))


class ReviewForm(forms.Form):
    """What the city found when it looked at a running plan."""

    opinion = forms.CharField(label=_("复核意见"), min_length=2, max_length=1000, widget=words(3))


def blank(
    ticket: Ticket, by: User, may: frozenset[str], at: datetime, aside: Aside | None
) -> dict[str, forms.Form]:
    """A form for each milestone of the running plan that is not done; a plan is asked for on its own page."""
    if "milestone" not in may or aside is None or aside.running is None:
        return {}
    ahead = [step for step in aside.running.milestones.all() if step.done_at is None]
    return {f"reach-{step.pk}": ReachForm(prefix=f"reach-{step.pk}") for step in ahead}
