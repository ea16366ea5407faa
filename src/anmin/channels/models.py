"""The outbox, what came back, and who does not want messages."""

from datetime import timedelta

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from anmin.evidence.evidenced import Evidenced

LEASE = timedelta(minutes=2)
"""How long whoever sends a message has it in hand."""


class Medium(models.TextChoices):
    """The way a message takes."""

    SMS = "sms", _("Text message")
    EMAIL = "email", _("Mail")
    INBOX = "inbox", _("In-app inbox")
    CONSOLE = "console", _("Console")


class Status(models.TextChoices):
    """Where a message stands. ``failed`` waits for another try; ``dead`` is given up."""

    QUEUED = "queued", _("Waiting to be sent")
    LEASED = "leased", _("Being sent")
    SENT = "sent", _("Sent out")
    FAILED = "failed", _("Failed, will be tried again")
    DEAD = "dead", _("Could not be delivered")
    CANCELLED = "cancelled", _("Cancelled")


class Message(Evidenced):
    """One message to one person: queued with the change that caused it, sent afterwards.

    ``key`` says which message this is: queueing it again changes nothing, and gateways get it so
    that a repeated delivery is recognised. Recipient and text are sealed; ``recipient_index`` is
    the keyed blind index of the recipient.
    """

    key = models.CharField(_("key"), max_length=120, unique=True)
    medium = models.CharField(_("medium"), max_length=8, choices=Medium)
    recipient = models.BinaryField(_("recipient, sealed"))
    recipient_index = models.BinaryField(max_length=16)
    body = models.BinaryField(_("text, sealed"))
    template = models.CharField(_("template"), max_length=64, blank=True)
    language = models.CharField(_("language"), max_length=8)
    status = models.CharField(_("status"), max_length=12, choices=Status, default=Status.QUEUED)
    not_before = models.DateTimeField(_("not before"), default=timezone.now)
    lease_until = models.DateTimeField(_("leased until"), null=True, blank=True)
    lease_by = models.CharField(_("leased by"), max_length=64, blank=True)
    attempts = models.PositiveSmallIntegerField(_("tries"), default=0)
    last_error = models.CharField(_("last error"), max_length=300, blank=True)
    provider = models.CharField(_("provider"), max_length=32, blank=True)
    provider_ref = models.CharField(_("provider's reference"), max_length=120, blank=True)
    sent_from = models.CharField(_("sent from"), max_length=32, blank=True)
    subject_ref = models.CharField(_("is about"), max_length=64, blank=True, db_index=True)
    created_at = models.DateTimeField(_("queued at"), default=timezone.now)
    sent_at = models.DateTimeField(_("sent at"), null=True, blank=True)

    EVIDENCE_EXCEPT = dict.fromkeys(
        ("lease_until", "lease_by"), "who has it in hand for the moment"
    )
    EVIDENCE_HELD = {"lease_until": LEASE}
    EVIDENCE_NAME = "subject_ref"

    class Meta:
        verbose_name = _("message")
        verbose_name_plural = _("messages")
        ordering = ("-id",)
        indexes = [
            models.Index(fields=("recipient_index", "-id"), name="channels_recipient"),
            # Only what is still to be sent: the index stays small while the table grows.
            models.Index(
                fields=("not_before", "id"),
                name="channels_due",
                condition=models.Q(status__in=("queued", "failed")),
            ),
            models.Index(
                fields=("lease_until",),
                name="channels_leased",
                condition=models.Q(status="leased"),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.key} ({self.status})"

    @property
    def context(self) -> bytes:
        """What recipient and text are bound to: they do not open in another message."""
        return b"message:" + self.key.encode()


class Expects(models.TextChoices):
    """What a question by message may be answered with."""

    GRADE = "grade", _("1, 2 or 3")
    WORDS = "words", _("Any words")
    LINK = "link", _("The link only")


class Ended(models.TextChoices):
    """How a question by message ended."""

    ANSWERED = "answered", _("Answered")
    OVER = "over", _("Given up")
    EXPIRED = "expired", _("Not answered in time")
    WITHDRAWN = "withdrawn", _("Taken back")
    STOPPED = "stopped", _("Wants no messages")
    UNDELIVERED = "undelivered", _("Not delivered")


class Question(Evidenced):
    """That a message asks something: the conversation with one number. One is open at a time."""

    message = models.OneToOneField(Message, models.PROTECT, related_name="question")
    recipient_index = models.BinaryField(max_length=16)
    expects = models.CharField(_("expects"), max_length=8, choices=Expects)
    opened_at = models.DateTimeField(_("asked"), default=timezone.now)
    closed_at = models.DateTimeField(_("ended"), null=True)
    ended = models.CharField(_("how it ended"), max_length=12, choices=Ended, blank=True)

    EVIDENCE_NAME = "message__subject_ref"

    class Meta:
        verbose_name = _("question by message")
        constraints = [
            models.UniqueConstraint(
                fields=("recipient_index",),
                condition=models.Q(closed_at__isnull=True),
                name="channels_one_open",
            )
        ]
        indexes = [
            models.Index(fields=("recipient_index", "-id"), name="channels_asked"),
            models.Index(
                fields=("opened_at",),
                condition=models.Q(closed_at__isnull=True),
                name="channels_open",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.message_id} {self.ended or 'open'}"


class Match(models.TextChoices):
    """To which question a reply belongs, as far as the conversation tells."""

    OPEN = "open", _("The open question of that number")
    NAMED = "named", _("A question that the gateway names")
    SEVERAL = "several", _("Several questions may be meant")
    CLOSED = "closed", _("No question is open any more")
    UNKNOWN = "unknown", _("Nobody asked that number")
    REPEATED = "repeated", _("The same text once more")


class ReplyKind(models.TextChoices):
    """What a reply is, before anybody above reads it."""

    ANSWER = "answer", _("Chose an answer")
    STOP = "stop", _("Wants no more messages")
    START = "start", _("Wants messages again")
    OTHER = "other", _("Other text")


class Reply(Evidenced):
    """What came back from a phone, once, however often the gateway repeats it.

    ``choice`` is 1, 2 or 3 (satisfied, fairly satisfied, dissatisfied) where ``kind`` is answer;
    ``words`` tells that something else was said beside it. ``question`` is the one it answers,
    and ``match`` how that is known, or why it is not.
    """

    provider = models.CharField(_("provider"), max_length=32)
    provider_ref = models.CharField(_("provider's reference"), max_length=120)
    sender_index = models.BinaryField(max_length=16, db_index=True)
    sender = models.BinaryField(_("number, sealed"), default=bytes)
    body = models.BinaryField(_("text, sealed"))
    digest = models.BinaryField(max_length=16, default=bytes)
    kind = models.CharField(_("kind"), max_length=8, choices=ReplyKind)
    choice = models.PositiveSmallIntegerField(_("choice"), null=True, blank=True)
    words = models.BooleanField(_("words beside it"), default=False)
    received_at = models.DateTimeField(_("received at"), default=timezone.now)
    match = models.CharField(_("match"), max_length=8, choices=Match)
    question = models.ForeignKey(
        Question, models.PROTECT, null=True, related_name="replies", verbose_name=_("in answer to")
    )

    EVIDENCE_NAME = "provider provider_ref"

    class Meta:
        verbose_name = _("reply")
        verbose_name_plural = _("replies")
        ordering = ("-id",)
        constraints = [
            models.UniqueConstraint(fields=("provider", "provider_ref"), name="channels_reply_once")
        ]

    def __str__(self) -> str:
        return f"{self.provider} {self.provider_ref} ({self.kind})"

    @property
    def context(self) -> bytes:
        """What the text is bound to: it does not open in another reply."""
        return f"reply:{self.provider}:{self.provider_ref}".encode()


class ReplyPart(Evidenced):
    """One part of a long reply that the gateway brings in parts, kept until the others are here."""

    provider = models.CharField(_("provider"), max_length=32)
    provider_ref = models.CharField(_("provider's reference"), max_length=120)
    sender_index = models.BinaryField(max_length=16)
    sender = models.BinaryField(_("number, sealed"))
    body = models.BinaryField(_("text, sealed"))
    whole = models.CharField(_("of which message"), max_length=64)
    number = models.PositiveSmallIntegerField(_("part"))
    total = models.PositiveSmallIntegerField(_("of"))
    sent_to = models.CharField(_("sent to"), max_length=32, blank=True)
    received_at = models.DateTimeField(_("received at"), default=timezone.now, db_index=True)
    reply = models.ForeignKey(Reply, models.PROTECT, null=True, related_name="parts")

    EVIDENCE_NAME = "provider provider_ref"

    class Meta:
        verbose_name = _("part of a reply")
        verbose_name_plural = _("parts of replies")
        constraints = [
            models.UniqueConstraint(fields=("provider", "provider_ref"), name="channels_part_once")
        ]

    def __str__(self) -> str:
        return f"{self.provider} {self.whole} {self.number}/{self.total}"

    @property
    def context(self) -> bytes:
        """What number and text are bound to."""
        return f"part:{self.provider}:{self.provider_ref}".encode()


class OptOut(Evidenced):
    """Somebody, known only by a keyed index, who wants no messages: none at all, or none ``about``
    one subject (``matter:JQ-…``)."""

    recipient_index = models.BinaryField(max_length=16)
    about = models.CharField(_("about"), max_length=64, blank=True, default="", db_default="")
    at = models.DateTimeField(_("since"), default=timezone.now)
    via = models.CharField(_("told us by"), max_length=32)

    class Meta:
        verbose_name = _("opt-out")
        verbose_name_plural = _("opt-outs")
        ordering = ("-at",)
        constraints = [
            models.UniqueConstraint(
                fields=("recipient_index", "about"), name="channels_opt_out_once"
            )
        ]
        indexes = [
            models.Index(
                fields=("about",), condition=~models.Q(about=""), name="channels_opt_out_about"
            )
        ]

    def __str__(self) -> str:
        return f"{self.via} {self.at:%Y-%m-%d}"
