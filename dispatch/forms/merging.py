"""Which ticket a duplicate shall follow."""

from django import forms
from django.utils.translation import gettext_lazy as _

from dispatch.forms.desk import VersionForm
from dispatch.queries.merging import masters_numbered
from tickets.models import Ticket
from units.models import User


class MergeForm(VersionForm):
    """One of those that look alike, or any by its number."""

    into = forms.ChoiceField(label=_("疑似重复"), required=False, widget=forms.RadioSelect)
    number = forms.CharField(
        label=_("或输入主单工单号"),
        max_length=40,
        required=False,
        help_text=_("全号或末尾 6 位。"),
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )

    def __init__(self, *args: object, user: User, masters: list[Ticket], **more: object) -> None:
        super().__init__(*args, **more)
        self.user, self.masters = user, masters
        self.fields["into"].choices = [(row.number, _words(row)) for row in masters]
        if not masters:
            del self.fields["into"]

    def clean(self) -> dict[str, object]:
        """`master`: the ticket meant; what was typed goes before what was ticked."""
        data = super().clean()
        typed, ticked = data.get("number", "").strip(), data.get("into", "")
        if typed:
            found = masters_numbered(self.user, typed)
        else:
            found = [row for row in self.masters if row.number == ticked]
        if not found:
            missing = _("没有这张可作主单的在办工单：请核对工单号。") if typed else _("请选择或输入主单。")
            self.add_error("number", missing)
        elif len(found) > 1:
            self.add_error("number", _("有不止一张工单符合：请输入完整的工单号。"))
        else:
            data["master"] = found[0]
        return data


def _words(row: Ticket) -> str:
    parts = (row.number, row.get_state_display(), row.lead.name if row.lead else "", row.location)
    return " · ".join(str(part) for part in parts if part)
