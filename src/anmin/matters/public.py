"""A matter as whoever reported it follows it: its state, its promise, what was said, what may be done.

Nothing of who works on it; only entries that were written for the citizen to read.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from anmin.matters.actor import CITIZEN
from anmin.matters.children import counted
from anmin.matters.fact_words import in_words, shown
from anmin.matters.flow import Text
from anmin.matters.merged import ASKED, INTO, PARTED, SAID, by_another, goes_on_in, way_of
from anmin.matters.messages import DELAYED, promised_now
from anmin.matters.models import Entry, Matter
from anmin.matters.outcome import OUTCOME_LABELS
from anmin.matters.owed import Owed, from_matter
from anmin.matters.services import saved
from anmin.people.listing import listed

_TITLES: Mapping[str, Text] = {
    DELAYED: gettext_lazy("It takes longer than promised"),
    SAID: gettext_lazy("What you added"),
    ASKED: gettext_lazy("You asked to go on"),
    "note": gettext_lazy("A word from the office"),
    PARTED: gettext_lazy("Handled by itself again"),
}


@dataclass(frozen=True, slots=True)
class Line:
    """One thing that happened: when, what, and the words for the citizen."""

    at: datetime
    title: Text
    text: str = ""


@dataclass(frozen=True, slots=True)
class PromiseSeen:
    """The promise of the kind: due when, met when, whether it was or is late, or stands still.

    ``ended`` tells how it ended, if it was not met (``clock.GIVEN_UP``, ``OVER``).
    """

    label: Text
    due_at: datetime
    met_at: datetime | None
    late: bool
    stands: bool
    ended: str = ""


@dataclass(frozen=True, slots=True)
class Followed:
    """What the reporter sees. ``whole`` is how the matter stands that this one is part of; ``asked``:
    a question was put to him or her and waits for the answer.
    """

    number: str
    kind: Text
    about: Text
    state: Text
    whole: Text
    live: bool
    asked: bool
    opened_at: datetime
    outcome: Text
    promise: PromiseSeen | None
    facts: Sequence[tuple[Text, str]]
    story: Sequence[Line]
    orders: int
    open_orders: int
    owed: Sequence[Owed] = ()


def face(matter: Matter) -> Followed:
    """What the reporter of a matter sees of it now.

    Of one that became part of another: how that stands, and what its steps tell; not the notes that
    were written, or the questions that were put, to the other reporter.
    """
    kind, now = matter.type, goes_on_in(matter) or matter
    names = dict.fromkeys((*kind.public.fields, *kind.public.reporter))
    orders = counted(matter) if kind.children else {"all": 0, "open": 0}
    return Followed(
        number=matter.number,
        kind=kind.label,
        about=topic.label if (topic := matter.topic) and not topic.unsaid else "",
        state=kind.flow.state(matter.state).outside,
        whole=now.type.flow.state(now.state).outside if now.pk != matter.pk else "",
        live=now.live,
        asked=now.pk == matter.pk
        and any(one.replies for one in kind.flow.moves_from(matter.state)),
        opened_at=matter.opened_at,
        # Where each step has one outcome alone, the state says it in the words of the kind.
        outcome=OUTCOME_LABELS.get(now.outcome, "")
        if any(len(one.outcomes) > 1 for one in now.type.flow.moves)
        else "",
        promise=_promise(now),
        facts=[*shown(matter, names), *_saved(matter)],
        story=_story(matter),
        orders=orders["all"],
        open_orders=orders["open"],
        owed=[one for one in from_matter(now) if one.by_body],
    )


def _saved(matter: Matter) -> list[tuple[Text, str]]:
    known = saved(matter)
    words = known.words if known else []
    return [(gettext_lazy("Saved"), listed(words))] if words else []


def _promise(matter: Matter) -> PromiseSeen | None:
    row = promised_now(matter)
    if row is None:
        return None
    clock = next(one for one in matter.type.clocks if one.code == row.clock)
    return PromiseSeen(
        clock.outside,
        row.due_at,
        row.met_at,
        late=(row.met_at or timezone.now()) > row.due_at,
        stands=row.paused_at is not None and row.met_at is None,
        ended=row.ended,
    )


def _story(matter: Matter) -> list[Line]:
    """Its own history, and since it became part of another what is told of that one."""
    lines: list[Line] = []
    for entry, longer in _history(matter):
        hidden = entry.action == SAID and by_another(entry)
        shown_anyway = entry.action in (INTO, PARTED) or _recorded_answer(matter, entry)
        if not hidden and (entry.public or shown_anyway):
            _add(lines, Line(entry.at, _title(matter, entry), _words(matter, entry, longer)))
    for whole, since in way_of(matter):
        steps = {DELAYED, *(one.code for one in whole.type.flow.moves)}
        for entry, longer in _history(whole):
            if entry.public and entry.at > since and entry.action in steps:
                told = _lines(longer, *_told(whole, entry))
                _add(lines, Line(entry.at, _title(whole, entry), told))
    return lines


def _recorded_answer(matter: Matter, entry: Entry) -> bool:
    """Whether a system of record said here what it told the citizen: the words are his, too."""
    said = entry.payload.get("details", {})
    told = matter.type.details.told_fields()
    return "facts" in entry.payload.get("told", {}) and any(said.get(name) for name in told)


def _history(matter: Matter) -> Iterator[tuple[Entry, str]]:
    """The entries of a matter, in order; with a step that takes longer from when to when."""
    due: dict[str, datetime] = {}
    for entry in Entry.objects.filter(matter=matter).order_by("seq"):
        clocks = entry.payload.get("clocks", {})
        now = {code: datetime.fromisoformat(clock["due"]) for code, clock in clocks.items()}
        move, longer = matter.type.flow.move(entry.action), ""
        if move is not None and move.extends in due.keys() & now.keys():
            longer = _("Until %(after)s instead of %(before)s") % {
                "after": in_words(now[move.extends]),
                "before": in_words(due[move.extends]),
            }
        due |= now
        yield entry, longer


def _add(lines: list[Line], line: Line) -> None:
    if line.text or not lines or line.title != lines[-1].title:
        lines.append(line)


def _words(matter: Matter, entry: Entry, longer: str) -> str:
    """What the reporter of a matter reads of its own entry."""
    # What somebody wrote with a step is for the citizen only where the step is his to read.
    hidden = by_another(entry) or entry.action in (INTO, PARTED)
    file = _("A photo or a paper was added.") if entry.payload.get("told", {}).get("file") else ""
    note = "" if hidden else entry.note or _brought(matter, entry)
    return _lines(longer, *_told(matter, entry, asked=True), note, file)


def _brought(matter: Matter, entry: Entry) -> str:
    """What a citizen said who opened a matter on the public pages; nothing where others may look over a
    shoulder."""
    way, topic = matter.type.by_citizen, matter.topic
    if way is None or entry.seq > 1 or entry.actor_role != CITIZEN.role:
        return ""
    if topic is not None and (topic.unsaid or topic.sensitive):
        return ""
    payload = entry.payload
    said = payload.get("details", {}).get(way.words) or payload.get("set", {}).get("summary")
    return str(said or "")


def _lines(*texts: str) -> str:
    return "\n".join(one for one in texts if one)


def _told(matter: Matter, entry: Entry, *, asked: bool = False) -> list[str]:
    """What a step tells everybody who reported it; a question (``asked``) is put to one alone."""
    move = matter.type.flow.move(entry.action)
    if move is not None and move.asks and not asked:
        return []
    facts = entry.payload.get("details", {})
    return [str(facts.get(name, "")) for name in sorted(matter.type.details.told_fields())]


def _title(matter: Matter, entry: Entry) -> Text:
    """What happened: the state that it came to, or for what left it where it was what that was."""
    flow, details = matter.type.flow, matter.type.details
    move = flow.move(entry.action)
    if move is not None and move.extends:
        return gettext_lazy("It takes longer")
    if move is not None and not move.target:
        told = sorted(details.told_fields() & entry.payload.get("details", {}).keys())
        if told or move.by_citizen:
            return str(details.model_fields[told[0]].title) if told else move.label
    return _TITLES.get(entry.action) or flow.state(entry.to_state).outside
