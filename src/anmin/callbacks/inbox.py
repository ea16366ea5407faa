"""The inbox of replies: what citizens wrote that a person has to look at, and what is decided.

For those who work callbacks, of another unit than the one that is rated. A reply is attributed only
to a question that went out to its number; who decided what is kept, and written once.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models import DurationField, Exists, OuterRef, Q, QuerySet, Value
from django.utils import timezone
from django.utils.translation import gettext as _

from anmin.callbacks import recording
from anmin.callbacks.actions import lease
from anmin.callbacks.models import Callback, Decision, ReplyItem, Status, Via
from anmin.callbacks.own import messages_kept_from, own_units
from anmin.callbacks.recording import Said
from anmin.callbacks.replies import CHOICES, asked_by, keep_words, stop_all
from anmin.callbacks.sealing import seal
from anmin.callbacks.turns import unheld
from anmin.callbacks.unhappy import is_unhappy, order_rectification
from anmin.channels.actions import opt_out_index
from anmin.channels.conversation import asked_of, rule
from anmin.channels.models import Message, Question
from anmin.channels.models import Status as Delivery
from anmin.channels.parsing import suggested
from anmin.channels.queries import body_of, sender_of
from anmin.channels.subjects import Described, describe, subject_of
from anmin.evidence.log import atomic
from anmin.evidence.receipts import promise_receipt
from anmin.kernel.errors import Conflict, NotAllowed, NotFound, Refusal
from anmin.kernel.masking import mask_phone
from anmin.matters import reactions
from anmin.matters.conflict import numbers_about
from anmin.people.actions import log_access, one_at_a_time
from anmin.people.counting import counted
from anmin.people.models import Account
from anmin.people.policy import Capability, require

__all__ = [
    "Candidate",
    "Decision",
    "ItemView",
    "candidates",
    "decide",
    "item_view",
    "list_items",
    "next_item",
    "release",
    "reveal_number",
    "waiting_count",
]

PAGE = 50
LONGEST = 300
MANY = 99
"""Waiting replies are counted up to here."""
TRIES = 20


@dataclass(frozen=True, slots=True)
class Candidate:
    """A question that the reply may be meant for."""

    message: Message
    asked: str
    words: Described
    open: bool
    own: bool


@dataclass(frozen=True, slots=True)
class ItemView:
    """One reply with the questions it may be meant for."""

    item: ReplyItem
    text: str
    number: str
    suggestion: int | None
    candidates: Sequence[Candidate]

    @property
    def own(self) -> bool:
        """It may concern the reader's own unit: a colleague of another one decides."""
        return any(one.own for one in self.candidates)


def waiting() -> QuerySet[ReplyItem]:
    """What nobody has decided yet, the oldest first."""
    return ReplyItem.objects.filter(decided_at=None).order_by("at", "pk")


def waiting_count(account: Account) -> int:
    """How many wait that this person may look at, up to ``MANY``."""
    kept = messages_kept_from(account, "message__subject_ref")
    what = (__name__, kept is None)
    return counted(account, what, lambda: _less(waiting(), kept), limit=MANY)


def _shown(account: Account, rows: QuerySet[ReplyItem]) -> QuerySet[ReplyItem]:
    """The replies that cannot be meant for a question about a matter about this person."""
    return _less(rows, messages_kept_from(account, "message__subject_ref"))


def _less(rows: QuerySet[ReplyItem], kept: Q | None) -> QuerySet[ReplyItem]:
    if kept is None:
        return rows
    asked = Question.objects.filter(
        kept,
        recipient_index=OuterRef("reply__sender_index"),
        message__status=Delivery.SENT,
        message__sent_at__lte=OuterRef("at"),
        message__sent_at__gte=OuterRef("at") - Value(rule("candidates"), DurationField()),
    )
    return rows.exclude(Exists(asked))


def list_items(account: Account, *, decided: bool = False, after: int = 0) -> Sequence[ReplyItem]:
    """A page of what waits (the oldest first) or what was decided (the newest first).

    ``after`` is the last item of the page before. One more than ``PAGE`` tells that more follow.
    """
    require(account, Capability.WORK_CALLBACKS)
    rows = _shown(account, ReplyItem.objects.select_related("reply", "decided_by", "operator"))
    if decided:
        rows = rows.filter(decided_at__isnull=False).order_by("-decided_at", "-pk")
        mark = rows.filter(pk=after).first() if after else None
        if mark is not None:
            same = Q(decided_at=mark.decided_at, pk__lt=mark.pk)
            rows = rows.filter(Q(decided_at__lt=mark.decided_at) | same)
    else:
        rows = rows.filter(decided_at=None).order_by("at", "pk")
        mark = ReplyItem.objects.filter(pk=after).first() if after else None
        if mark is not None:
            rows = rows.filter(Q(at__gt=mark.at) | Q(at=mark.at, pk__gt=mark.pk))
    return list(rows[: PAGE + 1])


def next_item(operator: Account) -> ReplyItem | None:
    """Take the reply that has waited longest, or get back the one in hand; one at a time."""
    require(operator, Capability.WORK_CALLBACKS)
    with one_at_a_time(operator):
        now = timezone.now()
        mine = waiting().filter(operator=operator, lease_until__gt=now).first()
        if mine is not None:
            return mine
        free = unheld(now)
        for item in waiting().select_related("reply").filter(free)[:TRIES]:
            if any(one.own for one in candidates(item, operator)):
                continue
            held = ReplyItem.objects.filter(free, pk=item.pk, decided_at=None)
            if held.update(operator=operator, lease_until=now + lease()):
                return ReplyItem.objects.get(pk=item.pk)
    return None


def item_view(*, item_id: int, reader: Account) -> ItemView:
    """What somebody wrote, with what it may be meant for; who reads it is on record."""
    require(reader, Capability.WORK_CALLBACKS)
    rows = ReplyItem.objects.select_related("reply", "message", "about", "decided_by")
    item = rows.filter(pk=item_id).first()
    if item is None:
        raise NotFound(_("There is no such reply."))
    found = _known_to(reader, item)
    text = body_of(item.reply)
    log_access(account=reader, action="read_reply", subject=f"reply:{item.reply_id}")
    return ItemView(
        item=item,
        text=text,
        number=mask_phone(sender_of(item.reply)),
        suggestion=suggested(text),
        candidates=found,
    )


def reveal_number(*, item_id: int, reader: Account) -> str:
    """The number a reply came from; who opens it is on record."""
    require(reader, Capability.WORK_CALLBACKS)
    require(reader, Capability.REVEAL_CONTACT)
    item = ReplyItem.objects.select_related("reply").filter(pk=item_id).first()
    if item is None:
        raise NotFound(_("There is no such reply."))
    found = _known_to(reader, item)
    if any(one.own for one in found):
        raise NotAllowed(_("This may concern your own unit: a colleague of another one decides."))
    log_access(account=reader, action="reveal_contact", subject=f"reply:{item.reply_id}")
    return sender_of(item.reply)


def _known_to(reader: Account, item: ReplyItem) -> Sequence[Candidate]:
    """Its candidates; ``NotFound`` where one is about the reader, who does not learn that it waits."""
    found = candidates(item, reader)
    if numbers_about(reader, (one.words.number for one in found)):
        raise NotFound(_("There is no such reply."))
    return found


def candidates(item: ReplyItem, reader: Account) -> Sequence[Candidate]:
    """The questions that went out to that number lately, newest first. A few statements."""
    since = item.at - rule("candidates")
    asked = asked_of(bytes(item.reply.sender_index), since=since)
    asked = [one for one in asked if one.message.sent_at and one.message.sent_at <= item.at]
    words, own = describe([one.message for one in asked]), own_units(reader)
    near = numbers_about(reader, (one.number for one in words.values()))
    return [
        Candidate(
            message=one.message,
            asked=without_link(body_of(one.message)),
            words=words[one.message_id],
            open=one.closed_at is None or one.closed_at > item.at,
            own=words[one.message_id].unit_id in own or words[one.message_id].number in near,
        )
        for one in asked
        if one.message_id in words
    ]


def without_link(text: str) -> str:
    """The text with the word "link" where a secret one stands: "或点[链接]。退订回TD"."""
    return re.sub(r"\s*[a-zA-Z]+://[!-~]+\s*", lambda _found: f"[{_('link')}]", text)


@atomic
def decide(
    *,
    item_id: int,
    operator: Account,
    decision: str,
    about: int | None = None,
    choice: int | None = None,
    reason: str = "",
) -> ReplyItem:
    """Decide what a reply was meant for, once.

    ``about`` is the message of one of its candidates; ``choice`` (1, 2, 3) the answer, where the
    text does not say it plainly. What needs no candidate needs a reason.

    Raises:
        NotAllowed: it may concern the operator's own unit.
        Conflict: somebody else has decided it, or it is not possible any more.
        Refusal: naming the field that is missing.
    """
    require(operator, Capability.WORK_CALLBACKS)
    item = _locked(item_id)
    if item.decided_at is not None:
        raise Conflict(_("Somebody else has decided this already."))
    found = _known_to(operator, item)
    if any(one.own for one in found):
        raise NotAllowed(_("This may concern your own unit: a colleague of another one decides."))
    if decision not in _DOES:
        raise Refusal(_("Choose what to do with it."), field="decision")
    chosen = next((one for one in found if one.message.pk == about), None)
    if decision in _ABOUT and chosen is None:
        raise Refusal(_("Choose which question is meant."), field="about")
    if decision not in _ABOUT and not reason.strip():
        raise Refusal(_("Give a reason."), field="reason")
    if len(reason) > LONGEST:
        raise Refusal(_("Give the reason in at most 300 characters."), field="reason")
    _DOES[Decision(decision)](item, operator, chosen, choice)
    item.decided_at, item.decided_by, item.decision = timezone.now(), operator, decision
    item.about = chosen.message if chosen and decision in _ABOUT else None
    item.reason = seal(reason, kind="reply", of=str(item.pk))
    item.operator, item.lease_until = None, None
    item.save()
    return item


def _answer(
    item: ReplyItem, operator: Account, chosen: Candidate | None, choice: int | None
) -> None:
    if chosen is None:
        return
    asked, text = reactions.asked_by(chosen.message), body_of(item.reply)
    if asked is not None:
        reactions.take_late(asked, text, key=_key(item))
        return
    callback = asked_by(chosen.message)
    if callback is None:
        raise Refusal(_("This question is answered by its link only."), field="about")
    grade = CHOICES.get(choice or item.reply.choice or 0)
    if grade is None:
        raise Refusal(_("Choose the answer."), field="choice")
    words = "" if item.reply.choice else text
    said = Said(satisfaction=grade, text=words)
    if callback.status == Status.DONE:
        _beside(callback, said, item, operator)
        return
    row = recording.answer(
        callback, said, via=Via.SMS, at=item.at, key=_key(item), operator=operator
    )
    promise_receipt(row)


def _beside(callback: Callback, said: Said, item: ReplyItem, operator: Account) -> None:
    """A later answer stands beside the first, which counts; an unhappy one is put right as well."""
    first = recording.counting(callback)
    row = recording.add_answer(
        callback,
        said,
        seq=callback.answers.count() + 1,
        via=Via.SMS,
        at=item.at,
        key=_key(item),
        operator=operator,
    )
    promise_receipt(row)
    if (
        callback.round == 1
        and is_unhappy(said.satisfaction, said.solved)
        and not is_unhappy(first.satisfaction, first.solved)
    ):
        order_rectification(callback, row)


def _words(
    item: ReplyItem, _operator: Account, chosen: Candidate | None, _choice: int | None
) -> None:
    if chosen is None:
        return
    asked = reactions.asked_by(chosen.message)
    if asked is not None:
        reactions.take_late(asked, body_of(item.reply), key=_key(item))
        return
    callback = asked_by(chosen.message)
    if callback is not None and not callback.attempt_rows.filter(key=_key(item)).exists():
        keep_words(callback, body_of(item.reply), at=timezone.now(), key=_key(item))


def _call(item: ReplyItem, operator: Account, chosen: Candidate | None, choice: int | None) -> None:
    if chosen is None:
        return
    subject = subject_of(chosen.message)
    if subject is None or not chosen.words.callable or not subject.phone(chosen.message):
        raise Conflict(_("Nobody can be asked about this by phone any more."))
    _words(item, operator, chosen, choice)


def _stop(
    item: ReplyItem, _operator: Account, _chosen: Candidate | None, _choice: int | None
) -> None:
    index = bytes(item.reply.sender_index)
    opt_out_index(index, via="inbox")
    stop_all(index, at=timezone.now(), key=_key(item))


def _nothing(
    _item: ReplyItem, _operator: Account, _chosen: Candidate | None, _choice: int | None
) -> None:
    """It is closed with its reason, and nothing else happens."""


_ABOUT = frozenset({Decision.ANSWER, Decision.WORDS, Decision.CALL})
_DOES = {
    Decision.ANSWER: _answer,
    Decision.WORDS: _words,
    Decision.CALL: _call,
    Decision.STOP: _stop,
    Decision.NOTHING: _nothing,
}


def release(*, item_id: int, operator: Account) -> None:
    """Give a reply back to the inbox; giving it back twice changes nothing."""
    require(operator, Capability.WORK_CALLBACKS)
    waiting().filter(pk=item_id, operator=operator).update(operator=None, lease_until=None)


def _key(item: ReplyItem) -> str:
    return f"reply:{item.reply_id}"


def _locked(item_id: int) -> ReplyItem:
    rows = ReplyItem.objects.select_for_update(of=("self",)).select_related("reply")
    found = rows.filter(pk=item_id).first()
    if found is None:
        raise NotFound(_("There is no such reply."))
    return found
