"""What the page of one matter shows: its facts, and the steps that may be taken now."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from anmin.callbacks.wanted import unwanted
from anmin.desk.shell.sheets import FilledForm, sheet
from anmin.faces.answers import Answer, answers_for
from anmin.faces.catalogue import service_seen
from anmin.faces.details import fact_in_words, label_of, typed
from anmin.faces.dues import clock_state, due_lines, stopped
from anmin.faces.forms import step_form
from anmin.faces.story import Names, moments
from anmin.matters import carrying_out, children, merging
from anmin.matters.flow import Stage
from anmin.matters.merged import INTO, parts_of
from anmin.matters.outcome import OUTCOME_LABELS
from anmin.matters.owed import from_matter
from anmin.matters.policy import in_scope
from anmin.matters.queries import may_see
from anmin.matters.reactions import read_answer, standing
from anmin.matters.registry import kind_of
from anmin.matters.services import saved
from anmin.people.listing import listed
from anmin.people.roles import Role

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from anmin.faces.forms import ActForm
    from anmin.matters.flow import Move, Text
    from anmin.matters.models import Matter
    from anmin.matters.owed import Owed
    from anmin.matters.queries import MatterView
    from anmin.people.models import Account

BRIEF = 28
"""Facts longer than this are set as texts, not as short lines."""
RELATIONS = {
    **merging.RELATIONS,
    "cause": gettext_lazy("Follows from"),
    "cause:back": gettext_lazy("Led to"),
    "related:back": merging.RELATIONS[merging.RELATED],
    "duplicate:back": merging.RELATIONS[merging.DUPLICATE],
    "repeats:back": gettext_lazy("Brought up again by"),
    INTO: gettext_lazy("Part of"),
    f"{INTO}:back": gettext_lazy("Contains"),
}


@dataclass(frozen=True, slots=True)
class Step:
    """One step that may be taken now, with its form and the ready texts for it."""

    move: Move
    sheet: FilledForm
    url: str
    key: str
    asks: bool
    answers: list[tuple[Answer, str, str]]
    told: bool
    """Whether something of it is shown to whoever reported the matter."""


@dataclass(frozen=True, slots=True)
class Question:
    """A question that was put to the citizen, and the answer if there is one."""

    text: str
    asked_at: datetime
    answered_at: datetime | None
    answer: str
    standing: str = ""


def facts_of(view: MatterView, names: Names, account: Account) -> dict[str, Any]:
    """Everything the page says of the matter itself, by the names of its template."""
    matter = view.matter
    kind = matter.type
    told = kind.details.told_fields()
    known = [
        (label_of(kind, name), fact_in_words(kind, name, value), isinstance(value, dict))
        for name, value in typed(matter).items()
        if name not in told and not hasattr(value, "tzinfo")
    ]
    facts = [
        (_("Kind"), kind.label),
        (_("Category"), matter.topic.label if matter.topic else matter.category),
        (_("Place"), matter.place),
        (_("Point (WGS 84)"), _point(matter)),
        (_("Area"), names.areas.get(matter.area_id or 0, "")),
        (_("Unit"), names.unit(matter)),
        (_("Handled by"), names.accounts.get(matter.assignee_id or 0, "") if view.may_note else ""),
        (_("Outside number"), matter.outside_number),
        (_("What became of it"), str(OUTCOME_LABELS.get(matter.outcome, ""))),
        (_("Reopened or reviewed after closing"), _gone_on(view)),
        (_("Saved"), listed(sooner.words) if (sooner := saved(matter)) else ""),
    ]
    # A checklist is a text, however little was looked at: those of one matter stand together.
    short = [(one, words) for one, words, checks in known if len(words) <= BRIEF and not checks]
    contains = any(code == f"{INTO}:back" for code, _other in view.links)
    return {
        # Whoever made a report that is part of this one reads its answer too.
        "readers": 1 + len(parts_of(matter)) if contains else 1,
        "facts": [pair for pair in facts + short if pair[1]],
        "texts": [(one, words) for one, words, checks in known if len(words) > BRIEF or checks],
        "moments": moments(matter),
        "service": service_seen(matter.kind, matter.category),
        "dues": due_lines(matter, view.deadlines),
        "looks_up": carrying_out.looks_up(account, matter),
        "stopped": stopped(view.deadlines) if matter.due_at is None else None,
        "clock_state": clock_state(matter.due_at) if matter.due_at else "",
        "unwanted": unwanted(matter) if view.has_contact else "",
        "cause": next((other for code, other in view.links if code == "cause"), None),
        "links": [
            (RELATIONS.get(code, code), other, in_scope(account, other))
            for code, other in view.links
        ]
        + [
            (_("Ordered from"), above, True)
            for above in [children.parent_of(account, matter)]
            if above is not None
        ],
        "questions": [
            Question(
                one.question,
                one.asked_at,
                one.answered_at,
                read_answer(one) if view.may_note else "",
                standing(one),
            )
            for one in view.reactions
        ],
    }


def _point(matter: Matter) -> str:
    """Latitude and longitude, as maps take them; empty without a point."""
    if matter.latitude is None or matter.longitude is None:
        return ""
    return f"{matter.latitude:.5f}, {matter.longitude:.5f}"


def _gone_on(view: MatterView) -> str:
    """How often, and by which steps: a review that was asked for is no reopening."""
    times, flow = view.matter.reopened, view.matter.type.flow
    steps = [
        str(move.label)
        for entry in view.entries
        if entry.from_state and (move := flow.move(entry.action))
        if not flow.stage(entry.from_state).live and flow.stage(entry.to_state).live
    ]
    words = ngettext("%(count)d time", "%(count)d times", times) % {"count": times}
    return listed([words, *dict.fromkeys(steps)]) if times else ""


@dataclass(frozen=True, slots=True)
class Orders:
    """The orders given from a matter, with which of them the reader may see, and what may be given."""

    given: list[tuple[Matter, bool, Owed | None]]
    open: int
    kinds: list[tuple[str, Text]]


def orders_of(matter: Matter, account: Account) -> Orders | None:
    """What was ordered from a matter, and may be; nothing where there is neither."""
    if not matter.type.children:
        return None
    given = children.given_from(account, matter)
    kinds = [kind_of(code) for code in matter.type.children]
    offered = [(one.code, one.label) for one in kinds if account.role in one.opened_by]
    if not given and not (matter.live and offered):
        return None
    owed = {one.order.pk: one for one in from_matter(matter)} if given else {}
    return Orders(
        [(one, in_scope(account, one), owed.get(one.pk)) for one in given],
        sum(one.live for one in given),
        offered if matter.live else [],
    )


def titles_of(links: Iterable[tuple[str, Matter, bool]], orders: Orders | None) -> dict[str, str]:
    """What the matters that a history names are about, by number: those that the reader may see."""
    named = [(other, visible) for _relation, other, visible in links]
    named += [(one, visible) for one, visible, _owed in orders.given] if orders else []
    return {one.number: one.headline for one, visible in named if visible}


def asks(move: Move) -> bool:
    """Whether a step has something to fill in; else one press is enough."""
    return bool(move.needs or move.takes or move.approval or len(move.outcomes) > 1)


def in_the_order_shown(moves: Iterable[Move]) -> list[Move]:
    """The steps as they stand on the page, so that their digits count up: one press first."""
    return sorted(moves, key=asks)


def next_by(view: MatterView, account: Account) -> str:
    """Whose step is next, for somebody who takes steps of this kind and none now.

    Empty where it is the reader's, or nobody's. Who takes a matter back is not waited for.
    """
    matter, flow = view.matter, view.matter.type.flow
    if view.moves or view.waits or not any(account.role in one.by for one in flow.moves):
        return ""
    facts = matter.facts
    takers = {
        role
        for move in flow.moves_from(matter.state)
        if flow.stage(move.to(matter.state)) != Stage.WITHDRAWN
        and all(guard(facts) is None for guard in move.when)
        for role in move.by
    }
    return listed([str(role.label) for role in Role if role in takers]) if matter.live else ""


def step_of(view: MatterView, names: Names, move: Move, place: int, bound: ActForm | None) -> Step:
    """One step with its form; ``bound`` is the form as it was sent, if it was this one."""
    matter = view.matter
    form = step_form(matter.kind, move.code)
    told = matter.type.details.told_fields()
    asked_for = (*move.needs, *move.takes)
    return Step(
        move,
        sheet(form, move.code, version=matter.version, bound=bound),
        reverse("desk:matter_step", args=[matter.number, move.code]),
        str(place),
        asks(move),
        [
            (answer, written(answer, matter, names.unit(matter)), f"{move.code}-{field}")
            for field in asked_for
            if field in told
            for answer in answers_for(matter.kind, field, matter.category)
        ],
        not move.asks and bool(told & set(asked_for)),
    )


def seen_or(account: Account, matter: Matter, otherwise: str = "desk:matters") -> tuple[str, ...]:
    """Where somebody goes on who wrote about a matter: to it, unless they do not see it any more."""
    return ("desk:matter", matter.number) if may_see(account, matter) else (otherwise,)


def written(answer: Answer, matter: Matter, unit: str) -> str:
    """A ready text with this matter's number and unit in it."""
    return answer.written(number=matter.number, unit=unit)
