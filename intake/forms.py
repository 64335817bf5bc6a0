"""What an agent types while the caller speaks."""

from collections.abc import Callable
from datetime import date, datetime
from uuid import uuid4

from django import forms
from django.forms.boundfield import BoundField
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from intake.models import WORD_LENGTH, Call, Caller, Guidance, Word
from intake.queries import category_of, place_of, unit_with
from intake.requests import CONTENT_LENGTH, KEY_LENGTH, NAME_LENGTH, Request, own_key
from intake.rules import clean_phone, transfer_line
from tickets.book import local_day
from tickets.models import Category, Ticket
from tickets.states import Channel, Kind
from units.models import User

#: The kinds that have a key on the desk, Alt 1 to Alt 6.
DESK_KINDS = [(kind.value, kind.label) for kind in Kind if kind is not Kind.OTHER]

#: What to say where something is missing.
REQUIRED = {
    "kind": _("请选择诉求类型。"),
    "content": _("请填写诉求内容。"),
    "answer": _("请写明答复内容或告知的途径（Alt D）。"),
    "way": _("请选择途径类别（Alt D）。"),
}


class PhoneField(forms.CharField):
    """A telephone number as it is typed; cleans to its digits."""

    default_error_messages = {"phone": _("电话号码不正确：请核对后重新输入，或留空。")}

    def clean(self, value: object) -> str:
        typed = super().clean(value)
        try:
            return clean_phone(typed) if typed else ""
        except ValueError as error:
            raise forms.ValidationError(self.error_messages["phone"], code="phone") from error


class CodeField(forms.CharField):
    """A code picked in a combo-box; cleans to the row it names, or None.

    Only the chosen row is an option of the select: the others come from the address in `src` as one types.
    """

    def __init__(
        self,
        find: Callable[[str], object | None],
        *,
        shown: str,
        missing: Promise,
        **kwargs: object,
    ) -> None:
        super().__init__(required=False, widget=forms.Select, **kwargs)
        self.find, self.shown, self.missing = find, shown, missing

    def clean(self, value: object) -> object | None:
        code = super().clean(value)
        row = self.find(code) if code else None
        if code and row is None:
            raise forms.ValidationError(self.missing, code="missing")
        return row

    def get_bound_field(self, form: forms.BaseForm, field_name: str) -> BoundField:
        bound = super().get_bound_field(form, field_name)
        row = self.find(bound.value()) if bound.value() else None
        chosen = [(bound.value(), getattr(row, self.shown))] if row is not None else []
        self.widget.choices = [("", ""), *chosen]
        return bound


class CallForm(forms.Form):
    """The number that rings; a caller may have none."""

    phone = PhoneField(
        label=_("来电号码"),
        required=False,
        max_length=30,
        widget=forms.TextInput(attrs={"inputmode": "tel", "autocomplete": "off"}),
    )


class LookForm(forms.Form):
    """Why someone needs the caller's full number."""

    reason = forms.CharField(label=_("查看事由"), max_length=200)


class GuideForm(forms.Form):
    """The team leader's word on a way that was told."""

    verdict = forms.ChoiceField(
        label=_("结论"),
        choices=(("confirm", _("确认，办结")), ("accept", _("转为受理，派单"))),
        widget=forms.RadioSelect,
    )
    opinion = forms.CharField(
        label=_("意见"), max_length=300, required=False, widget=forms.Textarea(attrs={"rows": 2})
    )


class WordForm(forms.Form):
    """What the caller says about an earlier request. The button that was pressed says what it is."""

    text = forms.CharField(
        label=_("诉求人说的"),
        max_length=WORD_LENGTH,
        required=False,
        widget=forms.Textarea(attrs={"rows": 2, "aria-label": _("诉求人说的")}),
    )
    say = forms.ChoiceField(choices=Word.Kind.choices, widget=forms.HiddenInput)
    version = forms.IntegerField(widget=forms.HiddenInput)

    def __init__(self, *args: object, ticket: Ticket, **kwargs: object) -> None:
        super().__init__(*args, auto_id=f"w{ticket.pk}_%s", initial={"version": ticket.version}, **kwargs)
        self.ticket = ticket


class DeskForm(forms.Form):
    """The registration of a request. `move`: the button that was pressed, which says what is needed."""

    channel = forms.ChoiceField(
        label=_("渠道"),
        choices=Channel.choices,
        initial=Channel.PHONE,
        widget=forms.Select(attrs={"class": "form-select-sm w-auto"}),
    )
    kind = forms.ChoiceField(label=_("诉求类型"), choices=DESK_KINDS, widget=forms.RadioSelect)
    content = forms.CharField(
        label=_("诉求内容"),
        max_length=CONTENT_LENGTH,
        widget=forms.Textarea(attrs={"rows": 6}),
    )
    place = CodeField(place_of, shown="full_name", missing=_("没有这个地点：请重新选择。"), label=_("事发地"))
    location = forms.CharField(label=_("具体位置"), required=False, max_length=200)
    address = forms.CharField(label=_("门牌户号"), required=False, max_length=200)
    category = CodeField(
        lambda code: None,
        shown="path_name",
        missing=_("没有这个事项分类：请重新选择。"),
        label=_("事项分类"),
    )
    name = forms.CharField(label=_("称呼"), required=False, max_length=NAME_LENGTH)
    caller_type = forms.ChoiceField(
        label=_("诉求人类别"), choices=Caller.Type.choices, initial=Caller.Type.PERSON
    )
    phone = PhoneField(label=_("回电号码"), required=False, max_length=30)
    accused = CodeField(
        unit_with,
        shown="name",
        missing=_("没有这个单位：请重新选择。"),
        label=_("被举报单位"),
        help_text=_("该单位既不能承办，也看不到这张工单"),
    )
    hide_identity = forms.BooleanField(label=_("个人信息对承办单位保密"), required=False)
    urgent = forms.BooleanField(label=_("紧急"), required=False)
    answer = forms.CharField(
        label=_("答复内容或告知的途径"),
        required=False,
        max_length=CONTENT_LENGTH,
        widget=forms.Textarea(attrs={"rows": 4}),
    )
    way = forms.ChoiceField(
        label=_("途径类别"),
        choices=Guidance.Way.choices,
        required=False,
        widget=forms.RadioSelect,
        help_text=_("告知途径的须选，由班长确认后办结"),
    )
    client_key = forms.CharField(max_length=KEY_LENGTH, widget=forms.HiddenInput)
    call = forms.CharField(max_length=20, widget=forms.HiddenInput)

    def __init__(self, *args: object, at: datetime, move: str = "file", **kwargs: object) -> None:
        super().__init__(*args, **kwargs)
        self.line = transfer_line(move)
        for name, words in REQUIRED.items():
            self.fields[name].error_messages["required"] = words
        self.fields["client_key"].initial = uuid4().hex
        self.fields["category"].find = _leaf_on(local_day(at))
        if self.line:
            # An emergency waits for no form.
            self.fields["kind"].required = self.fields["content"].required = False
        if move in ("answer", "guide"):
            self.fields["answer"].required = True
        self.fields["way"].required = move == "guide"

    def to_request(self, by: User, call: Call) -> Request:
        """What was typed, as a request of the caller on the line."""
        said = {
            key: value for key, value in self.cleaned_data.items() if key not in ("answer", "call", "way")
        }
        said["kind"] = said["kind"] or Kind.HELP
        said["content"] = said["content"] or self.told
        said["client_key"] = own_key(by, said["client_key"])
        if said["kind"] != Kind.TIP_OFF:
            said["accused"] = None
        return Request(call=call, **said)

    @property
    def told(self) -> str:
        """What was said to the caller; for an emergency, where the call went."""
        return str(_("已转接 %s 紧急救助。") % self.line) if self.line else self.cleaned_data["answer"]


def _leaf_on(day: date) -> Callable[[str], Category | None]:
    return lambda code: category_of(code, day)
