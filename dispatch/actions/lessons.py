"""What upheld objections teach the catalogue: taken into a draft, or dismissed with a note (DOMAIN §3.4)."""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from dispatch.models import Backlog, Catalogue
from intake.rules import scrub
from tickets.errors import Refused, Stale
from units.models import User
from units.roles import Role


def take(lesson: Backlog, draft: Catalogue, *, note: str = "", by: User, at: datetime) -> None:
    """The draft will mend it. Raises Refused for what is no draft, Stale when somebody settled it before."""
    if draft.state != Catalogue.State.DRAFT:
        raise Refused(_("该版本不是草案，不能修改。请起草新版本。"))
    _settle(lesson, Backlog.State.TAKEN, draft, note, by, at)


def dismiss(lesson: Backlog, *, note: str, by: User, at: datetime) -> None:
    """The catalogue is right as it is. Raises Refused without a note, Stale as `take`."""
    if len(note.strip()) < 2:
        raise Refused(_("不采纳的，请写明理由。"))
    _settle(lesson, Backlog.State.DISMISSED, None, note, by, at)


@transaction.atomic
def _settle(lesson: Backlog, state: str, draft: Catalogue | None, note: str, by: User, at: datetime) -> None:
    if not by.has_role(Role.DISPATCHER):
        raise Refused(_("只有%(role)s可以这样做。") % {"role": Role.DISPATCHER.label})
    changes = {
        "state": state,
        "catalogue": draft,
        "note": scrub(note.strip()),
        "settled_by": by,
        "settled_at": at,
    }
    if not Backlog.objects.filter(pk=lesson.pk, state=Backlog.State.OPEN).update(**changes):
        raise Stale(_("别人已处理了这一条。请查看最新情况。"))
    for field, value in changes.items():
        setattr(lesson, field, value)
