"""The roles of DOMAIN §4.2 and what each may see, as plain data."""

from collections.abc import Collection
from enum import Enum

from django.db import models
from django.utils.translation import gettext_lazy as _


class Role(models.TextChoices):
    AGENT = "agent", _("话务员")
    TEAM_LEADER = "team_leader", _("班长")
    DISPATCHER = "dispatcher", _("派单员")
    REVIEWER = "reviewer", _("异议审核员")
    DISTRICT = "district", _("区分中心")
    CLERK = "clerk", _("承办员")
    LEADER = "leader", _("单位领导")
    GRID = "grid", _("社区网格员")
    CALLER_BACK = "caller_back", _("回访员")
    SUPERVISOR = "supervisor", _("督办考评")
    AUDITOR = "auditor", _("审计")
    ADMIN = "admin", _("系统管理员")


#: Roles of the hotline body that see every ticket of the city (masked).
CITY_WIDE = frozenset(
    {
        Role.TEAM_LEADER,
        Role.DISPATCHER,
        Role.REVIEWER,
        Role.CALLER_BACK,
        Role.SUPERVISOR,
        Role.AUDITOR,
    }
)
#: Roles that see what lies with their own unit and the units below it.
OF_THE_UNIT = frozenset({Role.DISTRICT, Role.CLERK, Role.LEADER})
#: Handling may not be outsourced (国办函〔2025〕66号, DOMAIN §1): these need a public unit.
HANDLING = frozenset({Role.DISTRICT, Role.CLERK, Role.LEADER, Role.GRID})
#: Roles of the hotline body itself.
OF_THE_LINE = CITY_WIDE | {Role.AGENT}
#: Types of unit that take calls, not orders.
NOT_HANDLING = frozenset({"city_centre", "emergency"})


class Misfit(Enum):
    """Why a person may not hold these roles in that unit."""

    BOTH = "handles and works on the line"
    HANDLING = "handles in a unit that has no orders"
    LINE = "works on the line outside the centre"
    DISTRICT = "stands for a district outside one"


def misfit(roles: Collection[str], unit_type: str) -> Misfit | None:
    """What is wrong, or None. Who takes calls does not handle, and back: handling is never outsourced
    (DOMAIN §1). An empty `unit_type` is a person without a unit.
    """
    held = frozenset(roles)
    if held & HANDLING and held & OF_THE_LINE:
        return Misfit.BOTH
    if held & HANDLING and (not unit_type or unit_type in NOT_HANDLING):
        return Misfit.HANDLING
    if held & OF_THE_LINE and unit_type != "city_centre":
        return Misfit.LINE
    if Role.DISTRICT in held and unit_type != "district":
        return Misfit.DISTRICT
    return None
