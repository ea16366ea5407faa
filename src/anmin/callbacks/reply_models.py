"""Tables of what a person decides about replies, and about messages that did not arrive."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from anmin.evidence.bookkeeping import by_rule
from anmin.evidence.evidenced import AppendOnly, Evidenced


class Why(models.TextChoices):
    """Why a person has to look at what somebody wrote."""

    NOT_ANSWER = "not_answer", _("Not one of the answers asked for")
    BESIDE = "beside", _("Words beside the wish for no more messages")
    CLOSED = "closed", _("Its question has ended, or none is open")
    SEVERAL = "several", _("May mean one of several questions")
    UNKNOWN = "unknown", _("Nobody asked this number anything")


class Decision(models.TextChoices):
    """What a person decided about it."""

    ANSWER = "answer", _("Recorded as the answer to")
    WORDS = "words", _("Kept with")
    CALL = "call", _("To be phoned about")
    STOP = "stop", _("Wants no more messages")
    NOTHING = "nothing", _("Nothing to do")
    READ = "read", _("Read in the call about")


class ReplyItem(Evidenced):
    """What a citizen wrote that a person has to look at, and what that person decided.

    ``message`` is what it is surely about, ``about`` what it was decided to be about. ``reason``
    is sealed. A decision is written once.
    """

    reply = models.OneToOneField("channels.Reply", models.PROTECT, related_name="item")
    why = models.CharField(_("why"), max_length=12, choices=Why)
    at = models.DateTimeField(_("received"))
    message = models.ForeignKey(
        "channels.Message", models.PROTECT, null=True, related_name="+", db_index=False
    )
    operator = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", db_index=False
    )
    lease_until = models.DateTimeField(null=True)
    decided_at = models.DateTimeField(_("decided"), null=True)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", db_index=False
    )
    decision = models.CharField(_("decision"), max_length=8, choices=Decision, blank=True)
    about = models.ForeignKey(
        "channels.Message", models.PROTECT, null=True, related_name="+", db_index=False
    )
    reason = models.BinaryField(default=bytes)

    EVIDENCE_EXCEPT = {"lease_until": "who has it in hand for the moment"}
    EVIDENCE_HELD = {"lease_until": by_rule("callback.lease")}
    EVIDENCE_NAME = "reply__provider_ref"

    class Meta:
        verbose_name = _("reply to look at")
        verbose_name_plural = _("replies to look at")
        indexes = [
            models.Index(
                fields=["at", "id"], condition=Q(decided_at__isnull=True), name="reply_waiting"
            ),
            models.Index(
                fields=["-decided_at"], condition=Q(decided_at__isnull=False), name="reply_decided"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.reply_id} {self.decision or self.why}"


class DeliveryCase(AppendOnly):
    """What somebody did about a message that could not be delivered."""

    class Step(models.TextChoices):
        """What was done."""

        PHONE = "phone", _("Handed over to be phoned")
        SETTLED = "settled", _("Settled otherwise")

    message = models.OneToOneField("channels.Message", models.PROTECT, related_name="case")
    step = models.CharField(max_length=8, choices=Step)
    at = models.DateTimeField()
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    reason = models.CharField(max_length=300, blank=True)

    EVIDENCE_ERASES = ("reason",)
    EVIDENCE_NAME = "message__subject_ref"

    class Meta:
        verbose_name = _("undelivered message")
        verbose_name_plural = _("undelivered messages")

    def __str__(self) -> str:
        return f"{self.message_id} {self.step}"
