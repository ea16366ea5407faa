"""One callback, or one exclusion by rule, for every matter that comes to its follow-up.

Follows the news of the matters (``matters.news``): the plan is written in the transaction that
moves the cursor, so a crash between batches neither loses nor doubles one.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from django.conf import settings
from django.db.models import Count, Max
from django.utils import timezone

from anmin.callbacks import ladder
from anmin.callbacks.draws import open_draw
from anmin.callbacks.exclusions import Facts, exclusion_for
from anmin.callbacks.models import Answer, Callback, Draw, Status
from anmin.callbacks.scripts import script
from anmin.callbacks.unhappy import is_unhappy
from anmin.channels.models import OptOut
from anmin.matters import bulk
from anmin.matters.kind import FollowUp
from anmin.matters.ledger import take_turn
from anmin.matters.models import Contact, Entry, Link, Matter
from anmin.matters.news import subscribe

NEWS = "callbacks"
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


@dataclass(frozen=True, slots=True)
class Wanted:
    """A matter whose citizen is to be called, since ``closed_at``."""

    matter: Matter
    follow_up: FollowUp
    closed_at: datetime


@dataclass(slots=True)
class Terms:
    """What holds for a whole batch: the rules of today and, when sampling, the open draw."""

    now: datetime
    pace: ladder.Pace
    share: Decimal
    max_age: timedelta
    kept: Callable[[datetime | None], str | None]
    draw: Draw | None = None

    @classmethod
    def today(cls) -> "Terms":
        """The rules in force now."""
        return cls(
            now=timezone.now(),
            pace=ladder.pace(),
            share=ladder.rule("share").value,
            max_age=ladder.rule("max_age").duration,
            kept=bulk.moment_writer(),
        )

    def frame(self) -> Draw:
        """The draw whose frame is open today."""
        if self.draw is None:
            self.draw = open_draw(Draw.Purpose.CALLBACK, timezone.localdate(self.now))
        return self.draw


@subscribe(NEWS, batch=2000)
def plan(entries: Sequence[Entry]) -> None:
    """Plan for every entry that takes a matter to its follow-up. Six statements for a batch."""
    wanted = {(one.matter.pk, one.follow_up.round): one for one in _wanted(entries)}
    if not wanted:
        return
    ids = {matter_id for matter_id, _round in wanted}
    known = set(Callback.objects.filter(matter_id__in=ids).values_list("matter_id", "round"))
    fresh = [one for key, one in wanted.items() if key not in known]
    contacts = Contact.objects.filter(matter_id__in=ids, phone_index__isnull=False)
    phones = {
        matter_id: bytes(index or b"")
        for matter_id, index in contacts.values_list("matter_id", "phone_index")
    }
    refusing = OptOut.objects.filter(recipient_index__in=set(phones.values()))
    stopped = {bytes(index) for index in refusing.values_list("recipient_index", flat=True)}
    terms = Terms.today()
    take_turn()
    bulk.insert(
        Callback,
        COLUMNS,
        [_row(one, phones.get(one.matter.pk), stopped, terms) for one in fresh],
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


def _wanted(entries: Sequence[Entry]) -> Iterable[Wanted]:
    """The matters to follow up; later entries about the same one change nothing."""
    about: dict[int, tuple[FollowUp, datetime]] = {}
    seen: set[tuple[int, int]] = set()
    for entry in entries:
        follow_up = entry.matter.type.follow_up
        if (
            follow_up is None
            or entry.to_state != follow_up.after
            or entry.from_state == follow_up.after
        ):
            continue
        closed_at = entry.matter.closed_at or entry.at
        if follow_up.about:
            about.setdefault(entry.matter_id, (follow_up, closed_at))
        elif (entry.matter_id, follow_up.round) not in seen:
            seen.add((entry.matter_id, follow_up.round))
            yield Wanted(entry.matter, follow_up, closed_at)
    if about:
        yield from _causes(about)


def _causes(about: dict[int, tuple[FollowUp, datetime]]) -> Iterable[Wanted]:
    """The matters of the citizens who were unhappy, for whom something was put right."""
    links = list(Link.objects.filter(matter_id__in=about).select_related("other").order_by("id"))
    answers = Answer.objects.filter(
        callback__matter_id__in=[link.other_id for link in links], callback__round=1
    ).values_list("callback__matter_id", "satisfaction", "solved")
    unhappy = {matter_id for matter_id, *answer in answers if is_unhappy(*answer)}
    for link in links:
        follow_up, closed_at = about[link.matter_id]
        if link.relation == follow_up.about and link.other_id in unhappy:
            yield Wanted(link.other, follow_up, closed_at)


def _row(one: Wanted, phone: bytes | None, stopped: set[bytes], terms: Terms) -> tuple[Any, ...]:
    """The row of one callback, in the order of ``COLUMNS``."""
    matter, topic, follow_up = one.matter, one.matter.topic, one.follow_up
    same_day = topic is not None and topic.same_day and follow_up.round == 1
    by_hand = same_day or follow_up.round > 1
    exclusion = exclusion_for(
        Facts(
            sensitive=topic is not None and topic.sensitive,
            minor_involved=bool(matter.details.get("minor_involved")),
            in_progress=bool(matter.details.get("in_progress")),
            no_contact=phone is None,
            opted_out=phone is not None and phone in stopped,
            too_old=terms.now - one.closed_at > terms.max_age,
        )
    )
    step, not_before = ladder.first_step(
        one.closed_at, now=terms.now, by_hand=by_hand, pace=terms.pace
    )
    due_at = _due(one, same_day=same_day, first=not_before)
    draw_id = None
    if exclusion:
        status = Status.EXCLUDED
    elif by_hand or terms.share >= 1:
        status = Status.CALLING if step is ladder.Step.CALL else Status.PLANNED
    else:
        status, draw_id = Status.PENDING, terms.frame().pk
    return (
        matter.pk,
        follow_up.round,
        follow_up.script,
        script(follow_up.script).version,
        status.value,
        exclusion,
        draw_id,
        matter.unit_id,
        terms.kept(terms.now),
        terms.kept(not_before),
        terms.kept(due_at),
        None,
        None,
        0,
        0,
        "",
        terms.kept(terms.now) if exclusion else None,
    )


def _due(one: Wanted, *, same_day: bool, first: datetime) -> datetime:
    """The deadline. What is due the same day counts from the first permitted moment."""
    if same_day:
        key, start = "callback.due.same_day", first
    elif one.follow_up.round > 1:
        key, start = "callback.second", one.closed_at
    else:
        key, start = "callback.due", one.closed_at
    due: datetime = settings.RULES.due(
        key, start, settings.CALENDAR, timezone.get_default_timezone()
    ).at
    return due
