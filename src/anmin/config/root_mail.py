"""The nightly mail with the signed root: what somebody outside the house keeps of the records."""

from collections.abc import Sequence
from hashlib import sha256

from django.conf import settings
from django.utils import timezone, translation
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from anmin.channels.actions import queue_message
from anmin.channels.letters import register_letter
from anmin.channels.models import Medium, Message
from anmin.channels.subjects import Described, Subject, register_subject
from anmin.evidence import roots
from anmin.evidence.models import Root
from anmin.kernel.errors import NotFound

SUBJECT = "root"
LETTER = register_letter("root", gettext_lazy("Nightly mail with the signed root"))


def queue() -> int:
    """Put the root of today into the outbox for everybody named in `ANMIN_ROOT_MAIL`.

    The same root goes to the same address once, however often this is run. Returns for how many.
    """
    wanted = settings.ENVIRONMENT.anmin_root_mail
    root = _root_of_today() if wanted else None
    if root is None:
        return 0
    for word in wanted:
        language, _colon, address = word.rpartition(":")
        language = language or settings.LANGUAGE_CODE
        with translation.override(language):
            queue_message(
                key=f"root:{root.size}:{sha256(word.encode()).hexdigest()[:32]}",
                medium=Medium.EMAIL,
                recipient=address,
                body=text(root),
                template=LETTER.code,
                language=language,
                subject_ref=f"{SUBJECT}:{root.size}",
            )
    return len(wanted)


def _describe(messages: Sequence[Message]) -> dict[int, Described]:
    return {one.pk: Described(title=str(LETTER.label), when=one.created_at) for one in messages}


register_subject(
    Subject(
        code=SUBJECT,
        take=lambda _reply, _question: "not_answer",
        stop=lambda _index, _at, _key: None,
        wanted=lambda _message: True,
        describe=_describe,
        phone=lambda _message: False,
    )
)


def _root_of_today() -> Root | None:
    """The newest root, if it is of today; else one is signed, should the other job have failed."""
    newest = roots.latest()
    if newest is None or timezone.localdate(newest.at) < timezone.localdate():
        try:
            return roots.make()
        except NotFound:
            return None
    return newest


def text(root: Root) -> str:
    """The mail, in the language of the moment; nothing in it tells of anybody."""
    told = {
        "day": date_format(timezone.localtime(root.at), "DATETIME_FORMAT"),
        "size": root.size,
        "address": f"{settings.ENVIRONMENT.anmin_base_url}/records",
    }
    return "\n".join(
        [
            _("Signed root of the records, %(day)s: %(size)s records.") % told,
            "",
            _(
                "Please keep this mail. With it you can prove later whether anything that was"
                " recorded before has been changed or removed. It tells nothing of anybody."
            ),
            "",
            root.note,
            _("Short form, for paper:") + f" {roots.short(root)}",
            _("Public key:") + f" {roots.verifier_key()}",
            _("The same, and how to check it: %(address)s") % told,
        ]
    )
