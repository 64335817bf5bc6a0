"""What a caller-back ticks: the answers to the script, or how an attempt went."""

from django import forms
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from followup.actions import Said
from followup.models import (
    DISPLEASED,
    Answer,
    Channel,
    Contacted,
    FirstCall,
    Reach,
    Reason,
    Satisfied,
    Solved,
)
from followup.rules import PLAIN, Grades

#: A caller-back telephones or writes; the web is the caller's own way.
ASKED_BY = [(channel.value, channel.label) for channel in (Channel.PHONE, Channel.MESSAGE)]
MISSED = [(one.value, one.label) for one in Reach if one not in (Reach.REACHED, Reach.WITHDRAWN)]


def _question(field: str) -> str:
    """The wording stands at the model, so that the caller's own page asks the same."""
    return Answer._meta.get_field(field).verbose_name


def _choice(field: str, choices: list[tuple[str, str]], *, required: bool) -> forms.ChoiceField:
    return forms.ChoiceField(
        label=_question(field),
        choices=choices,
        required=required,
        widget=forms.RadioSelect,
        error_messages={"required": format_lazy(_("未作答：{question}"), question=_question(field))},
    )


def offer(form: forms.Form, grades: Grades) -> None:
    """Leave only the answers to Q2 and Q3 that the scheme has a value for."""
    for name, words in (("solved", Solved), ("satisfied", Satisfied)):
        form.fields[name].choices = [pair for pair in words.choices if pair[0] in grades[name]]


class AnswersForm(forms.Form):
    """The three questions, and why not."""

    channel = forms.ChoiceField(
        label=_("回访方式"), choices=ASKED_BY, initial=Channel.PHONE, widget=forms.RadioSelect
    )
    contacted = _choice("contacted", Contacted.choices, required=False)
    solved = _choice("solved", Solved.choices, required=True)
    satisfied = _choice("satisfied", Satisfied.choices, required=True)
    reason = _choice("reason", Reason.choices, required=False)
    remark = forms.CharField(
        label=_("诉求人意见"), max_length=300, required=False, widget=forms.Textarea(attrs={"rows": 2})
    )
    pressed = forms.BooleanField(
        label=_("诉求人反映有人施压，要求好评或撤回"),
        help_text=_("请问一句：有没有人为评价或撤回给您施压？勾选后通知督办人员。"),
        required=False,
    )

    def __init__(self, *args: object, grades: Grades = PLAIN, **options: object) -> None:
        super().__init__(*args, **options)
        offer(self, grades)

    def clean(self) -> dict[str, object]:
        data = super().clean()
        negative = data.get("solved") == Solved.UNSOLVED or data.get("satisfied") in DISPLEASED
        if negative and not data.get("reason"):
            self.add_error("reason", _("未解决或不满意时，请选择原因。"))
        return data

    @property
    def said(self) -> Said:
        """The clean data as the action takes it."""
        return Said(**{key: value for key, value in self.cleaned_data.items() if key != "channel"})


def _yes_no(label: str, missing: str, said: dict[str, str]) -> forms.ChoiceField:
    # Words and not marks: nobody shall tick a withdrawal away in passing.
    return forms.ChoiceField(
        label=label,
        choices=list(said.items()),
        widget=forms.RadioSelect,
        error_messages={"required": missing},
    )


class WithdrawalForm(forms.Form):
    """Whether the caller took the request back of their own will."""

    voluntary = _yes_no(
        _("是否本人自愿撤回？"),
        _("未作答：是否本人自愿撤回？"),
        {"yes": _("自愿撤回，结束"), "no": _("不是，继续办理")},
    )
    # The plain answer first, as in every question: whoever presses 1 out of habit accuses nobody.
    pressed = _yes_no(
        _("有没有人给您施压？"), _("未作答：有没有人给您施压？"), {"no": _("没有"), "yes": _("有")}
    )
    remark = forms.CharField(
        label=_("诉求人意见"), max_length=300, required=False, widget=forms.Textarea(attrs={"rows": 2})
    )
    channel = forms.ChoiceField(
        label=_("回访方式"), choices=ASKED_BY, initial=Channel.PHONE, widget=forms.RadioSelect
    )

    @property
    def confirmed(self) -> dict[str, object]:
        """The clean data as the action takes it."""
        yes = {key: self.cleaned_data[key] == "yes" for key in ("voluntary", "pressed")}
        return {**self.cleaned_data, **yes}


class AttemptForm(forms.Form):
    """An attempt that did not reach the caller."""

    channel = forms.ChoiceField(
        label=_("回访方式"), choices=ASKED_BY, initial=Channel.PHONE, widget=forms.RadioSelect
    )
    reach = forms.ChoiceField(
        label=_("结果"), choices=MISSED, initial=Reach.NO_ANSWER, widget=forms.RadioSelect
    )


class FirstCallForm(forms.Form):
    """What the caller told the unit itself."""

    reached = forms.TypedChoiceField(
        label=_("是否联系上"),
        choices=[("1", _("已联系上")), ("0", _("未联系上"))],
        coerce=lambda value: value == "1",
        initial="1",
        widget=forms.RadioSelect,
    )
    solved = forms.ChoiceField(
        label=_("诉求人认为是否解决"), choices=Solved.choices, required=False, widget=forms.RadioSelect
    )
    satisfied = forms.ChoiceField(
        label=_("诉求人是否满意"), choices=FirstCall.Level.choices, required=False, widget=forms.RadioSelect
    )
    note = forms.CharField(
        label=_("回访情况"), max_length=300, required=False, widget=forms.Textarea(attrs={"rows": 2})
    )

    def clean(self) -> dict[str, object]:
        data = super().clean()
        if data.get("reached"):
            for name in ("solved", "satisfied"):
                if not data.get(name):
                    self.add_error(name, _("已联系上诉求人的，请选择这一项。"))
        return data
