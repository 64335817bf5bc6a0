"""What one may filter the list of tickets by; any other parameter is ignored."""

from datetime import datetime, time, timedelta

import django_filters
from django import forms
from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from reports.queries import cases
from tickets.models import Ticket
from tickets.states import Kind, State
from units.models import User


def _small(**attrs: str) -> dict[str, str]:
    return {"class": "form-control form-control-sm", **attrs}


class CaseFilter(django_filters.FilterSet):
    """The whitelist. `caller` is a caller's key: a telephone number never stands in an address."""

    q = django_filters.CharFilter(
        method="search",
        label=_("搜索"),
        max_length=60,
        widget=forms.TextInput(
            attrs=_small(type="search", placeholder=_("工单号、尾号或两个字以上的关键词"))
        ),
    )
    state = django_filters.MultipleChoiceFilter(
        choices=State.choices, label=_("状态"), widget=forms.CheckboxSelectMultiple
    )
    kind = django_filters.ChoiceFilter(choices=Kind.choices, label=_("诉求类型"), empty_label=_("全部类型"))
    category = django_filters.ChoiceFilter(method="on_branch", label=_("事项分类"), empty_label=_("全部分类"))
    district = django_filters.ChoiceFilter(
        field_name="place__district__code", label=_("所在区"), empty_label=_("全部区")
    )
    unit = django_filters.CharFilter(method="led_by", label=_("承办单位"), max_length=40, widget=forms.Select)
    overdue = django_filters.BooleanFilter(method="is_overdue", label=_("超时"), widget=forms.CheckboxInput)
    since = django_filters.DateFilter(
        method="received_since", label=_("受理自"), widget=forms.DateInput(attrs=_small(type="date"))
    )
    until = django_filters.DateFilter(
        method="received_until", label=_("受理至"), widget=forms.DateInput(attrs=_small(type="date"))
    )
    caller = django_filters.NumberFilter(method="of_caller", widget=forms.HiddenInput)

    class Meta:
        model = Ticket
        fields: list[str] = []

    def __init__(self, *args: object, user: User, at: datetime, **more: object) -> None:
        super().__init__(*args, **more)
        self.user, self.at = user, at
        self.form.fields["category"].choices = [(row.code, row.path_name) for row in cases.branches()]
        self.form.fields["unit"].widget.choices = cases.unit_choice(self.data.get("unit", ""))
        self.form.fields["district"].choices = [(row.code, row.name) for row in cases.districts()]

    def search(self, tickets: QuerySet[Ticket], _name: str, typed: str) -> QuerySet[Ticket]:
        return cases.found(tickets, typed)

    def on_branch(self, tickets: QuerySet[Ticket], _name: str, code: str) -> QuerySet[Ticket]:
        return tickets.filter(cases.under_category(code))

    def led_by(self, tickets: QuerySet[Ticket], _name: str, code: str) -> QuerySet[Ticket]:
        return tickets.filter(cases.led_under(code))

    def is_overdue(self, tickets: QuerySet[Ticket], _name: str, wanted: bool) -> QuerySet[Ticket]:
        late = Q(pk__in=Ticket.objects.late(self.at).values("pk")) | Q(overdue_at__isnull=False)
        return tickets.filter(late) if wanted else tickets

    def received_since(self, tickets: QuerySet[Ticket], _name: str, day: datetime) -> QuerySet[Ticket]:
        return tickets.filter(received_at__gte=_midnight(day))

    def received_until(self, tickets: QuerySet[Ticket], _name: str, day: datetime) -> QuerySet[Ticket]:
        return tickets.filter(received_at__lt=_midnight(day) + timedelta(days=1))

    def of_caller(self, tickets: QuerySet[Ticket], _name: str, key: int) -> QuerySet[Ticket]:
        if not self.user.has_role(*cases.FINDERS):
            return tickets.none()
        return tickets.filter(case__caller=int(key))


def _midnight(day: datetime) -> datetime:
    return datetime.combine(day, time.min, timezone.get_default_timezone())


class PhoneForm(forms.Form):
    """A full telephone number; posted, so that it stays out of addresses and logs."""

    phone = forms.CharField(max_length=30, label=_("来电号码"))
