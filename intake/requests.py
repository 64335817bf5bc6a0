"""A request as it arrives, before it is a ticket."""

from dataclasses import dataclass

from intake.models import Call
from tickets.models import Category
from tickets.states import Channel, Kind
from units.models import Place, Unit, User

#: Characters that fit a form's fields.
CONTENT_LENGTH = 5000
NAME_LENGTH = 40
KEY_LENGTH = 60


@dataclass(frozen=True)
class Request:
    """What was said and by whom. Nothing but kind and content is ever required (DOMAIN R4: 不设门槛)."""

    kind: str
    content: str
    category: Category | None = None
    place: Place | None = None
    location: str = ""
    #: The call it came in: its caller asks, unless `phone` is another number to call back.
    call: Call | None = None
    phone: str = ""
    name: str = ""
    address: str = ""
    channel: str = Channel.PHONE
    caller_type: str = "person"
    hide_identity: bool = False
    urgent: bool = False
    accused: Unit | None = None
    #: The same key twice makes one ticket.
    client_key: str | None = None

    @property
    def secret(self) -> bool:
        """Whether the handling unit must not learn who asked."""
        return self.hide_identity or self.kind == Kind.TIP_OFF


@dataclass(frozen=True)
class Part:
    """One matter of a request that holds several (拆单)."""

    content: str
    category: Category | None = None
    place: Place | None = None
    location: str = ""


def own_key(by: User, key: str) -> str | None:
    """A client key that no other person's key can equal, so that nobody is handed another's ticket."""
    return f"{by.pk}:{key}" if key else None
