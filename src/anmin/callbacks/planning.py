"""One callback, or one exclusion by rule, for every matter that comes to its follow-up.

Follows the news of the matters (``matters.news``): the plan is written in the transaction that
moves the cursor, so a crash between batches neither loses nor doubles one.
"""

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any, NamedTuple

import orjson
from django.db.models import Count, F, Max, QuerySet, TextField
from django.db.models.functions import Cast, Coalesce
from django.utils import timezone

from anmin.callbacks import ladder
from anmin.callbacks.draws import open_draw
from anmin.callbacks.exclusions import Facts, exclusion_for
from anmin.callbacks.models import Answer, Callback, Draw, Status
from anmin.callbacks.promises import due_rule
from anmin.callbacks.scripts import script
from anmin.callbacks.unhappy import is_unhappy
from anmin.channels.models import OptOut
from anmin.matters import bulk
from anmin.matters.categories import categories
from anmin.matters.clock import reckoner
from anmin.matters.kind import FollowUp
from anmin.matters.ledger import take_turn
from anmin.matters.models import Contact, Entry, FurtherPhone, Link
from anmin.matters.news import subscribe
from anmin.matters.registry import all_kinds

NEWS = "callbacks"
OPTED_OUT = b"opted out by another number"
BATCH = 4000
"""Entries of one transaction: more save little, and others wait for as long to write."""
COLUMNS = (
    "matter_id",
    "round",
    "script",
    "script_version",
    "status",
    "exclusion",
    "draw_id",
    "unit_id",
    "planned_at",
    "not_before",
    "due_at",
    "operator_id",
    "lease_until",
    "steps",
    "attempts",
    "disposition",
    "closed_at",
)


class Wanted(NamedTuple):
    """A matter whose citizen is to be called, since ``closed_at``; the columns that decide how."""

    matter_id: int
    category: str
    flags: tuple[bool, bool]
    unit_id: int | None
    closed_at: datetime
    follow_up: FollowUp


FLAGS = ("minor_involved", "in_progress")
"""The facts of a matter's details that the table of exclusions asks for."""
_NO_FLAGS = (False, False)


def _flags(details: str) -> tuple[bool, bool]:
    """``FLAGS`` of details given as JSON: a text of most matters that none of them is in."""
    if not any(f'"{name}"' in details for name in FLAGS):
        return _NO_FLAGS
    known = orjson.loads(details)
    return bool(known.get(FLAGS[0])), bool(known.get(FLAGS[1]))


class Way(NamedTuple):
    """What a category and a round decide: the script, the rule of the deadline, and by hand or not."""

    version: int
    sensitive: bool
    by_hand: bool
    due: str


class Terms:
    """What holds for a whole batch: the rules of today and, when sampling, the open draw."""

    def __init__(self) -> None:
        self.now = timezone.now()
        self.reckon = reckoner()
        self.pace = ladder.pace()
        self.share: Decimal = ladder.rule("share").value
        self.max_age: timedelta = ladder.rule("max_age").duration
        self.kept = bulk.moment_writer()
        self.kept_now = self.kept(self.now)
        self._ways: dict[tuple[str, FollowUp], Way] = {}
        self._frame: Draw | None = None

    def way(self, category: str, follow_up: FollowUp) -> Way:
        """How a matter of that category is followed up."""
        found = self._ways.get((category, follow_up))
        if found is None:
            topic, again = categories().get(category), follow_up.round > 1
            same_day = topic is not None and topic.same_day and not again
            found = self._ways[category, follow_up] = Way(
                version=script(follow_up.script).version,
                sensitive=topic is not None and topic.sensitive,
                by_hand=same_day or again,
                due=due_rule(category, follow_up.round),
            )
        return found

    def frame(self) -> Draw:
        """The draw whose frame is open today."""
        if self._frame is None:
            self._frame = open_draw(Draw.Purpose.CALLBACK, timezone.localdate(self.now))
        return self._frame


@subscribe(NEWS, batch=BATCH)
def plan(entries: QuerySet[Entry]) -> None:
    """Plan for every entry that takes a matter to its follow-up. At most eight statements."""
    wanted: dict[tuple[int, int], Wanted] = {}
    for one in _wanted(entries):  # of several about one matter the first decides
        wanted.setdefault((one.matter_id, one.follow_up.round), one)
    if not wanted:
        return
    ids = sorted({matter_id for matter_id, _round in wanted})
    about = bulk.of_matters(ids)
    known = set(Callback.objects.filter(about).values_list("matter_id", "round"))
    contacts = Contact.objects.filter(about, phone_index__isnull=False)
    phones = {
        matter_id: bytes(index or b"")
        for matter_id, index in contacts.values_list("matter_id", "phone_index")
    }
    refusing = OptOut.objects.filter(recipient_index__in=contacts.values("phone_index"))
    stopped = {OPTED_OUT, *map(bytes, refusing.values_list("recipient_index", flat=True))}
    # Who asked by any of several numbers not to be contacted is not called at another.
    by_another = FurtherPhone.objects.filter(
        about, phone_index__in=OptOut.objects.values("recipient_index")
    )
    for matter_id in by_another.values_list("matter_id", flat=True):
        phones[matter_id] = OPTED_OUT
    terms = Terms()
    take_turn()
    bulk.insert(
        Callback,
        COLUMNS,
        [
            _row(one, phones.get(one.matter_id), stopped, terms)
            for key, one in wanted.items()
            if key not in known
        ],
    )


@contextmanager
def planned_since() -> Iterator[dict[str, Any]]:
    """Fills in, at the end, how many were ``planned`` inside, and ``excluded`` by which rule."""
    last = Callback.objects.aggregate(last=Max("pk"))["last"] or 0
    told: dict[str, Any] = {}
    yield told
    fresh = Callback.objects.filter(pk__gt=last).order_by().values_list("exclusion")
    counts = dict(fresh.annotate(number=Count("pk")))
    told["planned"] = counts.pop("", 0)
    told["excluded"] = counts


def _wanted(entries: QuerySet[Entry]) -> Iterable[Wanted]:
    """The matters to follow up, in the order of the news."""
    follow_ups = {kind.code: kind.follow_up for kind in all_kinds() if kind.follow_up}
    about: dict[int, tuple[FollowUp, datetime]] = {}
    came_to = entries.filter(
        matter__kind__in=follow_ups, to_state__in={one.after for one in follow_ups.values()}
    ).exclude(from_state=F("to_state"))
    columns = came_to.values_list(
        "matter_id",
        "matter__kind",
        "to_state",
        Coalesce("matter__closed_at", "at"),
        "matter__category",
        Cast("matter__details", TextField()),
        "matter__unit_id",
    )
    for matter_id, kind, state, closed_at, category, details, unit_id in columns.iterator(
        chunk_size=BATCH
    ):
        follow_up = follow_ups[kind]
        if state != follow_up.after:
            continue
        if follow_up.about:
            about.setdefault(matter_id, (follow_up, closed_at))
        else:
            yield Wanted(matter_id, category, _flags(details), unit_id, closed_at, follow_up)
    if about:
        yield from _causes(about)


def _causes(about: Mapping[int, tuple[FollowUp, datetime]]) -> Iterable[Wanted]:
    """The matters of the citizens who were unhappy, for whom something was put right."""
    links = list(Link.objects.filter(matter_id__in=about).select_related("other").order_by("id"))
    answers = Answer.objects.filter(
        callback__matter_id__in=[link.other_id for link in links], callback__round=1
    ).values_list("callback__matter_id", "satisfaction", "solved")
    unhappy = {matter_id for matter_id, *answer in answers if is_unhappy(*answer)}
    for link in links:
        follow_up, closed_at = about[link.matter_id]
        if link.relation == follow_up.about and link.other_id in unhappy:
            cause = link.other
            flags = _flags(orjson.dumps(cause.details).decode())
            yield Wanted(cause.pk, cause.category, flags, cause.unit_id, closed_at, follow_up)


def _row(one: Wanted, phone: bytes | None, stopped: set[bytes], terms: Terms) -> tuple[Any, ...]:
    """The row of one callback, in the order of ``COLUMNS``."""
    way, follow_up = terms.way(one.category, one.follow_up), one.follow_up
    exclusion = exclusion_for(
        Facts(
            sensitive=way.sensitive,
            minor_involved=one.flags[0],
            in_progress=one.flags[1],
            no_contact=phone is None,
            opted_out=phone in stopped,
            too_old=terms.now - one.closed_at > terms.max_age,
        )
    )
    step, not_before = ladder.first_step(
        one.closed_at, now=terms.now, by_hand=way.by_hand, pace=terms.pace
    )
    draw_id = None
    if exclusion:
        status = Status.EXCLUDED
    elif way.by_hand or terms.share >= 1:
        status = Status.CALLING if step is ladder.Step.CALL else Status.PLANNED
    else:
        status, draw_id = Status.PENDING, terms.frame().pk
    now = terms.kept_now
    return (
        one.matter_id,
        follow_up.round,
        follow_up.script,
        way.version,
        status.value,
        exclusion,
        draw_id,
        one.unit_id,
        now,
        terms.kept(not_before),
        terms.kept(terms.reckon(way.due, one.closed_at).at),
        None,
        None,
        0,
        0,
        "",
        now if exclusion else None,
    )
