"""The data files of this room, which an official can read and change."""

import tomllib
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).parent


def read_data(name: str) -> dict[str, Any]:
    """A data file of this room as plain values."""
    return tomllib.loads((FOLDER / name).read_text("utf-8"))
