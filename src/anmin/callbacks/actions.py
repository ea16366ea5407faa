"""What operators do with a callback: take it, call, write down how it went.

Each action asks ``people.policy`` first, holds the row, and is safe to repeat with the same
``key``. A refused action changes nothing.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta

from django.db.models import F, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from anmin.callbacks import ladder, recording, reopening
from anmin.callbacks.callees import kept_key, reveal, reveal_later, spoken_with
from anmin.callbacks.dispositions import WITHDRAWN, exhausted, operator_outcomes, outcomes
from anmin.callbacks.models import (
    Answer,
    Attempt,
    Callback,
    Decision,
    ReplyItem,
    Status,
    Via,
    Why,
)
from anmin.callbacks.own import own_units
from anmin.callbacks.recording import Said, lock
from anmin.callbacks.sealing import read_text
from anmin.callbacks.stopping import stop
from anmin.callbacks.turns import APPOINTMENT, require_appointment, unheld, what_next
from anmin.callbacks.unhappy import is_unhappy, order_rectification
from anmin.channels.actions import opt_out
from anmin.evidence.log import atomic
from anmin.kernel.errors import Conflict, NotAllowed, NotFound, Refusal
from anmin.matters.conflict import about, without
from anmin.matters.contacts import Callee, ContactFacts
from anmin.matters.models import Matter
from anmin.matters.policy import in_scope
from anmin.people.actions import log_access, one_at_a_time
from anmin.people.models import Account
from anmin.people.policy import Capability, require

__all__ = [
    "Said",
    "correct_answer",
    "later_to_call",
    "next_callback",
    "read_words",
    "record_answer",
    "record_attempt",
    "release",
    "reveal_phone",
    "take",
]

WORKABLE = (Status.PLANNED, Status.MESSAGED, Status.CALLING)
TRIES = 8
"""Callbacks looked at before saying that the queue is empty: others may be taking them."""


def lease() -> timedelta:
    """How long a taken callback stays with its operator."""
    period: timedelta = ladder.rule("lease").duration
    return period


def queue(operator: Account, now: datetime) -> QuerySet[Callback]:
    """What this operator may call now, due first; never about the operator or the own unit.

    Nobody is called in quiet hours; a call that began before them may still be ended.
    """
    if ladder.quiet_until(now, ladder.pace()):
        return Callback.objects.none()
    rows = (
        Callback.objects.filter(status=Status.CALLING, closed_at=None, not_before__lte=now)
        .filter(withdrawn_at=None)
        .filter(unheld(now))
        .exclude(unit_id__in=own_units(operator))
        .order_by("due_at", "pk")
    )
    return without(operator, rows, "matter_id")


def next_callback(operator: Account) -> Callback | None:
    """Take the next callback, or get back the one already taken; nothing when none is due.

    Two operators never get the same one: it is taken by a conditional update, and whoever
    comes second gets the next. One operator never holds two, however fast he or she asks.
    """
    require(operator, Capability.WORK_CALLBACKS)
    with one_at_a_time(operator):
        now = timezone.now()
        if (mine := in_hand(operator, now).first()) is not None:
            return mine
        free = queue(operator, now)
        for pk in free.values_list("pk", flat=True)[:TRIES]:
            if (taken := _take(pk, free, operator, now)) is not None:
                return taken
    return None


def in_hand(operator: Account, now: datetime) -> QuerySet[Callback]:
    """What this operator has taken and not yet written down or given back: one at most."""
    held = Callback.objects.filter(operator=operator, lease_until__gt=now, closed_at=None)
    held = without(operator, held, "matter_id")
    return held.select_related("matter").order_by("-lease_until")


def take(*, callback_id: int, operator: Account) -> Callback:
    """Take one particular callback.

    Raises ``Conflict`` when somebody else has it, or this operator has another one in hand.
    """
    require(operator, Capability.WORK_CALLBACKS)
    with one_at_a_time(operator):
        now = timezone.now()
        mine = in_hand(operator, now).first()
        if mine is not None and mine.pk != callback_id:
            raise Conflict(
                _("You already have the call about %(number)s: finish it or return it first.")
                % {"number": mine.matter.number}
            )
        taken = mine or _take(callback_id, queue(operator, now), operator, now)
    if taken is None:
        raise Conflict(_("Somebody else has taken this callback, or it cannot be called now."))
    return taken


def _take(pk: int, free: QuerySet[Callback], operator: Account, now: datetime) -> Callback | None:
    """Take it if it is ``free``; one whose matter was opened again meanwhile is withdrawn instead."""
    if Matter.objects.filter(callbacks=pk, closed_at=None).exists():
        callback = lock(pk)
        if callback.open and callback.matter.closed_at is None:
            reopening.withdraw(callback, at=now)
        return None
    if not free.filter(pk=pk).order_by().update(operator=operator, lease_until=now + lease()):
        return None
    return Callback.objects.select_related("matter").get(pk=pk)


@atomic
def release(*, callback_id: int, operator: Account) -> None:
    """Give a taken callback back to the queue; giving it back twice changes nothing.

    One that was withdrawn meanwhile ends.
    """
    require(operator, Capability.WORK_CALLBACKS)
    mine = Callback.objects.filter(pk=callback_id, operator=operator, closed_at=None)
    mine.update(operator=None, lease_until=None)
    withdrawn = Callback.objects.filter(pk=callback_id, closed_at=None, operator=None)
    if withdrawn.filter(withdrawn_at__isnull=False).exists():
        reopening.end(lock(callback_id), at=timezone.now())


def reveal_phone(*, callback_id: int, operator: Account, reason: str = "") -> ContactFacts:
    """Name and phone of the citizen, for the operator who has taken the callback; it is logged."""
    require(operator, Capability.WORK_CALLBACKS)
    callback = Callback.objects.select_related("matter").filter(pk=callback_id).first()
    if callback is None:
        raise NotFound(_("There is no such callback."))
    _require_held(callback, operator)
    return reveal(callback, operator, reason=reason.strip() or f"callback {callback.pk}")


def later_to_call(*, callback_id: int, operator: Account, reason: str = "") -> Sequence[Callee]:
    """Whom to call when the first contact is not reached, for who has taken the callback; logged."""
    callback = Callback.objects.select_related("matter").get(pk=callback_id)
    _require_held(callback, operator)
    return reveal_later(callback, operator, reason=reason.strip() or f"callback {callback.pk}")


@atomic
def record_attempt(
    *,
    callback_id: int,
    operator: Account | None,
    outcome: str,
    key: str,
    note: str = "",
    next_try_at: datetime | None = None,
    spoken_to: int | None = None,
    at: datetime | None = None,
) -> Callback:
    """Write down a call that brought no answer, and what comes next.

    The callback goes back to the queue for later, or ends with its disposition when the outcome
    ends it or no attempt is left. An ``appointment`` needs ``next_try_at``, outside quiet hours.
    Who asks not to be contacted any more is left in peace at all of their numbers; where several
    people are called, ``spoken_to`` says which of ``people_called`` it was, from 0.
    ``operator`` is empty at the console only.

    Raises ``NotAllowed``, ``Conflict`` (taken by somebody else) or ``Refusal`` naming the field.
    """
    _require_worker(operator)
    callback = lock(callback_id)
    if callback.attempt_rows.filter(key=key).exists():
        return callback
    _require_held(callback, operator)
    now = at or timezone.now()
    row = outcomes().get(outcome)
    if row is None or row not in operator_outcomes():
        raise Refusal(_("Choose how the call went."), field="outcome")
    pace = ladder.pace()
    if outcome == APPOINTMENT:
        require_appointment(next_try_at, now, pace)
    stopped: Sequence[str] = ()
    if outcome == "opted_out":
        told = _("Say who asked not to be contacted again.")
        asked = spoken_with(callback, spoken_to, told=told, field="spoken_to").contact
        stopped = (asked.phone, *asked.further)
    ends, again = what_next(
        row,
        earlier=[(at, how == Attempt.Channel.CALL, o) for at, how, o in recording.tried(callback)],
        used=callback.attempts + 1,
        now=now,
        appointment=next_try_at,
        pace=pace,
        exhausted=exhausted,
    )
    if callback.withdrawn_at is not None:  # the matter was opened again during the call
        ends, again = row.ends or WITHDRAWN, None
    over = {"status": Status.CLOSED, "disposition": ends, "closed_at": now}
    recording.step(
        callback,
        channel=Attempt.Channel.CALL,
        outcome=outcome,
        at=now,
        key=key,
        operator=operator,
        note=note,
        next_try_at=again,
        attempts=callback.attempts + 1,
        **(over if ends else {"not_before": again}),
    )
    for phone in stopped:
        left = opt_out(medium="sms", recipient=phone, via="call")
        stop(bytes(left.recipient_index), at=now, key=key)
    return callback


@atomic
def record_answer(
    *,
    callback_id: int,
    operator: Account | None,
    said: Said,
    key: str,
    note: str = "",
    answered_by: int | None = None,
    at: datetime | None = None,
) -> Answer:
    """Write down what the citizen answered on the phone; the first answer is never overwritten.

    Where several people are called, ``answered_by`` says which of ``people_called`` it was, from 0.
    ``operator`` is empty at the console only.

    Raises ``NotAllowed``, ``Conflict`` (taken by somebody else, or answered meanwhile) or
    ``Refusal`` naming the field.
    """
    _require_worker(operator)
    callback = lock(callback_id)
    if (known := callback.answers.filter(key=key).first()) is not None:
        return known
    _require_held(callback, operator)
    said.check(callback)
    said.check_consent(callback)
    told = _("Say who answered.")
    who = spoken_with(callback, answered_by, told=told, field="answered_by")
    now, shown_until = at or timezone.now(), callback.lease_until
    row = recording.answer(
        callback,
        said,
        via=Via.CALL,
        at=now,
        key=key,
        operator=operator,
        note=note,
        spoken_to=kept_key(callback, who),
    )
    if operator is not None and shown_until is not None:
        _read_in_call(callback, operator, now, taken=shown_until - lease())
    return row


def _read_in_call(callback: Callback, operator: Account, now: datetime, *, taken: datetime) -> None:
    """What the citizen wrote before the call stood on its page: it needs nobody else any more."""
    ReplyItem.objects.filter(
        decided_at=None,
        why=Why.NOT_ANSWER,
        at__lte=taken,
        message__subject_ref=f"{recording.SUBJECT}{callback.pk}",
    ).update(decided_at=now, decided_by=operator, decision=Decision.READ, about=F("message_id"))


@atomic
def correct_answer(*, answer_id: int, operator: Account, said: Said, key: str) -> Answer:
    """Correct what was written down: a new row beside the first, which stays and still counts.

    Only the person who recorded the answer, or one who checks callbacks, may. A correction that
    turns out unhappy orders a rectification as the answer itself would have.
    """
    require(operator, Capability.WORK_CALLBACKS)
    wrong = Answer.objects.select_related("callback__matter").filter(pk=answer_id).first()
    if wrong is None or about(wrong.callback.matter).person(operator):
        raise NotFound(_("There is no such answer."))
    if wrong.operator_id != operator.pk:
        require(operator, Capability.CHECK_CALLBACKS)
    callback = lock(wrong.callback_id)
    if (known := callback.answers.filter(key=key).first()) is not None:
        return known
    said.check(callback)
    unhappy_now = callback.round == 1 and is_unhappy(said.satisfaction, said.solved)
    orders = unhappy_now and not is_unhappy(wrong.satisfaction, wrong.solved)
    if orders and wrong.via == Via.CALL:
        said.check_consent(callback)
    row = recording.add_answer(
        callback,
        said,
        seq=callback.answers.count() + 1,
        via=wrong.via,
        at=timezone.now(),
        key=key,
        operator=operator,
        corrects=wrong,
    )
    if orders:
        order_rectification(callback, row)
    return row


def read_words(*, answer_id: int, matter_id: int, reader: Account, reason: str) -> str:
    """The citizen's own words about a matter, for those who follow up every answer; it is logged.

    The matter is the one that the reader has before them, and may see.
    """
    require(reader, Capability.VIEW_ANSWERS)
    require(reader, Capability.CHECK_CALLBACKS)
    if not reason.strip():
        raise Refusal(_("Say why you need to read this."), field="reason")
    rows = Answer.objects.select_related("callback__matter").filter(pk=answer_id)
    answer = rows.filter(callback__matter=matter_id).first()
    if answer is None or not in_scope(reader, answer.callback.matter):
        raise NotFound(_("There is no such answer."))
    log_access(
        account=reader,
        action="read_answer",
        subject=f"matter:{answer.callback.matter.number}",
        reason=reason.strip(),
    )
    return read_text(answer)


def _require_worker(operator: Account | None) -> None:
    if operator is not None:
        require(operator, Capability.WORK_CALLBACKS)


def _require_held(callback: Callback, operator: Account | None) -> None:
    """An expired lease still holds as long as nobody else has taken the callback."""
    if callback.status not in WORKABLE:
        raise Conflict(_("This callback has been answered or has ended."))
    if callback.operator_id != (operator.pk if operator else None):
        raise Conflict(_("Somebody else has taken this callback; take the next one."))
    if operator is not None and about(callback.matter).person(operator):
        raise NotAllowed(_("This may concern your own unit: a colleague of another one decides."))
