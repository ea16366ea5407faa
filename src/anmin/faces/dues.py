"""A matter's deadlines as its page tells them: by which rule, what moved them, how they stand."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from anmin.faces.details import label_of
from anmin.faces.templatetags.anmin_time import duration, spoken_day
from anmin.kernel.bilingual import english
from anmin.kernel.errors import NotFound
from anmin.kernel.rules import Unit
from anmin.matters.clock import GIVEN_UP, reckoned
from anmin.matters.ledger import running_clocks
from anmin.matters.promises import judged_before
from anmin.matters.queries import at_risk_before
from anmin.matters.reasons import why_due
from anmin.matters.reckoning import reckoner
from anmin.people.listing import clauses

if TYPE_CHECKING:
    from anmin.kernel.rules import Rule
    from anmin.matters.clock import Clock
    from anmin.matters.flow import Text
    from anmin.matters.models import Deadline, Matter


@dataclass(frozen=True, slots=True)
class DueLine:
    """One promise of a matter with everything that explains its date."""

    label: Text
    due: datetime
    met_at: datetime | None
    state: str
    provisional: str
    rule: str
    source: str
    holidays: str
    moved: str
    held_by: str = ""
    stands: datetime | None = None
    later: tuple[str, ...] = ()
    ended: str = ""


@dataclass(frozen=True, slots=True)
class Stopped:
    """A clock that stands still: since when, until when it ran, and what was left then."""

    since: datetime
    due: datetime
    left: str


def stopped(deadlines: list[Deadline]) -> Stopped | None:
    """Of the clocks that stand still, the one that was due first; nothing while none does."""
    standing = [one for one in deadlines if one.met_at is None and one.paused_at is not None]
    if not standing:
        return None
    first = min(standing, key=lambda one: one.due_at)
    assert first.paused_at is not None
    left = first.due_at - first.paused_at
    return Stopped(first.paused_at, first.due_at, duration(max(left, timedelta())))


def due_lines(matter: Matter, deadlines: list[Deadline]) -> list[DueLine]:
    """A matter's deadlines, each with its rule and the holidays that moved it."""
    clocks = {clock.code: clock for clock in matter.type.clocks}
    settings.CALENDAR.refresh()
    return [_whole_line(one, matter, clocks.get(one.clock)) for one in deadlines]


def _whole_line(one: Deadline, matter: Matter, clock: Clock | None) -> DueLine:
    """With the unit that answers for it; a day that stands in the facts was set by no rule."""
    line = _due_line(one, clock.label if clock else one.clock)
    line = replace(line, held_by=_held_by(one, matter))
    if one.named_at is None or clock is None:
        return line
    said = _("The day in the facts: %(fact)s") % {"fact": label_of(matter.type, clock.due)}
    return replace(line, rule=said, source="", holidays="")


def _due_line(one: Deadline, label: Text) -> DueLine:
    rule = source = holidays = provisional = ""
    try:
        declared = settings.RULES.get(one.rule, timezone.localdate(one.started_at))
        whole = reckoned(running_clocks([one])[one.clock], reckoner())
    except NotFound:
        rule = one.rule
    else:
        label = declared.label if english() else declared.label_zh
        rule = _("%(rule)s: %(time)s") % {"rule": label, "time": period(declared)}
        # Only law is quoted; what the project proposes is said to be a proposal.
        source = declared.source if declared.tag in ("L", "S") else _("set by this installation")
        holidays = _holidays(whole.skipped)
        if one.provisional and whole.provisional:
            provisional = _provisional(whole.skipped) or str(one.due_at.year)
    return DueLine(
        label,
        one.due_at,
        one.met_at,
        clock_state(one.due_at),
        provisional,
        rule,
        source,
        holidays,
        why_due(one.rule, start=one.started_at, due=one.due_at) or _as_judged(one),
        stands=one.paused_at,
        later=tuple(_later(one)),
        ended=one.ended,
    )


def _later(one: Deadline) -> Iterator[str]:
    """What made a promise fall due later: each extension, and how long it stood still."""
    clock = running_clocks([one])[one.clock]
    for key, day in clock.extended:
        declared = settings.RULES.get(key, day)
        label = declared.label if english() else declared.label_zh
        told = {"day": spoken_day(day), "rule": label, "time": period(declared)}
        yield _("Extended on %(day)s. %(rule)s: %(time)s, from the deadline before") % told
    if clock.stood:
        unit = settings.RULES.get(one.rule, timezone.localdate(one.started_at)).unit
        if unit is Unit.WORKING_DAYS:
            stood = ngettext("%(n)d working day", "%(n)d working days", clock.stood)
        elif unit in (Unit.CALENDAR_DAYS, Unit.MONTHS, Unit.SAME_DAY):
            stood = ngettext("%(n)d day", "%(n)d days", clock.stood)
        else:
            stood = duration(timedelta(seconds=clock.stood))
        yield _("The time stood still for %(time)s") % {"time": stood % {"n": clock.stood}}


def _as_judged(one: Deadline) -> str:
    """That a promise was judged before holidays were announced, which it stays; empty if not."""
    due = judged_before(one)
    if due is None:
        return ""
    return _(
        "Set by the calendar as it was known then. With the holidays announced since it would be"
        " due %(due)s; what was met or missed by then stays as it was judged."
    ) % {"due": spoken_day(timezone.localdate(due.at))}


def _held_by(one: Deadline, matter: Matter) -> str:
    """Which unit a missed promise counts for, where that is not the one that has the matter."""
    met = one.met_at is not None and one.met_at <= one.due_at and one.ended != GIVEN_UP
    elsewhere = one.held_by_id not in (None, matter.unit_id) and not met
    return one.held_by.label if elsewhere and one.held_by else ""


def clock_state(due: datetime) -> str:
    """What the clock says of a deadline that still runs."""
    now = timezone.now()
    if due <= now:
        return "late"
    return "at_risk" if due < at_risk_before() else "on_time"


def period(rule: Rule) -> str:
    """How long a rule gives, in words."""
    if not isinstance(rule.value, int):
        return str(rule.value)
    words = {
        Unit.SAME_DAY: _("the same day"),
        Unit.MINUTES: ngettext("%(n)d minute", "%(n)d minutes", rule.value),
        Unit.HOURS: ngettext("%(n)d hour", "%(n)d hours", rule.value),
        Unit.CALENDAR_DAYS: ngettext("%(n)d day", "%(n)d days", rule.value),
        Unit.WORKING_DAYS: ngettext("%(n)d working day", "%(n)d working days", rule.value),
        Unit.MONTHS: ngettext("%(n)d month", "%(n)d months", rule.value),
    }
    return words.get(rule.unit, "%(n)d") % {"n": rule.value}


def _holidays(days: Any) -> str:
    """The holidays and make-up workdays within a period, one part for each festival."""
    parts: dict[tuple[str, bool], list[Any]] = {}
    for day in days:
        name = (day.name_en if english() else day.name) or ""
        parts.setdefault((name, day.kind.works), []).append(day.date)
    told = []
    for (name, works), dates in parts.items():
        when = spoken_day(dates[0])
        if len(dates) > 1:
            when = f"{when}–{spoken_day(dates[-1])}"
        words = _("%(name)s, made up on %(when)s") if works else _("%(name)s %(when)s")
        told.append(words % {"name": name, "when": when})
    return clauses(told)


def _provisional(days: Any) -> str:
    return next(
        ((day.name_en if english() else day.name) or "" for day in days if day.provisional), ""
    )
