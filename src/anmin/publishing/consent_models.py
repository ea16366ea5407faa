"""Who agreed to a story about them, and whether they still do."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from anmin.evidence.evidenced import Evidenced


class StoryConsent(Evidenced):
    """That a person of the house, a unit or somebody else agreed to a story; empty of them once taken back.

    Somebody else is ``sealed`` as a contact is, found by the keyed index of the number. ``how`` says how they agreed;
    ``photos`` that they agreed to photos of them, too.
    """

    title = models.CharField(_("story"), max_length=120)
    account = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+"
    )
    unit = models.ForeignKey("places.Unit", models.PROTECT, null=True, related_name="+")
    sealed = models.BinaryField(default=bytes)
    phone_index = models.BinaryField(max_length=16, null=True, db_index=True)
    photos = models.BooleanField(_("also photos"), default=False)
    given_on = models.DateField(_("agreed on"))
    how = models.CharField(_("how they agreed"), max_length=300)
    written_at = models.DateTimeField()
    written_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    withdrawn_at = models.DateTimeField(_("taken back at"), null=True)
    withdrawn_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+"
    )
    key = models.CharField(max_length=64, unique=True)

    EVIDENCE_LABEL = _("consent to a story")

    def __str__(self) -> str:
        return f"consent {self.pk}"

    @property
    def context(self) -> bytes:
        """What the sealed contact is bound to."""
        return f"story:{self.pk}".encode()
