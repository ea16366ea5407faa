"""A matter as whoever reported it follows it: its state, its promise, what was said, what may be done.

Nothing of who works on it; only entries that were written for the citizen to read.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.utils import timezone
from django.utils.translation import gettext_lazy

from anmin.matters.children import counted
from anmin.matters.fact_words import shown
from anmin.matters.flow import Text
from anmin.matters.merged import ASKED, by_another, goes_on_in
from anmin.matters.messages import DELAYED, promised_now
from anmin.matters.models import Entry, Matter
from anmin.matters.outcome import OUTCOME_LABELS
from anmin.matters.services import saved
from anmin.people.listing import listed


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
    """What the reporter sees. ``whole`` is how the matter stands that this one is part of."""

    number: str
    kind: Text
    about: Text
    state: Text
    whole: Text
    live: bool
    opened_at: datetime
    outcome: Text
    promise: PromiseSeen | None
    facts: Sequence[tuple[Text, str]]
    story: Sequence[Line]
    orders: int
    open_orders: int


def face(matter: Matter) -> Followed:
    """What the reporter of a matter sees of it now.

    Of one that became part of another: how that stands, but nothing that was said to others.
    """
    kind, now = matter.type, goes_on_in(matter) or matter
    names = dict.fromkeys((*kind.public.fields, *kind.public.reporter))
    orders = counted(matter) if kind.children else {"all": 0, "open": 0}
    return Followed(
        number=matter.number,
        kind=kind.label,
        about=topic.label if (topic := matter.topic) and not topic.sensitive else "",
        state=kind.flow.state(matter.state).outside,
        whole=now.type.flow.state(now.state).outside if now.pk != matter.pk else "",
        live=now.live,
        opened_at=matter.opened_at,
        outcome=OUTCOME_LABELS.get(now.outcome, ""),
        promise=_promise(now),
        facts=[*shown(matter, names), *_saved(matter)],
        story=_story(matter),
        orders=orders["all"],
        open_orders=orders["open"],
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
        clock.label,
        row.due_at,
        row.met_at,
        late=(row.met_at or timezone.now()) > row.due_at,
        stands=row.paused_at is not None and row.met_at is None,
        ended=row.ended,
    )


def _story(matter: Matter) -> list[Line]:
    told = matter.type.details.told_fields()
    lines: list[Line] = []
    for entry in Entry.objects.filter(matter=matter, public=True).order_by("seq"):
        words = [str(entry.payload.get("details", {}).get(name, "")) for name in sorted(told)]
        # What somebody wrote with a step is for the citizen only where the step is his to read.
        note = "" if by_another(entry) else entry.note
        text = "\n".join(one for one in (*words, note) if one)
        title = _title(matter, entry)
        if text or not lines or title != lines[-1].title:
            lines.append(Line(entry.at, title, text))
    return lines


def _title(matter: Matter, entry: Entry) -> Text:
    if entry.action == DELAYED:
        return gettext_lazy("It takes longer than promised")
    if entry.action == "said":
        return gettext_lazy("What you added")
    if entry.action == ASKED:
        return gettext_lazy("You asked to go on")
    if entry.action == "note":
        return gettext_lazy("A word from the office")
    return matter.type.flow.state(entry.to_state).outside
