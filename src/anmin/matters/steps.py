"""A step of a flow made ready: what it changes, and which clocks. Nothing is written here."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

from django.conf import settings
from django.utils import formats, timezone, translation
from django.utils.translation import gettext as _

from anmin.kernel.errors import Conflict, NotFound, Refusal
from anmin.matters import children
from anmin.matters.clock import Reckoner, Running, extend, tick
from anmin.matters.facts import MatterFacts
from anmin.matters.flow import Guard, Move
from anmin.matters.kind import Kind
from anmin.matters.ledger import Change, deadlines_of, running_clocks
from anmin.matters.models import Matter
from anmin.matters.reckoning import reckoner
from anmin.matters.sealed import split
from anmin.places.queries import unit_labels


def step_of(matter: Matter, code: str) -> Move:
    """The step of that code, or ``NotFound``."""
    edge = matter.type.flow.move(code)
    if edge is None:
        raise NotFound(_("There is no such step."))
    return edge


def require_here(matter: Matter, edge: Move) -> None:
    """Refuse a step that does not start in the matter's state."""
    if matter.state not in edge.sources:
        raise Conflict(
            _("This step is not possible now: the matter is “%(state)s”.")
            % {"state": matter.state_label}
        )


def prepare(
    matter: Matter, edge: Move, *, note: str, inputs: Mapping[str, Any], at: datetime
) -> tuple[Change, dict[str, Running]]:
    """What a step changes, and the clocks before it.

    Raises ``Refusal`` for the first field that is missing, not taken or wrong, and for the reason
    that a guard gives.
    """
    declared, target, reckon = matter.type, edge.to(matter.state), reckoner()
    _require_within(matter, edge, at, reckon)
    inputs, outcome = _outcome(edge, inputs)
    given = _inputs(edge, note, inputs, at) | _signed(matter, edge)
    details, secret = split(declared, declared.clean({**matter.details, **given}))
    facts = MatterFacts(
        matter.category,
        target,
        details,
        matter.opened_at,
        matter.reopened,
        children.counted(matter)["open"] if declared.children else 0,
    )
    require_guards(edge.when, matter.facts)
    require_guards(edge.guards, replace(facts, state=matter.state))
    change = Change(
        action=edge.code,
        to_state=target,
        note=note,
        public=edge.public,
        columns=_closing(matter, target, at, outcome),
        details={name: value for name, value in details.items() if name in given}
        | {name: None for name, value in edge.sets.items() if value is None},
        sealed=secret,
    )
    running = running_clocks(deadlines_of(matter.pk))
    if edge.extends:
        change.clocks = _extended(declared, edge, running, at, reckon)
    change.clocks |= tick(
        declared.clocks,
        declared.flow,
        facts,
        at=at,
        running={**running, **change.clocks},
        reckon=reckon,
        steps=frozenset({edge.code}),
        gives_up=edge.gives_up,
    )
    return change, running


def _inputs(edge: Move, note: str, inputs: Mapping[str, Any], now: datetime) -> dict[str, Any]:
    """What a move brings into the details; refuses what is missing."""
    reason = edge.by_citizen and not edge.unexplained
    needs = (*edge.needs, "note") if reason else edge.needs
    require_all(needs, {**inputs, "note": note})
    for name in inputs:
        if name not in edge.needs and name not in edge.takes:
            raise Refusal(_("This step does not take that."), field=name, code="not_taken")
    bare = not (edge.target or edge.needs or edge.sets or edge.stamps or edge.extends)
    if bare and edge.takes and not inputs and not note.strip():
        raise Refusal(_("Write something first."), field=edge.takes[0], code="missing")
    given = {**inputs, **edge.sets}
    if edge.stamps:
        given[edge.stamps] = now
    return given


def _signed(matter: Matter, edge: Move) -> dict[str, str]:
    """The name of the office that takes a step, where the step keeps it."""
    if not edge.signs:
        return {}
    with translation.override(settings.LANGUAGE_CODE):
        return {edge.signs: unit_labels([matter.unit_id or 0]).get(matter.unit_id or 0, "")}


def require_all(names: Iterable[str], given: Mapping[str, Any]) -> None:
    """Refuse what is missing of the names, or blank."""
    for name in names:
        value = given.get(name)
        if value is None or value == [] or (isinstance(value, str) and not value.strip()):
            raise Refusal(_("This is needed for the step."), field=name, code="missing")


def require_guards(guards: Iterable[Guard], facts: MatterFacts) -> None:
    """Refuse a step, or an opening, for the first reason that one of its guards gives."""
    for guard in guards:
        reason = guard(facts)
        if reason is not None:
            raise Refusal(str(reason), code="guarded")


def _extended(
    declared: Kind, edge: Move, running: Mapping[str, Running], now: datetime, reckon: Reckoner
) -> dict[str, Running]:
    """The clock that a step extends, extended."""
    clock = next(one for one in declared.clocks if one.code == edge.extends)
    known = running.get(clock.code)
    longer = extend(clock, known, day=timezone.localdate(now), reckon=reckon) if known else None
    if known is not None and known.owed and known.due_at < now:
        raise Refusal(_("This deadline has run out already: it is not extended."), code="run_out")
    if longer is None:
        raise Refusal(_("This deadline is not extended once more."), code="not_extended")
    return {clock.code: longer}


def _outcome(edge: Move, inputs: Mapping[str, Any]) -> tuple[Mapping[str, Any], str]:
    """The other inputs, and what became of the matter, if the step says so."""
    if len(edge.outcomes) <= 1:
        return inputs, edge.outcomes[0] if edge.outcomes else ""
    others = dict(inputs)
    said = others.pop("outcome", None)
    if not said:
        raise Refusal(_("Say what became of it."), field="outcome", code="missing")
    if said not in edge.outcomes:
        raise Refusal(_("This step does not end that way."), field="outcome", code="not_taken")
    return others, str(said)


def last_moment(matter: Matter, edge: Move, reckon: Reckoner) -> datetime | None:
    """Until when a step may be taken after the end of the matter; nothing if there is no such end.

    Nor is there one yet while the day is not on record from which it counts, or that is the day of an
    earlier answer: nobody loses a right by what the house has not written down.
    """
    if not edge.within or matter.closed_at is None:
        return None
    start = matter.closed_at
    if edge.since:
        told = matter.details.get(edge.since)
        if not told:
            return None
        moment = datetime.fromisoformat(told)
        zone = timezone.get_default_timezone()
        moment = moment if moment.tzinfo else moment.replace(tzinfo=zone)
        if timezone.localdate(moment) < timezone.localdate(start):
            return None
        start = max(start, moment)
    return reckon(edge.within, start).at


def _require_within(matter: Matter, edge: Move, now: datetime, reckon: Reckoner) -> None:
    """Refuse a step whose time after the end of the matter is over."""
    last = last_moment(matter, edge, reckon)
    if last is not None and now > last:
        day = formats.date_format(timezone.localtime(last), "DATE_FORMAT")
        raise Refusal(
            _("The time for this step was over after %(day)s.") % {"day": day}, code="too_late"
        )


def _closing(matter: Matter, state: str, now: datetime, outcome: str) -> dict[str, Any]:
    """The columns that ending or reopening a matter changes."""
    live = matter.type.flow.stage(state).live
    columns: dict[str, Any] = {} if outcome == matter.outcome else {"outcome": outcome}
    if live == (matter.closed_at is None):
        return columns if outcome else {}
    if live:
        return {"closed_at": None, "outcome": "", "reopened": matter.reopened + 1}
    return {**columns, "closed_at": now}
