"""What the agent's desk keeps for a few seconds is dropped between tests."""

from collections.abc import Iterator

import pytest

from intake.queries import forget


@pytest.fixture(autouse=True)
def _fresh() -> Iterator[None]:
    forget()
    yield
    forget()
