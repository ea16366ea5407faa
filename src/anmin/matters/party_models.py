"""Who has a part in a matter: a citizen (sealed), somebody of the house, or a unit."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from anmin.evidence.evidenced import Evidenced


class Party(Evidenced):
    """One party of one matter, written by ``parties`` alone. What ended stays, with its end.

    ``number`` counts the parties of the matter. ``unit`` is the party itself, or where the account
    worked when it was named. ``concerned``: the matter is about it. ``mark`` is a keyed digest of
    all this that its entry keeps.
    """

    matter = models.ForeignKey(
        "matters.Matter", models.PROTECT, related_name="parties", db_index=False
    )
    number = models.PositiveSmallIntegerField()
    role = models.CharField(max_length=32)
    concerned = models.BooleanField(default=False)
    account = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", db_index=False
    )
    unit = models.ForeignKey(
        "places.Unit", models.PROTECT, null=True, related_name="+", db_index=False
    )
    sealed = models.BinaryField(null=True)
    phone_index = models.BinaryField(max_length=16, null=True)
    mark = models.BinaryField(max_length=16)
    since = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)

    EVIDENCE_NAME = "matter__number"
    EVIDENCE_LABEL = _("party of a matter")
    CONCERNS = Q(concerned=True, ended_at=None)
    """The matter is about it."""

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["matter", "number"], name="party_once"),
        ]
        indexes = [
            models.Index(
                fields=["account"],
                condition=Q(concerned=True, ended_at=None, account__isnull=False),
                name="party_concerned_account",
            ),
            models.Index(
                fields=["unit"],
                condition=Q(concerned=True, ended_at=None, unit__isnull=False),
                name="party_concerned_unit",
            ),
            models.Index(
                fields=["phone_index"],
                condition=Q(phone_index__isnull=False, ended_at=None),
                name="party_phone",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.matter_id} {self.role} {self.number}"
