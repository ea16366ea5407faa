"""The series that publications are numbered in, each with how long they stand."""

from collections.abc import Mapping
from dataclasses import dataclass

from django.utils.translation import gettext_lazy as _

from anmin.kernel.errors import NotFound


@dataclass(frozen=True, slots=True)
class Series:
    """One series. ``prefix`` begins its numbers (BG-2026-0007).

    ``review`` and ``expiry`` are rules: after how long somebody looks whether it still holds, and
    after how long the text goes.
    """

    code: str
    prefix: str
    label: object
    about: object
    review: str
    expiry: str


_SERIES: dict[str, Series] = {}


def register_series(series: Series) -> Series:
    """Make a series known. Two of one code or prefix stop the start."""
    taken = {one.prefix for one in _SERIES.values()}
    if series.code in _SERIES or series.prefix in taken:
        raise ValueError(f"two series are called {series.code} or {series.prefix}")
    return _SERIES.setdefault(series.code, series)


def all_series() -> Mapping[str, Series]:
    """The series by their codes, in the order in which they were made known."""
    return _SERIES


def series_of(code: str) -> Series:
    """One series. Raises ``NotFound``."""
    found = _SERIES.get(code)
    if found is None:
        raise NotFound(_("There is no such series."))
    return found


def series_choices() -> list[tuple[str, object]]:
    """The codes with their words, for model fields, forms and filters."""
    return [(one.code, one.label) for one in _SERIES.values()]


BOARD = register_series(
    Series(
        code="board",
        prefix="BG",
        label=_("Exposure board"),
        about=_("Places that are listed until they are put right, and those that were."),
        review="publishing.board.review",
        expiry="publishing.board.expiry",
    )
)
