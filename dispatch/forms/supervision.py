"""What supervisors type, and how they choose cards."""

from django import forms
from django.utils.translation import gettext_lazy as _

from dispatch.forms.desk import VersionForm
from dispatch.models import Card, Oversight
from dispatch.queries.supervision import Filter
from units.models import Unit

#: A demand and a conclusion, as the table keeps them.
LENGTH = 500
ANY = ("", _("全部"))


def _choice(label: str, choices: list[tuple[str, str]]) -> forms.ChoiceField:
    small = forms.Select(attrs={"class": "form-select-sm w-auto"})
    return forms.ChoiceField(required=False, choices=[ANY, *choices], label=label, widget=small)


def _words() -> forms.Textarea:
    return forms.Textarea(attrs={"rows": 3})


class OrderForm(VersionForm):
    """What the unit is to do."""

    demand = forms.CharField(max_length=LENGTH, widget=_words(), label=_("督办要求"))


class AgainForm(OrderForm):
    """What is still missing from the reply."""

    oversight = forms.ModelChoiceField(Oversight.objects.all(), widget=forms.HiddenInput)
    demand = forms.CharField(max_length=LENGTH, widget=_words(), label=_("追问内容"))


class EndForm(VersionForm):
    """How it came out."""

    oversight = forms.ModelChoiceField(Oversight.objects.all(), widget=forms.HiddenInput)
    conclusion = forms.CharField(max_length=LENGTH, widget=_words(), label=_("督办结论"))


class CardFilter(forms.Form):
    """Which cards; whatever is not offered is left out."""

    kind = _choice(_("牌"), Card.Kind.choices)
    group = _choice(_("单位"), Unit.RankGroup.choices)
    told = _choice(_("情况说明"), [("no", _("未说明")), ("yes", _("已说明"))])

    def chosen(self) -> Filter:
        """What was asked for."""
        self.is_valid()
        return Filter(**{name: self.cleaned_data.get(name, "") for name in self.fields})
