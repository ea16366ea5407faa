"""How what happened to a callback is written down; shared by operators, links and messages."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils.translation import gettext as _

from anmin.callbacks.concerns import concerns
from anmin.callbacks.dispositions import answered
from anmin.callbacks.models import Answer, Attempt, Callback, Satisfaction, Solved, Status, Via
from anmin.callbacks.scripts import advice, script
from anmin.callbacks.sealing import seal
from anmin.callbacks.turns import bring
from anmin.callbacks.unhappy import is_unhappy, order_rectification
from anmin.channels.conversation import end_question
from anmin.channels.models import Ended
from anmin.kernel.errors import Conflict, NotFound, Refusal
from anmin.people.models import Account

SUBJECT = "callback:"
LINK_SCRIPT = "link"
"""The questions as a citizen reads them behind a link."""

TAKEN_BACK = "taken_back"
"""The outcome that takes back the one before it: a slip, put right in the minutes after saving."""

ANSWERABLE = (Status.PLANNED, Status.MESSAGED, Status.CALLING, Status.CLOSED)
"""Where a citizen's answer is still taken; one that comes after we gave up is welcome too."""


@dataclass(frozen=True, slots=True)
class Said:
    """What a citizen answered; empty strings are questions left open.

    ``consent_unsaid``: consent to be contacted was asked for, and the citizen did not say.
    """

    satisfaction: str = ""
    solved: str = ""
    concerns: Sequence[str] = ()
    text: str = ""
    consent_contact: bool | None = None
    advice_given: Sequence[str] = ()
    consent_unsaid: bool = False

    def check_consent(self, callback: Callback) -> None:
        """Refuse an unhappy answer from a call in which consent was never asked for."""
        sheet = script(callback.script, callback.script_version)
        if sheet.asks("consent_contact") is None or not is_unhappy(self.satisfaction, self.solved):
            return
        if self.consent_contact is None and not self.consent_unsaid:
            raise Refusal(
                _("Ask whether the unit may contact the citizen, and choose the answer."),
                field="consent_contact",
                code="consent_unasked",
            )

    def check(self, callback: Callback) -> None:
        """Refuse codes that do not exist, and an answer that says nothing."""
        if not (self.satisfaction or self.solved):
            raise Refusal(_("Choose at least one answer."), field="satisfaction", code="missing")
        topic = callback.matter.topic if self.advice_given else None
        sheet = advice(topic.advice) if topic else None
        for field, given, known in (
            ("satisfaction", [self.satisfaction], {"", *Satisfaction.values}),
            ("solved", [self.solved], {"", *Solved.values}),
            ("concerns", self.concerns, set(concerns())),
            (
                "advice_given",
                self.advice_given,
                {item.code for item in sheet.item} if sheet else set(),
            ),
        ):
            if unknown := set(given) - known:
                raise Refusal(
                    _("There is no such choice: %(code)s.") % {"code": sorted(unknown)[0][:32]},
                    field=field,
                )


def lock(callback_id: int) -> Callback:
    """The callback, held for this transaction, with its matter."""
    rows = Callback.objects.select_for_update(of=("self",)).select_related("matter")
    try:
        return rows.get(pk=callback_id)
    except Callback.DoesNotExist:
        raise NotFound(_("There is no such callback.")) from None


def step(
    callback: Callback,
    *,
    channel: str,
    outcome: str,
    at: datetime,
    key: str,
    operator: Account | None = None,
    note: str = "",
    next_try_at: datetime | None = None,
    keeps: bool = False,
    **changes: Any,
) -> None:
    """Add one attempt and bring the callback to where it led; two statements, three at its end.

    Inside a transaction. Whoever had taken the callback gives it back, unless it ``keeps`` to its
    operator. Raises ``Conflict`` when it changed since it was read.
    """
    bring(
        callback,
        lambda seq: Attempt(
            callback=callback,
            seq=seq,
            at=at,
            channel=channel,
            operator=operator,
            outcome=outcome,
            note=seal(note, kind="attempt", of=f"{callback.pk}/{seq}"),
            next_try_at=next_try_at,
            key=key,
        ),
        changes,
        status=callback.status,
        keeps=keeps,
    )
    if changes.get("closed_at") and outcome != "reopened":  # what went out stays open to a reply
        ended = Ended.ANSWERED if outcome == "reached" else Ended.OVER
        end_question(f"{SUBJECT}{callback.pk}", ended)


def answer(
    callback: Callback,
    said: Said,
    *,
    via: str,
    at: datetime,
    key: str,
    operator: Account | None = None,
    note: str = "",
    spoken_to: bytes = b"",
) -> Answer:
    """Write the first answer of a callback, end it, and order what must be put right.

    Inside a transaction. Raises ``Conflict`` when there is an answer already. Three statements,
    more only after an unhappy answer.
    """
    said.check(callback)
    if callback.status not in ANSWERABLE:
        raise Conflict(_("This callback has been answered or has ended."))
    step(
        callback,
        channel=via,
        outcome="reached",
        at=at,
        key=key,
        operator=operator,
        note=note,
        status=Status.DONE,
        disposition=answered(satisfaction=said.satisfaction, solved=said.solved),
        closed_at=at,
        attempts=callback.attempts + (via == Via.CALL),
    )
    row = add_answer(
        callback, said, seq=1, via=via, at=at, key=key, operator=operator, spoken_to=spoken_to
    )
    if callback.round == 1 and is_unhappy(said.satisfaction, said.solved):
        order_rectification(callback, row)
    return row


def tried(callback: Callback) -> list[tuple[datetime, str, str]]:
    """When, how and with which outcome somebody turned to the citizen; no slip that was taken back."""
    found: list[tuple[datetime, str, str]] = []
    for row in callback.attempt_rows.order_by("seq").values_list("at", "channel", "outcome"):
        if row[2] == TAKEN_BACK:
            found.pop()
        else:
            found.append(row)
    return found


def counting_answers() -> QuerySet[Answer]:
    """The answers that count: of each callback the first, or what its writer put in its place."""
    later = Answer.objects.filter(
        callback=OuterRef("callback"), counts_instead=True, seq__gt=OuterRef("seq")
    )
    return Answer.objects.filter(Q(seq=1) | Q(counts_instead=True)).exclude(Exists(later))


def counting(callback: Callback) -> Answer:
    """The answer of this callback that counts."""
    return counting_answers().get(callback=callback)


def add_answer(
    callback: Callback,
    said: Said,
    *,
    seq: int,
    via: str,
    at: datetime,
    key: str,
    operator: Account | None = None,
    corrects: Answer | None = None,
    counts_instead: bool = False,
    spoken_to: bytes = b"",
) -> Answer:
    """Add one answer row; what ``corrects`` another is of the same person."""
    sheet = script(LINK_SCRIPT) if via == Via.LINK else None
    row = Answer(
        callback=callback,
        seq=seq,
        at=at,
        via=via,
        operator=operator,
        script=sheet.code if sheet else callback.script,
        script_version=sheet.version if sheet else callback.script_version,
        satisfaction=said.satisfaction,
        solved=said.solved,
        concerns=list(dict.fromkeys(said.concerns)),
        text=seal(said.text, kind="answer", of=f"{callback.pk}/{seq}"),
        consent_contact=said.consent_contact,
        advice_given=list(dict.fromkeys(said.advice_given)),
        spoken_to=bytes(corrects.spoken_to) if corrects else spoken_to,
        key=key,
        corrects=corrects,
        counts_instead=counts_instead,
    )
    row.save()
    return row
