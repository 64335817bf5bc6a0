"""The machine as data: one table drives enforcement, the buttons, `docs/flow.md` and the tests.

Sources and actors follow DOMAIN §4.6; a role set without members is the system's alone.
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
EVERYONE = frozenset(Role)


@dataclass(frozen=True)
class Move:
    """A transition. `at_lead`: the actor's unit must cover the lead unit; `system`: no person needed."""

    name: str
    label: Promise
    sources: frozenset[str]
    target: str
    roles: frozenset[str] = frozenset()
    at_lead: bool = False
    system: bool = False


@dataclass(frozen=True)
class Fact:
    """Something that happened without a transition."""

    name: str
    label: Promise
    states: frozenset[str] = field(default_factory=lambda: frozenset(State))
    roles: frozenset[str] = frozenset()
    at_lead: bool = False
    system: bool = False


def _by_name(rows: Iterable[Move]) -> dict[str, Move]:
    return {row.name: row for row in rows}


UNIT_STAFF = frozenset({Role.CLERK, Role.LEADER})

MOVES = _by_name(
    [
        Move("receive", _("受理"), frozenset({NEW}), State.PENDING, INTAKE, system=True),
        Move("answer", _("直接答复"), frozenset({NEW}), State.ANSWERED, INTAKE),
        Move("guide", _("告知途径"), frozenset({NEW}), State.GUIDED, INTAKE),
        Move("transfer", _("转紧急"), frozenset({NEW}), State.TRANSFERRED, INTAKE),
        Move(
            "dispatch",
            _("派单"),
            frozenset({State.PENDING}),
            State.DISPATCHED,
            frozenset({Role.DISPATCHER}),
            system=True,
        ),
        # From `handling` too: what fell back to the district and was auto-signed must not stick there.
        Move(
            "redispatch",
            _("区内转派"),
            frozenset({State.DISPATCHED, State.HANDLING}),
            State.DISPATCHED,
            frozenset({Role.DISTRICT}),
            at_lead=True,
        ),
        Move("sign", _("签收"), frozenset({State.DISPATCHED}), State.HANDLING, UNIT_STAFF, at_lead=True),
        Move("auto_sign", _("自动签收"), frozenset({State.DISPATCHED}), State.HANDLING, system=True),
        Move("report", _("反馈结果"), frozenset({State.HANDLING}), State.REPORTED, UNIT_STAFF, at_lead=True),
        Move(
            "approve",
            _("审核通过"),
            frozenset({State.REPORTED}),
            State.FOLLOWUP,
            frozenset({Role.LEADER}),
            at_lead=True,
        ),
        Move(
            "send_back",
            _("退回补充"),
            frozenset({State.REPORTED}),
            State.HANDLING,
            frozenset({Role.LEADER}),
            at_lead=True,
        ),
        Move("expire", _("到期转回访"), WITH_UNIT, State.FOLLOWUP, system=True),
        Move(
            "close",
            _("归档"),
            frozenset({State.FOLLOWUP}),
            State.CLOSED,
            frozenset({Role.CALLER_BACK}),
            system=True,
        ),
        Move(
            "reopen",
            _("重办"),
            frozenset({State.FOLLOWUP}),
            State.HANDLING,
            frozenset({Role.CALLER_BACK}),
            system=True,
        ),
    ]
)

FACTS = {
    row.name: row
    for row in [
        Fact("contact", _("联系诉求人"), WITH_UNIT, UNIT_STAFF | {Role.GRID}, at_lead=True),
        Fact("assign", _("内部分派"), WITH_UNIT, UNIT_STAFF, at_lead=True),
        Fact("note", _("备注"), OPEN, EVERYONE - {Role.AUDITOR, Role.ADMIN}),
        Fact("correct", _("更正"), OPEN, frozenset({Role.DISPATCHER})),
        Fact("reveal", _("查看完整联系方式"), roles=EVERYONE - {Role.ADMIN}),
        Fact("attempt", _("回访联系"), frozenset({State.FOLLOWUP}), frozenset({Role.CALLER_BACK})),
        Fact("dispatch_late", _("派单超时"), frozenset({State.PENDING}), system=True),
        Fact("contact_late", _("联系超时"), WITH_UNIT, system=True),
        Fact("remind", _("时限过半提醒"), WITH_UNIT, system=True),
        Fact("warn", _("临期预警"), WITH_UNIT, system=True),
        Fact("followup_late", _("回访超时"), frozenset({State.FOLLOWUP}), system=True),
        Fact("route_failed", _("未能自动派单"), frozenset({State.PENDING}), system=True),
    ]
}


def label(kind: str) -> Promise:
    """The Chinese name of an event kind."""
    return (MOVES.get(kind) or FACTS[kind]).label
