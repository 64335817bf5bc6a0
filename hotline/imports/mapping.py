"""The map of an import: which column, constant or value of the other system becomes what here."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from hotline.city.reader import Bad, PackRefused, Problems, read_yaml
from hotline.imports.source import Layout

#: What a row may tell, and what each may be found by.
FIELDS: Mapping[str, Sequence[str]] = {
    "order": (),
    "content": (),
    "received": (),
    "kind": (),
    "category": ("code", "path", "name"),
    "place": ("code", "name"),
    "location": (),
    "phone": (),
    "name": (),
    "address": (),
    "secret": (),
    "urgent": (),
    "unit": ("code", "name"),
}
NEEDED = ("order", "content", "kind")
DISPATCH = ("catalogue", "unit", "none")
CLOCKS = ("import", "received")


@dataclass(frozen=True)
class Field:
    """Where a field's value comes from."""

    columns: Sequence[str] = ()
    value: str = ""
    #: The other system's word → ours.
    values: Mapping[str, str] = field(default_factory=dict)
    default: str = ""
    #: strptime, for `received`.
    format: str = ""
    by: str = ""
    #: Parts one column that holds a whole path.
    separator: str = ""
    #: What to do with a value that names nothing here: refuse the row, or leave the field empty.
    unknown: str = "refuse"


@dataclass(frozen=True)
class Map:
    """The whole map. `source` and the order's number make the key by which twice gives once."""

    source: str
    layout: Layout
    fields: Mapping[str, Field]
    dispatch: str = "catalogue"
    clock: str = "import"


def read(path: Path, header: Sequence[str] | None = None) -> Map:
    """The map, checked; with a header also that its columns are there. Raises PackRefused."""
    problems = Problems()
    document = read_yaml(
        path.parent, path.name, problems, needed=["source", "fields"], optional=["file", "dispatch", "clock"]
    )
    problems.refuse()
    fields: dict[str, Field] = {}
    try:
        layout = Layout(**_mapping(document.values.get("file", {}), "file", Layout.__dataclass_fields__))
        for name, told in _mapping(document.values["fields"], "fields", FIELDS).items():
            fields[name] = _field(name, told)
    except Bad as bad:
        raise PackRefused([f"{document.at('fields')}: {bad}"]) from bad
    for name in NEEDED:
        if name not in fields:
            problems.error(document.at("fields"), f"the field {name!r} is needed")
    dispatch, clock = (
        str(document.values.get(k, d)) for k, d in (("dispatch", "catalogue"), ("clock", "import"))
    )
    for key, value, allowed in (("dispatch", dispatch, DISPATCH), ("clock", clock, CLOCKS)):
        if value not in allowed:
            problems.error(document.at(key), f"{key} {value!r} is none of {', '.join(allowed)}")
    if dispatch == "unit" and "unit" not in fields:
        problems.error(document.at("dispatch"), "dispatch: unit needs the field 'unit'")
    problems.refuse()
    return Map(str(document.values["source"]), layout, fields, dispatch, clock)


def check_columns(mapping: Map, header: Sequence[str], at: str) -> None:
    """Raises PackRefused when the map names a column that the file has not."""
    named = [column for one in mapping.fields.values() for column in one.columns]
    missing = [column for column in dict.fromkeys(named) if column not in header]
    if missing:
        raise PackRefused([f"{at}: there is no column {column!r}" for column in missing])


def _field(name: str, told: object) -> Field:
    """A word is a column; a mapping tells more. Raises Bad."""
    if isinstance(told, str):
        told = {"column": told}
    options = dict(_mapping(told, name, {"column", *Field.__dataclass_fields__} - {"columns"}))
    column = options.pop("column", [])
    columns = [column] if isinstance(column, str) else [str(part) for part in column]
    if not columns and "value" not in options:
        raise Bad(f"{name}: neither a column nor a value")
    options["values"] = {
        str(k): str(v) for k, v in _mapping(options.get("values", {}), f"{name}: values").items()
    }
    found = Field(columns=columns, **{k: v if k == "values" else str(v) for k, v in options.items()})
    if found.unknown not in ("refuse", "empty"):
        raise Bad(f"{name}: unknown {found.unknown!r} is neither refuse nor empty")
    if found.by and found.by not in FIELDS[name]:
        raise Bad(f"{name}: by {found.by!r} is none of {', '.join(FIELDS[name]) or 'nothing'}")
    if FIELDS[name] and not found.by:
        raise Bad(f"{name}: by is missing; one of {', '.join(FIELDS[name])}")
    return found


def _mapping(value: object, name: str, allowed: object = None) -> Mapping[str, object]:
    if not isinstance(value, dict):
        raise Bad(f"{name} must be a mapping")
    for key in value:
        if allowed is not None and key not in allowed:
            raise Bad(f"{name}: {key!r} is none of {', '.join(sorted(allowed))}")
    return value
