"""What a unit writes when it asks that an answer not count, and what those who decide answer."""

from collections.abc import Sequence

from django import forms
from django.utils.translation import gettext_lazy as _

from handling.forms.fields import PhotosField, words
from scoring.models import Ground


class AskForm(forms.Form):
    """Ground, circumstances and evidence, all three."""

    ground = forms.ChoiceField(label=_("剔除理由"), widget=forms.RadioSelect)
    text = forms.CharField(
        label=_("申请说明"),
        min_length=5,
        max_length=1000,
        widget=words(4),
        help_text=_("写明事实和依据；请勿填写诉求人的姓名、电话、证件号。"),
    )
    files = PhotosField(
        label=_("证据材料"), help_text=_("所选理由要求的证据，至少一份；图片或 PDF，可选多个。")
    )

    def __init__(self, *args: object, grounds: Sequence[Ground], **options: object) -> None:
        super().__init__(*args, **options)
        self.fields["ground"].choices = [
            (
                ground.code,
                _("%(code)s %(name)s（须附：%(evidence)s）")
                % {"code": ground.code, "name": ground.name, "evidence": ground.evidence},
            )
            for ground in grounds
        ]

    def clean_files(self) -> list[object]:
        """The action asks for evidence whatever the ground."""
        files = self.cleaned_data["files"]
        if not files:
            raise forms.ValidationError(_("请附上所选理由要求的证据。"))
        return files


class ReviewForm(forms.Form):
    """Why it should be looked at once more."""

    text = forms.CharField(
        label=_("复核理由"),
        min_length=5,
        max_length=1000,
        widget=words(3),
        help_text=_("每件申请只能复核一次，由另一人裁定，裁定后不再受理。"),
    )


class DecideForm(forms.Form):
    """Yes or no, and why."""

    verdict = forms.ChoiceField(
        label=_("裁定"),
        choices=(("agree", _("同意剔除")), ("refuse", _("不予剔除"))),
        widget=forms.RadioSelect,
    )
    opinion = forms.CharField(
        label=_("裁定意见"),
        min_length=2,
        max_length=500,
        widget=words(3),
        help_text=_("承办单位会看到。"),
    )


class RevokeForm(forms.Form):
    """What a check found."""

    opinion = forms.CharField(label=_("撤销理由"), min_length=2, max_length=500, widget=words(2))
