"""What a supervisor or an administrator types to change a calendar or a limit."""

from django import forms
from django.utils.translation import gettext_lazy as _

from dispatch.actions.reckoning import Numbers
from tickets.models import Limit, WorkCalendar

#: A year, and then some.
MOST_MINUTES = 600_000
WORKS = [("0", _("休息，不计时")), ("1", _("上班，计时"))]
OPEN_TOO = [("0", _("只对新工单生效")), ("1", _("同时调整未到期的在办工单"))]


class DateInput(forms.DateInput):
    input_type = "date"


class DayForm(forms.Form):
    """A day of a calendar."""

    calendar = forms.ModelChoiceField(
        WorkCalendar.objects.filter(working=True), empty_label=None, label=_("日历")
    )
    day = forms.DateField(widget=DateInput, label=_("日期"), help_text=_("明天或以后"))
    works = forms.TypedChoiceField(
        choices=WORKS, coerce=lambda value: value == "1", widget=forms.RadioSelect, label=_("这一天")
    )
    name = forms.CharField(
        max_length=40, required=False, label=_("名称"), help_text=_("例如：国庆节、调休上班")
    )


class LimitForm(forms.Form):
    """The windows of a limit class from a day on."""

    code = forms.ChoiceField(label=_("时限等级"))
    effective_from = forms.DateField(widget=DateInput, label=_("生效日期"), help_text=_("明天或以后"))
    dispatch_minutes = forms.IntegerField(min_value=1, max_value=MOST_MINUTES, label=_("派单时限（分）"))
    sign_minutes = forms.IntegerField(min_value=1, max_value=MOST_MINUTES, label=_("签收时限（分）"))
    contact_minutes = forms.IntegerField(min_value=1, max_value=MOST_MINUTES, label=_("联系时限（分）"))
    handle_minutes = forms.IntegerField(min_value=1, max_value=MOST_MINUTES, label=_("办理时限（分）"))

    def __init__(self, *args: object, **more: object) -> None:
        super().__init__(*args, **more)
        rows = Limit.objects.order_by("code", "-effective_from").distinct("code")
        self.fields["code"].choices = [(row.code, str(row)) for row in rows]

    def numbers(self) -> Numbers:
        """What was typed. Raises KeyError before the form is valid."""
        return Numbers(**{name: self.cleaned_data[name] for name in Numbers.__dataclass_fields__})


class ApplyForm(forms.Form):
    """The last question before it is written."""

    open_too = forms.TypedChoiceField(
        choices=OPEN_TOO,
        coerce=lambda value: value == "1",
        widget=forms.RadioSelect,
        initial="0",
        label=_("在办工单"),
        help_text=_("已经过去的时限一律不变；会因缩短而立即逾期的也不变。"),
    )
