"""Months that are over, as keys of what is told of them (2026-10)."""

from collections.abc import Iterator
from datetime import date, timedelta

from django.utils import formats, timezone

from anmin.kernel.errors import NotFound

OFFERED = 3


def over() -> Iterator[date]:
    """The last months that are over, the newest first, by their first day."""
    first = timezone.localdate().replace(day=1)
    for _one in range(OFFERED):
        first = (first - timedelta(days=1)).replace(day=1)
        yield first


def span(key: str) -> tuple[date, date]:
    """The first and the last day of a month that is over. Raises ``NotFound``."""
    try:
        first = date.fromisoformat(f"{key}-01")
    except ValueError:
        raise NotFound("no month") from None
    last = (first + timedelta(days=31)).replace(day=1) - timedelta(days=1)
    if last >= timezone.localdate():
        raise NotFound("this month is not over")
    return first, last


def said(first: date) -> str:
    """A month in words."""
    return str(formats.date_format(first, "YEAR_MONTH_FORMAT"))
