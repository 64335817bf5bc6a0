"""The form of an account, for whoever configures the platform."""

from collections.abc import Mapping

from django import forms
from django.contrib.auth.forms import UserChangeForm
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from units.roles import Misfit, Role, misfit

MISFITS: Mapping[Misfit, str | Promise] = {
    Misfit.BOTH: _("热线岗位的人员不能同时承办工单。请只选其中一类角色。"),
    Misfit.HANDLING: _("承办角色须属于承办工单的单位。请更换单位或角色。"),
    Misfit.LINE: _("热线岗位须属于市热线中心。请更换单位或角色。"),
    Misfit.DISTRICT: _("「区分中心」须属于区政府。请更换单位或角色。"),
}


class AccountForm(UserChangeForm):
    """The roles to tick, and whether they fit each other and the unit."""

    roles = forms.MultipleChoiceField(
        label=_("角色"), choices=Role.choices, required=False, widget=forms.CheckboxSelectMultiple
    )

    def clean(self) -> dict[str, object]:
        told = super().clean()
        if "roles" in told and "unit" in told:
            wrong = misfit(told["roles"], told["unit"].type if told["unit"] else "")
            if wrong is not None:
                self.add_error("roles", MISFITS[wrong])
        return told
