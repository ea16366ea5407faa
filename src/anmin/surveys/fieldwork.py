"""What interviewers do: take a case, ask, write down how it went, enter paper forms.

Each action asks ``people.policy`` first, holds the row, and is safe to repeat with the same
``key``. Nobody asks somebody whom their own unit serves. A refused action changes nothing.
"""

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from anmin.callbacks.own import own_units
from anmin.callbacks.turns import unheld, what_next
from anmin.channels.actions import opt_out
from anmin.evidence.log import atomic
from anmin.kernel.errors import Conflict, NotFound, Refusal
from anmin.matters.contacts import ContactFacts
from anmin.people.actions import log_access, one_at_a_time
from anmin.people.models import Account
from anmin.people.policy import Capability, require, unit_scope
from anmin.surveys.dispositions import exhausted, interviewer_outcomes, outcomes
from anmin.surveys.models import Case, Return, Via, Wave
from anmin.surveys.recording import (
    Given,
    accept,
    add_return,
    clean,
    lock_case,
    pace,
    require_field,
    rule,
    sheet_of,
    step,
    stop,
)
from anmin.surveys.sealing import open_contact

TRIES, ROUNDS = 8, 8
"""How many cases are looked at, and how often anew: others may be taking them meanwhile."""
ASKING = (Via.PHONE, Via.VISIT, Via.MESSAGE)


def own_excluded(account: Account) -> QuerySet[Case]:
    """The cases this person may work on: in their scope, and of no unit of their own."""
    rows = unit_scope(account).narrow(Case.objects.all())
    return rows.exclude(unit_id__in=own_units(account))


def queue(operator: Account, now: datetime, wave_id: int | None = None) -> QuerySet[Case]:
    """Whom this interviewer may ask now: their own cases and those that are nobody's."""
    rows = (
        own_excluded(operator)
        .filter(status=Case.Status.CALLING, not_before__lte=now)
        .filter(wave__status=Wave.Status.FIELD)
        .filter(_open_to(operator))
        .filter(unheld(now))
    )
    return rows.filter(wave_id=wave_id) if wave_id else rows


def next_case(operator: Account, wave_id: int | None = None) -> Case | None:
    """Take the next case, or get back the one already taken; nothing when none waits.

    Two interviewers never get the same one, and one interviewer never holds two.
    """
    require(operator, Capability.WORK_SURVEYS)
    with one_at_a_time(operator):
        now = timezone.now()
        held = Case.objects.filter(operator=operator, lease_until__gt=now, closed_at=None)
        mine = held.filter(wave__status=Wave.Status.FIELD).first()
        return mine or _take_next(operator, now, wave_id)


def _take_next(operator: Account, now: datetime, wave_id: int | None) -> Case | None:
    waiting = queue(operator, now, wave_id).order_by("not_before", "pk")
    for _round in range(ROUNDS):
        seen = list(waiting.values_list("pk", flat=True)[:TRIES])
        for pk in seen:
            if _take(pk, operator, now):
                return Case.objects.get(pk=pk)
        if not seen:
            break
    return None


def _take(pk: int, operator: Account, now: datetime) -> bool:
    """Take a case unless somebody was faster, or it has been given to somebody else meanwhile.

    On the row's own columns only: whoever waited for the row looks at them again, which
    PostgreSQL does not do for what came from another table.
    """
    free = Case.objects.filter(unheld(now), _open_to(operator))
    free = free.filter(pk=pk, status=Case.Status.CALLING, not_before__lte=now)
    return bool(free.update(operator=operator, lease_until=now + rule("lease").duration))


def _open_to(operator: Account) -> Q:
    return Q(interviewer=None) | Q(interviewer=operator)


def release(*, case_id: int, operator: Account) -> None:
    """Give a case back; giving it back twice changes nothing."""
    require(operator, Capability.WORK_SURVEYS)
    Case.objects.filter(pk=case_id, operator=operator, closed_at=None).update(
        operator=None, lease_until=None
    )


def held_case(case_id: int, operator: Account) -> Case:
    """A case that this interviewer holds. Raises ``NotFound`` or ``Conflict``."""
    require(operator, Capability.WORK_SURVEYS)
    case = own_excluded(operator).select_related("wave", "row").filter(pk=case_id).first()
    if case is None:
        raise NotFound(_("There is no such case."))
    _require_held(case, operator)
    return case


def reveal(*, case_id: int, operator: Account) -> ContactFacts:
    """Name, number and address of the person, for whoever holds the case; it is logged."""
    require(operator, Capability.REVEAL_CONTACT)
    case = held_case(case_id, operator)
    facts = open_contact(case.row)
    log_access(
        account=operator,
        action="reveal_contact",
        subject=f"survey:{case.wave.code}/{case.row.number}",
        reason=f"case {case.pk}",
    )
    return facts


@atomic
def record_attempt(
    *,
    case_id: int,
    operator: Account,
    outcome: str,
    key: str,
    via: str = Via.PHONE,
    note: str = "",
    next_try_at: datetime | None = None,
) -> Case:
    """Write down an attempt that brought no answer, and what comes next.

    Raises ``NotAllowed``, ``Conflict`` (held by somebody else) or ``Refusal`` naming the field.
    """
    require(operator, Capability.WORK_SURVEYS)
    case = lock_case(case_id)
    if case.attempt_rows.filter(key=key).exists():
        return case
    _require_held(case, operator)
    row = outcomes().get(outcome)
    if row is None or row not in interviewer_outcomes():
        raise Refusal(_("Choose how it went."), field="outcome")
    now, at_pace = timezone.now(), pace()
    rows = case.attempt_rows.order_by("seq").values_list("at", "via", "outcome")
    ends, again = what_next(
        row,
        earlier=[(at, how in (Via.PHONE, Via.VISIT), code) for at, how, code in rows],
        used=case.attempts + 1,
        now=now,
        appointment=next_try_at,
        pace=at_pace,
        exhausted=exhausted,
    )
    over = {"status": Case.Status.CLOSED, "disposition": ends, "closed_at": now}
    step(
        case,
        via=Via(via) if via in ASKING else Via.PHONE,
        outcome=outcome,
        at=now,
        key=key,
        operator=operator,
        note=note,
        next_try_at=again,
        attempts=case.attempts + 1,
        **(over if ends else {"not_before": again}),
    )
    contact = open_contact(case.row)
    for phone in filter(None, (contact.phone, *contact.further) if outcome == "opted_out" else ()):
        told = opt_out(medium="sms", recipient=phone, via="survey")
        stop(bytes(told.recipient_index), at=now, key=key)
    return case


@atomic
def record_answers(
    *,
    case_id: int,
    operator: Account,
    given: Given,
    key: str,
    via: str = Via.PHONE,
    note: str = "",
) -> Return:
    """Write down what somebody answered on the phone, at the door, or by writing back.

    Raises ``NotAllowed``, ``Conflict``, or ``Refusal`` naming the question.
    """
    require(operator, Capability.WORK_SURVEYS)
    case = lock_case(case_id)
    if (known := case.returns.filter(key=key).first()) is not None:
        return known
    _require_held(case, operator)
    if via not in ASKING:
        raise Refusal(_("Say how the answers came."), field="via")
    values = clean(case, given)
    return accept(case, values, via=via, at=timezone.now(), key=key, operator=operator, note=note)


@dataclass(frozen=True, slots=True)
class PaperEntry:
    """One entry of a paper form: whether it settled the case, and which questions differ."""

    row: Return
    settled: bool
    differing: tuple[str, ...] = ()


def paper_case(*, wave_id: int, number: int, operator: Account) -> Case:
    """The open case of the number that is printed on a paper form. Raises ``NotFound``."""
    require(operator, Capability.WORK_SURVEYS)
    rows = own_excluded(operator).select_related("wave", "row")
    case = rows.filter(wave_id=wave_id, row__number=number).first()
    if case is None:
        raise NotFound(_("Nobody of that number is in the sample."), code="number")
    return case


@atomic
def enter_paper(
    *, wave_id: int, number: int, operator: Account, given: Given, key: str
) -> PaperEntry:
    """Enter a paper form. Where forms are entered twice, two people must agree before it counts.

    Entries stay as they are; one that agrees with an earlier one of somebody else settles it.
    Free words need not agree. Raises as ``record_answers``, and ``Conflict`` when the same person
    enters a form a second time.
    """
    case = lock_case(paper_case(wave_id=wave_id, number=number, operator=operator).pk)
    known = case.returns.filter(key=key).first()
    if known is not None:
        return PaperEntry(known, known.counts)
    require_field(case.wave)
    if case.status == Case.Status.DONE:
        raise Conflict(_("This has been answered already."))
    values, now = clean(case, given), timezone.now()
    earlier = list(case.returns.filter(via=Via.PAPER).order_by("seq"))
    if any(one.operator_id == operator.pk for one in earlier):
        raise Conflict(_("You have entered this form: somebody else must enter it again."))
    fresh = {k: v for k, v in values.items() if k in _closed(case)}
    agrees = any(one.answers == fresh for one in earlier)
    if agrees or not case.wave.double_entry:
        row = accept(case, values, via=Via.PAPER, at=now, key=key, operator=operator)
        return PaperEntry(row, settled=True)
    step(
        case,
        via=Via.PAPER,
        outcome="entered_once",
        at=now,
        key=key,
        operator=operator,
        status=Case.Status.ENTERED,
    )
    row = add_return(case, values, via=Via.PAPER, at=now, key=key, operator=operator, counts=False)
    last = earlier[-1].answers if earlier else fresh
    codes = [code for code in _closed(case) if last.get(code) != fresh.get(code)]
    return PaperEntry(row, settled=False, differing=tuple(codes))


def _closed(case: Case) -> list[str]:
    return [one.code for one in sheet_of(case.wave).question if one.closed]


def _require_held(case: Case, operator: Account) -> None:
    """An expired lease still holds as long as nobody else has taken the case."""
    require_field(case.wave)
    if case.status != Case.Status.CALLING:
        raise Conflict(_("This case has been answered or has ended."))
    mine = own_excluded(operator).filter(pk=case.pk, operator=operator)
    if not mine.exists():  # also of somebody who has come to the unit that serves there
        raise Conflict(_("Somebody else holds this case; take the next one."))
