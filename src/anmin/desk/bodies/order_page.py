"""What of an order the body that has it sees: the order, and what both sides said to it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.urls import reverse

from anmin.desk.shell.sheets import FilledForm, sheet
from anmin.faces.details import fact_in_words, label_of, typed
from anmin.faces.forms import step_form
from anmin.faces.story import Names, story
from anmin.matters.owed import REMINDED

if TYPE_CHECKING:
    from anmin.faces.forms import ActForm
    from anmin.faces.timeline import Event
    from anmin.matters.flow import Move, Text
    from anmin.matters.models import Entry, Matter
    from anmin.matters.queries import MatterView


@dataclass(frozen=True, slots=True)
class BodyStep:
    """One step that the body may take now, with its form."""

    move: Move
    sheet: FilledForm
    url: str
    asks: bool


def told_to_body(view: MatterView) -> list[tuple[Entry, Event]]:
    """The history that the body sees: steps of the order since it came to it, and reminders."""
    flow = view.matter.type.flow
    events = story(view, Names.of(view), with_names=False)
    since = max(
        (one.seq for one in view.entries if "unit_id" in one.payload.get("set", {})), default=1
    )
    return [
        (entry, event)
        for entry, event in zip(view.entries, events, strict=True)
        if entry.seq >= since
        and (entry.action in ("open", REMINDED) or flow.move(entry.action) is not None)
    ]


def facts_for_body(view: MatterView) -> list[tuple[Text, str]]:
    """What the order asks, and what was said to it since it came to this body."""
    kind = view.matter.type
    given = {*kind.asks, *kind.takes}
    for entry, _event in told_to_body(view):
        given |= entry.payload.get("details", {}).keys()
    return [
        (label_of(kind, name), fact_in_words(kind, name, value))
        for name, value in typed(view.matter).items()
        if name in given
    ]


def steps_for_body(view: MatterView, bound: ActForm | None, code: str) -> list[BodyStep]:
    """The steps that may be taken now; ``bound`` is a form as it was sent, of the step ``code``."""
    return [_step(view.matter, move, bound if move.code == code else None) for move in view.moves]


def _step(order: Matter, move: Move, bound: ActForm | None) -> BodyStep:
    form = step_form(order.kind, move.code)
    return BodyStep(
        move,
        sheet(form, move.code, version=order.version, bound=bound),
        reverse("desk:owed_step", args=[order.number, move.code]),
        bool(move.needs or move.takes or len(move.outcomes) > 1),
    )
