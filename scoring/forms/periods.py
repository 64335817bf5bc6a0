"""What is typed to publish a month, and to add or take points before that."""

from decimal import Decimal

from django import forms
from django.utils.translation import gettext_lazy as _

from handling.forms.fields import words
from scoring.models import Period
from units.models import Unit


class PublishForm(forms.Form):
    """The month's own code, typed: nobody publishes by a slip of the hand."""

    code = forms.CharField(
        label=_("输入月份代码以确认发布"),
        max_length=7,
        widget=forms.TextInput(attrs={"autocomplete": "off", "class": "w-auto"}),
    )

    def __init__(self, *args: object, period: Period, **options: object) -> None:
        super().__init__(*args, **options)
        self.period = period
        self.fields["code"].help_text = _("请输入 %(code)s") % {"code": period.code}

    def clean_code(self) -> str:
        code = self.cleaned_data["code"].strip()
        if code != self.period.code:
            raise forms.ValidationError(_("与本月代码 %s 不一致，没有发布。") % self.period.code)
        return code


class MarkForm(forms.Form):
    """Whose points, how many, and what for."""

    unit = forms.ModelChoiceField(
        Unit.objects.active().exclude(rank_group=""), to_field_name="code", label=_("单位")
    )
    points = forms.DecimalField(
        label=_("加减分"),
        min_value=Decimal(-100),
        max_value=Decimal(100),
        max_digits=4,
        decimal_places=1,
        help_text=_("减分填负数，最多一位小数。"),
    )
    why = forms.CharField(
        label=_("事由"),
        min_length=5,
        max_length=200,
        widget=words(2),
        help_text=_("随排名一并公开。"),
    )

    def __init__(self, *args: object, **options: object) -> None:
        super().__init__(*args, **options)
        # The combo-box asks the server for the rest: the select holds only what was chosen.
        typed = Unit.objects.active().filter(code=self["unit"].value()) if self.is_bound else ()
        self.fields["unit"].widget.choices = [("", ""), *((unit.code, unit.name) for unit in typed)]

    @property
    def tenths(self) -> int:
        return int(self.cleaned_data["points"] * 10)
