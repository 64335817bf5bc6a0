"""The pure thinking of dispatch: where a request goes, and what another catalogue would do with it."""

from dispatch.rules.replay import Effect, Fate, Past, Shift, agreement, fate_of, replay, shares
from dispatch.rules.rounds import came_back, second_limit
from dispatch.rules.routing import (
    Asked,
    Decision,
    Row,
    UnitMap,
    Where,
    choose,
    holds,
    is_departmental,
    known_condition,
    known_resolver,
    resolve,
    route,
)
from dispatch.rules.versions import Differences, differences, key_of

__all__ = [
    "Asked",
    "Decision",
    "Differences",
    "Effect",
    "Fate",
    "Past",
    "Row",
    "Shift",
    "UnitMap",
    "Where",
    "agreement",
    "came_back",
    "choose",
    "differences",
    "fate_of",
    "holds",
    "is_departmental",
    "key_of",
    "known_condition",
    "known_resolver",
    "replay",
    "resolve",
    "route",
    "second_limit",
    "shares",
]
