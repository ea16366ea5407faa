"""Rewards that somebody fetches without saying who he or she is."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from anmin.evidence.evidenced import Evidenced


class Reward(Evidenced):
    """A reward that two people decided on: its number, how much, and a keyed digest of the word that
    fetches it. Nothing here names what it is for: whoever pays sees this row alone.
    """

    ticket = models.CharField(max_length=16, unique=True)
    digest = models.BinaryField(max_length=32)
    amount = models.PositiveIntegerField(_("yuan"))
    granted_at = models.DateTimeField()
    claim_by = models.DateTimeField()
    paid_at = models.DateTimeField(null=True)
    paid_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", db_index=False
    )

    EVIDENCE_NAME = "ticket"
    EVIDENCE_LABEL = _("reward without a name")

    def __str__(self) -> str:
        return self.ticket
