"""The verbs of the desk: take a call, file a request, answer it, look at a number."""

import secrets
from collections.abc import Callable
from datetime import datetime

from django.db import IntegrityError, connection, transaction
from django.utils.translation import gettext as _

from intake.models import Call, Caller, Case, Look
from intake.queries import repeat_of
from intake.requests import Request
from intake.rules import clean_phone, scrub, title_of
from intake.vault import blind_index
from tickets.book import book, local_day
from tickets.errors import Refused
from tickets.models import SearchEntry, Ticket
from tickets.rules import CODE_ALPHABET, CODE_LENGTH, number_of
from tickets.search import vector
from units.models import Unit, User

#: Handed in by whoever files: what happens to a ticket next, in the same transaction (dispatch's routing).
Then = Callable[[Ticket, datetime], object]


@transaction.atomic
def take_call(phone: str, *, by: User, at: datetime) -> Call:
    """A call begins at the agent's desk; a call that was left open ends now. Raises Refused for a bad number."""
    Call.objects.filter(agent=by, ended_at=None).update(ended_at=at)
    return Call.objects.create(agent=by, caller=_caller(phone, "", "person", at), started_at=at)


@transaction.atomic
def end_call(call: Call, *, at: datetime, ticket: Ticket | None = None) -> None:
    """The call is over; a second time changes nothing."""
    Call.objects.filter(pk=call.pk, ended_at=None).update(ended_at=at, ticket=ticket)


@transaction.atomic
def file(request: Request, *, by: User | None, at: datetime, then: Then | None = None) -> Ticket:
    """A request becomes a ticket that waits for dispatch; `then` goes on with it in the same transaction.

    The same `client_key` again gives the ticket it made the first time, unchanged. Raises Refused for a
    telephone number that cannot be one.
    """
    ticket = _write(request, "receive", by=by, at=at)
    if then is not None and ticket.version == 1:
        then(ticket, at)
    return ticket


@transaction.atomic
def end_at_desk(request: Request, move: str, *, answer: str, by: User, at: datetime) -> Ticket:
    """The agent answers, guides or transfers at once (DOMAIN §4.6): `move` is answer, guide or transfer.

    Raises Refused when an answer or a way is needed and none was written.
    """
    if move in ("answer", "guide") and not answer.strip():
        raise Refused(_("请写明答复内容或告知的途径。"))
    return _write(request, move, by=by, at=at, answer=scrub(answer), closed_at=at)


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


def _of_the_hotline(by: User) -> bool:
    """Whether this is one of the hotline's own people, who alone may know a confidential caller."""
    return by.unit is not None and by.unit.type == Unit.Type.CITY_CENTRE


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
        if name and not known.name:
            known.name = name
            known.save(update_fields=["name"])
        return known
    # Two desks may meet the same new number at once: the index decides, the loser reads the winner's row.
    fresh = Caller(phone_index=blind_index(phone), phone=phone, name=name, type=type_, first_at=at)
    Caller.objects.bulk_create([fresh], ignore_conflicts=True)
    return Caller.objects.with_phone(phone).get()


def _write(request: Request, move: str, *, by: User | None, at: datetime, **changes: object) -> Ticket:
    """The ticket, the caller's side of it and its search words; or the one this key made before."""
    if request.client_key:
        before = Ticket.objects.filter(client_key=request.client_key).first()
        if before is not None:
            return before
    caller = _caller(request.phone, request.name, request.caller_type, at)
    ticket = _ticket(request, caller, by, at)
    try:
        with transaction.atomic(savepoint=bool(request.client_key)):
            ticket.move(move, by=by, at=at, facts={"channel": request.channel}, **changes)
    except IntegrityError:
        # The same key, filed by a twin a moment ago.
        return Ticket.objects.get(client_key=request.client_key)
    Case.objects.bulk_create(
        [Case(ticket=ticket, caller=caller, address=request.address, hide_identity=request.secret)]
    )
    SearchEntry.objects.bulk_create(
        [SearchEntry(ticket=ticket, grams=vector(ticket.number, ticket.title, ticket.content, ticket.location))]
    )
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
        repeat_of=repeat_of(caller, request, at),
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
    return number_of(book().text("number_prefix", at), book().text("hotline_number", at), local_day(at), serial)
