"""Which closings the news tells of, and which of them were taken back.

A callback belongs to one closing: the entry that brought a matter to its follow-up. Opening the
matter again takes that closing back; the next one is followed up anew. Whoever was to be called
about a closing that was taken back is also called when the matter then ends in any other way, so
that nobody is spared the question by closing it differently.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import NamedTuple

import orjson
from django.db.models import F, Q, QuerySet, TextField
from django.db.models.functions import Cast, Coalesce

from anmin.callbacks.exclusions import FLAGS
from anmin.callbacks.models import Answer, Callback
from anmin.callbacks.serving import least_held, spells_of, who_served
from anmin.callbacks.unhappy import is_unhappy
from anmin.matters.kind import FollowUp
from anmin.matters.models import Entry, Link
from anmin.matters.news import of_kinds
from anmin.matters.registry import all_kinds, kind_of

_NO_FLAGS = (False, False)


class Wanted(NamedTuple):
    """A matter whose citizen is to be called, since ``closed_at``; the columns that decide how.

    ``closing`` is the number of the entry that closed it, or (``closed``) the order about it.
    """

    matter_id: int
    category: str
    flags: tuple[bool, bool]
    unit_id: int | None
    closed_at: datetime
    follow_up: FollowUp
    closing: int
    closed: int

    def void(self, taken_back: Mapping[int, int]) -> bool:
        """Whether this closing was taken back, by ``Told.taken_back``."""
        last = max(taken_back.get(self.matter_id, 0), taken_back.get(self.closed, 0))
        return self.closing < last


class Reopening(NamedTuple):
    """That a matter was opened again: by which entry, and when."""

    matter_id: int
    entry_id: int
    at: datetime


@dataclass(slots=True)
class Told:
    """What a batch of news tells, in the order of the news."""

    wanted: list[Wanted] = field(default_factory=list)
    reopened: list[Reopening] = field(default_factory=list)

    def taken_back(self) -> dict[int, int]:
        """By matter, the last entry that opened it again: closings before it are void."""
        return {one.matter_id: one.entry_id for one in self.reopened}


class _Closing(NamedTuple):
    """One entry that closed a matter."""

    entry_id: int
    matter_id: int
    kind: str
    state: str
    closed_at: datetime
    category: str
    flags: tuple[bool, bool]
    unit_id: int | None
    version: int


def read(entries: QuerySet[Entry], *, chunk: int) -> Told:
    """What these entries tell of closings. One statement, more only where a person closed oddly
    or a matter was handed on.

    The rows come as columns: after an import there may be a million.
    """
    follow_ups = {kind.code: kind.follow_up for kind in all_kinds() if kind.follow_up}
    ended = {kind_code: ended_states(kind_code) for kind_code in follow_ups}
    states = set().union(*ended.values())
    told = Told()
    again: set[int] = set()
    orders: list[_Closing] = []
    otherwise: list[_Closing] = []
    moved = entries.filter(Q(to_state__in=states) | Q(from_state__in=states))
    changed = of_kinds(moved.exclude(from_state=F("to_state")), follow_ups)
    for row in _rows(changed, chunk):
        pk, at, from_state, to_state, closing = row
        if to_state not in ended[closing.kind]:
            if from_state in ended[closing.kind]:
                told.reopened.append(Reopening(closing.matter_id, pk, at))
            continue
        if closing.version > 1:
            again.add(closing.matter_id)
        follow_up = follow_ups[closing.kind]
        if to_state not in follow_up.states:
            otherwise.append(closing)
        elif follow_up.about:
            orders.append(closing)
        else:
            told.wanted.append(_wanted(closing, follow_up))
    if otherwise:
        told.wanted.extend(_still_owed(otherwise, follow_ups, told.wanted))
    if again and told.wanted:
        told.wanted = _about_who_served(told.wanted, again)
    if orders:
        told.wanted.extend(_causes(orders, follow_ups))
    return told


def _rows(
    entries: QuerySet[Entry], chunk: int
) -> Iterator[tuple[int, datetime, str, str, _Closing]]:
    columns = entries.order_by("id").values_list(
        "id",
        "at",
        "from_state",
        "to_state",
        "matter_id",
        "matter__kind",
        Coalesce("matter__closed_at", "at"),
        "matter__category",
        Cast("matter__details", TextField()),
        "matter__unit_id",
        "matter__version",
    )
    for row in columns.iterator(chunk_size=chunk):
        pk, at, before, after, matter, kind, closed_at, category, details, unit, version = row
        flags = _flags(details)
        one = _Closing(pk, matter, kind, after, closed_at, category, flags, unit, version)
        yield pk, at, before, after, one


def _about_who_served(wanted: list[Wanted], again: Collection[int]) -> list[Wanted]:
    """The same, each about the unit that served; ``again`` are matters with more than one entry."""
    spells, least = spells_of(again), least_held()
    found = []
    for one in wanted:
        if held := spells.get(one.matter_id):
            unit = who_served(held, closing=one.closing, closed_at=one.closed_at, least=least)
            one = one._replace(unit_id=unit or one.unit_id)
        found.append(one)
    return found


def require_flags() -> None:
    """Every kind whose citizens are called has the facts that may spare them, or says it has none."""
    for kind in all_kinds():
        follow_up = kind.follow_up
        if follow_up is None or follow_up.about:
            continue  # these are the facts of another matter
        for name in FLAGS:
            if (name in kind.details.model_fields) == (name in follow_up.lacks):
                raise ValueError(f"{kind.code}: is {name} a fact of it, or does it lack that?")


def ended_states(kind: str) -> set[str]:
    """The states in which a matter of a kind is over."""
    flow = kind_of(kind).flow
    return {code for code, state in flow.states.items() if not state.stage.live}


def _flags(details: str) -> tuple[bool, bool]:
    """``FLAGS`` of details given as JSON: a text of most matters that none of them is in."""
    if not any(f'"{name}"' in details for name in FLAGS):
        return _NO_FLAGS
    known = orjson.loads(details)
    return bool(known.get(FLAGS[0])), bool(known.get(FLAGS[1]))


def _wanted(one: _Closing, follow_up: FollowUp) -> Wanted:
    return Wanted(
        one.matter_id,
        one.category,
        one.flags,
        one.unit_id,
        one.closed_at,
        follow_up.having_ended(one.state),
        one.entry_id,
        one.matter_id,
    )


def _still_owed(
    closings: Iterable[_Closing], follow_ups: Mapping[str, FollowUp], wanted: Iterable[Wanted]
) -> list[Wanted]:
    """Of closings that are not followed up by themselves, those of matters that were before.

    ``wanted`` are those of the same news: their callbacks are not there yet.
    """
    found = list(closings)
    known = Callback.objects.filter(matter_id__in={one.matter_id for one in found}, round=1)
    since = dict.fromkeys(known.values_list("matter_id", flat=True), 0)
    for one in wanted:
        since.setdefault(one.matter_id, one.closing)
    return [
        _wanted(one, follow_ups[one.kind])
        for one in found
        if since.get(one.matter_id, one.entry_id) < one.entry_id and not follow_ups[one.kind].about
    ]


def _causes(orders: list[_Closing], follow_ups: Mapping[str, FollowUp]) -> Iterator[Wanted]:
    """The matters of the citizens who were unhappy, whose orders were closed."""
    of_order: dict[int, list[_Closing]] = {}
    for order in orders:
        of_order.setdefault(order.matter_id, []).append(order)
    links = list(Link.objects.filter(matter_id__in=of_order).select_related("other").order_by("id"))
    answers = Answer.objects.filter(
        callback__matter_id__in=[link.other_id for link in links], callback__round=1
    ).values_list("callback__matter_id", "satisfaction", "solved")
    unhappy = {matter_id for matter_id, *answer in answers if is_unhappy(*answer)}
    for link in links:
        for order in of_order[link.matter_id]:
            follow_up = follow_ups[order.kind]
            if link.relation == follow_up.about and link.other_id in unhappy:
                cause = link.other
                yield Wanted(
                    cause.pk,
                    cause.category,
                    _flags(orjson.dumps(cause.details).decode()),
                    cause.unit_id,
                    order.closed_at,
                    follow_up.having_ended(order.state),
                    order.entry_id,
                    order.matter_id,
                )
