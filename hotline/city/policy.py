"""limits.csv, calendar.csv and settings.csv: dated rows. What has been used stays; a later row is added."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, time
from pathlib import Path

from django.db.models import Exists, Max, OuterRef

from hotline.city import ladder
from hotline.city.reader import Bad, Document, Problems, Row, once, parsed, read_csv, whole
from hotline.city.rows import Tally, sync
from tickets.book import local_day
from tickets.models import Limit, Setting, Ticket, WorkCalendar, WorkDay

LIMITS, CALENDAR, SETTINGS = "limits.csv", "calendar.csv", "settings.csv"
MINUTES = ("dispatch_minutes", "sign_minutes", "contact_minutes", "handle_minutes")
#: Of objections and extensions (DOMAIN §3.3, §3.4).
SIDE = ("object_minutes", "rule_minutes")
#: The calendar that counts all time; it is always there.
NATURAL = "natural"

#: What this version reads: key → what its value must be.
KEYS: Mapping[str, str] = {
    "number_prefix": "text",
    "hotline_number": "text",
    "urgent_limit": "limit",
    "default_limit": "limit",
    "guide_confirm_minutes": "number",
    "reopen_divisor": "number",
    "reopen_min_minutes": "number",
    "followup_attempts": "number",
    "followup_min_channels": "number",
    "followup_gap_minutes": "number",
    "followup_min_bands": "number",
    "followup_order": "text",
    "followup_afternoon": "time",
    "followup_evening": "time",
    "followup_quiet_from": "time",
    "followup_quiet_to": "time",
    "followup_retry_minutes": "number",
    "followup_limit_minutes": "number",
    "duplicate_days": "number",
    "history_months": "number",
    "portal_tries_per_hour": "number",
    "online_answer_hours": "number",
    "portal_idle_minutes": "number",
    "attachment_max_mb": "number",
    "attachment_max_megapixels": "number",
    "office_calendar": "calendar",
    "exclusion_ask_minutes": "number",
    "exclusion_decide_minutes": "number",
    "exclusion_near_minutes": "number",
    "objection_max": "number",
    "extension_decide_minutes": "number",
    "co_percent": "number",
    "plan_review_days": "number",
    "plan_review_again_days": "number",
    "plan_max_months": "number",
    "plan_renewals": "number",
    "coordinate_minutes": "number",
    "on_site_grace_minutes": "number",
    "whistle_daily_ack_minutes": "number",
    "whistle_daily_arrive_minutes": "number",
    "whistle_hard_ack_minutes": "number",
    "whistle_hard_arrive_minutes": "number",
    "whistle_urgent_ack_minutes": "number",
    "whistle_urgent_arrive_minutes": "number",
    "urge_gap_minutes": "number",
    "urge_per_day": "number",
    "oversight_reply_minutes": "number",
    "return_window_minutes": "number",
    "return_min_minutes": "number",
    "lab_replay_tickets": "number",
    "anomaly_run_least": "number",
    "anomaly_run_odds": "number",
    "anomaly_contact_minutes": "number",
    "anomaly_withdrawal_minutes": "number",
    "quality_short_chars": "number",
    "quality_same_replies": "number",
    "quality_same_days": "number",
}
#: Read too, but a city may do without.
OPTIONAL = frozenset({"board_tiles"})


@dataclass(frozen=True)
class CalendarRow:
    """A calendar: which hours count on which days."""

    code: str
    name: str
    working: bool
    opens: time
    closes: time
    days: Mapping[date, tuple[bool, str]]


@dataclass(frozen=True)
class Policy:
    """The city's numbers, each with where it stands."""

    calendars: Sequence[CalendarRow]
    limits: Sequence[Mapping[str, object]]
    ladder: Sequence[Mapping[str, object]]
    settings: Sequence[Mapping[str, object]]

    @property
    def limit_codes(self) -> set[str]:
        return {str(row["code"]) for row in self.limits}


def read(folder: Path, city: Document, problems: Problems) -> Policy:
    calendars = _read_calendars(folder, city, problems)
    names = {row.code for row in calendars}
    rows = read_csv(
        folder,
        LIMITS,
        problems,
        needed=["code", "name", *MINUTES, *SIDE, "calendar", "side_calendar", "effective_from", "basis"],
        optional=["urgent", "object_pauses", "extensions"],
    )
    once(rows, problems, "code", "effective_from")
    limits = parsed(rows, lambda row: _limit(row, names), problems)
    codes = {str(row["code"]) for row in limits}
    columns = ["key", "value", "effective_from", "unit", "source"]
    rows = read_csv(folder, SETTINGS, problems, needed=columns)
    once(rows, problems, "key", "effective_from")
    settings = parsed(rows, lambda row: _setting(row, codes, names), problems)
    for key in KEYS.keys() - {row.cells["key"] for row in rows}:
        problems.error(SETTINGS, f"the setting {key!r} is missing")
    for row in rows:
        if row.cells["key"] not in KEYS.keys() | OPTIONAL:
            problems.warn(row.at, f"nothing reads the setting {row.cells['key']!r}")
    return Policy(calendars, limits, ladder.read(folder, problems), settings)


def _read_calendars(folder: Path, city: Document, problems: Problems) -> list[CalendarRow]:
    """`natural`, and the calendars that city.yaml or the file names; 9 to 17 unless city.yaml says."""
    rows = read_csv(folder, CALENDAR, problems, needed=["calendar", "date", "working", "name"])
    once(rows, problems, "calendar", "date")
    days: dict[str, dict[date, tuple[bool, str]]] = {}

    def take(row: Row) -> None:
        code = row.needed("calendar", 30)
        if code == NATURAL:
            raise Bad(f"{NATURAL!r} counts all time: it has no days of its own")
        days.setdefault(code, {})[row.day("date")] = (row.flag("working"), row.text("name", 40))

    parsed(rows, take, problems)
    told = city.values.get("calendars") or {}
    made = [CalendarRow(NATURAL, "自然时间", False, time(9), time(17), {})]
    for code in dict.fromkeys([*days, *told]):
        try:
            made.append(_calendar(code, told.get(code) or {}, days.get(code, {})))
        except (ValueError, AttributeError) as error:
            problems.error(city.at("calendars"), f"{code}: {error}")
    return made


def _calendar(code: str, told: Mapping[str, object], days: Mapping[date, tuple[bool, str]]) -> CalendarRow:
    return CalendarRow(
        code=code,
        name=str(told.get("name", code)),
        working=True,
        opens=time.fromisoformat(str(told.get("opens", "09:00"))),
        closes=time.fromisoformat(str(told.get("closes", "17:00"))),
        days=days,
    )


def _limit(row: Row, calendars: set[str]) -> Mapping[str, object]:
    return {
        "at": row.at,
        "code": row.needed("code", 10),
        "name": row.needed("name", 40),
        **{name: row.number(name, least=1) for name in (*MINUTES, *SIDE)},
        "object_pauses": row.flag("object_pauses"),
        "extensions": [whole(part, "extensions", least=1) for part in row.listed("extensions")],
        "calendar": row.known("calendar", calendars, f"{CALENDAR}, nor is it {NATURAL}"),
        "side_calendar": row.known("side_calendar", calendars, f"{CALENDAR}, nor is it {NATURAL}"),
        "effective_from": row.day("effective_from"),
        "urgent": row.flag("urgent"),
        "basis": row.text("basis"),
    }


def _setting(row: Row, limits: set[str], calendars: set[str]) -> Mapping[str, object]:
    key, value = row.needed("key", 60), row.needed("value")
    kind = KEYS.get(key, "text")
    if kind == "number":
        whole(value, f"value of {key}")
    if kind == "limit":
        row.known("value", limits, LIMITS)
    if kind == "calendar":
        row.known("value", calendars, CALENDAR)
    if kind == "time":
        try:
            time.fromisoformat(value)
        except ValueError:
            raise Bad(f"value of {key} {value!r} is not a time such as 21:00") from None
    return {
        "at": row.at,
        "key": key,
        "value": value,
        "effective_from": row.day("effective_from"),
        "unit": row.text("unit", 20),
        "source": row.text("source"),
    }


def refuse_rewritten(policy: Policy, problems: Problems) -> None:
    """Complains about rows that would change numbers which tickets were already reckoned with."""
    on_tickets = Exists(Ticket.objects.filter(limit=OuterRef("pk")))
    used = set(Limit.objects.filter(on_tickets).values_list("pk", flat=True))
    found = Limit.objects.select_related("calendar", "side_calendar")
    limits = {(row.code, row.effective_from): row for row in found}
    for row in policy.limits:
        old = limits.get((row["code"], row["effective_from"]))
        if old is not None and old.pk in used and _reckons_otherwise(old, row):
            problems.error(str(row["at"]), "tickets carry this limit: add a row with a later effective_from")
    # The greatest key may be an imported ticket's, which another system received long ago.
    last = Ticket.objects.aggregate(last=Max("received_at"))["last"]
    if last is not None:
        ladder.refuse_rewritten(policy.ladder, local_day(last), problems)
    settings = {(row.key, row.effective_from): row.value for row in Setting.objects.all()}
    for row in policy.settings:
        value = settings.get((row["key"], row["effective_from"]), row["value"])
        if value != row["value"] and last is not None and local_day(last) >= row["effective_from"]:
            problems.error(
                str(row["at"]), f"{value!r} has been in use: add a row with a later effective_from"
            )


def _reckons_otherwise(old: Limit, row: Mapping[str, object]) -> bool:
    """Whether a ticket with this limit would have other moments, or might ask for other ones."""
    side = old.side_calendar.code if old.side_calendar else ""
    if (old.calendar.code, side) != (row["calendar"], row["side_calendar"]):
        return True
    return any(getattr(old, name) != row[name] for name in (*MINUTES, *SIDE, "object_pauses", "extensions"))


def write(policy: Policy) -> dict[str, Tally]:
    calendars = [
        {"code": row.code, "name": row.name, "working": row.working, "opens": row.opens, "closes": row.closes}
        for row in policy.calendars
    ]
    tally = sync(WorkCalendar, calendars, key=["code"])
    keys = dict(WorkCalendar.objects.values_list("code", "pk"))
    days = [
        {"calendar_id": keys[row.code], "day": day, "works": works, "name": name}
        for row in policy.calendars
        for day, (works, name) in row.days.items()
    ]
    tally += sync(WorkDay, days, key=["calendar_id", "day"])
    limits = [_with_keys(row, keys) for row in policy.limits]
    return {
        "calendars": tally,
        "ladder": ladder.write(policy.ladder),
        "limits": sync(Limit, limits, key=["code", "effective_from"]),
        "settings": sync(
            Setting, [_without_at(row) for row in policy.settings], key=["key", "effective_from"]
        ),
    }


def _with_keys(row: Mapping[str, object], calendars: Mapping[str, int]) -> dict[str, object]:
    """The row with the keys of its calendars in place of their codes."""
    named = {f"{name}_id": calendars[str(row[name])] for name in ("calendar", "side_calendar")}
    return {**_without_at(row), **named}


def _without_at(row: Mapping[str, object]) -> dict[str, object]:
    return {name: value for name, value in row.items() if name not in ("at", "calendar", "side_calendar")}
