"""What a clerk types: contacts, notes, assignments, results. The page's `version` travels beside them."""

from datetime import datetime

from django import forms
from django.utils.translation import gettext_lazy as _

from handling.forms.fields import PhotosField, words
from handling.models import Contact
from tickets.models import Ticket
from units.models import Unit, User
from units.queries import colleagues, sections


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
    """Somebody inside the unit, or a section or community below it."""

    to = forms.ModelChoiceField(
        label=_("承办人"), queryset=User.objects.none(), required=False, empty_label=_("请选择")
    )
    inner = forms.ModelChoiceField(
        label=_("或分派给科室、社区"), queryset=Unit.objects.none(), required=False, empty_label=_("请选择")
    )

    def __init__(self, *args: object, by: User, **options: object) -> None:
        super().__init__(*args, **options)
        self.fields["to"].queryset = colleagues(by)
        below = list(sections(by))
        self.fields["inner"].queryset = sections(by)
        self.fields["inner"].choices = [("", _("请选择")), *((unit.pk, str(unit)) for unit in below)]
        if not below:
            del self.fields["inner"]

    @property
    def chosen(self) -> dict[str, object]:
        """Whom: one of both."""
        return {"to": self.cleaned_data["to"], "inner": self.cleaned_data.get("inner")}


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
