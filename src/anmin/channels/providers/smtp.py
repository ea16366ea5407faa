"""Mail, through Django's mail settings."""

import hashlib
import smtplib
from email.utils import parseaddr
from typing import ClassVar

from django.conf import settings
from django.core.mail import EmailMessage, mailers
from django.utils.translation import gettext, override

from anmin.channels.providers.base import (
    OutgoingMessage,
    PermanentProblem,
    Provider,
    Sent,
    TransientProblem,
)
from anmin.channels.registry import register


@register
class Smtp(Provider):
    """One connection for a whole batch."""

    code: ClassVar[str] = "smtp"

    def __init__(self) -> None:
        self._connection = mailers.default

    def send(self, message: OutgoingMessage) -> Sent:
        """Send one mail. Its Message-ID follows from the key, so that a repeat can be told."""
        digest = hashlib.sha256(message.key.encode()).hexdigest()[:32]
        domain = parseaddr(settings.DEFAULT_FROM_EMAIL)[1].rpartition("@")[2] or "localhost"
        ref = f"<{digest}@{domain}>"
        with override(message.language or None):
            subject = gettext("A message from the public security bureau")
        mail = EmailMessage(
            subject,
            message.body,
            to=[message.recipient],
            headers={"Message-ID": ref, "Auto-Submitted": "auto-generated"},
        )
        try:
            self._connection.open()  # opened here, it stays open for the next mail
            self._connection.send_messages([mail])
        except (smtplib.SMTPException, OSError) as problem:
            self.close()  # whatever state it is in, the next mail begins anew
            raise _translated(problem) from None
        return Sent(ref)

    def close(self) -> None:
        """Close the connection; the next mail opens it again."""
        self._connection.close()


def _translated(problem: Exception) -> PermanentProblem | TransientProblem:
    match problem:
        case smtplib.SMTPRecipientsRefused():
            code = max(code for code, _text in problem.recipients.values())
        case smtplib.SMTPResponseException():
            code = problem.smtp_code
        case _:
            return TransientProblem(f"mail server: {type(problem).__name__}")
    # RFC 5321, 4.2.1: 5yz is final, 4yz may work later. A refused sign-in (530 to 538) is our own
    # fault and is put right by the administrator: the message waits.
    text = f"mail server answered {code}"
    final = code >= 500 and code not in {530, 534, 535, 538}
    return PermanentProblem(text) if final else TransientProblem(text)
