"""The three answers as they should have been written down, and how that is known."""

from django import forms
from django.utils.translation import gettext_lazy as _

from followup.models import Answer, Contacted, Satisfied, Solved
from handling.forms.fields import words
from scoring.queries import said_in, scheme_at

QUESTIONS = (
    ("contacted", Contacted, "contacted_values"),
    ("solved", Solved, "solved_values"),
    ("satisfied", Satisfied, "satisfied_values"),
)


class RightForm(forms.Form):
    """All three questions, as the scheme that counts the answer knows them."""

    contacted = forms.ChoiceField(label=_("是否联系"), widget=forms.RadioSelect)
    solved = forms.ChoiceField(label=_("是否解决"), widget=forms.RadioSelect)
    satisfied = forms.ChoiceField(label=_("是否满意"), widget=forms.RadioSelect)
    why = forms.CharField(
        label=_("更正理由"),
        min_length=5,
        max_length=300,
        widget=words(2),
        help_text=_("如何查实的，例如：复听回访录音。"),
    )

    def __init__(self, *args: object, answer: Answer, **options: object) -> None:
        super().__init__(*args, initial=said_in(answer), **options)
        scheme = scheme_at(answer.at)
        for name, words_of, values in QUESTIONS:
            known = getattr(scheme, values)
            self.fields[name].choices = [pair for pair in words_of.choices if pair[0] in known]

    @property
    def right(self) -> dict[str, str]:
        """Question → answer."""
        return {name: self.cleaned_data[name] for name, _words, _values in QUESTIONS}
