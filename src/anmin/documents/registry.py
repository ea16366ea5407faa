"""What can be written: each report declared once, by the room that knows what it says.

A report is declared in the module ``reports.py`` of a room (found at the start):

    @report("daily", _("Daily brief"), span=Span.DAY, needs=(Capability.VIEW_DAY,))
    def daily(asked: Asked) -> Document: ...

``build`` reads as ``asked.viewer`` may read, and refuses what that person may not; the house itself
(nobody) reads all. The words are those of the language of the moment.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from django.utils import translation
from django.utils.translation import gettext as _

from anmin.documents.description import Document, Language
from anmin.kernel.errors import NotFound, Refusal
from anmin.people.policy import Capability, can, require
from anmin.watch.periods import month_of

if TYPE_CHECKING:
    from anmin.people.models import Account
    from anmin.places.models import Unit


class Span(StrEnum):
    """What one report is about."""

    DAY = "day"
    WEEK = "week"
    MONTH = "month"
    MATTER = "matter"
    ITEM = "item"

    @property
    def period(self) -> bool:
        """Whether it is about a time."""
        return self in (Span.DAY, Span.WEEK, Span.MONTH)


@dataclass(frozen=True, slots=True)
class Asked:
    """One report as it is asked for: by whom, of when, of which unit, of which matter or item."""

    start: date
    end: date
    viewer: Account | None = None
    unit: Unit | None = None
    key: str = ""

    @property
    def language(self) -> Language:
        """The language of the moment."""
        return "en" if (translation.get_language() or "").startswith("en") else "zh-hans"


type Build = Callable[[Asked], Document]


@dataclass(frozen=True, slots=True)
class Report:
    """A declared report. ``needs`` are asked of whoever wants it; ``kinds`` of matter it is about.

    ``ready`` is the fact that a matter must have for it; ``by_unit`` is made for each unit.
    """

    code: str
    label: Any
    hint: Any
    span: Span
    needs: tuple[Capability, ...]
    build: Build
    by_unit: bool = False
    kinds: tuple[str, ...] = ()
    ready: str = ""


_reports: dict[str, Report] = {}


def report(
    code: str,
    label: Any,
    *,
    span: Span,
    needs: tuple[Capability, ...] = (),
    hint: Any = "",
    **more: Any,
) -> Callable[[Build], Build]:
    """Declare what builds a report. Raises ``ValueError`` for a code that is there already."""

    def declare(build: Build) -> Build:
        if code in _reports:
            raise ValueError(f"there are two reports called {code}")
        _reports[code] = Report(code, label, hint, span, needs, build, **more)
        return build

    return declare


def all_reports() -> list[Report]:
    """Every report that there is, those of periods first."""
    order = list(Span)
    return sorted(_reports.values(), key=lambda one: (order.index(one.span), one.code))


def report_of(code: str) -> Report:
    """The report of this code. Raises ``NotFound``."""
    if code not in _reports:
        raise NotFound(_("There is no such report: %(code)s.") % {"code": code[:32]})
    return _reports[code]


def may(account: Account, one: Report) -> bool:
    """Whether somebody may ask for it at all."""
    return all(can(account, capability) for capability in one.needs)


def about_matter(account: Account, kind: str, details: Mapping[str, Any]) -> list[Report]:
    """The documents that somebody may ask for about a matter of this kind with these facts."""
    return [
        one
        for one in _reports.values()
        if kind in one.kinds and may(account, one) and (not one.ready or details.get(one.ready))
    ]


def described(one: Report, asked: Asked) -> Document:
    """The description of a report, as somebody may read it.

    Raises ``NotAllowed``, and whatever the room says that knows it.
    """
    if asked.viewer is not None:
        for capability in one.needs:
            require(asked.viewer, capability)
    return one.build(asked)


def period_of(span: Span, day: date) -> tuple[date, date]:
    """The day, week (from Monday) or month that a day is in."""
    if span is Span.WEEK:
        start = day - timedelta(days=day.weekday())
        return start, start + timedelta(days=6)
    if span is Span.MONTH:
        month = month_of(f"{day:%Y-%m}")
        return month.start, month.end
    return day, day


def last_over(span: Span, today: date) -> tuple[date, date]:
    """The last such period that is over."""
    start, _end = period_of(span, today)
    return period_of(span, start - timedelta(days=1))


def not_to_come(start: date, today: date) -> None:
    """Refuse a period that has not begun."""
    if start > today:
        raise Refusal(_("That day is still to come."), field="date")
