"""The store and the keeper, for every story of this room."""

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.personas import City

    from anmin.property.tests.scene import Rooms


@pytest.fixture
def at(city: "City") -> "Rooms":
    from anmin.property.tests.scene import rooms

    return rooms(city)
