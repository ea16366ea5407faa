"""The public numbers that draws of the house wait for."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from anmin.evidence.evidenced import Evidenced


class PublicNumber(Evidenced):
    """One number that nobody could know when it was announced; once it stands it never changes.

    ``round`` says which one of its source. It was fetched (``fetched_at``, with the ``signature`` it is
    the SHA-256 of), or ``typed`` by one person and then again, unseen, by another who so confirmed it.
    """

    source = models.SlugField(_("source"), max_length=16)
    round = models.CharField(_("round"), max_length=32)
    announced_at = models.DateTimeField(_("announced"))
    due_at = models.DateTimeField(_("comes"))
    value = models.CharField(_("public number"), max_length=64, blank=True)
    signature = models.CharField(max_length=256, blank=True)
    fetched_at = models.DateTimeField(null=True)
    typed = models.CharField(max_length=64, blank=True)
    typed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", db_index=False
    )
    typed_at = models.DateTimeField(null=True)
    confirmed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", db_index=False
    )
    confirmed_at = models.DateTimeField(null=True)

    EVIDENCE_NAME = "source round"

    class Meta:
        verbose_name = _("public number")
        constraints = [
            models.UniqueConstraint(fields=["source", "round"], name="public_number_once"),
            models.CheckConstraint(
                condition=Q(confirmed_by=None) | ~Q(confirmed_by=F("typed_by")),
                name="public_number_two_people",
            ),
        ]
        indexes = [
            models.Index(fields=["due_at"], condition=Q(value=""), name="public_number_waiting")
        ]

    def __str__(self) -> str:
        return f"{self.source} {self.round}"
