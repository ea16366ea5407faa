"""A Tuesday at ten in the morning in Rui'an, for every story of this room."""

from collections.abc import Iterator
from datetime import UTC, datetime, time
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
    """方敏, a second operator at the command centre."""
    from anmin.people.models import Account

    return Account.objects.create_user(
        "fangmin", "x", display_name="方敏", role="operator", unit=city.command
    )


@pytest.fixture
def any_hour() -> Iterator[None]:
    """A day may be signed at any hour: these stories begin at ten."""
    from anmin.callbacks.tests.scene import rules

    with rules(day_sign_from=time(0)):
        yield


@pytest.fixture
def chief(city: "City") -> "Account":
    """A duty leader of the whole bureau."""
    from anmin.people.models import Account

    return Account.objects.create_user(
        "wangju", "x", display_name="王局", role="duty_leader", unit=city.bureau
    )
