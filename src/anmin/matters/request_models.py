"""The table of requests for steps that need another person's word. Only ``approvals`` writes it."""

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
