"""The desk as an API: a request in, a dispatched ticket out."""

from django.utils import timezone
from rest_framework.permissions import BasePermission
from rest_framework.request import Request as ApiRequest
from rest_framework.response import Response
from rest_framework.serializers import ValidationError
from rest_framework.views import APIView

from intake import actions
from intake.serializers import RequestSerializer, filed
from tickets.errors import Refused
from tickets.flow import INTAKE


class AtTheDesk(BasePermission):
    """Only those who may take requests."""

    def has_permission(self, request: ApiRequest, view: APIView) -> bool:
        return request.user.is_authenticated and request.user.has_role(*INTAKE)


class Requests(APIView):
    """POST a request: 201 with its ticket, 200 with the same ticket for the same `client_key`, or 400."""

    permission_classes = [AtTheDesk]
    #: What follows in the same transaction (hotline/urls.py hands it in).
    then: actions.Then | None = None

    def post(self, request: ApiRequest) -> Response:
        at = timezone.now()
        sent = RequestSerializer(data=request.data, context={"at": at})
        sent.is_valid(raise_exception=True)
        try:
            ticket = actions.file(sent.to_request(request.user), by=request.user, at=at, then=self.then)
        except Refused as refusal:
            raise ValidationError({"non_field_errors": [str(refusal)]}) from refusal
        # A ticket received at another moment than this one was made by an earlier request.
        return Response(filed(ticket), status=201 if ticket.received_at == at else 200)
