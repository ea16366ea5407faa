"""The table of signed roots; apart from the log's own tables because it is attested by the log."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from anmin.evidence.evidenced import AppendOnly


class Root(AppendOnly):
    """What the log was when it had ``size`` records, signed; ``note`` is the text that counts."""

    size = models.PositiveBigIntegerField(unique=True)
    root = models.BinaryField(max_length=32)
    at = models.DateTimeField()
    note = models.TextField()

    EVIDENCE_NAME = "size"

    class Meta:
        app_label = "evidence"
        verbose_name = _("signed root")
        verbose_name_plural = _("signed roots")

    def __str__(self) -> str:
        return f"root of {self.size}"
