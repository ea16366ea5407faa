"""A home for the files of one test."""

from pathlib import Path

import pytest
from django.conf import LazySettings


@pytest.fixture(autouse=True)
def home(settings: LazySettings, tmp_path: Path) -> Path:
    """Where files are kept in this test."""
    settings.ANMIN_HOME = tmp_path
    return tmp_path


def kept(home: Path) -> list[Path]:
    """What lies in the storage."""
    return sorted(path for path in (home / "files").rglob("*") if path.is_file())
