"""The desk: take a call, file a request, answer it, look at a number."""

import secrets
from collections.abc import Callable, Mapping
from datetime import datetime

from django.db import IntegrityError, connection, transaction
from django.db.models import TextField
from django.db.models.functions import Cast
from django.utils.translation import gettext as _

from intake.models import Call, Caller, Case, Look
from intake.queries import filed_before, repeat_of
from intake.requests import Part, Request
from intake.rules import clean_phone, scrub, title_of
from intake.vault import SealedField, blind_index, is_newest
from tickets.actions import raised_by_agent
from tickets.book import book, local_day
from tickets.errors import Refused
from tickets.models import Attachment, SearchEntry, Ticket
from tickets.rules import CODE_ALPHABET, CODE_LENGTH, number_of
from tickets.search import vector
from units.models import Unit, User

#: Handed in by whoever files: what happens to a ticket next, in the same transaction (dispatch's routing).
Then = Callable[[Ticket, datetime], object]


#: Rows that `reseal` locks and writes in one transaction.
ROTATED_AT_ONCE = 200


@transaction.atomic
def take_call(phone: str, *, by: User, at: datetime) -> Call:
    """A call begins at the agent's desk; one that was left open ends now. Raises Refused for a bad number."""
    Call.objects.filter(agent=by, ended_at=None).update(ended_at=at)
    return Call.objects.create(agent=by, caller=_caller(phone, "", "person", at), started_at=at)


@transaction.atomic
def end_call(call: Call, *, at: datetime) -> None:
    """The call is over; a second time changes nothing."""
    Call.objects.filter(pk=call.pk, ended_at=None).update(ended_at=at)


def file(request: Request, *, by: User | None, at: datetime, then: Then | None = None) -> Ticket:
    """A request becomes a ticket that waits for dispatch; `then` goes on with it in the same transaction.

    The same `client_key` again gives the ticket it made the first time, unchanged. Raises Refused for a
    telephone number that cannot be one.
    """
    return once(request.client_key, lambda: _file(request, by, at, then))


def end_at_desk(request: Request, move: str, *, answer: str, by: User, at: datetime) -> Ticket:
    """The agent answers or transfers at once (DOMAIN §4.6): `move` is answer or transfer.

    The same `client_key` again as in `file`. Raises Refused when an answer is needed and none was written.
    """
    if move == "answer" and not answer.strip():
        raise Refused(_("请写明答复内容或告知的途径。"))
    return once(request.client_key, lambda: _end_at_desk(request, move, answer, by, at))


@transaction.atomic
def look(ticket: Ticket, *, reason: str, by: User, at: datetime) -> Case:
    """Show the caller's full contact data to someone with the case in hand; the look is logged.

    Raises Refused without a reason, or when the caller's identity is kept from the reader's unit.
    """
    case = Case.objects.select_related("caller").get(ticket=ticket)
    if len(reason.strip()) < 2:
        raise Refused(_("请写明查看事由，查看会记入该工单。"))
    if case.hide_identity and not _of_the_hotline(by):
        raise Refused(_("诉求人要求保密，承办单位不能查看联系方式。请通过 12345 转接联系。"))
    row = Look.objects.create(ticket=ticket, by=by, reason=scrub(reason.strip()), at=at)
    ticket.record("reveal", by=by, at=at, facts={"look": row.pk})
    return case


@transaction.atomic
def file_part(ticket: Ticket, part: Part, at: datetime) -> Ticket:
    """One of several matters of a request becomes a ticket of its own (拆单): same caller, same secrecy.

    It was received when the request was: its dispatch clock has run since then, for its own class.
    """
    case = Case.objects.select_related("caller").get(ticket=ticket)
    request = Request(
        kind=ticket.kind,
        content=part.content,
        category=part.category,
        place=part.place,
        location=part.location,
        channel=ticket.channel,
        urgent=raised_by_agent(ticket),
        accused=ticket.accused,
    )
    made = _ticket(request, case.caller, ticket.taken_by, ticket.received_at)
    # The number says the day on which it was written.
    made.number, made.repeat_of_id, made.split_from = _number(at), None, ticket
    made.move("receive", by=None, at=at, facts={"split_from": ticket.number})
    Case(ticket=made, caller=case.caller, address=case.address, hide_identity=case.hide_identity).save(
        force_insert=True
    )
    words = vector(made.number, made.title, made.content, made.location)
    SearchEntry(ticket=made, grams=words).save(force_insert=True)
    _share_files(ticket, made)
    return made


def _share_files(ticket: Ticket, made: Ticket) -> None:
    """What the caller handed in belongs to every part; the files themselves stay where they are."""
    held = list(ticket.attachments.filter(purpose=Attachment.Purpose.REQUEST).order_by("pk"))
    for row in held:
        row.pk, row.ticket = None, made
    Attachment.objects.bulk_create(held)


def _of_the_hotline(by: User) -> bool:
    """Whether this is one of the hotline's own people, who alone may know a confidential caller."""
    return by.unit is not None and by.unit.type == Unit.Type.CITY_CENTRE


def once(key: str | None, write: Callable[[], Ticket]) -> Ticket:
    """What `write` makes, or the ticket this key made before; the unique index decides, also among twins."""
    try:
        return write()
    except IntegrityError:
        before = filed_before(key)
        if before is None:
            raise
        return before


@transaction.atomic
def _file(request: Request, by: User | None, at: datetime, then: Then | None) -> Ticket:
    ticket = write(request, "receive", by=by, at=at)
    if then is not None:
        then(ticket, at)
    return ticket


@transaction.atomic
def _end_at_desk(request: Request, move: str, answer: str, by: User, at: datetime) -> Ticket:
    return write(request, move, by=by, at=at, answer=scrub(answer), closed_at=at)


def _caller(phone: str, name: str, type_: str, at: datetime) -> Caller:
    """The caller of this number, new or known; one without a number is always new."""
    if not phone:
        return Caller.objects.create(name=name, type=type_, first_at=at)
    try:
        phone = clean_phone(phone)
    except ValueError as error:
        raise Refused(_("电话号码「%s」不正确：请核对后重新输入，或留空。") % phone) from error
    known = Caller.objects.with_phone(phone).first()
    if known is not None:
        return _named(known, name)
    # Two desks may meet the same new number at once: the index decides, the loser gets the winner's key.
    fresh = Caller(phone_index=blind_index(phone), phone=phone, name=name, type=type_, first_at=at)
    Caller.objects.bulk_create(
        [fresh], update_conflicts=True, unique_fields=["phone_index"], update_fields=["phone_index"]
    )
    fresh.met_now = True
    return fresh


def _named(caller: Caller, name: str) -> Caller:
    """The caller, who now has a name if they had none."""
    if name and not caller.name:
        caller.name = name
        caller.save(update_fields=["name"])
    return caller


def _caller_of(request: Request, at: datetime) -> Caller:
    if request.call is not None and not request.phone:
        return _named(request.call.caller, request.name)
    return _caller(request.phone, request.name, request.caller_type, at)


def write(
    request: Request,
    move: str,
    *,
    by: User | None,
    at: datetime,
    facts: Mapping[str, object] | None = None,
    **changes: object,
) -> Ticket:
    """The ticket, the caller's side of it and its search words; a part of an action, in its transaction."""
    caller = _caller_of(request, at)
    ticket = _ticket(request, caller, by, at)
    ticket.move(move, by=by, at=at, facts={"channel": request.channel, **(facts or {})}, **changes)
    Case(ticket=ticket, caller=caller, address=request.address, hide_identity=request.secret).save(
        force_insert=True
    )
    words = vector(ticket.number, ticket.title, ticket.content, ticket.location)
    SearchEntry(ticket=ticket, grams=words).save(force_insert=True)
    if request.call is not None:
        Call.objects.filter(pk=request.call.pk).update(ticket=ticket)
    return ticket


def _ticket(request: Request, caller: Caller, by: User | None, at: datetime) -> Ticket:
    """The unsaved row: scrubbed text, number, code, and the dispatch clock of its class."""
    content = scrub(request.content.strip())
    limit = book().limit(_limit_code(request, at), at)
    return Ticket(
        number=_number(at),
        query_code="".join(secrets.choice(CODE_ALPHABET) for _place in range(CODE_LENGTH)),
        client_key=request.client_key or None,
        channel=request.channel,
        kind=request.kind,
        category=request.category,
        place=request.place,
        location=scrub(request.location.strip()),
        title=title_of(content, request.category.name if request.category else ""),
        content=content,
        urgent=limit.urgent,
        accused=request.accused,
        repeat_of_id=repeat_of(caller, request, at),
        taken_by=by,
        received_at=at,
        limit=limit,
        dispatch_due=book().due(limit, at, limit.dispatch_minutes),
    )


def _limit_code(request: Request, at: datetime) -> str:
    """The class of the category; an agent may raise it to urgent, never lower it (DOMAIN §3.1)."""
    if request.urgent:
        return book().text("urgent_limit", at)
    if request.category is None or not request.category.limit_code:
        return book().text("default_limit", at)
    return request.category.limit_code


def _number(at: datetime) -> str:
    with connection.cursor() as cursor:
        cursor.execute("SELECT nextval('ticket_serial')")
        (serial,) = cursor.fetchone()
    return number_of(
        book().text("number_prefix", at), book().text("hotline_number", at), local_day(at), serial
    )


@transaction.atomic
def reseal(model: type[Caller] | type[Case], after: int) -> tuple[int, int] | None:
    """Re-encrypt the next rows after this key that an older key of the ring wrote.

    Gives the last key seen and how many rows were written; None when there are no more. A row already under
    the newest key is passed over, so a run that was cut off may simply begin again.
    """
    fields = [field.name for field in model._meta.fields if isinstance(field, SealedField)]
    tokens = {f"{name}_token": Cast(name, TextField()) for name in fields}
    rows = list(
        model.objects.select_for_update()
        .annotate(**tokens)
        .filter(pk__gt=after)
        .order_by("pk")[:ROTATED_AT_ONCE]
    )
    old = [row for row in rows if not all(is_newest(getattr(row, token)) for token in tokens)]
    model.objects.bulk_update(old, fields)
    return (rows[-1].pk, len(old)) if rows else None
