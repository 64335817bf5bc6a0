"""What tests of the rule lab do with drafts."""

from dataclasses import replace
from datetime import date

from dispatch.actions import lab
from dispatch.actions.lab import Said
from dispatch.models import Catalogue, Rule
from tests.city import NOON, City, forget

TODAY = NOON.date()
NOTHING = {"looked": 0, "moved": 0}


def begin(city: City, version: str = "2026.04") -> Catalogue:
    """A draft on the city's catalogue."""
    return lab.begin_draft(city.catalogue, version=version, note="春季调整", by=city.dispatcher, at=NOON)


def said(city: City, leaf: str = "orphan", **changes: object) -> Said:
    """A rule for a leaf that has none."""
    return replace(Said(category=city.leaves[leaf], lead="street", basis="履职清单 12"), **changes)


def change(city: City, draft: Catalogue, wish: Said, rule: Rule | None = None) -> Rule:
    return lab.set_rule(draft, wish, rule=rule, revision=draft.revision, by=city.dispatcher, at=NOON)


def publish(city: City, draft: Catalogue, day: date = TODAY, **changes: object) -> None:
    told = {"effective_from": day, "checked": "无异议", "effects": NOTHING, "revision": draft.revision}
    lab.publish(draft, **{**told, "by": city.reviewer, "at": NOON, **changes})
    forget()


def standing(draft: Catalogue) -> tuple[str, int, list[tuple[object, ...]]]:
    """State, revision and rules: nothing may have changed."""
    fresh = Catalogue.objects.get(pk=draft.pk)
    rules = fresh.rules.order_by("pk")
    told = rules.values_list("category", "scope", "kind", "condition", "lead", "co", "basis")
    return fresh.state, fresh.revision, list(told)
