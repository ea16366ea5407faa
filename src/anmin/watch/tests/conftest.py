"""A Tuesday at ten in Rui'an, and a lake of the test's own."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import time_machine
from django.utils import translation

from anmin.callbacks.tests.conftest import TUESDAY


@pytest.fixture(autouse=True)
def clock() -> Iterator[time_machine.Traveller]:
    """It stands still unless moved."""
    with time_machine.travel(TUESDAY, tick=False) as traveller:
        yield traveller


@pytest.fixture(autouse=True)
def _own_lake(settings: Any, tmp_path: Path) -> Iterator[None]:
    settings.ANMIN_HOME = tmp_path
    with translation.override("en"):
        yield
