"""What is typed about a whistle: by the street that blows it, by who comes, by the street that rates."""

from django import forms
from django.utils.translation import gettext_lazy as _

from handling.actions.whistle import ACTION_LENGTH, Arrival, Blast
from handling.forms.fields import CAMERA, words
from handling.models import Call, Whistle
from handling.queries.whistle import Aside, callable_units
from tickets.models import Ticket


class BlowForm(forms.Form):
    """Which whistle, where to, for whom."""

    kind = forms.ChoiceField(label=_("哨型"), choices=Whistle.Kind.choices, widget=forms.RadioSelect)
    situation = forms.ChoiceField(
        label=_("情形"), choices=Whistle.Situation.choices, widget=forms.RadioSelect
    )
    units = forms.ModelMultipleChoiceField(
        label=_("呼叫单位"),
        queryset=None,
        to_field_name="code",
        help_text=_("本区部门、市级部门、公共服务企业，至多 8 个。"),
    )
    where = forms.CharField(label=_("集合地点"), min_length=2, max_length=200)
    reason = forms.CharField(label=_("事由"), min_length=5, max_length=500, widget=words(3))

    def __init__(self, *args: object, ticket: Ticket, **options: object) -> None:
        super().__init__(*args, **options)
        self.fields["units"].queryset = callable_units(ticket)
        self.fields["where"].initial = ticket.location

    @property
    def blast(self) -> Blast:
        """The clean data as the action takes it."""
        data = self.cleaned_data
        return Blast(data["kind"], data["situation"], data["where"], data["reason"], list(data["units"]))


class ArriveForm(forms.Form):
    """A place and a photo; the telephone adds its position if it is let."""

    photo = forms.FileField(label=_("现场照片"), widget=forms.ClearableFileInput(attrs=CAMERA))
    where = forms.CharField(label=_("报到地点"), min_length=2, max_length=200)
    latitude = forms.DecimalField(
        required=False, min_value=-90, max_value=90, decimal_places=5, widget=forms.HiddenInput
    )
    longitude = forms.DecimalField(
        required=False, min_value=-180, max_value=180, decimal_places=5, widget=forms.HiddenInput
    )

    @property
    def arrival(self) -> Arrival:
        """The clean data as the action takes it."""
        data = self.cleaned_data
        return Arrival(data["where"], data["photo"], data["latitude"], data["longitude"])


class ActForm(forms.Form):
    """What was done there."""

    text = forms.CharField(label=_("处置情况"), min_length=2, max_length=ACTION_LENGTH, widget=words(4))


class RateForm(forms.Form):
    """The street's word about one unit."""

    rating = forms.TypedChoiceField(
        label=_("履职评分"),
        choices=((5, _("5 分")), (4, _("4 分")), (3, _("3 分")), (2, _("2 分")), (1, _("1 分"))),
        coerce=int,
        widget=forms.RadioSelect,
    )
    note = forms.CharField(
        label=_("评价"), max_length=300, required=False, help_text=_("评 1、2 分须写明原因。")
    )


def of_calls(aside: Aside, may: set[str]) -> dict[int, forms.Form]:
    """A form for each call that waits for this reader, by its key: the next step, or the rating."""
    found: dict[int, forms.Form] = {}
    for call in aside.mine:
        if call.state == Call.State.COMING:
            found[call.pk] = ArriveForm(prefix=f"arrive-{call.pk}", initial={"where": call.whistle.where})
        elif call.state == Call.State.THERE:
            found[call.pk] = ActForm(prefix=f"act-{call.pk}")
    if "whistle_rate" in may:
        for call in aside.unrated:
            found[call.pk] = RateForm(prefix=f"rate-{call.pk}")
    return found
