"""Who asks about personal data shows that the number which was left is theirs: digits are texted there.

Nothing that is held is told on the way, nor whether anything is: the digits go to the number that was given,
whether the house knows it or not. They hold for one request; so many are texted to a number in a day, and
tried for a request, that a stranger who asks in somebody's name has a chance of one in three million a day:
for a request about which nothing was texted no digits are right.
"""

from django.conf import settings
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from anmin.channels.actions import queue_message
from anmin.channels.addresses import goes_there, recipient_index
from anmin.channels.letters import register_letter
from anmin.channels.models import Medium, Message
from anmin.evidence.log import atomic
from anmin.kernel.errors import Refusal
from anmin.matters import actions
from anmin.matters.actor import Actor
from anmin.matters.contacts import ContactFacts
from anmin.matters.data_rights import DataRights
from anmin.matters.messages import permitted
from anmin.matters.models import Matter
from anmin.matters.telling import bureau
from anmin.matters.texted_codes import digits, require_digits
from anmin.people.limits import Limit, take

LETTER = register_letter(
    "data_code",
    gettext_lazy("Code for a request about personal data"),
    "callback.quiet_from",
    asked=True,
)
PURPOSE, LENGTH = "proof of a number", 8
TEXTED, TRIES = Limit(3, 86_400), Limit(10, 86_400)
"""Digits that are texted to one number in a day, and tried for one request."""
HOUSE = Actor.system("data_rights")


def asks_for_proof(matter: Matter) -> bool:
    """Whether it is still to be shown who asks, by digits that are texted."""
    rights = matter.type.data_rights
    return rights is not None and matter.state == rights.unproven and _texted(matter) is not None


def text_digits(matter: Matter) -> None:
    """Text the digits to the number that was given; at night in the morning."""
    _require_open(matter)
    contact = _texted(matter)
    if contact is None:
        raise Refusal(_("No code can be texted to this number."))
    index = recipient_index(Medium.SMS, contact.phone)
    if take("digits about data", index.hex(), limit=TEXTED).over:
        raise Refusal(_("A code was texted several times today: the last one holds."))
    code = digits(index, timezone.localdate(), purpose=PURPOSE, about=matter.number, length=LENGTH)
    with translation.override(contact.language or settings.LANGUAGE_CODE):
        body = _(
            "%(bureau)s: the code %(code)s shows that a request about personal data comes from this "
            "telephone. Tell it to nobody. If you did not ask for it, do nothing."
        ) % {"bureau": bureau(), "code": code}
    text_to(matter, contact, body)


@atomic
def text_to(matter: Matter, contact: ContactFacts, body: str) -> None:
    """Text somebody what he or she asked for in that moment."""
    now = timezone.now()
    queue_message(
        key=f"data:{matter.number}:{now:%Y%m%d%H%M%S%f}",
        medium=Medium.SMS,
        recipient=contact.phone,
        body=body,
        template=LETTER.code,
        language=contact.language or settings.LANGUAGE_CODE,
        not_before=permitted(now),
        subject_ref=f"matter:{matter.number}",
    )


def prove(matter: Matter, *, code: str, key: str) -> Matter:
    """Take the digits that were texted: it is known who asks. Raises ``Refusal`` for wrong ones."""
    rights = _require_open(matter)
    contact = _texted(matter)
    # Outside of any transaction, which a wrong code would undo.
    if take("digits about data tried", matter.number, limit=TRIES).over:
        raise Refusal(_("Too many wrong codes. Please try again tomorrow."), field="code")
    if contact is None:
        raise Refusal(_("This is not the code that was texted."), field="code")
    index = recipient_index(Medium.SMS, contact.phone)
    if not _was_texted(matter, index):
        raise Refusal(_("This is not the code that was texted."), field="code")
    require_digits(
        index, code, timezone.localdate(), purpose=PURPOSE, about=matter.number, length=LENGTH
    )
    return actions.move(
        matter_id=matter.pk,
        code=rights.prove,
        actor=HOUSE,
        inputs={rights.identity: "texted"},
        key=f"proof:{key}",
    )


def _was_texted(matter: Matter, index: bytes) -> bool:
    """Whether digits went to this number for this request: what nobody was sent is not guessed at either."""
    rows = Message.objects.filter(recipient_index=index, template=LETTER.code)
    return rows.filter(subject_ref=f"matter:{matter.number}").exists()


def _require_open(matter: Matter) -> DataRights:
    rights = matter.type.data_rights
    if rights is None or matter.state != rights.unproven:
        raise Refusal(_("This is not possible now."))
    return rights


def _texted(matter: Matter) -> ContactFacts | None:
    """Who is texted; nobody where the house texts no such numbers, and never more than the first number."""
    contact = actions.contact_for_message(matter)
    return contact if contact.phone and goes_there(contact.phone) else None
