"""What dispatchers type."""

from uuid import uuid4

from django import forms
from django.utils.translation import gettext_lazy as _

from dispatch.queries import Proposal
from dispatch.rules import Asked
from intake.models import Caller
from intake.requests import CONTENT_LENGTH
from intake.rules import scrub, title_of
from tickets.actions import Correction
from tickets.models import Category, Ticket
from tickets.states import Channel, Kind
from units.models import Place, Unit, User

#: A reason as the table keeps it.
REASON_LENGTH = 200
#: The page's combo-box offers the rest as one types: these selects hold only what is chosen.
Choices = list[tuple[str, str]]


def _offered(*rows: Unit | Place | Category | None) -> Choices:
    return [("", "")] + [(row.code, _words(row)) for row in dict.fromkeys(rows) if row is not None]


def _words(row: Unit | Place | Category) -> str:
    if isinstance(row, Place):
        return row.full_name
    return row.path_name if isinstance(row, Category) else row.name


class VersionForm(forms.Form):
    """Every form that acts says which version of the ticket it was made from.

    The page writes the ticket's own, so that a form that comes back stale may be sent again.
    """

    version = forms.IntegerField()

    def __init__(self, *args: object, **more: object) -> None:
        # htmx hands attributes on between controls of one id: in another case's pane they must differ.
        super().__init__(*args, **{"auto_id": f"id_{uuid4().hex[:8]}_%s", **more})

    def offer_typed(self) -> None:
        """Hold what was typed, so that nothing is lost when the form comes back."""


class HandForm(VersionForm):
    """Whose matter it is, and why."""

    lead = forms.ModelChoiceField(Unit.objects.active(), to_field_name="code", label=_("主办单位"))
    co = forms.ModelMultipleChoiceField(
        Unit.objects.active(), to_field_name="code", required=False, label=_("协办单位")
    )
    reason = forms.CharField(min_length=2, max_length=REASON_LENGTH, label=_("派单理由"))

    @classmethod
    def proposed(cls, proposal: Proposal) -> "HandForm":
        """Filled in with the catalogue's own suggestion, if it has one."""
        first = {
            "lead": proposal.lead.code if proposal.lead else "",
            "co": [unit.code for unit in proposal.co],
            "reason": proposal.rule.basis if proposal.rule else "",
        }
        form = cls(initial=first)
        form.offer([proposal.lead, *proposal.co])
        return form

    def offer(self, units: list[Unit | None]) -> None:
        """Let the selects hold these alone; any active unit is still accepted."""
        self.fields["lead"].widget.choices = _offered(*units)
        self.fields["co"].widget.choices = _offered(*units)[1:]

    def offer_typed(self) -> None:
        typed = [self.data.get("lead", ""), *self.data.getlist("co")]
        self.offer(list(Unit.objects.active().filter(code__in=typed)))


class RedispatchForm(VersionForm):
    """Which of the district's own units, and why."""

    lead = forms.ModelChoiceField(
        Unit.objects.none(), to_field_name="code", empty_label="", label=_("转派给")
    )
    reason = forms.CharField(min_length=2, max_length=REASON_LENGTH, label=_("转派理由"))

    def __init__(self, *args: object, user: User, **more: object) -> None:
        super().__init__(*args, **more)
        if user.unit is not None:
            self.fields["lead"].queryset = Unit.objects.active().under(user.unit)


class MatterForm(forms.Form):
    """What one matter is: leaf, place and words."""

    category = forms.ModelChoiceField(
        Category.objects.leaves(), to_field_name="code", required=False, label=_("事项分类")
    )
    place = forms.ModelChoiceField(
        Place.objects.filter(active=True).select_related("district", "street"),
        to_field_name="code",
        required=False,
        label=_("事发地"),
    )
    location = forms.CharField(max_length=200, required=False, label=_("具体位置"))
    content = forms.CharField(
        max_length=CONTENT_LENGTH, widget=forms.Textarea(attrs={"rows": 4}), label=_("诉求内容")
    )

    def offer(self, category: Category | None, place: Place | None) -> None:
        """Let the selects hold these alone."""
        self.fields["category"].widget.choices = _offered(category)
        self.fields["place"].widget.choices = _offered(place)

    def offer_typed(self) -> None:
        """Hold what was typed, so that nothing is lost when the form comes back."""
        places = Place.objects.select_related("district", "street")
        self.offer(
            Category.objects.leaves().filter(code=self["category"].value() or "").first(),
            places.filter(code=self["place"].value() or "").first(),
        )


class CorrectForm(MatterForm, VersionForm):
    """How it should read."""

    @classmethod
    def of(cls, ticket: Ticket) -> "CorrectForm":
        """Filled in with what the ticket says."""
        form = cls(
            initial={
                "category": ticket.category.code if ticket.category else "",
                "place": ticket.place.code if ticket.place else "",
                "location": ticket.location,
                "content": ticket.content,
            }
        )
        form.offer(ticket.category, ticket.place)
        return form

    def to_correction(self) -> Correction:
        """The valid form as a correction, its texts scrubbed of numbers."""
        told = self.cleaned_data
        return Correction(
            category=told["category"],
            place=told["place"],
            location=scrub(told["location"]),
            content=scrub(told["content"]),
        )


class SuggestForm(forms.Form):
    """The part of the agent's form that decides where a request goes; anything may still be missing."""

    category = forms.CharField(max_length=60, required=False)
    place = forms.CharField(max_length=20, required=False)
    accused = forms.CharField(max_length=40, required=False)
    kind = forms.ChoiceField(choices=Kind.choices, required=False)
    urgent = forms.BooleanField(required=False)
    channel = forms.ChoiceField(choices=Channel.choices, required=False)
    caller_type = forms.ChoiceField(choices=Caller.Type.choices, required=False)
    content = forms.CharField(max_length=CONTENT_LENGTH, required=False)

    def to_asked(self, category: Category | None) -> Asked:
        """What the catalogue's conditions may ask, as it would be written on the ticket."""
        told = self.cleaned_data
        text = scrub(told.get("content", ""))
        return Asked(
            kind=told.get("kind", ""),
            channel=told.get("channel", ""),
            caller=told.get("caller_type", ""),
            text=f"{title_of(text, category.name if category else '')}\n{text}",
        )
