"""The file of what is held about somebody, until it is fetched."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from anmin.evidence.evidenced import Evidenced


class HandOut(Evidenced):
    """A file for whoever asked for it, sealed to a code that was texted and is kept nowhere.

    It is fetched once, and gone with that (``sealed`` empty); or after ``expires_at``.
    """

    matter = models.ForeignKey("matters.Matter", models.PROTECT, related_name="hand_outs")
    made_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    sealed = models.BinaryField(default=bytes)
    fetched_at = models.DateTimeField(null=True)

    EVIDENCE_NAME = "matter__number"
    EVIDENCE_LABEL = _("file of what is held about somebody")

    def __str__(self) -> str:
        return f"hand-out of {self.matter_id}"
