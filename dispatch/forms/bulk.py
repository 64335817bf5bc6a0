"""All that is ticked to one unit."""

from django.utils.translation import gettext_lazy as _

from dispatch.forms.desk import HandForm


class OneUnitForm(HandForm):
    """Which unit, and why; each ticket's version stands beside its number in what was ticked."""

    def __init__(self, *args: object, **more: object) -> None:
        super().__init__(*args, **more)
        del self.fields["version"], self.fields["co"]
        self.fields["reason"].label = _("派单理由（逐件记入）")

    def offer_typed(self) -> None:
        units = self.fields["lead"].queryset.filter(code=self.data.get("lead", ""))
        self.fields["lead"].widget.choices = [("", ""), *((unit.code, unit.name) for unit in units)]
