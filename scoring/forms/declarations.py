"""What is typed when an event is declared."""

from django import forms
from django.utils.translation import gettext_lazy as _

from handling.forms.fields import words
from scoring.actions.declaring import Event
from tickets.models import Category
from units.models import Place


def _moment(label: object) -> forms.DateTimeField:
    widget = forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M")
    return forms.DateTimeField(label=label, widget=widget)


class UndeclareForm(forms.Form):
    """What was wrong with it."""

    why = forms.CharField(label=_("撤销理由"), min_length=5, max_length=300, widget=words(2))


class DeclareForm(forms.Form):
    """The event, its time, its matters and places, and by what right."""

    name = forms.CharField(label=_("事件名称"), min_length=2, max_length=80)
    begins = _moment(_("开始时间"))
    ends = _moment(_("结束时间"))
    categories = forms.ModelMultipleChoiceField(
        Category.objects.all(),
        to_field_name="code",
        required=False,
        label=_("涉及事项"),
        help_text=_("可选上级事项，包括其下各项；不选即全部事项。"),
    )
    places = forms.ModelMultipleChoiceField(
        Place.objects.exclude(level=Place.Level.CITY),
        to_field_name="code",
        required=False,
        label=_("涉及地点"),
        help_text=_("选区或街道，包括其下各处；不选即全市。"),
    )
    basis = forms.CharField(
        label=_("依据"),
        min_length=5,
        max_length=200,
        widget=words(2),
        help_text=_("如应急响应公告的名称和文号。"),
    )

    def __init__(self, *args: object, **options: object) -> None:
        super().__init__(*args, **options)
        # What the boxes offer before anything is typed: the upper levels, which the server's list lacks.
        upper = Category.objects.filter(leaf=False).values_list("code", "path_name")
        districts = Place.objects.filter(level=Place.Level.DISTRICT, active=True).values_list("code", "name")
        self.fields["categories"].widget.choices = [*upper, *self._typed("categories", Category, "path_name")]
        self.fields["places"].widget.choices = [*districts, *self._typed("places", Place, "name")]

    def _typed(self, name: str, model: type[Category | Place], words_in: str) -> list[tuple[str, str]]:
        """What was chosen and is not offered anyway."""
        codes = self[name].value() or [] if self.is_bound else []
        found = model.objects.filter(code__in=codes)
        if model is Category:
            found = found.filter(leaf=True)
        else:
            found = found.exclude(level=Place.Level.DISTRICT)
        return list(found.values_list("code", words_in))

    def clean(self) -> dict[str, object]:
        data = super().clean()
        if data.get("begins") and data.get("ends") and data["begins"] >= data["ends"]:
            self.add_error("ends", _("结束时间须晚于开始时间。"))
        return data

    @property
    def event(self) -> Event:
        """The clean data as the action takes it."""
        data = self.cleaned_data
        return Event(
            name=data["name"],
            begins=data["begins"],
            ends=data["ends"],
            basis=data["basis"],
            categories=[row.code for row in data["categories"]],
            places=[row.code for row in data["places"]],
        )
