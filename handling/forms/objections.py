"""What a unit writes when it contests an order."""

from datetime import datetime

from django import forms
from django.utils.translation import gettext_lazy as _

from dispatch.actions.objections import Grounds
from dispatch.models import Objection
from dispatch.queries.objections import Aside
from handling.forms.fields import PhotosField, words
from tickets.models import Ticket
from units.models import Unit, User


class ObjectForm(forms.Form):
    """Ground, clause, whose matter it is instead, the circumstances, and papers."""

    ground = forms.ChoiceField(
        label=_("异议理由"), choices=Objection.Ground.choices, widget=forms.RadioSelect
    )
    clause = forms.CharField(
        label=_("依据条款"),
        help_text=_("法规、三定方案、权责清单或履职事项清单的具体条款。"),
        min_length=2,
        max_length=200,
    )
    proposed = forms.ModelChoiceField(Unit.objects.active(), to_field_name="code", label=_("建议承办单位"))
    text = forms.CharField(label=_("情况说明"), min_length=5, max_length=1000, widget=words(3))
    files = PhotosField(label=_("佐证材料"), help_text=_("如权属证明、现场照片；可选多个。"))

    def __init__(self, *args: object, **options: object) -> None:
        super().__init__(*args, **options)
        # The combo-box asks the server for the rest: the select holds only what was chosen.
        typed = Unit.objects.active().filter(code=self["proposed"].value()) if self.is_bound else ()
        self.fields["proposed"].widget.choices = [("", ""), *((unit.code, unit.name) for unit in typed)]

    @property
    def grounds(self) -> Grounds:
        """The clean data as the action takes it."""
        return Grounds(**self.cleaned_data)


def blank(
    ticket: Ticket, by: User, may: frozenset[str], at: datetime, aside: Aside | None
) -> dict[str, forms.Form]:
    """Open to the lead's people while its window lasts and the order was not taken up."""
    standing = aside.standing if aside else None
    if "object" not in may or standing is None or standing.obstacle:
        return {}
    return {"object": ObjectForm(prefix="object")}
