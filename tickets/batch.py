"""Many tickets written at once: what the sweep prepares in memory goes into a few statements."""

from collections.abc import Sequence
from typing import TypeVar

from django.db import connection, models
from django.utils.translation import gettext as _

from tickets.errors import Stale
from tickets.models import Event, Ticket

Row = TypeVar("Row", bound=models.Model)


class Keys:
    """Primary keys drawn from the tables' own sequences, `block` at a time; what is left over is lost."""

    def __init__(self, block: int = 1) -> None:
        self.block = block
        self._drawn: dict[type[models.Model], list[int]] = {}

    def next(self, model: type[models.Model]) -> int:
        if not self._drawn.get(model):
            self._drawn[model] = self._draw(model._meta.db_table, model._meta.pk.column)
        return self._drawn[model].pop()

    def _draw(self, table: str, column: str) -> list[int]:
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT nextval(pg_get_serial_sequence(%s, %s)) FROM generate_series(1, %s)",
                [table, column, self.block],
            )
            return [key for (key,) in cursor.fetchall()][::-1]


class Batch:
    """Tickets with prepared events (`Ticket.prepare`), and the new rows that belong to them.

    `alone`: one ticket in a transaction of its own; then its steps may write directly, too.
    """

    def __init__(self, keys: Keys, *, alone: bool = False) -> None:
        self.alone = alone
        self._keys = keys
        self._tickets: dict[int, Ticket] = {}
        self._rows: dict[type[models.Model], list[models.Model]] = {}

    def take(self, ticket: Ticket) -> None:
        """This ticket's events are to be written with the others'; the caller holds its lock."""
        self._tickets[ticket.pk] = ticket

    def add(self, row: Row) -> Row:
        """A new row, complete; it has its key at once, so that an event may name it."""
        row.pk = self._keys.next(type(row))
        self._rows.setdefault(type(row), []).append(row)
        return row

    def write(self) -> None:
        """Everything so far, in the caller's transaction. Raises Stale when a ticket had moved meanwhile."""
        tickets = [ticket for ticket in self._tickets.values() if ticket.pending]
        rows, self._tickets, self._rows = self._rows, {}, {}
        if tickets:
            _update(tickets)
            Event.objects.bulk_create([event for ticket in tickets for event in ticket.pending])
        for ticket in tickets:
            ticket.prepared()
        for model, added in rows.items():
            model._base_manager.bulk_create(added)


def _update(tickets: Sequence[Ticket]) -> None:
    """Each ticket's own values in one statement, compared with the version it was read in.

    A field that changed in one of them is written in all: the caller holds their locks, so nobody else
    can have changed it since.
    """
    fields = [Ticket._meta.get_field(name) for name in sorted(set().union(*(t.written for t in tickets)))]
    columns = {field.column: field for field in fields}
    types = ["bigint", "integer", *(field.db_type(connection) for field in columns.values())]
    row = ", ".join(f"%s::{name}" for name in types)
    values: list[object] = []
    for ticket in tickets:
        values += [ticket.pk, ticket.version - len(ticket.pending)]
        values += [f.get_db_prep_save(getattr(ticket, f.attname), connection) for f in columns.values()]
    quote = connection.ops.quote_name
    names = ", ".join(quote(column) for column in columns)
    assigned = ", ".join(f"{quote(column)} = was.{quote(column)}" for column in columns)
    # The names of tables and columns are the model's own; every value is a parameter.
    statement = (
        f"UPDATE {quote(Ticket._meta.db_table)} AS ticket SET {assigned}"  # noqa: S608
        f" FROM (VALUES {', '.join([f'({row})'] * len(tickets))}) AS was (key, seen, {names})"
        " WHERE ticket.id = was.key AND ticket.version = was.seen"
    )
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        if cursor.rowcount != len(tickets):
            raise Stale(_("别人已先一步办理了这张工单。请查看最新情况后再操作。"))
