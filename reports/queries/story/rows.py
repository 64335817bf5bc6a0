"""What the events of one ticket point at: their facts are codes and ids."""

from collections.abc import Mapping
from typing import Any

from django.utils import formats, timezone
from django.utils.dateparse import parse_datetime

#: Facts of an event.
Facts = Mapping[str, Any]


class Rows(dict[str, Mapping[Any, Any]]):
    """key of a fact → id → the row it names."""

    def named(self, facts: Facts, key: str) -> Any | None:
        """The row an event names by this key; None where it names none, or it was not read."""
        return self.get(key, {}).get(facts.get(key))


def moment(text: str) -> str:
    """A moment that stands in the facts, as people write it: 03-02 12:00."""
    found = parse_datetime(text)
    return formats.date_format(timezone.localtime(found), "m-d H:i") if found else text
