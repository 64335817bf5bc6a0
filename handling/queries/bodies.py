"""Units as the plain values that rules reckon with."""

from handling.rules import Body
from units.models import Unit


def body(unit: Unit) -> Body:
    return Body(unit=unit.pk, type=unit.type, district=unit.district_id)
