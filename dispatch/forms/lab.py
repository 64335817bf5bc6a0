"""What people of the rule lab type."""

from uuid import uuid4

from django import forms
from django.utils.translation import gettext_lazy as _

from dispatch.actions.lab import Said
from dispatch.models import Backlog, Catalogue, Rule
from dispatch.queries import lab, resolvers
from intake.models import Caller
from tickets.models import Category, Limit
from tickets.states import Channel, Kind
from units.models import Place

TEXT_LENGTH = 200


class AnyOne(forms.ChoiceField):
    """The page's combo-box offers the values as one types; the action judges what came."""

    def valid_value(self, value: str) -> bool:
        return True


class AnySeveral(forms.MultipleChoiceField):
    """As `AnyOne`, for several."""

    def valid_value(self, value: str) -> bool:
        return True


class LabForm(forms.Form):
    """Every form that changes a draft says which revision of it was read."""

    revision = forms.IntegerField(min_value=0, widget=forms.HiddenInput)

    def __init__(self, *args: object, **more: object) -> None:
        super().__init__(*args, **{"auto_id": f"id_{uuid4().hex[:8]}_%s", **more})


class BeginForm(forms.Form):
    """A new draft."""

    version = forms.CharField(max_length=30, label=_("新版本号"), help_text=_("例如 2026.04，发布后不能再改"))
    source = forms.ModelChoiceField(Catalogue.objects.none(), empty_label=None, label=_("以哪个版本为基础"))
    note = forms.CharField(max_length=TEXT_LENGTH, required=False, label=_("说明"))

    def __init__(self, *args: object, **more: object) -> None:
        super().__init__(*args, **more)
        rows = lab.sources()
        self.fields["source"].queryset = Catalogue.objects.filter(pk__in=[row.pk for row in rows])
        self.fields["source"].initial = rows[0].pk if rows else None


def _conditions() -> list[tuple[str, object]]:
    """A condition as a choice; words alone need a text beside it."""
    return [
        ("", _("总是适用")),
        ("urgent", _("紧急诉求")),
        *((f"caller:{code}", _("诉求人：%s") % label) for code, label in Caller.Type.choices),
        *((f"channel:{code}", _("渠道：%s") % label) for code, label in Channel.choices),
        ("words", _("诉求中出现的文字")),
    ]


class RuleForm(LabForm):
    """A rule of a draft: what it is about, who gets it, by when, and by which right."""

    category = forms.ModelChoiceField(
        Category.objects.leaves(), to_field_name="code", empty_label="", label=_("事项分类")
    )
    scope = forms.ModelChoiceField(
        Place.objects.filter(active=True).select_related("district", "street"),
        to_field_name="code",
        required=False,
        empty_label="",
        label=_("适用地点（留空为全市）"),
    )
    kind = forms.ChoiceField(
        choices=[("", _("所有类型")), *Kind.choices], required=False, label=_("诉求类型")
    )
    when = forms.ChoiceField(required=False, label=_("适用条件"))
    words = forms.CharField(max_length=40, required=False, label=_("出现的文字"))
    lead = AnyOne(label=_("主办"))
    co = AnySeveral(required=False, label=_("协办"))
    basis = forms.CharField(max_length=TEXT_LENGTH, required=False, label=_("依据"))
    limit_code = forms.ChoiceField(required=False, label=_("时限等级"))
    statutory_days = forms.IntegerField(
        min_value=1, max_value=3650, required=False, label=_("法定时限（天，可留空）")
    )
    legal_basis = forms.CharField(max_length=TEXT_LENGTH, required=False, label=_("法定依据"))

    def __init__(self, *args: object, **more: object) -> None:
        super().__init__(*args, **more)
        self.fields["when"].choices = _conditions()
        rows = Limit.objects.order_by("code", "-effective_from").distinct("code")
        self.fields["limit_code"].choices = [("", _("按事项分类")), *((row.code, str(row)) for row in rows)]

    @classmethod
    def of(cls, rule: Rule | None, revision: int) -> "RuleForm":
        """Filled in with a rule, or blank."""
        if rule is None:
            form = cls(initial={"revision": revision})
            form.offer(None, None, [])
            return form
        asks = rule.condition.startswith("words:")
        first = {
            "revision": revision,
            "category": rule.category.code,
            "scope": rule.scope.code if rule.scope else "",
            "kind": rule.kind,
            "when": "words" if asks else rule.condition,
            "words": rule.condition.removeprefix("words:") if asks else "",
            **{name: getattr(rule, name) for name in ("lead", "co", "basis", "limit_code")},
            "statutory_days": rule.statutory_days,
            "legal_basis": rule.legal_basis,
        }
        form = cls(initial=first)
        form.offer(rule.category, rule.scope, [rule.lead, *rule.co])
        return form

    def offer(self, category: Category | None, scope: Place | None, named: list[str]) -> None:
        """Let the selects hold these alone."""
        leaf = [(category.code, category.path_name)] if category else []
        place = [(scope.code, scope.full_name)] if scope else []
        units = [(name, resolvers.in_words(name)) for name in dict.fromkeys(named) if name]
        self.fields["category"].widget.choices = [("", ""), *leaf]
        self.fields["scope"].widget.choices = [("", ""), *place]
        self.fields["lead"].choices = [("", ""), *units]
        self.fields["co"].choices = units

    def offer_typed(self, revision: int) -> None:
        """Hold what was typed when the form comes back, beside the draft as it is now."""
        self.data = self.data.copy()
        self.data["revision"] = revision
        places = Place.objects.select_related("district", "street")
        self.offer(
            Category.objects.leaves().filter(code=self.data.get("category", "")).first(),
            places.filter(code=self.data.get("scope", "")).first(),
            [self.data.get("lead", ""), *self.data.getlist("co")],
        )

    def clean(self) -> dict[str, object]:
        told = super().clean()
        if told.get("when") == "words" and not told.get("words", "").strip():
            self.add_error("words", _("请写明诉求中出现的文字。"))
        return told

    def to_said(self) -> Said:
        """The valid form as a rule."""
        told = self.cleaned_data
        asks = told["when"] == "words"
        return Said(
            condition=f"words:{told['words'].strip()}" if asks else told["when"],
            co=tuple(told["co"]),
            basis=told["basis"].strip(),
            legal_basis=told["legal_basis"].strip(),
            **{name: told[name] for name in ("category", "scope", "kind", "lead", "limit_code")},
            statutory_days=told["statutory_days"],
        )


class PublishForm(LabForm):
    """From when on, and what the legal and 编制 check said."""

    effective_from = forms.DateField(
        label=_("生效日期"), widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"})
    )
    checked = forms.CharField(min_length=2, max_length=TEXT_LENGTH, label=_("法制与编制审核意见"))


class WhyForm(forms.Form):
    """Why a version is rolled back."""

    why = forms.CharField(min_length=2, max_length=TEXT_LENGTH, label=_("回退原因"))


class LessonForm(forms.Form):
    """What becomes of a lesson."""

    TAKE, DISMISS = Backlog.State.TAKEN, Backlog.State.DISMISSED
    verdict = forms.ChoiceField(choices=[(TAKE, _("纳入草案")), (DISMISS, _("不采纳"))])
    draft = forms.ModelChoiceField(
        Catalogue.objects.filter(state=Catalogue.State.DRAFT).order_by("-pk"),
        required=False,
        empty_label=None,
        label=_("纳入的草案"),
    )
    note = forms.CharField(max_length=TEXT_LENGTH, required=False, label=_("处理说明"))

    def __init__(self, *args: object, **more: object) -> None:
        super().__init__(*args, **{"auto_id": f"id_{uuid4().hex[:8]}_%s", **more})

    def clean(self) -> dict[str, object]:
        told = super().clean()
        if told.get("verdict") == self.TAKE and told.get("draft") is None:
            self.add_error("draft", _("请先起草新版本，再把这一条纳入。"))
        return told
