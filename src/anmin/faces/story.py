"""A matter's history as its page tells it: entries, deadlines and times in words."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext as _

from anmin.faces.details import fact_in_words, label_of, typed
from anmin.faces.templatetags.anmin_time import duration, spoken
from anmin.faces.timeline import Change, Event
from anmin.matters.categories import categories
from anmin.matters.correcting import CORRECT
from anmin.matters.demands import state_said
from anmin.matters.merged import ASKED, by_another
from anmin.matters.outcome import OUTCOME_LABELS
from anmin.people.queries import account_labels
from anmin.people.roles import Role
from anmin.places.queries import area_labels, unit_labels

if TYPE_CHECKING:
    from anmin.matters.models import Entry, Matter
    from anmin.matters.queries import MatterView

TOLD_COLUMNS = ("unit_id", "assignee_id", "category", "area_id", "place", "summary", "outcome")
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
        if column == "outcome":
            return str(OUTCOME_LABELS.get(value, value))
        held = {"unit_id": self.units, "assignee_id": self.accounts, "area_id": self.areas}
        return held[column].get(value, "—") if column in held else str(value)


@dataclass(slots=True)
class _Teller:
    """Walks a history once, remembering what each fact was before."""

    view: MatterView
    names: Names
    with_names: bool
    titles: Mapping[str, str]
    columns: dict[str, Any] = field(default_factory=dict)
    details: dict[str, Any] = field(default_factory=dict)
    due: dict[str, datetime] = field(default_factory=dict)

    def event(self, entry: Entry) -> Event:
        kind = self.view.matter.type
        move = kind.flow.move(entry.action)
        told = kind.details.told_fields()
        facts: dict[str, Any] = entry.payload.get("details", {})
        changes = [
            *self._columns(entry),
            *self._clocks(entry),
            *_contact(entry),
            *_named(entry, self.view.matter, self.titles),
        ]
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
            note=entry.note or str(entry.payload.get("told", {}).get("why", "")),
            told=tuple(
                (label_of(kind, one), str(facts[one])) for one in sorted(told & facts.keys())
            ),
            public=kind.told_of and entry.public and bool(entry.note) and not by_another(entry),
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
    "approvals": lambda: _("Agreement of a second person"),
    "children": lambda: _("Orders to other units"),
    "clock": lambda: _("Deadlines"),
    "conflict": lambda: _("Rule of conflicts of interest"),
    "demands": lambda: _("Demands held to be unreasonable"),
    "messages": lambda: _("Messages to citizens"),
    "retention": lambda: _("Retention periods"),
    "data_rights": lambda: _("Requests about personal data"),
    "seal": lambda: _("Seal"),
    "reminding": lambda: _("Reminders"),
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
    "outcome": lambda: _("What became of it"),
}


def story(
    view: MatterView,
    names: Names,
    *,
    with_names: bool,
    titles: Mapping[str, str] = MappingProxyType({}),
) -> list[Event]:
    """The history as events, oldest first, one for each entry; the last says what comes next,
    where that is the reader's unit's.

    ``with_names``: the reader may see who did it, not only in which role. ``titles`` are what the
    other matters that it names are about, by number, of those that the reader may see.
    """
    teller = _Teller(view, names, with_names, titles)
    events = [teller.event(entry) for entry in view.entries]
    running = [one for one in view.deadlines if one.met_at is None and one.paused_at is None]
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


def _named(entry: Entry, matter: Matter, titles: Mapping[str, str]) -> list[Change]:
    """What an entry names besides: another matter, the step asked for, whether the citizen heard."""
    told = entry.payload.get("told", {})
    others = [
        told.get("into"),
        told.get("from"),
        told.get("child"),
        told.get("demand"),
        *(told.get("link") or ())[1:],
    ]
    found = [
        Change(label=_("Matter"), after=f"{one} {titles.get(one, '')}".strip())
        for one in others
        if isinstance(one, str)
    ]
    if step := matter.type.flow.move(told.get("step", "")):
        found.append(Change(label=_("Step asked for"), after=str(step.label)))
    if told.get("file"):
        found.append(Change(label=_("File"), after=_("a photo or a paper")))
    if clock := next((one for one in matter.type.clocks if one.code == told.get("clock")), None):
        word = _("was due") if told.get("late") else _("is due soon")
        found.append(Change(label=str(clock.label), after=word))
    if told.get("texted"):
        found.append(Change(label=_("Message"), after=_("sent to the body")))
    if told.get("told"):
        found.append(Change(label=_("Message"), after=_("sent to the citizen")))
    if why := {
        "no_phone": _("none: nobody left a number"),
        "sensitive": _("none: others may read that telephone"),
        "opted_out": _("none: this number wants no messages"),
        "abroad": _("none: no text messages go to numbers outside the mainland"),
        "often": _("none: this number was texted too often today"),
        "by_word": _("none: nobody follows it by a code, so by word of mouth"),
    }.get(told.get("untold", "")):
        found.append(Change(label=_("Message"), after=why))
    return found


def _role(code: str) -> str:
    if code in Role:
        return str(Role(code).label)
    return {"system": _("System"), "citizen": _("Citizen")}.get(code, code)


def _action(entry: Entry) -> str:
    if entry.action == "demand":
        state = state_said(entry.payload.get("told", {}).get("state", ""))
        return _("Unreasonable demand: %(state)s") % {"state": state}
    return {
        "open": _("Opened"),
        "observe": _("New facts from the system of record"),
        "assign": _("Handed over"),
        "taken_back": _("Undone: it is as it was before"),
        "note": _("Note"),
        "replied": _("The citizen replied"),
        "said": _("The citizen added something"),
        "link": _("Linked"),
        ASKED: _("The citizen asked that the other matter goes on"),
        "merged": _("Made part of another matter"),
        "parted": _("Goes on by itself again"),
        "took_in": _("Another matter became part of this one"),
        "let_go": _("A matter that was part of this one goes on by itself"),
        "child_opened": _("Order given"),
        "child_ended": _("Order carried out or ended"),
        "child_reopened": _("Order goes on"),
        "delay_told": _("Delay announced"),
        "file_fetched": _("File handed out"),
        "reminded": _("The body was reminded"),
        "code_given": _("Code to follow it by given"),
        "approval_asked": _("Approval asked for"),
        "approval_refused": _("Not agreed to"),
        "asking_withdrawn": _("Request taken back"),
        "lapsed": _("Request lapsed unanswered"),
        "correct": _("Corrected"),
        "held": _("Put under legal hold"),
        "released": _("Legal hold lifted"),
        "party_named": _("A party was named"),
        "party_corrected": _("A party was corrected"),
        "party_ended": _("A party was taken out"),
        "reckon": _("Deadlines recalculated: holidays were announced"),
    }.get(entry.action, entry.action)


@dataclass(frozen=True, slots=True)
class Moment:
    """One of the moments of a matter's life, and how long after the one before it."""

    label: str
    at: datetime
    after: str


def _minute(at: datetime) -> datetime:
    """A moment as it is shown: what passed between two is told by what one reads."""
    return at.replace(second=0, microsecond=0)


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
            f"+{duration(passed)}"
            if n and (passed := _minute(at) - _minute(known[n - 1][1])) > timedelta(0)
            else "",
        )
        for n, (label, at) in enumerate(known)
    ]
