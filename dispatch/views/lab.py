"""The rule lab: versions of the catalogue, and a draft's editor."""

from collections.abc import Callable
from datetime import datetime

from django.contrib import messages
from django.forms import Form
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from dispatch.actions import lab as actions
from dispatch.forms import lab as forms
from dispatch.models import Catalogue, Rule
from dispatch.queries import lab as queries
from dispatch.queries import resolvers
from tickets.book import local_day
from tickets.errors import Refused, Stale
from units.doors import only
from units.roles import Role

#: Dispatchers edit, reviewers publish, the others read.
READERS = frozenset({Role.DISPATCHER, Role.REVIEWER, Role.SUPERVISOR, Role.AUDITOR})
EDITORS = frozenset({Role.DISPATCHER})
PUBLISHERS = frozenset({Role.REVIEWER})

Again = Callable[[int, str], HttpResponse]


def version_of(key: int) -> Catalogue:
    return get_object_or_404(
        Catalogue.objects.select_related("based_on", "author", "published_by", "withdrawn_by"), pk=key
    )


def attempt(form: Form, act: Callable[[datetime], object], again: Again) -> HttpResponse | None:
    """Do it (None), or the page again: with what was typed (422), or with what is new (409)."""
    try:
        if form.is_valid():
            act(timezone.now())
            return None
    except Stale as stale:
        return again(409, str(stale))
    except Refused as refusal:
        form.add_error(None, str(refusal))
    return again(422, "")


def _versions(request: HttpRequest, status: int = 200, begin: forms.BeginForm | None = None) -> HttpResponse:
    rows = list(queries.versions())
    draft = Catalogue.State.DRAFT
    may_edit = request.user.has_role(*EDITORS)
    context = {
        "drafts": [row for row in rows if row.state == draft],
        "versions": [row for row in rows if row.state != draft],
        "current": Catalogue.objects.in_force(local_day(timezone.now())),
        "open_lessons": queries.open_lessons().count(),
        "begin": (begin or forms.BeginForm()) if may_edit else None,
    }
    return render(request, "dispatch/lab.html", context, status=status)


@require_safe
@only(READERS)
def lab(request: HttpRequest) -> HttpResponse:
    """Every version with its dates and people."""
    return _versions(request)


@require_POST
@only(EDITORS)
def begin(request: HttpRequest) -> HttpResponse:
    """A new draft, and on to its editor."""
    form = forms.BeginForm(request.POST)
    made: list[Catalogue] = []

    def act(at: datetime) -> None:
        told = form.cleaned_data
        made.append(actions.begin_draft(**told, by=request.user, at=at))

    failed = attempt(form, act, lambda status, _conflict: _versions(request, status, form))
    return failed or redirect("dispatch:lab_catalogue", made[0].pk)


def show(
    request: HttpRequest,
    catalogue: Catalogue,
    *,
    status: int = 200,
    conflict: str = "",
    form: forms.RuleForm | None = None,
    back: forms.WhyForm | None = None,
) -> HttpResponse:
    """The rules of a version; of a draft one may be open in the pane."""
    is_draft = catalogue.state == Catalogue.State.DRAFT
    editable = is_draft and request.user.has_role(*EDITORS)
    changes = queries.changes_of(catalogue)
    marks = {row.id: "new" for row in changes.added} | {row.id: "changed" for row in changes.changed}
    typed, changed_alone = request.GET.get("q", "").strip(), "changed" in request.GET
    rules = queries.rules_of(catalogue, typed, list(marks) if changed_alone else None)
    rated = "rated" in request.GET
    rates = queries.rates_of(catalogue, rules, timezone.now()) if rated else {}
    rule = _picked(request, catalogue) if editable else None
    if form is None and editable and "rule" in request.GET:
        form = forms.RuleForm.of(rule, catalogue.revision)
    may_withdraw = request.user.has_role(*PUBLISHERS) and queries.may_roll_back(catalogue)
    context = {
        "catalogue": catalogue,
        "is_draft": is_draft,
        "editable": editable,
        "lines": [
            resolvers.line(row, marks.get(row.pk, ""), rates.get(row.pk)) for row in rules[: queries.SHOWN]
        ],
        "rated": rated,
        "more": len(rules) > queries.SHOWN,
        "q": typed,
        "changed_alone": changed_alone,
        "changes": changes,
        "base": queries.base_of(catalogue),
        "behind": is_draft and queries.is_behind(catalogue),
        "lessons": queries.lessons().filter(catalogue=catalogue) if is_draft else [],
        "form": form,
        "picked": rule,
        "opened": bool(form or conflict) or "facts" in request.GET or (back is not None),
        "conflict": conflict,
        "back": (back or forms.WhyForm()) if may_withdraw else None,
    }
    return render(request, "dispatch/lab_catalogue.html", context, status=status)


def _picked(request: HttpRequest, catalogue: Catalogue) -> Rule | None:
    """The rule the address or the form names, if it is one of this version."""
    key = request.POST.get("rule", request.GET.get("rule", ""))
    found = catalogue.rules.select_related("category", "scope__district", "scope__street")
    return found.filter(pk=key).first() if key.isdecimal() else None


@require_safe
@only(READERS)
def catalogue(request: HttpRequest, key: int) -> HttpResponse:
    """One version, to read or to edit; htmx gets the pane alone."""
    version = version_of(key)
    if not request.htmx:
        return show(request, version)
    if version.state != Catalogue.State.DRAFT or not request.user.has_role(*EDITORS):
        return redirect("dispatch:lab_catalogue", key)
    rule = _picked(request, version)
    context = {"catalogue": version, "form": forms.RuleForm.of(rule, version.revision), "picked": rule}
    return render(request, "dispatch/_lab_rule.html", context)


@require_POST
@only(EDITORS)
def set_rule(request: HttpRequest, key: int) -> HttpResponse:
    """A rule is added, or reads otherwise."""
    version = version_of(key)
    form = forms.RuleForm(request.POST)
    rule = _picked(request, version)
    if "rule" in request.POST and request.POST["rule"] and rule is None:
        return show(request, version, status=409, conflict=_("这条规则刚刚被删除。请查看最新内容。"))

    def act(at: datetime) -> None:
        revision = form.cleaned_data["revision"]
        actions.set_rule(version, form.to_said(), rule=rule, revision=revision, by=request.user, at=at)

    def again(status: int, conflict: str) -> HttpResponse:
        fresh = version_of(key)
        form.offer_typed(fresh.revision)
        return show(request, fresh, status=status, conflict=conflict, form=form)

    failed = attempt(form, act, again)
    if failed is None:
        messages.success(request, _("已保存到草案，发布以前不影响派单。"))
    return failed or back_to(version, form.cleaned_data["category"].code)


@require_POST
@only(EDITORS)
def remove_rule(request: HttpRequest, key: int) -> HttpResponse:
    """A rule is taken out of the draft."""
    version = version_of(key)
    form, rule = forms.LabForm(request.POST), _picked(request, version)

    def act(at: datetime) -> None:
        if rule is not None:
            revision = form.cleaned_data["revision"]
            actions.remove_rule(version, rule, revision=revision, by=request.user, at=at)

    def again(status: int, conflict: str) -> HttpResponse:
        return show(request, version_of(key), status=status, conflict=conflict)

    failed = attempt(form, act, again)
    return failed or back_to(version, rule.category.code if rule else "")


def back_to(version: Catalogue, typed: str = "") -> HttpResponse:
    """Back to the editor, at the leaf that was worked on."""
    answer = redirect("dispatch:lab_catalogue", version.pk)
    if typed:
        answer["Location"] += f"?q={typed}"
    return answer


@require_safe
@only(READERS)
def offered(request: HttpRequest) -> JsonResponse:
    """Whom a rule may name, for the combo-boxes of the editor."""
    rows = resolvers.offered(request.GET.get("q", ""))
    return JsonResponse([{"v": row, "t": resolvers.in_words(row)} for row in rows], safe=False)
