"""The clocks of a kind through steps at given moments: for tables of dates worked by hand."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from anmin.matters.clock import Running, extend, tick
from anmin.matters.facts import MatterFacts
from anmin.matters.reckoning import reckoner
from anmin.matters.registry import kind_of

TOWN = ZoneInfo("Asia/Shanghai")
Step = tuple[str, datetime]


def day(month: int, number: int, hour: int = 10) -> datetime:
    """An hour of a day of 2026, in town."""
    return datetime(2026, month, number, hour, tzinfo=TOWN)


def lived(
    kind_code: str, *steps: Step, category: str = "", details: Mapping[str, Any] | None = None
) -> dict[str, Running]:
    """The clocks after these steps, each at its moment; the first is the opening.

    A step that is not possible where the matter is, or an extension that is refused, fails.
    """
    kind, reckon = kind_of(kind_code), reckoner()
    running: dict[str, Running] = {}
    state = kind.flow.start
    for code, at in steps:
        move = kind.flow.move(code)
        if move is not None:
            assert state in move.sources, (code, state)
            state = move.to(state)
        if move and move.extends:
            clock = next(one for one in kind.clocks if one.code == move.extends)
            longer = extend(clock, running[clock.code], day=at.date(), reckon=reckon)
            assert longer, f"{code} is refused"
            running[clock.code] = longer
        running |= tick(
            kind.clocks,
            kind.flow,
            MatterFacts(category, state, details or {}),
            at=at,
            running=running,
            reckon=reckon,
            steps=frozenset({code}),
        )
    return running


def due(clock: Running) -> date:
    """The day on which a clock is due, in town."""
    return clock.due_at.astimezone(TOWN).date()
