"""A scheme typed by an administrator: the same limits as in a city's `scheme.yaml`."""

from collections.abc import Collection
from decimal import Decimal

from django import forms
from django.utils.translation import gettext_lazy as _

from followup.models import Contacted, Satisfied, Solved
from scoring.models import Ground, Scheme
from scoring.rules import WHOLE
from scoring.rules.ranking import LISTS, TIES

WEIGHTS = ("weight_responded", "weight_solved", "weight_satisfied")
#: What a sample's interval can be reckoned with.
CONFIDENCE = range(500, 1000)
#: Days that every month has.
START_DAYS = range(1, 29)


class SchemeForm(forms.ModelForm):
    """Whatever would stop the counting, or count what nobody meant, is said here."""

    class Meta:
        model = Scheme
        fields = "__all__"

    def clean(self) -> dict[str, object]:
        data = super().clean()
        weights = [data.get(name) for name in WEIGHTS]
        known = [weight for weight in weights if weight is not None]
        if len(known) == len(weights) and (sum(known) != 1 or min(known) < 0):
            self.add_error(WEIGHTS[0], _("三项权重须在 0 至 1 之间，合计为 1。"))
        return data

    def clean_period_start_day(self) -> int:
        return self._one_of("period_start_day", START_DAYS, _("周期起始日须在 1 至 28 日之间。"))

    def clean_confidence(self) -> int:
        return self._one_of("confidence", CONFIDENCE, _("置信水平须在 500 至 999 之间。"))

    def clean_contacted_values(self) -> dict[str, object]:
        return self._values("contacted_values", Contacted.values)

    def clean_solved_values(self) -> dict[str, object]:
        return self._values("solved_values", Solved.values)

    def clean_satisfied_values(self) -> dict[str, object]:
        return self._values("satisfied_values", Satisfied.values)

    def clean_lists(self) -> dict[str, int]:
        sizes = self.cleaned_data["lists"] or {}
        if not isinstance(sizes, dict) or not all(name in LISTS and _whole(n) for name, n in sizes.items()):
            raise forms.ValidationError(_("名单须是名称和单位数，名称为：%s。") % "、".join(LISTS))
        return sizes

    def clean_ties(self) -> list[str]:
        ties = self.cleaned_data["ties"] or []
        known = {f"{name}:{order}" for name in TIES for order in ("asc", "desc")}
        if not known.issuperset(ties):
            raise forms.ValidationError(
                _("同分排序须写成「名称:desc」或「名称:asc」，名称为：%s。") % "、".join(TIES)
            )
        return ties

    def clean_bands(self) -> list[Decimal]:
        edges = self.cleaned_data["bands"] or []
        if edges != sorted(edges, reverse=True):
            raise forms.ValidationError(_("分档线须从高到低。"))
        return edges

    def clean_volume_bands(self) -> list[int]:
        edges = self.cleaned_data["volume_bands"] or []
        if edges != sorted(edges):
            raise forms.ValidationError(_("量档线须从低到高。"))
        return edges

    def clean_grounds(self) -> list[str]:
        codes = self.cleaned_data["grounds"] or []
        if Ground.objects.filter(code__in=codes).values("code").distinct().count() != len(set(codes)):
            raise forms.ValidationError(_("有不存在的剔除理由。"))
        return codes

    def _one_of(self, name: str, allowed: Collection[int], told: object) -> int:
        value = self.cleaned_data[name]
        if value not in allowed:
            raise forms.ValidationError(told)
        return value

    def _values(self, name: str, answers: Collection[str]) -> dict[str, object]:
        """Answer → thousandths, or null: not counted. One of them at least has a value."""
        values = self.cleaned_data[name]
        sound = isinstance(values, dict) and all(
            answer in answers and (value is None or _whole(value, WHOLE)) for answer, value in values.items()
        )
        if not sound or all(value is None for value in values.values()):
            raise forms.ValidationError(
                _("须为每种回答写 0 至 1000 的整数（千分之一），不计入的写 null；回答为：%s。")
                % "、".join(answers)
            )
        return values


def _whole(value: object, most: int | None = None) -> bool:
    return type(value) is int and value >= 0 and (most is None or value <= most)
