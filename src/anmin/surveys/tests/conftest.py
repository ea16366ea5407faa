"""A Tuesday at ten in the morning in Rui'an, for every story of this room."""

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest
import time_machine

if TYPE_CHECKING:
    from tests.personas import City

    from anmin.people.models import Account

TUESDAY = datetime(2026, 11, 10, 2, tzinfo=UTC)  # 10:00 in China


@pytest.fixture
def clock() -> Iterator[time_machine.Traveller]:
    """The clock of the story; it stands still unless moved."""
    with time_machine.travel(TUESDAY, tick=False) as traveller:
        yield traveller


@pytest.fixture
def other_operator(city: "City") -> "Account":
    """方敏, a second interviewer at the command centre."""
    from anmin.people.models import Account

    return Account.objects.create_user(
        "fangmin", "x", display_name="方敏", role="operator", unit=city.command
    )


@pytest.fixture
def insider(city: "City") -> "Account":
    """An interviewer who belongs to Jinhu station."""
    from anmin.people.models import Account

    return Account.objects.create_user("insider", "x", role="operator", unit=city.jinhu)
