"""Messages that could not be delivered: what each was about, why, and what is done instead."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from anmin.callbacks.models import DeliveryCase
from anmin.callbacks.own import messages_kept_from, own_units
from anmin.channels.delivery import ABROAD, OPTED_OUT
from anmin.channels.models import Medium, Message, Status
from anmin.channels.queries import recipient_of
from anmin.channels.subjects import Described, describe, subject_of
from anmin.evidence.log import atomic
from anmin.kernel.errors import Conflict, NotAllowed, NotFound, Refusal
from anmin.kernel.masking import mask_phone
from anmin.matters.conflict import numbers_about
from anmin.people.actions import log_access
from anmin.people.models import Account
from anmin.people.policy import Capability, require

PAGE = 50
MANY = 99
LONGEST = 300


@dataclass(frozen=True, slots=True)
class Line:
    """One message that did not arrive, as the list shows it; the number is masked."""

    message: Message
    number: str
    cause: str
    words: Described | None
    own: bool


def _rows() -> QuerySet[Message]:
    """Given up, or not sent because the number wants none and somebody waits for an answer."""
    lost = Q(status=Status.DEAD) | Q(
        status=Status.CANCELLED, last_error__in=(OPTED_OUT, ABROAD), template="reaction"
    )
    rows = Message.objects.filter(lost, medium__in=(Medium.SMS, Medium.EMAIL))
    return rows.filter(~Exists(DeliveryCase.objects.filter(message=OuterRef("pk"))))


def lines(account: Account, *, before: int = 0) -> Sequence[Line]:
    """A page of what nobody has settled yet, the newest first; one more tells that more follow."""
    require(account, Capability.WORK_CALLBACKS)
    own = own_units(account)
    found, words = _described(account, before=before, most=PAGE + 1)
    return [
        Line(
            message=one,
            number=mask_phone(recipient_of(one)) if one.medium == Medium.SMS else "***",
            cause=cause(one),
            words=words.get(one.pk),
            own=words[one.pk].unit_id in own,
        )
        for one in found
    ]


def _described(
    account: Account, *, before: int = 0, most: int
) -> tuple[list[Message], dict[int, Described]]:
    """The newest messages that are known to be about something, and not about this person."""
    rows, kept = _rows().order_by("-id"), messages_kept_from(account)
    rows = rows if kept is None else rows.exclude(kept)
    found: list[Message] = []
    words: dict[int, Described] = {}
    while len(found) < most:
        some = list((rows.filter(pk__lt=before) if before else rows)[:most])
        words |= describe(some)
        found += [one for one in some if one.pk in words]
        if len(some) < most:
            break
        before = some[-1].pk
    return found[:most], words


def count(account: Account) -> int:
    """How many wait that this person is shown, up to ``MANY``."""
    return len(_described(account, most=MANY)[0])


def cause(message: Message) -> str:
    """Why it did not arrive, in words that tell what to do about it."""
    error = message.last_error
    if error == OPTED_OUT:
        return _("This number wants no messages.")
    if error == ABROAD:
        return _("No text messages go to numbers outside the mainland.")
    if "never finished" in error:
        return _("Sending broke off again and again. The administrator finds more in the log.")
    if any(f"answered {code}" in error for code in ("400", "410", "422")) or "55" in error[:40]:
        return _("The gateway refuses this number: it is wrong or out of service.")
    if "answered 5" in error or "answered 429" in error:
        return _("The gateway was out of order or overloaded through all tries.")
    if "answered 4" in error:
        return _("The gateway refused the message.")
    return _("The gateway could not be reached through all tries.")


@atomic
def reveal_number(*, message_id: int, reader: Account) -> str:
    """The number or address a message was meant for; who opens it is on record."""
    require(reader, Capability.WORK_CALLBACKS)
    require(reader, Capability.REVEAL_CONTACT)
    message = _allowed(message_id, reader)
    log_access(account=reader, action="reveal_contact", subject=f"message:{message.pk}")
    return recipient_of(message)


@atomic
def phone_instead(*, message_id: int, by: Account) -> DeliveryCase:
    """Hand what the message asked over to be phoned about, now or as soon as the hour permits.

    Raises ``NotAllowed`` about the own unit, ``Conflict`` where nobody can be phoned any more.
    """
    message = _allowed(message_id, by)
    subject = subject_of(message)
    if subject is None or not subject.phone(message):
        raise Conflict(_("Nobody can be asked about this by phone any more."))
    return _settle(message, DeliveryCase.Step.PHONE, by, "")


@atomic
def settle(*, message_id: int, by: Account, reason: str) -> DeliveryCase:
    """Say how it was settled otherwise: told on another way, number corrected where it came from."""
    message = _allowed(message_id, by)
    if not reason.strip():
        raise Refusal(_("Give a reason."), field="reason")
    if len(reason) > LONGEST:
        raise Refusal(_("Give the reason in at most 300 characters."), field="reason")
    return _settle(message, DeliveryCase.Step.SETTLED, by, reason.strip())


def _settle(message: Message, step: str, by: Account, reason: str) -> DeliveryCase:
    made = DeliveryCase(message=message, step=step, at=timezone.now(), by=by, reason=reason)
    made.save()
    return made


def _allowed(message_id: int, by: Account) -> Message:
    require(by, Capability.WORK_CALLBACKS)
    message = _one(message_id)
    words = describe([message]).get(message.pk)
    if words is None or numbers_about(by, [words.number]):
        raise NotFound(_("There is no such message, or it has been settled."))
    if words.unit_id in own_units(by):
        raise NotAllowed(_("This may concern your own unit: a colleague of another one decides."))
    return message


def _one(message_id: int) -> Message:
    rows = Message.objects.select_for_update().filter(pk=message_id)
    message = rows.first() if _rows().filter(pk=message_id).exists() else None
    if message is None:
        raise NotFound(_("There is no such message, or it has been settled."))
    return message
