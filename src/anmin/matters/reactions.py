"""Questions to the citizen about a matter: asked by message, answered by a link or by a reply.

One question is open with a number at a time: while another one is, this one waits for its turn.
"""

import hashlib
import re
import secrets
from collections.abc import Mapping, Sequence
from datetime import datetime

from django.conf import settings
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from anmin.channels.actions import queue_message
from anmin.channels.conversation import Busy, end_question_by_key
from anmin.channels.letters import register_letter
from anmin.channels.models import Ended, Expects, Message, Question, Reply
from anmin.channels.queries import body_of
from anmin.channels.subjects import Described, Subject, register_subject
from anmin.evidence import receipts
from anmin.evidence.log import atomic
from anmin.kernel.errors import NotFound, Refusal
from anmin.kernel.suggestive import LANGUAGES, coaching
from anmin.matters.actions import contact_for_message, done_before, lock, move, note_reply
from anmin.matters.actor import CITIZEN, Actor
from anmin.matters.models import Matter, Reaction
from anmin.matters.sealed_texts import open_text, seal_text
from anmin.matters.telling import bureau, named

CONTEXT = "reaction"
SUBJECT, KEY = "matter", "reaction:"
LINK, SMS, PAGE = "link", "sms", "page"
ADDRESS = re.compile(
    r"://|(?<![a-z0-9])www\.|(?<![a-z0-9])[a-z0-9-]+\.(?:[a-z0-9-]+\.)*"
    r"(?:[a-z]{2,}/|(?:com|cn|net|org|top|xyz|vip|cc|info|me|io|site|shop|link|app|online)(?![a-z0-9]))",
    re.IGNORECASE,
)
"""What a telephone would open: a web address, or what it takes for one."""
LETTER = register_letter("reaction", gettext_lazy("Question to the citizen"), "link.validity")


@atomic
def ask_citizen(
    *,
    matter_id: int,
    code: str,
    actor: Actor,
    question: str,
    version: int | None = None,
    key: str | None = None,
) -> Matter:
    """Take the asking step of a flow and send the citizen a link to answer by.

    While another question is open with that number this one waits (``send_waiting``). Refused
    when nobody can be reached, and what may not stand over the bureau's name: a web address, or
    words that ask for a good answer. A repeated ``key`` asks nothing again.
    """
    matter = lock(matter_id)
    if done_before(matter, key):
        return matter
    _require_seemly(question)
    if matter.topic is not None and matter.topic.sensitive:
        raise Refusal(
            _(
                "Nothing is sent about this, for others may read that telephone: ask by word of mouth."
            ),
            field="question",
        )
    matter = move(
        matter_id=matter_id,
        code=code,
        actor=actor,
        version=version,
        inputs={"question": question},
        key=key,
    )
    if not contact_for_message(matter).phone:
        raise Refusal(_("Nobody left a phone number with this matter."), field="question")
    now = timezone.now()
    asked = Reaction.objects.create(
        matter=matter,
        token_digest=_digest(secrets.token_urlsafe(24)),
        question=question,
        asked_at=now,
        expires_at=_expiry(now),
    )
    _send(asked, now)
    return matter


def _require_seemly(question: str) -> None:
    if ADDRESS.search(question):
        raise Refusal(
            _("A question carries no web address: the link to answer by is added to it."),
            field="question",
        )
    if any(coaching(question, language) for language in LANGUAGES):
        raise Refusal(
            _("Ask what you need to know; how satisfied people are is asked by somebody else."),
            field="question",
        )


def send_waiting(limit: int = 100) -> int:
    """Send questions whose turn it is; returns how many. One that is not wanted any more ends."""
    now = timezone.now()
    waiting = Reaction.objects.filter(sent_at=None, answered_at=None, expires_at__gt=now)
    done = 0
    for pk in list(waiting.order_by("asked_at", "pk").values_list("pk", flat=True)[:limit]):
        with atomic():
            asked = _locked(pk)
            if asked.sent_at is not None or asked.answered_at is not None:
                continue
            if not _waits(asked.matter):
                Reaction.objects.filter(pk=pk).update(expires_at=now)
            elif _send(asked, now):
                done += 1
    return done


def _send(asked: Reaction, now: datetime) -> bool:
    """Send the question with a fresh link, unless another one is open with that number."""
    matter, token = asked.matter, secrets.token_urlsafe(24)
    contact = contact_for_message(matter)
    language = contact.language or settings.LANGUAGE_CODE
    with translation.override(language):
        body = _wording(matter) % {
            **named(matter, language),
            "bureau": bureau(),
            "number": matter.number,
            "question": asked.question,
            "link": f"{settings.BASE_URL}/q/{token}",
        }
    try:
        queue_message(
            key=f"{KEY}{asked.pk}",
            medium="sms",
            recipient=contact.phone,
            body=body,
            template=LETTER.code,
            language=language,
            subject_ref=f"{SUBJECT}:{matter.number}",
            expects=Expects.WORDS,
        )
    except Busy:
        return False
    Reaction.objects.filter(pk=asked.pk).update(
        token_digest=_digest(token), sent_at=now, expires_at=_expiry(now)
    )
    return True


def _wording(matter: Matter) -> str:
    """The words of a question: without it where others may read that telephone, without a link for
    whoever is told to open none."""
    topic = matter.topic
    if topic is not None and topic.unsaid:
        return _(
            "%(bureau)s about what you brought to us on %(when)s (%(number)s): %(office)s has a "
            "question. Read and answer it here: %(link)s"
        )
    if topic is not None and topic.unlinked:
        return _(
            "%(bureau)s about what you brought to us on %(when)s (%(number)s): %(office)s asks: "
            "%(question)s Reply to this message."
        )
    return _(
        "%(bureau)s about what you brought to us on %(when)s (%(number)s): %(office)s asks: "
        "%(question)s Reply to this message, or answer here: %(link)s"
    )


def _expiry(now: datetime) -> datetime:
    zone = timezone.get_default_timezone()
    due: datetime = settings.RULES.due("link.validity", now, settings.CALENDAR, zone).at
    return due


def question_for(token: str) -> Reaction:
    """The open question behind a link. Raises ``NotFound`` when used, expired or unknown."""
    found = Reaction.objects.filter(token_digest=_digest(token)).select_related("matter").first()
    if found is None or found.answered_at or found.expires_at < timezone.now():
        raise _gone()
    return found


@atomic
def answer_question(*, token: str, text: str) -> Matter:
    """Take the citizen's answer: sealed, told in the timeline, and the matter goes on."""
    if not text.strip():
        raise Refusal(_("Please write your answer."), field="text")
    found = question_for(token)
    if not _accept(found, text, via=LINK):
        raise _gone()
    return lock(found.matter_id)


@atomic
def answer_on_page(*, matter_id: int, text: str, key: str) -> Reaction | None:
    """Take what is written on the page of a matter that waits as the answer to its question.

    Nothing comes back where it waits for no answer. The caller has seen the code. The entry has
    ``key``: what is sent again adds nothing. The receipt is there when the transaction is over.
    """
    matter = lock(matter_id)
    if not text.strip() or not _waits(matter) or done_before(matter, key):
        return None
    rows = Reaction.objects.select_for_update().filter(matter=matter, answered_at=None)
    asked = rows.order_by("asked_at", "pk").last()
    if asked is None or not _accept(asked, text.strip(), via=PAGE, key=key):
        return None
    return asked


def _accept(asked: Reaction, text: str, *, via: str, key: str = "") -> bool:
    """Keep the answer and let the matter go on, once; inside a transaction."""
    taken = Reaction.objects.filter(pk=asked.pk, answered_at=None).update(
        answered_at=timezone.now(), answer=seal_text(text, CONTEXT), via=via
    )
    if not taken:
        return False
    receipts.promise_receipt(asked)
    end_question_by_key(f"{KEY}{asked.pk}", Ended.ANSWERED)
    _tell(asked.matter_id, key=key or f"{KEY}{asked.pk}")
    return True


def take_late(asked: Reaction, text: str, *, key: str) -> None:
    """Keep what a person found to be meant for a question: as its answer, or beside it."""
    if not _accept(asked, text, via=SMS):
        add_words(reaction_id=asked.pk, text=text, key=key)


@atomic
def add_words(*, reaction_id: int, text: str, key: str) -> Reaction:
    """Keep what a citizen said about a question that was answered already, beside the answer."""
    asked = _locked(reaction_id)
    now = timezone.now()
    row = Reaction.objects.create(
        matter=asked.matter,
        token_digest=_digest(secrets.token_urlsafe(24)),
        question=asked.question,
        asked_at=asked.asked_at,
        sent_at=asked.sent_at,
        expires_at=now,
        answered_at=now,
        answer=seal_text(text, CONTEXT),
        via=SMS,
    )
    receipts.promise_receipt(row)
    _tell(asked.matter_id, key=key)
    return row


def _tell(matter_id: int, *, key: str) -> None:
    """Say in the timeline that the citizen replied; a matter that waits for it goes on."""
    matter = lock(matter_id)
    for edge in matter.type.flow.moves_from(matter.state):
        if edge.replies:
            move(matter_id=matter.pk, code=edge.code, actor=CITIZEN, key=key)
            return
    note_reply(matter, key=key)


def receipt_of(token: str) -> tuple[str, str]:
    """The number of the matter and the receipt for what was answered; empty if nothing was."""
    found = Reaction.objects.filter(token_digest=_digest(token)).select_related("matter").first()
    return (found.matter.number, receipts.code_of(found)) if found else ("", "")


def read_answer(reaction: Reaction) -> str:
    """What the citizen answered, for those who handle the matter."""
    return open_text(reaction.answer, CONTEXT)


def standing(reaction: Reaction) -> str:
    """How a question stands, in words: waiting for its turn, sent, not delivered, ended."""
    if reaction.answered_at is not None:
        return ""
    if reaction.sent_at is None:
        return (
            _("Waits: another question is open with this number. Phone if it is urgent.")
            if reaction.expires_at > timezone.now()
            else _("Not sent: it was no longer needed.")
        )
    question = Question.objects.filter(message__key=f"{KEY}{reaction.pk}").first()
    match question.ended if question else Ended.STOPPED:
        case Ended.UNDELIVERED:
            return _("The message could not be delivered: please phone.")
        case Ended.STOPPED:
            return _("This number wants no messages: please phone.")
        case Ended.EXPIRED | Ended.OVER:
            return _("No answer came in time: please phone.")
    return _("Sent, no answer yet")


# --- what the conversation with a number asks of this room --------------------------------------


def _take(reply: Reply, question: Question) -> str:
    text = body_of(reply)
    asked = asked_by(question.message)
    if asked is None or not text.strip():
        return "not_answer"
    return "" if _accept(asked, text, via=SMS) else "closed"


def _wanted(message: Message) -> bool:
    asked = asked_by(message)
    return asked is None or (asked.answered_at is None and _waits(asked.matter))


def _describe(messages: Sequence[Message]) -> Mapping[int, Described]:
    return {**_untold(messages), **_asked(messages)}


def _untold(messages: Sequence[Message]) -> dict[int, Described]:
    """What messages are about that ask nothing: words of the house about a matter, or its code."""
    of = {one.pk: one.subject_ref.removeprefix(f"{SUBJECT}:") for one in messages}
    rows = Matter.objects.filter(number__in=set(of.values())).select_related("area")
    known = {row.number: row for row in rows}
    return {
        pk: Described(
            title=_("Message about a matter: %(kind)s") % {"kind": known[number].type.label},
            number=number,
            when=known[number].opened_at,
            place=area.label if (area := known[number].area) else "",
            standing=_("still worked on") if known[number].live else _("is over"),
            unit_id=known[number].unit_id,
        )
        for pk, number in of.items()
        if number in known
    }


def _asked(messages: Sequence[Message]) -> dict[int, Described]:
    of = {number: one.pk for one in messages if (number := _number(one)) is not None}
    rows = Reaction.objects.filter(pk__in=of)
    return {
        of[row.pk]: Described(
            title=_("Question of the office: %(question)s") % {"question": row.question},
            number=row.matter.number,
            when=row.matter.opened_at,
            place=row.matter.area.label if row.matter.area else "",
            standing=_("answered") if row.answered_at else _("not answered yet"),
            unit_id=row.matter.unit_id,
            answerable=True,
        )
        for row in rows.select_related("matter__area")
    }


def _stop(_index: bytes, _at: datetime, _key: str) -> None:
    """Nothing to end: the matter waits on, and its page says that the number wants no messages."""


def _phone(_message: Message) -> bool:
    return False  # whoever asked phones; there is no queue of such calls


register_subject(
    Subject(code=SUBJECT, take=_take, stop=_stop, wanted=_wanted, describe=_describe, phone=_phone)
)


def _waits(matter: Matter) -> bool:
    return any(edge.replies for edge in matter.type.flow.moves_from(matter.state))


def asked_by(message: Message) -> Reaction | None:
    """The question that a message asks, with its matter."""
    return Reaction.objects.select_related("matter").filter(pk=_number(message) or 0).first()


def _number(message: Message) -> int | None:
    number = message.key.removeprefix(KEY)
    return int(number) if message.key.startswith(KEY) and number.isdigit() else None


def _locked(reaction_id: int) -> Reaction:
    rows = Reaction.objects.select_for_update(of=("self",)).select_related("matter")
    found = rows.filter(pk=reaction_id).first()
    if found is None:
        raise NotFound(_("There is no such question."))
    return found


def _gone() -> NotFound:
    return NotFound(_("This link is no longer valid."))


def _digest(token: str) -> bytes:
    return hashlib.sha256(token.encode()).digest()
