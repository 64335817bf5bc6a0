"""Two versions of a catalogue, as values: what a draft adds, changes and takes away."""

from collections.abc import Iterable
from dataclasses import dataclass, replace

from dispatch.rules.routing import Row

#: Leaf, scope, kind, condition: one rule each.
Key = tuple[str, str, str, str]


@dataclass(frozen=True)
class Differences:
    """The rules of the new version that the old one has not or has otherwise, and the old ones gone."""

    added: tuple[Row, ...] = ()
    changed: tuple[Row, ...] = ()
    removed: tuple[Row, ...] = ()

    def __len__(self) -> int:
        return len(self.added) + len(self.changed) + len(self.removed)


def key_of(row: Row) -> Key:
    """What makes a rule the same in two versions."""
    return row.category, row.scope, row.kind, row.condition


def differences(before: Iterable[Row], after: Iterable[Row]) -> Differences:
    """What changed between two versions; a rule's own id says nothing."""
    old = {key_of(row): replace(row, id=0) for row in before}
    new = {key_of(row): row for row in after}
    return Differences(
        added=tuple(row for key, row in new.items() if key not in old),
        changed=tuple(row for key, row in new.items() if key in old and replace(row, id=0) != old[key]),
        removed=tuple(row for key, row in old.items() if key not in new),
    )
