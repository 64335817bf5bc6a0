"""The desk's API as another system uses it."""

from collections.abc import Callable

import pytest
from rest_framework.test import APIClient

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
