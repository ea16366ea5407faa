"""Clocks: which rule runs from which state to which, what that promises, and what moves it.

Declarations and arithmetic only: what reads the rules and the calendar is a ``Reckoner``
(``reckoning``), so that a kind's clocks can be drawn, and tried by hand, without the house.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any, Protocol

from anmin.kernel.calendar import Deadline as Due
from anmin.kernel.chain import stamp
from anmin.matters.facts import MatterFacts
from anmin.matters.flow import Flow, Text


class Reckoner(Protocol):
    """What tells when something is due, by the dated rules and a calendar."""

    def __call__(self, key: str, start: datetime, on: date | None = None) -> Due:
        """The deadline by a rule from a start; the rule as it stood ``on`` that day, or at the start."""
        ...

    def stood(self, key: str, start: datetime, since: datetime, until: datetime) -> int:
        """How long a pause took, in what the rule counts: working days, days or seconds."""
        ...

    def put_off(self, key: str, start: datetime, due: datetime, by: int) -> Due:
        """A deadline by a rule moved on by so many of what the rule counts."""
        ...

    def end_of(self, day: date) -> datetime:
        """The last moment of a day here."""
        ...


GIVEN_UP, OVER = "given_up", "over"
"""How a promise ended that was not met: by a step that gives it up, which breaks it; or with its
matter (withdrawn, merged), which neither keeps nor breaks it."""


@dataclass(frozen=True)
class Extension:
    """How a clock may be extended: by which rule, counted from the old deadline, how often.

    Where several rules can set the clock, ``rule`` names the extension of each.
    """

    rule: str | Mapping[str, str]
    most: int = 1

    def of(self, rule: str) -> str | None:
        """The key of the rule that extends a clock set by ``rule``; nothing if that is not extended."""
        return self.rule if isinstance(self.rule, str) else self.rule.get(rule)

    @property
    def rules(self) -> tuple[str, ...]:
        """Every rule that may extend it."""
        return (self.rule,) if isinstance(self.rule, str) else tuple(self.rule.values())


@dataclass(frozen=True)
class Clock:
    """A promise with a deadline.

    It starts on entering ``starts`` (the flow's start by default) and is met on entering any
    state of ``stops``. ``rule`` is the key of a dated rule, or a function of the matter that
    names one (a theft is answered the same day), or none where there is no such time. ``due`` names
    a fact that holds the day or the moment of the deadline; the rule says it as long as that is not
    given. ``since`` names a fact that holds the day or the moment from which it counts, where that was
    before the step (another body received it). The steps of ``restarts`` start it anew, once
    met or not (a reopening, a review); it stands still in the states of ``pauses`` (an expert
    examination). ``promise``: the one clock of the kind by which "in time" is judged. ``lapses``
    names the step that the house takes when the time is over (nobody objected); where it must be
    ``heard``, not while the message that started it could not be delivered. ``counted``: it has a
    figure of its own beside the promise. ``said`` is what whoever reported it reads of it, if another word.
    """

    code: str
    label: Text
    rule: str | Callable[[MatterFacts], str]
    stops: frozenset[str]
    starts: str | None = None
    restarts: frozenset[str] = frozenset()
    pauses: frozenset[str] = frozenset()
    extension: Extension | None = None
    promise: bool = False
    lapses: str = ""
    heard: bool = False
    counted: bool = False
    due: str = ""
    since: str = ""
    said: Text = ""

    @property
    def outside(self) -> Text:
        """What it is called for people outside of the house."""
        return self.said or self.label

    def rule_for(self, facts: MatterFacts) -> str:
        """The key of the rule that sets this clock for a matter."""
        return self.rule if isinstance(self.rule, str) else self.rule(facts)

    def named(self, facts: MatterFacts, start: datetime, reckon: Reckoner) -> datetime | None:
        """The deadline that a fact names, if it lies after the start."""
        at = _moment_of(self.due, facts, reckon)
        return at if at and at > start else None

    def begun(self, facts: MatterFacts, at: datetime, reckon: Reckoner) -> datetime:
        """From when it counts that starts with a step: never later than that."""
        return min(_moment_of(self.since, facts, reckon) or at, at)


def _moment_of(name: str, facts: MatterFacts, reckon: Reckoner) -> datetime | None:
    """The moment that a fact holds; of a day its end, for days are counted from the next one."""
    told = facts.details.get(name) if name else None
    if not told:
        return None
    if len(str(told)) == len("2026-01-31"):
        return reckon.end_of(date.fromisoformat(told))
    return datetime.fromisoformat(told)


@dataclass(slots=True)
class Running:
    """One clock of one matter as its history tells it.

    ``held_by`` is the unit that answers for it where that is not the one that has the matter now
    (``reckoning.handed_on``). ``extended``: the rules by which it was extended, each with the day.
    ``paused_at``: since when it stands still. ``stood``: how long it stood still before, in what
    its rule counts. ``missed``: how often it was broken before it was started anew. ``ended``: how, if
    it was not met (``GIVEN_UP``, ``OVER``). ``named_at``: the deadline by a fact of the matter.
    """

    rule: str
    started_at: datetime
    due_at: datetime
    provisional: bool
    met_at: datetime | None = None
    held_by: int | None = None
    extended: tuple[tuple[str, date], ...] = ()
    paused_at: datetime | None = None
    stood: int = 0
    missed: int = 0
    ended: str = ""
    named_at: datetime | None = None

    @property
    def broken(self) -> bool:
        """Whether it ended without being kept in time: late, or given up."""
        late = self.met_at is not None and self.met_at > self.due_at
        return late or self.ended == GIVEN_UP

    @property
    def owed(self) -> bool:
        """Whether it runs: neither met nor standing still."""
        return self.met_at is None and self.paused_at is None

    def as_payload(self) -> dict[str, Any]:
        """What the timeline keeps; what was never moved says nothing of it."""
        told: dict[str, Any] = {
            "rule": self.rule,
            "start": stamp(self.started_at),
            "due": stamp(self.due_at),
            "provisional": self.provisional,
            "met": stamp(self.met_at) if self.met_at else None,
        }
        moved = {
            "held_by": self.held_by,
            "extended": [[rule, day.isoformat()] for rule, day in self.extended] or None,
            "paused": stamp(self.paused_at) if self.paused_at else None,
            "stood": self.stood or None,
            "missed": self.missed or None,
            "ended": self.ended or None,
            "named": stamp(self.named_at) if self.named_at else None,
        }
        return told | {name: value for name, value in moved.items() if value is not None}

    @classmethod
    def from_payload(cls, told: Mapping[str, Any]) -> "Running":
        """The clock as an entry told it."""

        def moment(name: str) -> datetime | None:
            return datetime.fromisoformat(told[name]) if told.get(name) else None

        return cls(
            told["rule"],
            datetime.fromisoformat(told["start"]),
            datetime.fromisoformat(told["due"]),
            told["provisional"],
            moment("met"),
            told.get("held_by"),
            tuple((rule, date.fromisoformat(day)) for rule, day in told.get("extended", ())),
            moment("paused"),
            told.get("stood", 0),
            told.get("missed", 0),
            told.get("ended", ""),
            moment("named"),
        )


def reckoned(clock: Running, reckon: Reckoner) -> Due:
    """When a clock is due by its rule, or its fact, its extensions and the time it stood still."""
    parts = [Due(clock.named_at) if clock.named_at else reckon(clock.rule, clock.started_at)]
    for rule, day in clock.extended:
        parts.append(reckon(rule, parts[-1].at, day))
    if clock.stood:
        parts.append(reckon.put_off(clock.rule, clock.started_at, parts[-1].at, clock.stood))
    if len(parts) == 1:
        return parts[0]
    return Due(
        parts[-1].at,
        provisional=any(part.provisional for part in parts),
        skipped=tuple(day for part in parts for day in part.skipped),
    )


def tick(
    clocks: tuple[Clock, ...],
    flow: Flow,
    facts: MatterFacts,
    *,
    at: datetime,
    running: Mapping[str, Running],
    reckon: Reckoner,
    opened_at: datetime | None = None,
    steps: frozenset[str] = frozenset(),
    gives_up: str = "",
) -> dict[str, Running]:
    """The clocks that entering ``facts.state`` starts, pauses, meets or ends; only those that change.

    A clock that is met stays met unless one of the ``steps`` taken starts it anew; a matter that
    ends stops whatever still ran, for it owes nothing more. ``opened_at`` is the true start of a
    matter first seen in a later state; ``gives_up`` names the clock that ends unmet.
    """
    changed: dict[str, Running] = {}
    state, ends = facts.state, not flow.stage(facts.state).live
    for clock in clocks:
        given_up = clock.code == gives_up
        met = at if ends or given_up or state in clock.stops else None
        ended = GIVEN_UP if given_up else "" if state in clock.stops or met is None else OVER
        now = running.get(clock.code)
        first = now is None and (
            state == (clock.starts or flow.start) or (opened_at is not None and not clock.starts)
        )
        if first or (clock.restarts & steps and met is None):
            start = opened_at or clock.begun(facts, at, reckon)
            rule = clock.rule_for(facts)
            if not rule:
                continue
            fresh = _due(Running(rule, start, start, False, met, ended=ended), clock, facts, reckon)
            now = changed[clock.code] = _remembering(fresh, now, at) if now else fresh
        elif now is not None and now.met_at is None:
            moved = _named_anew(clock, now, facts, at, reckon)
            if met is not None:
                moved = replace(_gone_on(moved or now, at, reckon), met_at=met, ended=ended)
            if moved is not None:
                now = changed[clock.code] = moved
        if now is not None and now.met_at is None:
            moved = _paused(clock, now, state, at, reckon)
            if moved is not None:
                changed[clock.code] = moved
    return changed


def _due(now: Running, clock: Clock, facts: MatterFacts, reckon: Reckoner) -> Running:
    """The clock with its deadline, by its fact or its rule."""
    named = replace(now, named_at=clock.named(facts, now.started_at, reckon))
    due = reckoned(named, reckon)
    return replace(named, due_at=due.at, provisional=due.provisional)


def _named_anew(
    clock: Clock, now: Running, facts: MatterFacts, at: datetime, reckon: Reckoner
) -> Running | None:
    """The clock after its fact named another day; nothing if it did not, or it is overdue already."""
    if not clock.due or (at > now.due_at and now.paused_at is None):
        return None
    moved = _due(now, clock, facts, reckon)
    return moved if moved.named_at != now.named_at else None


def extend(clock: Clock, now: Running, *, day: date, reckon: Reckoner) -> Running | None:
    """The clock extended once more on a day; nothing if it may not be, or has been judged already."""
    how = clock.extension
    rule = how.of(now.rule) if how else None
    if how is None or rule is None or now.met_at is not None or len(now.extended) >= how.most:
        return None
    longer = replace(now, extended=(*now.extended, (rule, day)))
    due = reckoned(longer, reckon)
    return replace(longer, due_at=due.at, provisional=due.provisional)


def next_due(running: Mapping[str, Running]) -> datetime | None:
    """The nearest deadline that still runs."""
    return min([one.due_at for one in running.values() if one.owed], default=None)


def _remembering(fresh: Running, before: Running, at: datetime) -> Running:
    """A clock started anew, with what was broken before and who answers for that."""
    late = before.paused_at is None and (before.met_at or at) > before.due_at
    missed = before.missed + (late or before.broken)
    return replace(fresh, missed=missed, held_by=before.held_by) if missed else fresh


def _paused(
    clock: Clock, now: Running, state: str, at: datetime, reckon: Reckoner
) -> Running | None:
    """The clock as it stands still or goes on in a state; nothing if that changes nothing.

    What is overdue already does not become punctual by a pause.
    """
    if state in clock.pauses:
        return replace(now, paused_at=at) if now.paused_at is None and at <= now.due_at else None
    return _gone_on(now, at, reckon) if now.paused_at is not None else None


def _gone_on(now: Running, at: datetime, reckon: Reckoner) -> Running:
    if now.paused_at is None:
        return now
    stood = now.stood + reckon.stood(now.rule, now.started_at, now.paused_at, at)
    longer = replace(now, stood=stood, paused_at=None)
    due = reckoned(longer, reckon)
    return replace(longer, due_at=due.at, provisional=due.provisional)
