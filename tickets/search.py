"""Search words into the database's own type."""

from collections.abc import Sequence

from django.contrib.postgres.search import SearchQueryField, SearchVectorField
from django.db.models import BooleanField, F, Func, Value

from tickets.rules import grams


def vector(*texts: str) -> Func:
    """The search words of the texts as a tsvector, for one INSERT."""
    words = Value(grams(" ".join(texts)))
    return Func(
        words, template="array_to_tsvector(%(expressions)s::text[])", output_field=SearchVectorField()
    )


def holds(column: str, words: Sequence[str]) -> Func:
    """Whether the column's search words are all there; for a WHERE that the GIN index answers.

    A cast, not to_tsquery(): the parser's idea of a Chinese word hangs on the server's locale.
    """
    literal = Value(" & ".join(f"'{word}'" for word in words))
    query = Func(literal, template="(%(expressions)s)::tsquery", output_field=SearchQueryField())
    return Func(
        F(column), query, template="(%(expressions)s)", arg_joiner=" @@ ", output_field=BooleanField()
    )
