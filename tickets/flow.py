"""The machine as data: one table drives enforcement, the buttons, `docs/flow.md` and the tests.

Sources and actors follow DOMAIN §4.6; a role set without members is the system's alone. Here are the
transitions; what happens without one stands in `tickets/facts.py`.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from tickets.states import OPEN, WITH_UNIT, State
from units.roles import Role

#: A ticket that is being written has no state yet.
NEW = ""
INTAKE = frozenset({Role.AGENT, Role.TEAM_LEADER})
UNIT_STAFF = frozenset({Role.CLERK, Role.LEADER})
#: Who decides what a unit asks for: the district's sub-centre for its own units, and the city.
DECIDERS = frozenset({Role.DISTRICT, Role.SUPERVISOR})
EVERYONE = frozenset(Role)


@dataclass(frozen=True)
class Move:
    """A transition. `at_lead`: the actor's unit must cover the lead unit, unless the role is city-wide;
    `inside`: or be whom the lead gave the order to below itself; `system`: no person needed.
    """

    name: str
    label: Promise
    sources: frozenset[str]
    target: str
    roles: frozenset[str] = frozenset()
    at_lead: bool = False
    inside: bool = False
    system: bool = False


@dataclass(frozen=True)
class Fact:
    """Something that happened without a transition."""

    name: str
    label: Promise
    states: frozenset[str] = field(default_factory=lambda: frozenset(State))
    roles: frozenset[str] = frozenset()
    at_lead: bool = False
    inside: bool = False
    system: bool = False


def _move(
    name: str,
    label: Promise,
    sources: Iterable[str],
    target: str,
    roles: Iterable[str] = (),
    *,
    at_lead: bool = False,
    inside: bool = False,
    system: bool = False,
) -> Move:
    return Move(name, label, frozenset(sources), target, frozenset(roles), at_lead, inside, system)


_ROWS = (
    # Intake.
    _move("receive", _("受理"), [NEW], State.PENDING, INTAKE, system=True),
    _move("answer", _("直接答复"), [NEW], State.ANSWERED, INTAKE),
    # Told the way: the team leader confirms it, or the request is accepted after all (DOMAIN R7, §4.6).
    _move("guide_ask", _("提请确认告知途径"), [NEW], State.GUIDING, INTAKE),
    _move("guide", _("告知途径"), [State.GUIDING], State.GUIDED, [Role.TEAM_LEADER]),
    _move("guide_refuse", _("转为受理"), [State.GUIDING], State.PENDING, [Role.TEAM_LEADER], system=True),
    _move("transfer", _("转紧急"), [NEW], State.TRANSFERRED, INTAKE),
    # Dispatch.
    _move("dispatch", _("派单"), [State.PENDING], State.DISPATCHED, [Role.DISPATCHER], system=True),
    # From `handling` too: what fell back to the district and was auto-signed must not stick there.
    _move(
        "redispatch",
        _("区内转派"),
        [State.DISPATCHED, State.HANDLING],
        State.DISPATCHED,
        [Role.DISTRICT],
        at_lead=True,
    ),
    _move("merge", _("并单"), [State.PENDING], State.MERGED, [Role.DISPATCHER], system=True),
    _move("unmerge", _("撤销并单"), [State.MERGED], State.PENDING, [Role.DISPATCHER], system=True),
    # The master's result is there: this caller is asked as well.
    _move("follow", _("随主单转回访"), [State.MERGED], State.FOLLOWUP, system=True),
    # The master's result was returned as incomplete.
    _move("rejoin", _("随主单补正"), [State.FOLLOWUP], State.MERGED, system=True),
    # Objection: from `handling` as long as its window lasts, where the order was only auto-signed.
    _move(
        "object",
        _("提出异议"),
        [State.DISPATCHED, State.HANDLING],
        State.OBJECTED,
        UNIT_STAFF,
        at_lead=True,
    ),
    _move(
        "uphold",
        _("异议成立"),
        [State.OBJECTED],
        State.PENDING,
        [Role.REVIEWER, Role.DISTRICT],
        at_lead=True,
    ),
    _move(
        "overrule",
        _("异议不成立"),
        [State.OBJECTED],
        State.HANDLING,
        [Role.REVIEWER, Role.DISTRICT],
        at_lead=True,
        system=True,
    ),
    _move("rule", _("裁定"), [State.OBJECTED], State.HANDLING, [Role.REVIEWER]),
    # Handling.
    _move("sign", _("签收"), [State.DISPATCHED], State.HANDLING, UNIT_STAFF, at_lead=True),
    _move("auto_sign", _("自动签收"), [State.DISPATCHED], State.HANDLING, system=True),
    _move(
        "report",
        _("反馈结果"),
        [State.HANDLING],
        State.REPORTED,
        UNIT_STAFF,
        at_lead=True,
        inside=True,
    ),
    _move("approve", _("审核通过"), [State.REPORTED], State.FOLLOWUP, [Role.LEADER], at_lead=True),
    _move("send_back", _("退回补充"), [State.REPORTED], State.HANDLING, [Role.LEADER], at_lead=True),
    _move(
        "return_report",
        _("退回补正"),
        [State.REPORTED, State.FOLLOWUP],
        State.HANDLING,
        DECIDERS,
        at_lead=True,
    ),
    _move("plan", _("准予挂账"), [State.HANDLING], State.ON_PLAN, [Role.SUPERVISOR]),
    _move(
        "plan_end",
        _("恢复办理"),
        [State.ON_PLAN],
        State.HANDLING,
        [Role.LEADER, Role.SUPERVISOR],
        at_lead=True,
        system=True,
    ),
    # Follow-up.
    _move("expire", _("到期转回访"), WITH_UNIT, State.FOLLOWUP, system=True),
    # A merged one as well: its caller may want no more of it, whatever the master's does.
    _move(
        "withdraw",
        _("撤回诉求"),
        OPEN - {State.FOLLOWUP} | {State.MERGED},
        State.FOLLOWUP,
        INTAKE,
        system=True,
    ),
    # The caller did not want that: the unit goes on, or the desk where no unit had it yet.
    _move("keep_on", _("继续办理"), [State.FOLLOWUP], State.HANDLING, [Role.CALLER_BACK]),
    _move("back_to_desk", _("退回派单"), [State.FOLLOWUP], State.PENDING, [Role.CALLER_BACK]),
    _move("close", _("归档"), [State.FOLLOWUP], State.CLOSED, [Role.CALLER_BACK], system=True),
    _move("reopen", _("重办"), [State.FOLLOWUP], State.HANDLING, [Role.CALLER_BACK], system=True),
    # Closed as solved, and the same caller is back with it.
    _move("rebound", _("反弹重办"), [State.CLOSED], State.HANDLING, system=True),
)
MOVES = {row.name: row for row in _ROWS}
