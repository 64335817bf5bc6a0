"""What a reviewer writes."""

from django import forms
from django.utils.translation import gettext_lazy as _

from dispatch.actions.objections import Ruling
from dispatch.forms.desk import VersionForm
from dispatch.models import Objection
from dispatch.queries.objections import is_last
from units.models import Unit

Verdict = Objection.Verdict


class RulingForm(VersionForm):
    """The verdict is the button that was pressed; the unit may stay empty where the desk shall find one."""

    verdict = forms.ChoiceField(
        choices=[(code, code.label) for code in (Verdict.UPHELD, Verdict.REFUSED, Verdict.RULED)],
        required=False,
        label=_("审核结论"),
    )
    awarded = forms.ModelChoiceField(
        Unit.objects.active(), to_field_name="code", required=False, label=_("改由谁承办")
    )
    opinion = forms.CharField(
        min_length=5,
        max_length=500,
        label=_("审核意见"),
        help_text=_("异议单位和承办单位都会看到。"),
        error_messages={"required": _("请写明审核意见。")},
        widget=forms.Textarea(attrs={"rows": 3}),
    )

    @classmethod
    def of(cls, row: Objection) -> "RulingForm":
        """With the unit that was proposed."""
        form = cls(initial={"awarded": row.proposed.code})
        form.offer(row.proposed, row.unit if is_last(row) else None)
        if is_last(row):
            form.fields["awarded"].label = _("裁定由谁承办")
        return form

    def offer(self, *units: Unit | None) -> None:
        """Let the select hold these alone; any active unit is still accepted."""
        known = [(unit.code, unit.name) for unit in units if unit is not None]
        self.fields["awarded"].widget.choices = [("", ""), *known]

    def offer_typed(self) -> None:
        self.offer(Unit.objects.active().filter(code=self.data.get("awarded", "")).first())

    @property
    def ruling(self) -> Ruling:
        """The clean data as the action takes it: what is refused goes nowhere, whatever the select says."""
        told = self.cleaned_data
        refused = told["verdict"] == Verdict.REFUSED
        return Ruling(told["verdict"], told["opinion"], None if refused else told["awarded"])
