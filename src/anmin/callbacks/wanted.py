"""Whether a citizen wants messages, asked for on the public pages: about one matter, or at all.

The record is the one of who replies TD (``channels.opting``). Messages about a matter are stopped by
whoever holds its pass. All messages to a number are stopped by who has that telephone: a link that
was sent there proves it, or a code that is texted; else a stranger who typed somebody's number into
a form could silence it. Of several numbers only the first is proven, and only that one is stopped.
ADR 0075.
"""

from dataclasses import dataclass
from itertools import chain

from django.conf import settings
from django.db.models import Q
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from anmin.callbacks.replies import stop_all
from anmin.callbacks.stopping import stop
from anmin.channels.actions import queue_message
from anmin.channels.addresses import clean_phone, goes_there, recipient_index
from anmin.channels.letters import register_letter
from anmin.channels.models import Medium, Message, OptOut
from anmin.channels.opting import opt_in_index, opt_out_index
from anmin.evidence.log import atomic
from anmin.evidence.prepared import Prepared
from anmin.kernel.errors import Refusal
from anmin.matters.actions import contact_for_message, lock
from anmin.matters.contacts import ContactFacts
from anmin.matters.merged import goes_on_in, parts_of
from anmin.matters.messages import permitted
from anmin.matters.models import Contact, FurtherPhone, Matter
from anmin.matters.telling import bureau
from anmin.matters.texted_codes import digits, require_digits
from anmin.people.limits import Limit, take

LETTER = register_letter(
    "stop_code", gettext_lazy("Code to stop all messages"), "callback.quiet_from", asked=True
)
PURPOSE = "stop messages"
"""What the code is for. Not for one matter: whatever a stranger has texted there, the last code holds on
every page."""
PAGE = "page"
"""How it was told: on a public page, of which matter."""
CODES, TRIES, TRIES_OF = Limit(3, 86_400), Limit(10, 86_400), Limit(30, 86_400)
"""In a day: codes that are texted to one number, codes that are tried for one matter, and for one number.

Whoever opens one matter after the other with somebody's number does not get ten tries with each; she whose
number it is replies TD, or follows a link, where strangers have used up the codes of the day.
"""


@dataclass(frozen=True, slots=True)
class Wanted:
    """What the citizen of a matter wants: no messages ``about`` it, none at ``all`` to the first number.

    ``reached``: there is a number that messages go to. ``again``: none at all was said on a page of
    this matter, so that it may be taken back there. ``texted``: a code can be texted.
    """

    reached: bool
    about: bool = False
    all: bool = False
    again: bool = False
    texted: bool = False

    @property
    def none(self) -> bool:
        """Whether no message comes about the matter."""
        return self.about or self.all


def wanted(matter: Matter) -> Wanted:
    """What the citizen of a matter wants."""
    contact = contact_for_message(matter)
    indexes = _indexes(contact)
    if not indexes:
        return Wanted(reached=False)
    named = {index: _about(matter, index) for index in indexes}
    rows = OptOut.objects.filter(
        recipient_index__in=indexes, about__in=("", *chain(*named.values()))
    )
    said = list(rows.values_list("about", "via", "recipient_index"))
    everything = {via for about, via, index in said if not about and bytes(index) == indexes[0]}
    topic = matter.topic
    return Wanted(
        reached=True,
        about=any(about in named[bytes(index)] for about, _via, index in said),
        all=bool(everything),
        again=everything == {_via(matter)},
        texted=goes_there(contact.phone) and not (topic is not None and topic.sensitive),
    )


_refused = Prepared(
    lambda pk, every, about: OptOut.objects.filter(
        Q(recipient_index__in=Contact.objects.filter(matter_id=pk).values("phone_index"))
        | Q(recipient_index__in=FurtherPhone.objects.filter(matter_id=pk).values("phone_index")),
        about__in=(every, about),
    ),
    like=(1, "", "matter:-"),
)


def unwanted(matter: Matter) -> str:
    """What the desk sees: ``all`` where no messages are wanted, ``about`` where none about this matter,
    else nothing. One query."""
    about = {one.about for one in _refused(matter.pk, "", f"matter:{matter.number}")}
    return "" if not about else "all" if "" in about else "about"


@atomic
def stop_about(matter: Matter, *, key: str) -> None:
    """No more messages about this matter, nor a callback."""
    lock(matter.pk)
    now = timezone.now()
    for index in _require_reached(matter):
        for about in _about(matter, index):
            opt_out_index(index, via=_via(matter), about=about)
        stop(index, at=now, key=f"{PAGE}:{key}", only=matter.pk)


@atomic
def start_about(matter: Matter) -> None:
    """Messages about this matter again."""
    lock(matter.pk)
    for index in _require_reached(matter):
        for about in _about(matter, index):
            opt_in_index(index, about=about)


@atomic
def text_code(matter: Matter) -> None:
    """Text the code that stops all messages to the number of this matter; at night in the morning."""
    lock(matter.pk)
    now, known = timezone.now(), wanted(matter)
    index = _require_reached(matter)[0]
    if not known.texted or known.all:
        raise Refusal(_("No code can be texted to this number."))
    if take("code to stop messages", index.hex(), limit=CODES).over:
        raise Refusal(_("A code was texted several times today: the last one holds."))
    contact = contact_for_message(matter)
    language = contact.language or settings.LANGUAGE_CODE
    with translation.override(language):
        body = _(
            "%(bureau)s: the code %(code)s stops all our messages to this number. If you did not ask "
            "for it, do nothing."
        ) % {"bureau": bureau(), "code": digits(index, timezone.localdate(now), purpose=PURPOSE)}
    queue_message(
        key=f"stop:{matter.number}:{now:%Y%m%d%H%M%S%f}",
        medium=Medium.SMS,
        recipient=contact.phone,
        body=body,
        template=LETTER.code,
        language=language,
        not_before=permitted(now),
        subject_ref=f"matter:{matter.number}",
    )


def sent_there(matter: Matter, subject_ref: str) -> bool:
    """Whether a message about that went to the first number of this matter: who has its link has that
    telephone, unless the number was put right since."""
    indexes = _indexes(contact_for_message(matter))
    rows = Message.objects.filter(subject_ref=subject_ref, recipient_index__in=indexes[:1])
    return rows.exists()


def stop_everything(matter: Matter, *, key: str, code: str | None) -> None:
    """No more messages to the first number of this matter; ``code`` was texted there, or is nothing where
    a link that was sent there proves as much.
    """
    now, index = timezone.now(), _require_reached(matter)[0]
    if code is not None:
        # Outside the transaction, which a wrong code undoes.
        tried = (
            take("code to stop messages tried", matter.number, limit=TRIES),
            take("code to stop messages tried of", index.hex(), limit=TRIES_OF),
        )
        if any(one.over for one in tried):
            raise Refusal(_("Too many wrong codes. Please try again tomorrow."), field="code")
        require_digits(index, code, timezone.localdate(now), purpose=PURPOSE)
    with atomic():
        lock(matter.pk)
        opt_out_index(index, via=_via(matter))
        stop_all(index, at=now, key=f"{PAGE}:{key}")


@atomic
def start_everything(matter: Matter) -> None:
    """Messages to this number again, where a page of this matter stopped them."""
    lock(matter.pk)
    if not wanted(matter).again:
        raise Refusal(_("Messages were stopped on another way: reply START from that telephone."))
    opt_in_index(_require_reached(matter)[0], about="")


def _require_reached(matter: Matter) -> list[bytes]:
    found = _indexes(contact_for_message(matter))
    if not found:
        raise Refusal(_("No number was left with this matter, so no messages are sent."))
    return found


def _indexes(contact: ContactFacts) -> list[bytes]:
    """The keyed indexes of the numbers of somebody, the first first."""
    numbers = filter(None, (clean_phone(one) for one in (contact.phone, *contact.further) if one))
    return [recipient_index(Medium.SMS, one) for one in dict.fromkeys(numbers)]


def _about(matter: Matter, index: bytes) -> list[str]:
    """The matter as messages name it, and what it is part of now: but for a number that another report in
    that has too, whose messages are not this one's to stop."""
    found, whole = [f"matter:{matter.number}"], goes_on_in(matter)
    if whole is not None:
        others = [one for one in (whole, *parts_of(whole)) if one.pk != matter.pk]
        if not any(index in _indexes(contact_for_message(one)) for one in others):
            found.append(f"matter:{whole.number}")
    return found


def _via(matter: Matter) -> str:
    return f"{PAGE}:{matter.number}"[:32]
