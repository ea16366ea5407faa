"""Checking the callbacks themselves: calls against the script, and answers asked again, blind.

What is checked is drawn at random at night (``draws``), so nobody chooses. Whoever asked the
first time neither checks nor asks again, and who asks again does not see what was answered.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from anmin.callbacks.actions import lease
from anmin.callbacks.callees import reveal
from anmin.callbacks.ladder import pace, quiet_until, rule
from anmin.callbacks.models import Draw, QualityCheck, Via
from anmin.callbacks.own import own_units
from anmin.callbacks.queries import CallbackView, view_of
from anmin.callbacks.recording import Said, add_answer, counting, lock
from anmin.callbacks.recordings import Recording, recording_of
from anmin.callbacks.scripts import Checklist, checklist
from anmin.callbacks.turns import unheld
from anmin.evidence.log import atomic
from anmin.kernel.errors import Conflict, NotAllowed, NotFound, Refusal
from anmin.matters.conflict import about, without
from anmin.matters.contacts import ContactFacts
from anmin.people.actions import log_access, one_at_a_time
from anmin.people.models import Account
from anmin.people.policy import Capability, require

UNCHECKED = {
    "no_recording": gettext_lazy("there is no recording"),
    "unclear": gettext_lazy("the recording cannot be understood"),
    "other_call": gettext_lazy("the recording is of another call"),
}
"""Why a call cannot be checked: an answer that counts as such."""
NEEDED = {
    Draw.Purpose.RECALL: Capability.WORK_CALLBACKS,
    Draw.Purpose.CHECK: Capability.CHECK_CALLBACKS,
}
TRIES = 8


@dataclass(frozen=True, slots=True)
class Agreement:
    """What blind re-calls found: how many, and in how many the two answers agree."""

    recalls: int
    same_satisfaction: int
    same_solved: int


def waiting(account: Account, purpose: Draw.Purpose, now: datetime) -> QuerySet[QualityCheck]:
    """What this person may take: recent, not their own calls, nothing about their own unit."""
    since = timezone.localdate(now) - rule("check_within").duration
    rows = (
        QualityCheck.objects.filter(draw__purpose=purpose, draw__day__gte=since, at=None)
        .filter(unheld(now) | Q(checker=account))
        .exclude(callback__answers__operator=account)
        .exclude(callback__unit_id__in=own_units(account))
        .order_by("pk")
    )
    return without(account, rows, "callback__matter_id")


def take_check(*, account: Account, purpose: Draw.Purpose) -> QualityCheck | None:
    """Take the next one, or get back the one in hand; nothing when none waits.

    Nobody is called in quiet hours. Two people never get the same.
    """
    require(account, NEEDED[purpose])
    rows = QualityCheck.objects.select_related("callback__matter__area", "draw")
    with one_at_a_time(account):
        now = timezone.now()
        if purpose == Draw.Purpose.RECALL and quiet_until(now, pace()):
            return None
        mine = rows.filter(draw__purpose=purpose, checker=account, at=None, lease_until__gt=now)
        mine = mine.exclude(callback__unit_id__in=own_units(account))
        if (held := without(account, mine, "callback__matter_id").first()) is not None:
            return held
        for pk in waiting(account, purpose, now).values_list("pk", flat=True)[:TRIES]:
            free = QualityCheck.objects.filter(pk=pk, at=None).filter(unheld(now))
            if free.update(checker=account, lease_until=now + lease()):
                return rows.get(pk=pk)
    return None


def recall_view(*, check: QualityCheck, operator: Account) -> CallbackView:
    """What the second operator sees: the first callback's page, without any earlier attempt."""
    _require_held(check, operator)
    return view_of(check.callback, operator)


def reveal_recall_phone(*, check: QualityCheck, operator: Account) -> ContactFacts:
    """The phone for a blind re-call, for who has taken it; it is logged."""
    require(operator, Capability.WORK_CALLBACKS)
    _require_held(check, operator)
    return reveal(check.callback, operator, reason=f"re-call {check.pk}")


@atomic
def record_recall(
    *, check_id: int, operator: Account, said: Said | None, key: str, at: datetime | None = None
) -> QualityCheck:
    """Write down what was answered the second time, or (``said`` empty) that nobody was reached.

    The answer stands beside the first and counts for nothing but the agreement of the two.
    """
    require(operator, Capability.WORK_CALLBACKS)
    check = _lock(check_id, Draw.Purpose.RECALL)
    callback = lock(check.callback_id)
    if callback.answers.filter(key=key).exists():
        return check
    _require_held(check, operator)
    now = at or timezone.now()
    check.at = now
    check.items = {"reached": said is not None}
    if said is not None:
        said.check(callback)
        first = counting(callback)
        check.answer = add_answer(
            callback,
            said,
            seq=callback.answers.count() + 1,
            via=Via.RECALL,
            at=now,
            key=key,
            operator=operator,
        )
        agree = {
            name: getattr(said, name) == getattr(first, name)
            for name in ("satisfaction", "solved")
            if getattr(said, name) and getattr(first, name)
        }
        check.items |= agree
        check.score = sum(agree.values()) / len(agree) if agree else None
    check.save()
    return check


@atomic
def record_check(
    *,
    check_id: int,
    checker: Account,
    items: Mapping[str, bool | None],
    unchecked: str = "",
    at: datetime | None = None,
) -> QualityCheck:
    """Write down how a call fared against the script: met, not met, or (None) does not apply.

    Every item of the checklist must be there. The score is the weight met of what applies. With
    one of ``UNCHECKED`` instead there is no score: it is counted as not to be checked.
    """
    require(checker, Capability.CHECK_CALLBACKS)
    check = _lock(check_id, Draw.Purpose.CHECK)
    _require_held(check, checker)
    sheet = checklist()
    known = {item.code for item in sheet.item} if not unchecked else set()
    if unchecked and unchecked not in UNCHECKED:
        raise Refusal(_("Say why it cannot be checked."), field="unchecked")
    if wrong := sorted(known ^ set(items)):
        raise Refusal(_("Judge every item of the list."), field=wrong[0])
    told = {"unchecked": unchecked} if unchecked else items
    check.items = {"version": sheet.version, **told}
    check.score = None if unchecked else score(sheet, items)
    check.at = at or timezone.now()
    check.save()
    return check


def recording(*, check: QualityCheck, checker: Account) -> Recording | None:
    """The recording of a call that this person has taken to be checked, if there is one."""
    require(checker, Capability.CHECK_CALLBACKS)
    _require_held(check, checker)
    return recording_of(check.callback)


def hear(*, checker: Account) -> Path:
    """The file of the recording of the call in hand; it is logged. Raises ``NotFound``."""
    check = take_check(account=checker, purpose=Draw.Purpose.CHECK)
    found = recording(check=check, checker=checker) if check else None
    if check is None or found is None or found.file is None:
        raise NotFound(_("There is no recording of this call here."))
    log_access(
        account=checker,
        action="hear_recording",
        subject=f"matter:{check.callback.matter.number}",
        reason=f"check {check.pk}",
    )
    return found.file


def score(sheet: Checklist, items: Mapping[str, bool | None]) -> float | None:
    """The share of the weight that was met, of what applies; nothing if nothing does."""
    applies = [
        (item.weight, items[item.code]) for item in sheet.item if items[item.code] is not None
    ]
    whole = sum(weight for weight, _met in applies)
    return sum(weight for weight, met in applies if met) / whole if whole else None


def agreement(rows: QuerySet[QualityCheck]) -> Agreement:
    """How often blind re-calls heard the same. One query."""
    found = [items for items in rows.values_list("items", flat=True) if items.get("reached")]
    return Agreement(
        recalls=len(found),
        same_satisfaction=sum(bool(items.get("satisfaction")) for items in found),
        same_solved=sum(bool(items.get("solved")) for items in found),
    )


def _lock(check_id: int, purpose: Draw.Purpose) -> QualityCheck:
    rows = QualityCheck.objects.select_for_update().filter(pk=check_id, draw__purpose=purpose)
    check = rows.first()
    if check is None:
        raise NotFound(_("There is no such check."))
    return check


def _require_held(check: QualityCheck, account: Account) -> None:
    if check.at is not None:
        raise Conflict(_("This has been recorded already."))
    if check.checker_id != account.pk:
        raise Conflict(_("Somebody else has taken this; take the next one."))
    callback = check.callback
    if about(callback.matter).person(account) or callback.unit_id in own_units(account):
        raise NotAllowed(_("This may concern your own unit: a colleague of another one decides."))
