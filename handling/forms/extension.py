"""What is typed when a unit asks for more time, and what those who decide answer."""

from datetime import datetime

from django import forms
from django.utils.translation import gettext_lazy as _

from handling.actions.extension import Wish
from handling.forms.fields import words
from handling.queries.extension import Aside, longest
from tickets.models import Ticket
from units.models import User

#: What a leader thinks in → minutes.
UNITS = {"d": 1440, "h": 60}


class ExtendForm(forms.Form):
    """How much more time, why, and on what ground."""

    length = forms.IntegerField(label=_("延长"), min_value=1, max_value=365)
    unit = forms.ChoiceField(
        label=_("时间单位"), choices=(("d", _("天")), ("h", _("小时"))), initial="d", widget=forms.RadioSelect
    )
    reason = forms.CharField(label=_("理由"), min_length=5, max_length=500, widget=words(2))
    basis = forms.CharField(label=_("依据"), min_length=2, max_length=200)

    @property
    def wish(self) -> Wish:
        """The clean data as the action takes it."""
        data = self.cleaned_data
        return Wish(data["length"] * UNITS[data["unit"]], data["reason"], data["basis"])


class DecisionForm(forms.Form):
    """Yes or no, and why; a refusal needs its reason."""

    verdict = forms.ChoiceField(
        label=_("结论"), choices=(("grant", _("准予")), ("refuse", _("不予"))), widget=forms.RadioSelect
    )
    opinion = forms.CharField(label=_("审批意见"), max_length=300, required=False, widget=words(2))


def blank(
    ticket: Ticket, by: User, may: frozenset[str], at: datetime, aside: Aside | None
) -> dict[str, forms.Form]:
    """Open to the leader while the limit runs, the class allows one more and none waits."""
    if "extend_ask" not in may or ticket.handle_due is None or at >= ticket.handle_due:
        return {}
    if aside is not None and aside.waiting is not None:
        return {}
    if longest(ticket, aside.granted if aside else 0) is None:
        return {}
    return {"extend": ExtendForm(prefix="extend")}
