"""Finding units and places by what a person types."""

from django.db.models import Q, QuerySet

from units.models import Place, Unit, User

#: Rows offered in a pick list: more cannot be read while a caller waits.
OFFERED = 20


def _typed(text: str) -> Q:
    text = text.strip()
    return Q(name__icontains=text) | Q(initials__startswith=text.lower()) | Q(code__startswith=text)


def places_typed(text: str) -> QuerySet[Place]:
    """Streets, towns, communities and districts whose name, initials or code match."""
    found = Place.objects.filter(_typed(text), active=True).exclude(level=Place.Level.CITY)
    return found.select_related("district", "street").order_by("level", "code")[:OFFERED]


def units_typed(text: str) -> QuerySet[Unit]:
    """Active units whose name, initials or code match."""
    found = Unit.objects.active().filter(_typed(text) | Q(short_name__icontains=text.strip()))
    return found.select_related("district").order_by("code")[:OFFERED]


def colleagues(user: User) -> QuerySet[User]:
    """The active people of the user's unit and of the units below it, for inner assignment."""
    if user.unit is None:
        return User.objects.none()
    people = User.objects.filter(is_active=True, unit__path__startswith=user.unit.path)
    return people.select_related("unit").order_by("unit__path", "username")


def sections(user: User) -> QuerySet[Unit]:
    """The communities and sections below the user's unit: those without a desk of their own."""
    if user.unit is None:
        return Unit.objects.none()
    below = Unit.objects.active().under(user.unit).exclude(pk=user.unit.pk)
    return below.filter(type__in=[Unit.Type.COMMUNITY, user.unit.type])
