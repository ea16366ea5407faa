"""How what happened to a case is written down; shared by interviewers, links and messages."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

import orjson
from django.conf import settings
from django.utils import timezone
from django.utils.translation import gettext as _

from anmin.callbacks import ladder
from anmin.callbacks.turns import bring
from anmin.channels.conversation import end_question
from anmin.channels.models import Ended
from anmin.kernel.bilingual import english
from anmin.kernel.errors import Conflict, NotFound, Refusal
from anmin.matters.sealed_texts import open_text, seal_text
from anmin.people.models import Account
from anmin.surveys.dispositions import REFUSAL, graded
from anmin.surveys.models import Case, CaseAttempt, Return, Via, Wave
from anmin.surveys.questionnaires import Questionnaire, Values, parse

type Given = Mapping[str, Sequence[str]]
"""What a form sent, by the code of the question."""


def rule(key: str) -> Any:
    """The rule ``survey.<key>`` in force today."""
    return settings.RULES.get(f"survey.{key}", timezone.localdate())


def pace() -> ladder.Pace:
    """When people may be turned to: quiet hours as for callbacks, attempts and pauses our own."""
    return replace(
        ladder.pace(), attempts=rule("attempts").value, call_after=rule("call_after").duration
    )


def sheet_of(wave: Wave) -> Questionnaire:
    """The questionnaire as this wave asks it."""
    return parse(wave.text)


def lock_case(case_id: int) -> Case:
    """The case, held for this transaction, with its wave and its row of the frame."""
    rows = Case.objects.select_for_update(of=("self",)).select_related("wave", "row")
    try:
        return rows.get(pk=case_id)
    except Case.DoesNotExist:
        raise NotFound(_("There is no such case.")) from None


def require_field(wave: Wave) -> None:
    """Raise ``Conflict`` unless the wave is being asked now."""
    if wave.status != Wave.Status.FIELD:
        raise Conflict(_("This survey is not being asked now."))


def step(
    case: Case,
    *,
    via: str,
    outcome: str,
    at: datetime,
    key: str,
    operator: Account | None = None,
    note: str = "",
    next_try_at: datetime | None = None,
    **changes: Any,
) -> None:
    """Add one attempt and bring the case to where it led; whoever held it gives it back.

    Inside a transaction. Raises ``Conflict`` when the case changed since it was read.
    """
    bring(
        case,
        lambda seq: CaseAttempt(
            case=case,
            seq=seq,
            at=at,
            via=via,
            operator=operator,
            outcome=outcome,
            note=seal_text(note, f"attempt:{case.pk}/{seq}"),
            next_try_at=next_try_at,
            key=key,
        ),
        changes,
        status=case.status,
    )
    if changes.get("closed_at"):
        ended = Ended.ANSWERED if outcome == "reached" else Ended.OVER
        end_question(f"survey:{case.pk}", ended)


def read_note(attempt: CaseAttempt) -> str:
    """What was noted about an attempt."""
    return open_text(attempt.note, f"attempt:{attempt.case_id}/{attempt.seq}")


def read_words(row: Return) -> dict[str, str]:
    """The free words of a return by question; never together with who said them."""
    text = open_text(row.words, f"return:{row.case_id}/{row.seq}")
    return dict(orjson.loads(text)) if text else {}


def clean(case: Case, given: Given) -> Values:
    """The answers as they are kept. Raises ``Refusal`` when nothing at all was answered."""
    values = sheet_of(case.wave).clean(given)
    if not values:
        raise Refusal(
            _("Answer at least one question."),
            field=sheet_of(case.wave).question[0].code,
            code="missing",
        )
    return values


def accept(
    case: Case,
    values: Values,
    *,
    via: str,
    at: datetime,
    key: str,
    operator: Account | None = None,
    note: str = "",
) -> Return:
    """Write down the answers that end a case.

    Inside a transaction. Raises ``Conflict`` when the case was answered or is not being asked.
    """
    require_field(case.wave)
    if case.status == Case.Status.DONE:
        raise Conflict(_("This has been answered already."))
    answered, asked = sheet_of(case.wave).answered(values)
    step(
        case,
        via=via,
        outcome="reached",
        at=at,
        key=key,
        operator=operator,
        note=note,
        status=Case.Status.DONE,
        disposition=graded(
            answered,
            asked,
            complete=rule("complete_share").share,
            partial=rule("partial_share").share,
        ),
        closed_at=at,
        attempts=case.attempts + (via in (Via.PHONE, Via.VISIT)),
    )
    return add_return(case, values, via=via, at=at, key=key, operator=operator, counts=True)


def add_return(
    case: Case,
    values: Values,
    *,
    via: str,
    at: datetime,
    key: str,
    counts: bool,
    operator: Account | None = None,
) -> Return:
    """Add one row of answers; free words are sealed apart."""
    closed = {one.code for one in sheet_of(case.wave).question if one.closed}
    words = {code: text for code, text in values.items() if code not in closed}
    seq = case.returns.count() + 1
    row = Return(
        case=case,
        seq=seq,
        at=at,
        via=via,
        operator=operator,
        language="en" if english() else "zh-hans",
        answers={code: value for code, value in values.items() if code in closed},
        words=seal_text(orjson.dumps(words).decode(), f"return:{case.pk}/{seq}") if words else b"",
        counts=counts,
        key=key,
    )
    row.save()
    return row


def stop(phone_index: bytes, *, at: datetime, key: str) -> int:
    """Nobody turns to this person any more: every open case of the phone ends as a refusal.

    Those who have several phones are few among the cases that are open: they are looked through.
    """
    rows = Case.objects.filter(closed_at=None).order_by("pk")
    first = rows.filter(row__phone_index=phone_index).values_list("pk", flat=True)
    several = rows.exclude(row__further=b"").values_list("pk", "row__further")
    by_another = {pk for pk, indexes in several.iterator() if phone_index in _keys(indexes)}
    found = sorted({*first, *by_another})
    for pk in found:
        step(
            lock_case(pk),
            via=Via.MESSAGE,
            outcome="opted_out",
            at=at,
            key=key,
            status=Case.Status.CLOSED,
            disposition=REFUSAL,
            closed_at=at,
        )
    return len(found)


def _keys(indexes: bytes | memoryview) -> set[bytes]:
    """The look-up keys that ``FrameRow.further`` holds."""
    held = bytes(indexes)
    return {held[at : at + 16] for at in range(0, len(held), 16)}
