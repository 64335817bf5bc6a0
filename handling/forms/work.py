"""What a clerk types: contacts, notes, assignments, results. The page's `version` travels beside them."""

from datetime import datetime

from django import forms
from django.utils.translation import gettext_lazy as _

from handling.actions import Result
from handling.forms.fields import PhotosField, words
from handling.models import Contact
from handling.queries.inbox import evidence_of
from tickets.models import Ticket
from tickets.states import Outcome
from units.models import User
from units.queries import colleagues


class ContactForm(forms.Form):
    """The unit turned to the caller."""

    channel = forms.ChoiceField(
        label=_("方式"),
        choices=Contact.Channel.choices,
        initial=Contact.Channel.PHONE,
        widget=forms.RadioSelect,
    )
    reached = forms.TypedChoiceField(
        label=_("是否联系上"),
        choices=(("1", _("已联系上")), ("0", _("未联系上"))),
        coerce=lambda value: value == "1",
        initial="1",
        widget=forms.RadioSelect,
    )
    note = forms.CharField(label=_("联系情况"), max_length=300, required=False, widget=words(2))
    files = PhotosField(label=_("现场照片"))


class NoteForm(forms.Form):
    """A remark for everyone concerned."""

    text = forms.CharField(label=_("备注"), max_length=1000, widget=words(2))


class AssignForm(forms.Form):
    """Somebody inside the unit."""

    to = forms.ModelChoiceField(label=_("承办人"), queryset=User.objects.none(), empty_label=_("请选择"))

    def __init__(self, *args: object, by: User, **options: object) -> None:
        super().__init__(*args, **options)
        self.fields["to"].queryset = colleagues(by)


class SendBackForm(forms.Form):
    """What is still missing."""

    note = forms.CharField(label=_("退回原因"), min_length=2, max_length=300, widget=words(2))


def blank(
    ticket: Ticket, by: User, may: frozenset[str], at: datetime, aside: object
) -> dict[str, forms.Form]:
    """The forms of the main line that are open to the person."""
    found = {
        "contact": ContactForm(prefix="contact"),
        "assign": AssignForm(prefix="assign", by=by),
        "note": NoteForm(prefix="note"),
        "send_back": SendBackForm(prefix="send_back"),
    }
    return {name: form for name, form in found.items() if name in may}


class ReportForm(forms.Form):
    """The result, what was done, what the caller will read, and the evidence."""

    outcome = forms.ChoiceField(label=_("办理结果"), choices=Outcome.choices, widget=forms.RadioSelect)
    text = forms.CharField(
        label=_("办理情况"),
        help_text=_("供审核和回访人员查看：何时、何人、到现场做了什么。"),
        min_length=5,
        max_length=4000,
        widget=words(4),
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

    def __init__(self, *args: object, ticket: Ticket, **options: object) -> None:
        super().__init__(*args, **options)
        held = evidence_of(ticket)
        self.fields["held"].queryset = held
        self.fields["held"].initial = [row.pk for row in held]

    @property
    def result(self) -> Result:
        """The clean data as the action takes it."""
        data = self.cleaned_data
        return Result(
            outcome=data["outcome"], text=data["text"], reply=data["reply"], evidence=list(data["held"])
        )
