"""Brings a table to what the files say: creates, changes, and counts; rows that agree are not touched."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from django.db import connection, models
from simple_history.utils import bulk_create_with_history, bulk_update_with_history

BATCH = 500


@dataclass(frozen=True)
class Tally:
    """What a load did to one table."""

    created: int = 0
    changed: int = 0

    def __add__(self, other: "Tally") -> "Tally":
        return Tally(self.created + other.created, self.changed + other.changed)


def keys_for(model: type[models.Model], natural: Iterable[str], field: str = "code") -> dict[str, int]:
    """Natural key → primary key, of rows that are there and of rows that will be, taken from the sequence.

    So that rows may point at each other, and at themselves, in one INSERT.
    """
    taken = dict(model.objects.values_list(field, "pk"))
    fresh = [key for key in dict.fromkeys(natural) if key not in taken]
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT nextval(pg_get_serial_sequence(%s, 'id')) FROM generate_series(1, %s)",
            [model._meta.db_table, len(fresh)],
        )
        numbers = [number for (number,) in cursor.fetchall()]
    return {**taken, **dict(zip(fresh, numbers, strict=True))}


def sync(model: type[models.Model], rows: Sequence[Mapping[str, object]], *, key: Sequence[str]) -> Tally:
    """Creates rows whose key is not there, changes those that differ, with history if the model has one."""
    there = {tuple(getattr(row, name) for name in key): row for row in model.objects.all()}
    fresh: list[models.Model] = []
    changed: list[models.Model] = []
    for values in rows:
        row = there.get(tuple(values[name] for name in key))
        if row is None:
            fresh.append(model(**values))
        elif _take(row, values):
            changed.append(row)
    fields = list(dict.fromkeys(name for values in rows for name in values if name not in ("id", *key)))
    if hasattr(model, "history"):
        bulk_create_with_history(fresh, model, batch_size=BATCH)
        if changed:
            bulk_update_with_history(changed, model, fields, batch_size=BATCH)
    else:
        model.objects.bulk_create(fresh, batch_size=BATCH)
        if changed:
            model.objects.bulk_update(changed, fields, batch_size=BATCH)
    return Tally(len(fresh), len(changed))


def _take(row: models.Model, values: Mapping[str, object]) -> bool:
    """Whether the row differed; it then holds the new values."""
    differ = {name: value for name, value in values.items() if name != "id" and getattr(row, name) != value}
    for name, value in differ.items():
        setattr(row, name, value)
    return bool(differ)
