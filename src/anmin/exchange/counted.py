"""Moments written as one number: seconds since 1970, or days as a spreadsheet counts them."""

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

FIRST_DAY = datetime(1899, 12, 30)  # noqa: DTZ001 - the local day 0 of spreadsheets
FIRST_DAY_1904 = datetime(1904, 1, 1)  # noqa: DTZ001 - the same where the workbook says 1904
NUMBER = re.compile(r"\d{1,19}(?:[.,]\d{1,20})?(?:[eE]-\d{1,2})?", re.ASCII)
COARSE = re.compile(r"\d+[.,]\d{1,6}")
"""Days with so few decimals that they can keep no fraction of a second."""


def _epoch(unit: float) -> Callable[[str], datetime | None]:
    def parse(text: str) -> datetime | None:
        if not NUMBER.fullmatch(text):
            return None
        seconds = float(text.replace(",", ".")) / unit
        try:
            return datetime.fromtimestamp(0, UTC) + timedelta(seconds=round(seconds, 6))
        except OverflowError:
            return None

    return parse


def _days_since(first: datetime) -> Callable[[str], datetime | None]:
    """A day and time as a spreadsheet counts them; seconds are whole within what it can keep."""

    def parse(text: str) -> datetime | None:
        if not NUMBER.fullmatch(text):
            return None
        seconds = round(float(text.replace(",", ".")) * 86_400, 3)
        if abs(seconds - round(seconds)) < 0.01 or COARSE.fullmatch(text):
            seconds = round(seconds)
        try:
            return first + timedelta(seconds=seconds)
        except OverflowError:
            return None

    return parse


serial = _days_since(FIRST_DAY)
COUNTED: dict[str, Callable[[str], datetime | None]] = {
    "epoch": _epoch(1),
    "epoch_ms": _epoch(1000),
    "epoch_us": _epoch(1_000_000),
    "excel": serial,
    "excel1904": _days_since(FIRST_DAY_1904),
}
"""The numbers by the word that stands for the format."""
