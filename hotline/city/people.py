"""accounts.csv: the invented people of a demonstration. Loaded only when asked for."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from hotline.city.reader import Bad, Problems, Row, once, parsed, read_csv
from hotline.city.rows import Tally, sync
from hotline.city.units import Units
from units.models import Unit, User
from units.roles import Misfit, Role, misfit

FILE = "accounts.csv"
SHORTEST_PASSWORD = 9
MISFITS = {
    Misfit.BOTH: "a person who works on the line cannot hold a handling role too",
    Misfit.HANDLING: "a handling role needs a unit that handles orders",
    Misfit.LINE: "a role of the line needs the city_centre as unit",
    Misfit.DISTRICT: "the role district needs a unit of type district",
}


@dataclass(frozen=True)
class Account:
    """A person as the file has them."""

    username: str
    name: str
    roles: tuple[str, ...]
    unit: str
    password: str


def read(folder: Path, units: Units, problems: Problems) -> Sequence[Account]:
    """The accounts; a city without the file has none."""
    if not (folder / FILE).exists():
        return []
    rows = read_csv(folder, FILE, problems, needed=["username", "name", "roles", "unit", "password"])
    once(rows, problems, "username")
    return parsed(rows, lambda row: _parse(row, units), problems)


def _parse(row: Row, units: Units) -> Account:
    roles = row.listed("roles")
    for role in roles:
        if role not in Role.values:
            raise Bad(f"role {role!r} is none of {', '.join(Role.values)}")
    unit = row.known("unit", units.by_code, "units.csv")
    if not roles:
        raise Bad("roles is empty")
    wrong = misfit(roles, units.by_code[unit].type)
    if wrong is not None:
        raise Bad(MISFITS[wrong])
    if len(row.needed("password")) < SHORTEST_PASSWORD:
        raise Bad(f"password is shorter than {SHORTEST_PASSWORD} characters")
    return Account(
        row.needed("username", 150), row.needed("name", 40), tuple(roles), unit, row.cells["password"]
    )


def write(accounts: Sequence[Account]) -> Tally:
    """A password is set when the account is made, and never again: by then it may be the person's own."""
    units = dict(Unit.objects.values_list("code", "pk"))
    rows = []
    there = set(User.objects.values_list("username", flat=True))
    for account in accounts:
        admin = Role.ADMIN in account.roles
        values: dict[str, object] = {
            "username": account.username,
            "display_name": account.name,
            "roles": list(account.roles),
            "unit_id": units[account.unit],
            "is_staff": admin,
            "is_superuser": admin,
        }
        rows.append(values)
    tally = sync(User, rows, key=["username"])
    for account in accounts:
        if account.username not in there:
            user = User.objects.get(username=account.username)
            user.set_password(account.password)
            User.objects.filter(pk=user.pk).update(password=user.password)
    return tally
