"""The desk's API as another system uses it, and a call with the form filled in."""

from collections.abc import Callable

import pytest
from django.utils import timezone
from rest_framework.test import APIClient

from intake import actions
from intake.models import Call
from tests.city import City


@pytest.fixture
def api_of(city: City) -> Callable[[str], APIClient]:
    """An API client signed in as this person."""

    def signed_in(name: str) -> APIClient:
        client = APIClient()
        client.force_login(city.people[name])
        return client

    return signed_in


@pytest.fixture
def said(city: City) -> dict[str, object]:
    """A heating complaint as JSON."""
    return {
        "kind": "complaint",
        "content": "家中暖气不热，室温只有十四度。",
        "category": "010101",
        "place": "110108009001",
        "location": "示例小区3号楼",
        "phone": "138 0000 2046",
        "name": "王女士",
        "address": "2单元601",
    }


@pytest.fixture
def call(city: City) -> Call:
    """A call that runs at the agent's desk."""
    return actions.take_call("13800002046", by=city.agent, at=timezone.now())


@pytest.fixture
def typed(call: Call) -> dict[str, str]:
    """The form, filled in."""
    return {
        "call": str(call.pk),
        "client_key": "form-1",
        "channel": "phone",
        "kind": "complaint",
        "content": "家中暖气不热，室温只有十四度。",
        "place": "110108009001",
        "location": "示例小区3号楼",
        "address": "2单元601",
        "category": "010101",
        "name": "王女士",
        "caller_type": "person",
        "move": "file",
    }
