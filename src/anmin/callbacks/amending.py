"""The minutes after saving a call: whoever saved it puts a slip right, and what is right counts.

Both stay on record. Later than that, or once somebody has built on it, an answer is corrected
beside the first, which counts (``actions.correct_answer``): docs/adr/0052.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import NamedTuple

from django.conf import settings
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from anmin.callbacks import actions, ladder, recording
from anmin.callbacks.dispositions import answered, outcomes
from anmin.callbacks.models import Answer, Attempt, Callback, DayClosure, Status, Via
from anmin.callbacks.recording import TAKEN_BACK, Said, counting, lock
from anmin.callbacks.sealing import read_note, read_text
from anmin.callbacks.unhappy import SYSTEM, is_unhappy, order_of, order_rectification
from anmin.evidence.log import atomic
from anmin.kernel.errors import Conflict, NotAllowed, NotFound
from anmin.matters.actions import move
from anmin.matters.conflict import about
from anmin.matters.flow import Stage
from anmin.matters.models import Entry, Matter
from anmin.people.actions import one_at_a_time
from anmin.people.models import Account
from anmin.people.policy import Capability, require
from anmin.places.queries import directory

AMENDED = "amended"
OVER = "undo_over"
"""The code of the refusal: it counts and can no more be taken back."""


@dataclass(frozen=True, slots=True)
class Saved:
    """A call that this person saved just now: ``answer_id`` where something was answered."""

    callback_id: int
    number: str
    outcome: str
    until: datetime
    answer_id: int | None = None


class Slip(NamedTuple):
    """What was written down by mistake, as the form opens with it again."""

    outcome: str
    note: str


def period() -> timedelta:
    """How long after saving a slip can be put right."""
    told: timedelta = ladder.rule("undo").duration
    return told


def saved(callback_id: int, operator: Account) -> Saved | None:
    """The call as this person saved it, while it can be put right; nothing otherwise."""
    require(operator, Capability.WORK_CALLBACKS)
    callback = Callback.objects.select_related("matter").filter(pk=callback_id).first()
    last = _last(callback) if callback else None
    if callback is None or last is None or why_not(callback, last, operator):
        return None
    reached = last.outcome in ("reached", AMENDED)
    return Saved(
        callback.pk,
        callback.matter.number,
        outcomes()[last.outcome].label,
        _began(callback, last) + period(),
        counting(callback).pk if reached else None,
    )


def amendable(answer: Answer, operator: Account) -> bool:
    """Whether a correction by this person would count in place of the answer."""
    last = _last(answer.callback)
    if last is None or why_not(answer.callback, last, operator):
        return False
    return counting(answer.callback) == answer


def why_not(callback: Callback, last: Attempt, operator: Account) -> str:
    """Why the last call counts and cannot be put right any more; empty if it can."""
    if about(callback.matter).person(operator):
        return _("There is no such callback.")
    if last.operator_id != operator.pk or last.channel not in (Via.CALL, Attempt.Channel.HOUSE):
        return _("Somebody else saved this call.")
    if last.outcome == TAKEN_BACK:
        return _("This call has been taken back already.")
    if last.outcome == "opted_out":
        return _("This number is no longer contacted; that cannot be undone here.")
    began = _began(callback, last)
    if timezone.now() > began + period():
        return _("The time for correcting an entry is over.")
    if _signed(callback, began):
        return _("The day has been signed.")
    answer = callback.answers.order_by("-seq").first()
    if answer is not None:
        if answer.pk != counting(callback).pk:
            return _("The citizen has answered again meanwhile.")
        order = order_of(answer)
        if order is not None and _acted_on(order):
            return _("Work on the rectification has already begun.")
    return ""


@atomic
def amend(*, answer_id: int, operator: Account, said: Said, key: str) -> Answer:
    """Put an answer right that this person saved a moment ago; the new one counts in its place.

    Both stay. An order that the slip gave is withdrawn, unless the right answer gives the same;
    what the right answer asks for is ordered.

    Raises:
        Conflict: with the code ``OVER``: it counts, and can only be corrected beside it.
    """
    require(operator, Capability.WORK_CALLBACKS)
    wrong = Answer.objects.filter(pk=answer_id).first()
    if wrong is None:
        raise NotFound(_("There is no such answer."))
    if wrong.operator_id != operator.pk:
        raise NotAllowed(_("Somebody else saved this call."))
    callback = lock(wrong.callback_id)
    if (known := callback.answers.filter(key=key).first()) is not None:
        return known
    _require(callback, operator)
    if counting(callback).pk != wrong.pk:
        raise Conflict(_("This answer has already been corrected."), code=OVER)
    said.check(callback)
    said.check_consent(callback)
    now = timezone.now()
    recording.step(
        callback,
        channel=Attempt.Channel.HOUSE,
        outcome=AMENDED,
        at=now,
        key=key,
        operator=operator,
        disposition=answered(satisfaction=said.satisfaction, solved=said.solved),
    )
    row = recording.add_answer(
        callback,
        said,
        seq=callback.answers.count() + 1,
        via=wrong.via,
        at=now,
        key=key,
        operator=operator,
        corrects=wrong,
        counts_instead=True,
    )
    _reorder(callback, wrong, row)
    return row


@atomic
def take_back(*, callback_id: int, operator: Account, key: str) -> Callback:
    """Take back a call without an answer that this person saved a moment ago: it is in hand again.

    What was written down stays, as taken back, and uses up no attempt. Another call that this
    person has in hand meanwhile goes back to the queue.
    """
    require(operator, Capability.WORK_CALLBACKS)
    with one_at_a_time(operator):
        callback = lock(callback_id)
        if callback.attempt_rows.filter(key=key).exists():
            return callback
        last = _require(callback, operator)
        if last.outcome in ("reached", AMENDED):
            raise Conflict(_("This callback has been answered or has ended."), code=OVER)
        now = timezone.now()
        for other in actions.in_hand(operator, now).exclude(pk=callback.pk):
            actions.release(callback_id=other.pk, operator=operator)
        recording.step(
            callback,
            channel=Attempt.Channel.HOUSE,
            outcome=TAKEN_BACK,
            at=now,
            key=key,
            operator=operator,
            keeps=True,
            status=Status.CALLING,
            disposition="",
            closed_at=None,
            not_before=last.at,
            attempts=callback.attempts - 1,
        )
        until = now + actions.lease()
        Callback.objects.filter(pk=callback.pk).update(operator=operator, lease_until=until)
        callback.operator, callback.lease_until = operator, until
    return callback


def slip(callback_id: int) -> Slip | None:
    """What was written down before the callback was taken back, if that was the last thing."""
    rows = list(Attempt.objects.filter(callback=callback_id).order_by("-seq")[:2])
    if len(rows) < 2 or rows[0].outcome != TAKEN_BACK:
        return None
    return Slip(rows[1].outcome, read_note(rows[1]))


def _last(callback: Callback) -> Attempt | None:
    return callback.attempt_rows.order_by("-seq").first()


def _require(callback: Callback, operator: Account) -> Attempt:
    last = _last(callback)
    told = why_not(callback, last, operator) if last else _("There is no such callback.")
    if last is None or told:
        raise Conflict(told, code=OVER)
    return last


def _began(callback: Callback, last: Attempt) -> datetime:
    """When the call was saved; a slip put right does not make the time longer."""
    if last.outcome != AMENDED:
        return last.at
    return callback.answers.get(seq=1).at


def _signed(callback: Callback, at: datetime) -> bool:
    """Whether the day was signed by the unit that served, or by one above it."""
    paths = directory().unit_paths
    own = paths.get(callback.unit_id or 0, "")
    over = [pk for pk, path in paths.items() if own.startswith(path)]
    return DayClosure.objects.filter(date=timezone.localdate(at), unit_id__in=over).exists()


def _acted_on(order: Matter) -> bool:
    return Entry.objects.filter(matter=order, actor__isnull=False).exists()


def _reorder(callback: Callback, wrong: Answer, row: Answer) -> None:
    """Let the order follow the answer that counts."""
    if callback.round > 1:
        return
    order = order_of(wrong)
    standing = order if order is not None and order.stage == Stage.OPEN else None
    wanted = is_unhappy(row.satisfaction, row.solved)
    if standing is not None and wanted and _same_order(wrong, row):
        return
    if standing is not None:
        with translation.override(settings.LANGUAGE_CODE):
            note = _("Recorded by mistake and corrected within minutes.")
        move(matter_id=standing.pk, code="withdraw", actor=SYSTEM, note=note)
    if wanted:
        order_rectification(callback, row)


def _same_order(wrong: Answer, row: Answer) -> bool:
    """Whether both answers order the same: what the unit is told is alike."""
    return (wrong.concerns, wrong.consent_contact, read_text(wrong)) == (
        row.concerns,
        row.consent_contact,
        read_text(row),
    )
