"""What a clerk types of the result, and what those above say when it is incomplete."""

from django import forms
from django.utils.translation import gettext_lazy as _

from handling.actions import Result
from handling.actions.reporting import UNSOLVED
from handling.forms.fields import PhotosField, words
from handling.models import ReplyTemplate, Report
from handling.queries.inbox import evidence_of
from handling.queries.quality import templates_for
from tickets.models import Ticket
from tickets.states import Outcome
from units.models import User


class ReportForm(forms.Form):
    """The result, what was done, what the caller will read, and the evidence."""

    outcome = forms.ChoiceField(label=_("办理结果"), choices=Outcome.choices, widget=forms.RadioSelect)
    reason = forms.ChoiceField(
        label=_("未完全解决的原因"),
        help_text=_("选「部分解决」「未解决」的必填。"),
        choices=[("", _("请选择")), *Report.Reason.choices],
        required=False,
    )
    text = forms.CharField(
        label=_("办理情况"),
        help_text=_("供审核和回访人员查看：何时、何人、到现场做了什么。"),
        min_length=5,
        max_length=4000,
        widget=words(4),
    )
    template = forms.ModelChoiceField(
        label=_("套用答复模板"),
        help_text=_("选后填入下面的答复，请按实际情况改写。"),
        queryset=ReplyTemplate.objects.none(),
        required=False,
        empty_label=_("不套用"),
    )
    reply = forms.CharField(
        label=_("给诉求人的答复"),
        help_text=_("诉求人会在查询页看到，请用对方听得懂的话。"),
        min_length=5,
        max_length=2000,
        widget=words(4),
    )
    held = forms.ModelMultipleChoiceField(
        label=_("已上传的佐证"), queryset=None, required=False, widget=forms.CheckboxSelectMultiple
    )
    files = PhotosField(label=_("拍照或选择文件"), help_text=_("反馈「已解决」须附佐证；可选多个。"))

    def __init__(self, *args: object, ticket: Ticket, by: User, **options: object) -> None:
        super().__init__(*args, **options)
        held = evidence_of(ticket)
        self.fields["held"].queryset = held
        self.fields["held"].initial = [row.pk for row in held]
        self.fields["template"].queryset = templates_for(ticket, by.unit)

    def clean(self) -> dict[str, object]:
        data = super().clean()
        if data.get("outcome") in UNSOLVED and not data.get("reason"):
            self.add_error("reason", _("未完全解决的，请选择原因。"))
        return data

    @property
    def result(self) -> Result:
        """The clean data as the action takes it."""
        data = self.cleaned_data
        return Result(
            outcome=data["outcome"],
            text=data["text"],
            reply=data["reply"],
            evidence=list(data["held"]),
            reason=data["reason"],
        )


class ReturnForm(forms.Form):
    """What is missing in the result."""

    note = forms.CharField(label=_("缺什么、要补正什么"), min_length=2, max_length=300, widget=words(3))
