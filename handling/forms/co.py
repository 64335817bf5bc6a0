"""What is typed about a co-unit's part."""

from datetime import datetime

from django import forms
from django.utils.translation import gettext_lazy as _

from handling.forms.fields import PhotosField, words
from handling.queries.co import Aside
from tickets.models import Ticket
from units.models import Unit, User


class DoneForm(forms.Form):
    """What the co-unit did."""

    text = forms.CharField(label=_("协办情况"), min_length=5, max_length=1000, widget=words(3))
    files = PhotosField(label=_("现场照片"))


class AddForm(forms.Form):
    """One more unit, and what it is to do."""

    unit = forms.ModelChoiceField(Unit.objects.active(), to_field_name="code", label=_("协办单位"))
    task = forms.CharField(label=_("协办事项"), min_length=2, max_length=200)

    def __init__(self, *args: object, **options: object) -> None:
        """The page's combo-box offers units as one types: the select holds only what was chosen."""
        super().__init__(*args, **options)
        typed = Unit.objects.active().filter(code=self.data.get("unit", "")).first()
        chosen = [(typed.code, typed.name)] if typed else []
        self.fields["unit"].widget.choices = [("", ""), *chosen]


def blank(
    ticket: Ticket, by: User, may: frozenset[str], at: datetime, aside: Aside | None
) -> dict[str, forms.Form]:
    """Open to the co-unit whose part is to be done."""
    if "co_done" not in may or aside is None or aside.mine is None:
        return {}
    return {"co_done": DoneForm(prefix="co_done")}
