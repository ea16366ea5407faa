"""English words, and a lake of the test's own."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.utils import translation


@pytest.fixture(autouse=True)
def _own_lake(settings: Any, tmp_path: Path) -> Iterator[None]:
    settings.ANMIN_HOME = tmp_path
    from anmin.campaign import evaluation

    evaluation.forget()
    with translation.override("en"):
        yield
