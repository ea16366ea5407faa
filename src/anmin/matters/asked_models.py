"""What is asked about a matter: questions to its citizen, requests for a step to a colleague."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from anmin.evidence.evidenced import Evidenced


class ApprovalRequest(Evidenced):
    """A step that somebody asked for and another person agrees to, or not (``approvals``).

    ``outcome`` is empty while it waits. ``inputs`` are what the step needs, cleaned.
    """

    AGREED, REFUSED, WITHDRAWN, LAPSED = "agreed", "refused", "withdrawn", "lapsed"

    matter = models.ForeignKey("matters.Matter", models.PROTECT, related_name="requests")
    step = models.CharField(max_length=32)
    asked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", db_index=False
    )
    asked_at = models.DateTimeField()
    reason = models.TextField()
    inputs = models.JSONField(default=dict)
    lapses_at = models.DateTimeField()
    outcome = models.CharField(max_length=12, blank=True)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", db_index=False
    )
    decided_at = models.DateTimeField(null=True)
    decision = models.TextField(blank=True)

    EVIDENCE_NAME = "matter__number"
    EVIDENCE_LABEL = _("request for a step")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["matter", "step"], condition=Q(outcome=""), name="one_request_waits"
            ),
        ]
        indexes = [
            models.Index(fields=["lapses_at"], condition=Q(outcome=""), name="request_waits"),
        ]

    def __str__(self) -> str:
        return f"{self.step} of {self.matter_id}"


class Reaction(Evidenced):
    """A question put to the citizen about a matter, answered by a one-time link or by message.

    ``sent_at`` is empty while another question is open with that number; ``via`` tells how it was
    answered. Words that came after the answer are a row of their own.
    """

    matter = models.ForeignKey("matters.Matter", models.PROTECT, related_name="reactions")
    token_digest = models.BinaryField(max_length=32, unique=True)
    question = models.CharField(max_length=500)
    asked_at = models.DateTimeField()
    sent_at = models.DateTimeField(null=True)
    expires_at = models.DateTimeField()
    answered_at = models.DateTimeField(null=True)
    answer = models.BinaryField(default=bytes)
    via = models.CharField(max_length=8, blank=True)

    EVIDENCE_NAME = "matter__number"
    EVIDENCE_RECEIPT = True
    EVIDENCE_PROMISED = Q(answered_at__isnull=False)
    EVIDENCE_LABEL = _("question to a citizen")

    def __str__(self) -> str:
        return f"question about {self.matter_id}"
