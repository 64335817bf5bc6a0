"""The table of moves as a page to read: docs/flow.md is this text, and a test keeps it so."""

from django.utils import translation

from tickets import flow
from tickets.facts import FACTS
from tickets.states import State

HEAD = """# The flow of a work order

Drawn from `tickets/flow.py` and `tickets/facts.py` by `manage.py draw_flow`; a test compares.
Change the tables, then draw again.
"""


def drawn() -> str:
    """The whole page, in Chinese names beside the codes."""
    with translation.override("zh-hans"):
        return "\n".join(
            [HEAD, *_diagram(), "", "## Moves", "", *_moves(), "", "## Facts", "", *_facts(), ""]
        )


def _diagram() -> list[str]:
    lines = ["```mermaid", "stateDiagram-v2"]
    lines += [f"    {state.value}: {state.label}" for state in State]
    for move in flow.MOVES.values():
        for source in sorted(move.sources):
            lines.append(f"    {source or '[*]'} --> {move.target}: {move.name} {move.label}")
    ended = {move.target for move in flow.MOVES.values()} - {
        s for m in flow.MOVES.values() for s in m.sources
    }
    lines += [f"    {state} --> [*]" for state in sorted(ended)]
    return [*lines, "```"]


def _moves() -> list[str]:
    rows = [
        f"| `{move.name}` {move.label} | {_listed(move.sources) or '—'} | `{move.target}` | {_who(move)} |"
        for move in flow.MOVES.values()
    ]
    return ["| move | from | to | who |", "|---|---|---|---|", *rows]


def _facts() -> list[str]:
    rows = [f"| `{fact.name}` {fact.label} | {_states(fact)} | {_who(fact)} |" for fact in FACTS.values()]
    return ["| fact | in | who |", "|---|---|---|", *rows]


def _states(fact: flow.Fact) -> str:
    return "any" if fact.states == frozenset(State) else _listed(fact.states)


def _who(row: flow.Move | flow.Fact) -> str:
    who = _listed(row.roles)
    if row.at_lead:
        who += " of the lead unit or inside it" if row.inside else " of the lead unit"
    return "; ".join(part for part in (who, "system" if row.system else "") if part)


def _listed(values: frozenset[str]) -> str:
    return ", ".join(f"`{value}`" for value in sorted(values) if value)
