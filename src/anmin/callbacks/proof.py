"""Proof that nobody was passed over: each closing that the planner has read has its callback, and
each reply that was read its effect.

A reader's place in the news is no row that the evidence log attests: it moves all the time. What
moving it by hand would do is looked for instead.
"""

from collections.abc import Iterator
from datetime import datetime
from typing import NamedTuple

from django.conf import settings
from django.db.models import Exists, F, OuterRef, Q, QuerySet
from django.utils import timezone

from anmin.callbacks.closings import ended_states
from anmin.callbacks.models import Answer, Attempt, Callback, Satisfaction, Solved
from anmin.callbacks.planning import NEWS
from anmin.callbacks.replies import REPLIES
from anmin.channels.models import Ended, Match, Reply, ReplyKind
from anmin.matters.kind import FollowUp
from anmin.matters.models import Cursor, Entry, Link
from anmin.matters.registry import all_kinds


class Unplanned(NamedTuple):
    """A closing without a callback and without an exclusion."""

    matter_id: int
    number: str
    at: datetime


class Unread(NamedTuple):
    """A reply that was passed over."""

    reply_id: int
    name: str
    at: datetime


def unplanned() -> Iterator[Unplanned]:
    """Closings that the planner has passed and that nobody will be called about, of both rounds.

    Those that are not followed up by themselves as well, where the matter had been to be called
    about before. Two statements, and two more for the orders closed without a second call.
    """
    passed = _place(NEWS)
    kinds = {kind.code: kind.follow_up for kind in all_kinds() if kind.follow_up}
    followed = otherwise = Q(pk__in=())
    for code, follow_up in kinds.items():
        if not follow_up.about:
            followed |= Q(matter__kind=code, to_state__in=follow_up.states)
            other = ended_states(code) - set(follow_up.states)
            otherwise |= Q(matter__kind=code, to_state__in=other)
    planned = Callback.objects.filter(matter_id=OuterRef("matter_id"), closing=OuterRef("pk"))
    before = Callback.objects.filter(
        matter_id=OuterRef("matter_id"), round=1, closing__lt=OuterRef("pk")
    )
    for rows in (
        _closings(followed, passed),
        _closings(otherwise, passed).filter(Exists(before)),
    ):
        missed = rows.filter(~Exists(planned)).values_list("matter_id", "matter__number", "at")
        for row in missed.iterator(chunk_size=1000):
            yield Unplanned(*row)
    for code, follow_up in kinds.items():
        if follow_up.about:
            yield from _no_second_call(code, follow_up, passed)


def _no_second_call(kind: str, follow_up: FollowUp, passed: int) -> Iterator[Unplanned]:
    """Orders put right of which the unhappy citizen is not asked again."""
    closed = Q(matter__kind=kind, to_state__in=follow_up.states)
    asked = Callback.objects.filter(round=follow_up.round, closing=OuterRef("pk"))
    rows = _closings(closed, passed).filter(~Exists(asked))
    few = list(rows.values_list("pk", "matter_id", "at"))
    links = Link.objects.filter(matter_id__in={row[1] for row in few}, relation=follow_up.about)
    causes: dict[int, list[tuple[int, str]]] = {}
    for order, cause, number in links.values_list("matter_id", "other_id", "other__number"):
        causes.setdefault(order, []).append((cause, number))
    for _entry, order, at in few:
        for cause, number in causes.get(order, []):
            if _was_unhappy(cause, at):
                yield Unplanned(cause, number, at)


def _was_unhappy(matter_id: int, at: datetime) -> bool:
    """Whether the citizen was unhappy by the rules of that day, before that moment."""
    day = timezone.localdate(at)
    unhappy = Q(satisfaction=Satisfaction.DISSATISFIED)
    if settings.RULES.get("callback.unsolved_is_unhappy", day).value:
        unhappy |= Q(solved=Solved.NO)
    answers = Answer.objects.filter(callback__matter_id=matter_id, callback__round=1)
    return bool(answers.filter(unhappy, at__lte=at).exists())


def unread() -> Iterator[Unread]:
    """Replies that the reader has passed and that neither did anything nor wait for a person."""
    idle = Q(kind__in=(ReplyKind.STOP, ReplyKind.START)) | Q(match=Match.REPEATED)
    done = Q(question__ended=Ended.ANSWERED) | Q(item__isnull=False)
    rows = Reply.objects.filter(pk__lte=_place(REPLIES)).exclude(idle).exclude(done)
    for pk, provider, reference, at in rows.order_by("pk").values_list(
        "pk", "provider", "provider_ref", "received_at"
    ):
        if not Attempt.objects.filter(key=f"reply:{pk}").exists():
            yield Unread(pk, f"{provider} {reference}", at)


def _closings(which: Q, passed: int) -> QuerySet[Entry]:
    found = Entry.objects.filter(which, pk__lte=passed).exclude(from_state=F("to_state"))
    return found.order_by("pk")


def _place(name: str) -> int:
    return Cursor.objects.filter(name=name).values_list("position", flat=True).first() or 0
