"""The verbs of the rule lab: draft, edit, publish, roll back (DOMAIN §4.4).

A catalogue is no ticket: these writes leave versions of the rows (who, when, what), no events.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime

from django.db import transaction
from django.db.models import F, Model, QuerySet
from django.utils.translation import gettext as _

from dispatch.models import Backlog, Catalogue, Rule
from dispatch.queries import lab, table, unit_map
from dispatch.rules import is_departmental, key_of, known_condition, known_resolver
from dispatch.rules.routing import Where
from intake.rules import scrub
from tickets.book import book, local_day
from tickets.errors import Refused, Stale
from tickets.models import Category
from units.models import Place, Unit, User
from units.roles import Role

#: Co-units that one rule may name.
MOST_CO = 10
DRAFT, PUBLISHED, ROLLED_BACK = Catalogue.State.DRAFT, Catalogue.State.PUBLISHED, Catalogue.State.ROLLED_BACK


@dataclass(frozen=True)
class Said:
    """A rule as somebody wants it."""

    category: Category
    lead: str
    scope: Place | None = None
    kind: str = ""
    condition: str = ""
    co: tuple[str, ...] = ()
    basis: str = ""
    limit_code: str = ""
    statutory_days: int | None = None
    legal_basis: str = ""


@transaction.atomic
def begin_draft(source: Catalogue, *, version: str, note: str = "", by: User, at: datetime) -> Catalogue:
    """A draft with the rules of another version. Raises Refused for a version number that is taken."""
    _only(by, Role.DISPATCHER)
    version = version.strip()
    if not version or Catalogue.objects.filter(version=version).exists():
        raise Refused(_("版本号「%s」已被使用，请换一个。") % version)
    if source.state == DRAFT or lab.base_of_next(source) != lab.newest():
        raise Refused(_("请从最新发布的版本起草，或从它之后回退的版本起草。"))
    draft = Catalogue(
        version=version,
        effective_from=local_day(at),
        note=scrub(note.strip()),
        state=DRAFT,
        based_on=source,
        author=by,
        begun_at=at,
    )
    _keep(draft, by, at)
    _copy(source.rules.all(), draft)
    return draft


@transaction.atomic
def set_rule(
    draft: Catalogue, said: Said, *, rule: Rule | None = None, revision: int, by: User, at: datetime
) -> Rule:
    """Add a rule to a draft, or let `rule` of it read so.

    Raises Refused for what could never route, for a twin, or for a department's matter given to a street
    without its basis; Stale when the draft was edited meanwhile.
    """
    _only(by, Role.DISPATCHER)
    _hold(draft, revision)
    _refuse_nonsense(said, at)
    _refuse_pushed_down(draft, said)
    alike = draft.rules.filter(
        category=said.category, scope=said.scope, kind=said.kind, condition=said.condition
    )
    if alike.exclude(pk=rule.pk if rule else None).exists():
        raise Refused(_("该事项在同一范围、类型和条件下已有规则。请修改原有的那一条。"))
    row = rule or Rule(catalogue=draft)
    said = replace(said, basis=scrub(said.basis.strip()), legal_basis=scrub(said.legal_basis.strip()))
    for field, value in vars(said).items():
        setattr(row, field, list(value) if field == "co" else value)
    _keep(row, by, at)
    return row


@transaction.atomic
def remove_rule(draft: Catalogue, rule: Rule, *, revision: int, by: User, at: datetime) -> None:
    """Take a rule out of a draft; its leaf falls to a wider rule or to the district."""
    _only(by, Role.DISPATCHER)
    _hold(draft, revision)
    rule._history_user, rule._history_date = by, at
    # Lessons of a rule are about published ones: a draft's own rule has none, and no ticket.
    rule.delete()


@transaction.atomic
def catch_up(draft: Catalogue, *, revision: int, by: User, at: datetime) -> None:
    """Let a draft stand on the version published since: its own changes are made again on that one's rules.

    Where both changed the same rule the draft's stands; the replay shows it. Raises as `set_rule`.
    """
    _only(by, Role.DISPATCHER)
    _hold(draft, revision)
    newest, changes = lab.newest(), lab.changes_of(draft)
    if newest is None or not lab.is_behind(draft):
        raise Refused(_("草案已以最新版本为基础。"))
    mine = [*changes.added, *changes.changed]
    touched = {key_of(row) for row in (*mine, *changes.removed)}
    draft.rules.exclude(pk__in=[row.id for row in mine]).delete()
    rows = [row for rows in lab.table_of(newest).rows.values() for row in rows]
    _copy(newest.rules.filter(pk__in=[row.id for row in rows if key_of(row) not in touched]), draft)
    draft.based_on = newest
    _keep(draft, by, at)


@transaction.atomic
def discard(draft: Catalogue, *, revision: int, by: User, at: datetime) -> None:
    """Throw a draft away; the lessons it had taken up are open again."""
    _only(by, Role.DISPATCHER)
    _hold(draft, revision)
    Backlog.objects.filter(catalogue=draft).update(
        state=Backlog.State.OPEN, catalogue=None, settled_by=None, settled_at=None, note=""
    )
    draft._history_user, draft._history_date = by, at
    draft.delete()


@transaction.atomic
def publish(
    draft: Catalogue,
    *,
    effective_from: date,
    checked: str,
    effects: Mapping[str, int],
    revision: int,
    by: User,
    at: datetime,
) -> None:
    """Let a draft route from a day on; `effects` is what its replay said to whoever publishes.

    Raises Refused when it is by one of its authors, without the legal and 编制 check, for a day past,
    without any change, or when another version was published meanwhile; Stale when it was edited.
    """
    _only(by, Role.REVIEWER)
    _hold(draft, revision)
    if by == draft.author or Rule.history.filter(catalogue=draft, history_user=by).exists():
        raise Refused(_("起草人不能发布自己的草案，请由另一位审核员发布。"))
    if len(checked.strip()) < 2:
        raise Refused(_("请写明法制与编制审核意见。"))
    _refuse_outdated(draft, effective_from, at)
    if not len(lab.changes_of(draft)):
        raise Refused(_("草案与其所依据的版本相同，没有可发布的变化。"))
    draft.state, draft.effective_from, draft.checked = PUBLISHED, effective_from, scrub(checked.strip())
    draft.published_by, draft.published_at, draft.effects = by, at, dict(effects)
    _keep(draft, by, at)
    transaction.on_commit(table.cache_clear)


@transaction.atomic
def roll_back(catalogue: Catalogue, *, why: str, by: User, at: datetime) -> None:
    """The version before routes again; tickets keep the version that routed them.

    Raises Refused for any but the last published version, for the only one, or without a reason.
    """
    _only(by, Role.REVIEWER)
    if len(why.strip()) < 2:
        raise Refused(_("请写明回退原因。"))
    locked = Catalogue.objects.select_for_update().get(pk=catalogue.pk)
    if locked.state != PUBLISHED or lab.newest() != locked:
        raise Refused(_("只能回退最新发布的版本。请刷新后查看现行版本。"))
    if lab.before(locked) is None:
        raise Refused(_("这是唯一的已发布版本，回退后将没有目录可用。请先发布新版本。"))
    catalogue.state, catalogue.withdrawn_why = ROLLED_BACK, scrub(why.strip())
    catalogue.withdrawn_by, catalogue.withdrawn_at = by, at
    _keep(catalogue, by, at)
    transaction.on_commit(table.cache_clear)


def _only(by: User, role: str) -> None:
    if not by.has_role(role):
        raise Refused(_("只有%(role)s可以这样做。") % {"role": Role(role).label})


def _hold(draft: Catalogue, revision: int) -> None:
    """Compare and raise the draft's revision: of two editors the slower changes nothing."""
    drafts = Catalogue.objects.filter(pk=draft.pk, state=DRAFT)
    if drafts.filter(revision=revision).update(revision=F("revision") + 1):
        draft.revision = revision + 1
    elif drafts.exists():
        raise Stale(_("别人刚刚修改了这份草案。请查看最新内容后再操作。"))
    else:
        raise Refused(_("该版本不是草案，不能修改。请起草新版本。"))


def _keep(row: Model, by: User, at: datetime) -> None:
    """Save a row and its version, with who and when."""
    row._history_user, row._history_date = by, at
    row.save()


def _copy(rules: QuerySet[Rule], draft: Catalogue) -> None:
    """These rules once more, as the draft's own."""
    copies = list(rules.order_by("category__code", "pk"))
    for rule in copies:
        rule.pk, rule.catalogue = None, draft
    Rule.objects.bulk_create(copies)


def _refuse_nonsense(said: Said, at: datetime) -> None:
    """What could never route, or would break a limit."""
    if not said.category.leaf:
        raise Refused(_("请选择最末一级的事项分类。"))
    for resolver in (said.lead, *said.co):
        _refuse_resolver(resolver)
    if said.lead in said.co or len(set(said.co)) < len(said.co) or len(said.co) > MOST_CO:
        raise Refused(_("协办单位不能重复、不能与主办相同，最多 %d 个。") % MOST_CO)
    if not known_condition(said.condition):
        raise Refused(_("条件「%s」无法识别，请重新选择。") % said.condition)
    if said.statutory_days is not None and len(said.legal_basis.strip()) < 2:
        raise Refused(_("填写法定时限的，须同时写明法定依据。"))
    _refuse_limit(said.limit_code, at)


def _refuse_limit(code: str, at: datetime) -> None:
    try:
        if code:
            book().limit(code, at)
    except LookupError as error:
        raise Refused(_("没有「%s」这一时限等级，请重新选择。") % code) from error


def _refuse_resolver(resolver: str) -> None:
    if not known_resolver(resolver, unit_map()):
        raise Refused(_("「%s」不对应任何单位，请从列表中选择。") % resolver)
    barred = (Unit.Type.CITY_CENTRE, Unit.Type.EMERGENCY)
    name, _colon, code = resolver.partition(":")
    if name == "unit" and Unit.objects.filter(code=code, type__in=barred).exists():
        raise Refused(_("该单位不能承办工单。请另选单位。"))


def _refuse_pushed_down(draft: Catalogue, said: Said) -> None:
    """A department's matter goes to a street only by a basis of its own (国办函〔2025〕66号 (五))."""
    base = lab.base_of(draft)
    name, _colon, code = said.lead.partition(":")
    grassroots = (Unit.Type.STREET, Unit.Type.TOWN, Unit.Type.COMMUNITY)
    down = name == "street" or Unit.objects.filter(code=code, type__in=grassroots).exists()
    if base is None or not down:
        return
    rows = lab.table_of(base).rows.get(said.category.code, [])
    known = {row.basis for row in rows if is_departmental(row, Where(), unit_map())}
    if known and (not said.basis.strip() or said.basis in known):
        raise Refused(
            _("本事项现由部门承办，不得下派基层。确需调整的，请在依据中写明乡镇（街道）履职事项清单的条款。")
        )


def _refuse_outdated(draft: Catalogue, effective_from: date, at: datetime) -> None:
    """A version stands on the last published one and begins with or after it, not before today."""
    base = lab.base_of(draft)
    if base is not None:
        # Whoever publishes another draft on this base at the same time waits here, and is told below.
        Catalogue.objects.select_for_update().get(pk=base.pk)
    newest = lab.newest()
    if newest != base:
        raise Refused(_("起草以后已发布「%s」，直接发布会丢掉它的修改。请先并入最新版本。") % newest.version)
    earliest = max(local_day(at), base.effective_from if base else local_day(at))
    if effective_from < earliest:
        raise Refused(_("生效日期不能早于 %s。") % earliest.isoformat())
