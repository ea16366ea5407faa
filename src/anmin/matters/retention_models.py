"""What keeps a matter from being anonymised, and that it was."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from anmin.evidence.evidenced import Evidenced


class LegalHold(Evidenced):
    """That a matter is kept as it is, whatever the rules say, until somebody lifts it."""

    matter = models.ForeignKey("matters.Matter", models.PROTECT, related_name="holds")
    reason = models.CharField(_("reason"), max_length=300)
    set_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", db_index=False
    )
    set_at = models.DateTimeField()
    lifted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", db_index=False
    )
    lifted_at = models.DateTimeField(null=True)

    EVIDENCE_NAME = "matter__number"
    EVIDENCE_LABEL = _("legal hold of a matter")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["matter"], condition=Q(lifted_at__isnull=True), name="hold_once"
            )
        ]

    def __str__(self) -> str:
        return f"hold of {self.matter_id}"


class Anonymised(Evidenced):
    """That a matter tells of nobody any more, up to its entry ``seq``, and by which rule."""

    matter = models.OneToOneField(
        "matters.Matter", models.PROTECT, primary_key=True, related_name="anonymised"
    )
    at = models.DateTimeField()
    seq = models.PositiveIntegerField()
    rule = models.CharField(max_length=64)

    EVIDENCE_NAME = "matter__number"
    EVIDENCE_LABEL = _("anonymised matter")

    def __str__(self) -> str:
        return f"{self.matter_id} up to {self.seq}"
