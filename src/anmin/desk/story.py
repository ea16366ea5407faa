"""A matter's history as its page tells it: entries, deadlines and times in words."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.utils import timezone
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _

from anmin.desk.details import fact_in_words, label_of, typed
from anmin.desk.templatetags.anmin_time import duration, spoken, spoken_day
from anmin.desk.timeline import Change, Event
from anmin.kernel.errors import NotFound
from anmin.kernel.rules import Unit
from anmin.matters.categories import categories
from anmin.matters.correcting import CORRECT
from anmin.matters.promises import judged_before
from anmin.matters.queries import at_risk_before
from anmin.matters.reasons import why_due
from anmin.people.listing import clauses
from anmin.people.queries import account_labels
from anmin.people.roles import Role
from anmin.places.queries import area_labels, unit_labels

if TYPE_CHECKING:
    from anmin.kernel.rules import Rule
    from anmin.matters.flow import Text
    from anmin.matters.models import Deadline, Entry, Matter
    from anmin.matters.queries import MatterView

TOLD_COLUMNS = ("unit_id", "assignee_id", "category", "area_id", "place", "summary")
"""The columns whose change people want to read about; the others are facts of the import."""


@dataclass(frozen=True, slots=True)
class Names:
    """The names behind the ids that a history mentions."""

    units: Mapping[int, str]
    accounts: Mapping[int, str]
    areas: Mapping[int, str]

    @classmethod
    def of(cls, view: MatterView) -> Names:
        """Look up whatever a matter and its history mention."""
        matter = view.matter
        changes = [entry.payload.get("set", {}) for entry in view.entries]
        units, accounts, areas = (
            {change[column] for change in changes if change.get(column)}
            for column in ("unit_id", "assignee_id", "area_id")
        )
        accounts |= {matter.assignee_id, *(entry.actor_id for entry in view.entries)} - {None}
        return cls(
            unit_labels(units | {matter.unit_id or 0}),
            account_labels(accounts) if accounts else {},
            area_labels(areas | {matter.area_id or 0}),
        )

    def unit(self, matter: Matter) -> str:
        """What the matter's unit is called; empty for none."""
        return self.units.get(matter.unit_id or 0, "")

    def value(self, column: str, value: Any) -> str:
        """A column's value in words."""
        if value is None or value == "":
            return "—"
        if column == "category":
            entry = categories().get(value)
            return entry.label if entry else value
        held = {"unit_id": self.units, "assignee_id": self.accounts, "area_id": self.areas}
        return held[column].get(value, "—") if column in held else str(value)


@dataclass(slots=True)
class _Teller:
    """Walks a history once, remembering what each fact was before."""

    view: MatterView
    names: Names
    with_names: bool
    columns: dict[str, Any] = field(default_factory=dict)
    details: dict[str, Any] = field(default_factory=dict)
    due: dict[str, datetime] = field(default_factory=dict)

    def event(self, entry: Entry) -> Event:
        kind = self.view.matter.type
        move = kind.flow.move(entry.action)
        told = kind.details.told_fields()
        facts: dict[str, Any] = entry.payload.get("details", {})
        changes = [*self._columns(entry), *self._clocks(entry), *_contact(entry)]
        if entry.action != "open":
            skipped = told | ({move.stamps} if move and move.stamps else set())
            changes += [
                Change(
                    label=label_of(kind, name),
                    before=fact_in_words(kind, name, self.details.get(name)),
                    after=fact_in_words(kind, name, value),
                )
                for name, value in facts.items()
                if name not in skipped and value != self.details.get(name)
            ]
        self.details.update(facts)
        return Event(
            id=f"e{entry.seq}",
            at=entry.at,
            actor=_role(entry.actor_role),
            actor_name=self._name(entry),
            action=str(move.label if move else _action(entry)),
            tone=kind.flow.stage(entry.to_state).value,
            changes=tuple(changes),
            note=entry.note,
            told="\n".join(str(facts[name]) for name in sorted(told & facts.keys())),
            public=entry.public and bool(entry.note),
        )

    def _columns(self, entry: Entry) -> list[Change]:
        changed = {
            name: value
            for name, value in entry.payload.get("set", {}).items()
            if name in TOLD_COLUMNS and value != self.columns.get(name)
        }
        shown = [
            Change(
                label=str(_COLUMN_LABELS[name]()),
                before=self.names.value(name, self.columns.get(name))
                if self.columns.get(name)
                else "",
                after=self.names.value(name, value),
            )
            for name, value in changed.items()
            if (value or self.columns.get(name))
            and (entry.action != "open" or name == "unit_id")
            and (self.with_names or name != "assignee_id")
        ]
        self.columns.update(changed)
        return shown

    def _clocks(self, entry: Entry) -> list[Change]:
        labels = {clock.code: clock.label for clock in self.view.matter.type.clocks}
        shown = []
        for code, clock in entry.payload.get("clocks", {}).items():
            due = datetime.fromisoformat(clock["due"])
            before = self.due.get(code)
            if before is not None and before != due:
                label = _("Deadline: %(clock)s") % {"clock": labels.get(code, code)}
                shown.append(Change(label=label, before=spoken(before), after=spoken(due)))
            self.due[code] = due
        return shown

    def _name(self, entry: Entry) -> str:
        if entry.actor_id is None:
            label = entry.actor_label if entry.actor_role == "system" else ""
            told = next(
                (words for begin, words in _SYSTEMS.items() if label.startswith(begin)), None
            )
            return told() if told else label
        return self.names.accounts[entry.actor_id] if self.with_names else ""


# How what is no person signs, by its beginning: what follows (a profile, a number) is for the
# administrator, who finds it in the entry.
_SYSTEMS: dict[str, Callable[[], str]] = {
    "callbacks": lambda: _("Callbacks"),
    "calendar": lambda: _("Working calendar"),
    "console, undo": lambda: _("Undo the import"),
    "console": lambda: _("Import from the dispatch system"),
    "import": lambda: _("Import from the dispatch system"),
}
_COLUMN_LABELS = {
    "unit_id": lambda: _("Unit"),
    "assignee_id": lambda: _("Handled by"),
    "category": lambda: _("Category"),
    "area_id": lambda: _("Area"),
    "place": lambda: _("Place"),
    "summary": lambda: _("Summary"),
}


def story(view: MatterView, names: Names, *, with_names: bool) -> list[Event]:
    """The history as events, oldest first, one for each entry; the last says what comes next,
    where that is the reader's unit's.

    ``with_names``: the reader may see who did it, not only in which role.
    """
    teller = _Teller(view, names, with_names)
    events = [teller.event(entry) for entry in view.entries]
    running = [one for one in view.deadlines if one.met_at is None]
    if events and view.matter.live and running and not view.waits:
        labels = {clock.code: clock.label for clock in view.matter.type.clocks}
        last, soonest = events[-1], running[0]
        step = str(labels.get(soonest.clock, soonest.clock))
        events[-1] = replace(last, next_step=step, next_due=soonest.due_at)
    return events


def _contact(entry: Entry) -> list[Change]:
    """That a contact was put right; who it is stands in no history."""
    if entry.action != CORRECT:
        return []
    told = entry.payload.get("told", {})
    words = {
        "contact": _("put right; the former one is kept sealed"),
        "later_contact": _("another one is called after the first"),
    }
    return [Change(label=_("Contact"), after=words[name]) for name in words if name in told]


def _role(code: str) -> str:
    if code in Role:
        return str(Role(code).label)
    return {"system": _("System"), "citizen": _("Citizen")}.get(code, code)


def _action(entry: Entry) -> str:
    return {
        "open": _("Opened"),
        "observe": _("New facts from the system of record"),
        "assign": _("Handed over"),
        "note": _("Note"),
        "replied": _("The citizen replied"),
        "link": _("Linked"),
        "correct": _("Corrected"),
        "reckon": _("Deadlines recalculated: holidays were announced"),
    }.get(entry.action, entry.action)


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


def due_lines(matter: Matter, deadlines: list[Deadline]) -> list[DueLine]:
    """A matter's deadlines, each with its rule and the holidays that moved it."""
    labels = {clock.code: clock.label for clock in matter.type.clocks}
    settings.CALENDAR.refresh()
    return [
        replace(_due_line(one, labels.get(one.clock, one.clock)), held_by=_held_by(one, matter))
        for one in deadlines
    ]


def _due_line(one: Deadline, label: Text) -> DueLine:
    zone = timezone.get_default_timezone()
    rule = source = holidays = provisional = ""
    try:
        declared = settings.RULES.get(one.rule, timezone.localdate(one.started_at))
        reckoned = settings.RULES.due(one.rule, one.started_at, settings.CALENDAR, zone)
    except NotFound:
        rule = one.rule
    else:
        label = declared.label if _english() else declared.label_zh
        rule = _("%(rule)s: %(time)s") % {"rule": label, "time": _period(declared)}
        # Only law is quoted; what the project proposes is said to be a proposal.
        source = declared.source if declared.tag == "L" else _("set by this installation")
        holidays = _holidays(reckoned.skipped)
        if one.provisional and reckoned.provisional:
            provisional = _provisional(reckoned.skipped) or str(one.due_at.year)
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
    )


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
    met = one.met_at is not None and one.met_at <= one.due_at
    elsewhere = one.held_by_id not in (None, matter.unit_id) and not met
    return one.held_by.label if elsewhere and one.held_by else ""


def clock_state(due: datetime) -> str:
    """What the clock says of a deadline that still runs."""
    now = timezone.now()
    if due <= now:
        return "late"
    return "at_risk" if due < at_risk_before() else "on_time"


def _period(rule: Rule) -> str:
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
        name = (day.name_en if _english() else day.name) or ""
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
        ((day.name_en if _english() else day.name) or "" for day in days if day.provisional), ""
    )


def _english() -> bool:
    return (get_language() or "").startswith("en")


@dataclass(frozen=True, slots=True)
class Moment:
    """One of the moments of a matter's life, and how long after the one before it."""

    label: str
    at: datetime
    after: str


def moments(matter: Matter) -> list[Moment]:
    """The moments in a matter's facts, in order: received, dispatched, arrived …"""
    kind = matter.type
    known = [
        (label_of(kind, name), value)
        for name, value in typed(matter).items()
        if isinstance(value, datetime)
    ]
    if matter.opened_at not in {at for _label, at in known}:
        known.append((_("Opened"), matter.opened_at))
    known.sort(key=lambda pair: pair[1])
    return [
        Moment(
            label,
            at,
            f"+{duration(at - known[n - 1][1])}"
            if n and at - known[n - 1][1] > timedelta(0)
            else "",
        )
        for n, (label, at) in enumerate(known)
    ]
