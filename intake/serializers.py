"""What the API takes and gives back, as JSON."""

from datetime import datetime
from typing import TypeVar

from django.utils.translation import gettext_lazy as _
from rest_framework import serializers

from intake.models import Caller
from intake.queries import category_of, place_of, unit_of, unit_with
from intake.requests import CONTENT_LENGTH, KEY_LENGTH, NAME_LENGTH, Request, own_key
from intake.rules import clean_phone
from tickets.book import local_day
from tickets.models import Category, Ticket
from tickets.states import Channel, Kind
from units.models import Place, Unit, User

T = TypeVar("T", Category, Place, Unit)


class RequestSerializer(serializers.Serializer):
    """A request as another system or an agent's tool sends it; codes name categories, places and units."""

    kind = serializers.ChoiceField(choices=Kind.choices)
    content = serializers.CharField(max_length=CONTENT_LENGTH)
    channel = serializers.ChoiceField(choices=Channel.choices, default=Channel.PHONE)
    category = serializers.CharField(max_length=60, required=False, allow_blank=True)
    place = serializers.CharField(max_length=20, required=False, allow_blank=True)
    location = serializers.CharField(max_length=200, required=False, allow_blank=True)
    phone = serializers.CharField(max_length=30, required=False, allow_blank=True)
    name = serializers.CharField(max_length=NAME_LENGTH, required=False, allow_blank=True)
    address = serializers.CharField(max_length=200, required=False, allow_blank=True)
    caller_type = serializers.ChoiceField(choices=Caller.Type.choices, default=Caller.Type.PERSON)
    hide_identity = serializers.BooleanField(default=False)
    urgent = serializers.BooleanField(default=False)
    accused = serializers.CharField(max_length=40, required=False, allow_blank=True)
    client_key = serializers.CharField(max_length=KEY_LENGTH, required=False, allow_blank=True)

    def validate_category(self, code: str) -> Category | None:
        return _found(category_of(code, local_day(self.context["at"])), code, _("没有这个事项分类：%s"))

    def validate_place(self, code: str) -> Place | None:
        return _found(place_of(code), code, _("没有这个地点：%s"))

    def validate_accused(self, code: str) -> Unit | None:
        return _found(unit_with(code), code, _("没有这个单位：%s"))

    def validate_phone(self, typed: str) -> str:
        try:
            return clean_phone(typed) if typed else ""
        except ValueError as error:
            raise serializers.ValidationError(_("电话号码不正确：请核对后重新输入，或留空。")) from error

    def to_request(self, by: User) -> Request:
        """The validated data as a request of this user's."""
        said = dict(self.validated_data)
        said["client_key"] = own_key(by, said.get("client_key", ""))
        if said["kind"] != Kind.TIP_OFF:
            said["accused"] = None
        return Request(**said)


def filed(ticket: Ticket) -> dict[str, str | datetime | None]:
    """What the sender learns of the ticket."""
    return {
        "number": ticket.number,
        "query_code": ticket.query_code,
        "state": ticket.state,
        "unit": unit_of(ticket.lead_id).code if ticket.lead_id else None,
        "handle_due": ticket.handle_due,
    }


def _found(row: T | None, code: str, message: str) -> T | None:
    """What the code names; nothing for an empty code."""
    if code and row is None:
        raise serializers.ValidationError(message % code)
    return row
