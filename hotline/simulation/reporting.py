"""What a unit reports, with drawn pictures as its evidence."""

from random import Random

from django.core.files.uploadedfile import SimpleUploadedFile

from handling import actions as handling
from handling.models import Report
from hotline.simulation import texts
from hotline.simulation.photos import photo
from tickets.models import Ticket
from tickets.states import Outcome


def result(rng: Random, ticket: Ticket, outcome: Outcome) -> tuple[handling.Result, list[SimpleUploadedFile]]:
    """What the clerk writes, and the pictures that go with it."""
    shown = rng.choice((1, 1, 2)) if outcome == Outcome.SOLVED or rng.random() < 0.3 else 0
    files = [photo(rng, f"现场照片{number + 1}") for number in range(shown)]
    told = handling.Result(
        outcome=outcome,
        text=texts.said(rng, texts.DONE[outcome]),
        reply=texts.REPLIES[outcome].format(what=ticket.title),
        reason="" if outcome == Outcome.SOLVED else Report.Reason.UNDER_WAY,
    )
    return told, files
