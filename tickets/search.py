"""Search words into the database's own type."""

from django.contrib.postgres.search import SearchVectorField
from django.db.models import Func, Value

from tickets.rules import grams


def vector(*texts: str) -> Func:
    """The search words of the texts as a tsvector, for one INSERT."""
    words = Value(grams(" ".join(texts)))
    return Func(
        words, template="array_to_tsvector(%(expressions)s::text[])", output_field=SearchVectorField()
    )
