"""What the house keeps and cannot read, and the public keys that it was sealed to."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from anmin.evidence.evidenced import Evidenced


class SealKey(Evidenced):
    """The public half of a key (``kernel.sealing``); the newest that is not retired seals.

    ``holders`` are the accounts whose files open what it sealed, ``need`` how many of them together.
    ``drilled_at``: when its files were last tried, or opened something.
    """

    code = models.CharField(max_length=16, unique=True)
    public = models.BinaryField(max_length=32)
    need = models.PositiveSmallIntegerField()
    holders = models.JSONField()
    made_at = models.DateTimeField()
    retired_at = models.DateTimeField(null=True)
    drilled_at = models.DateTimeField(null=True)

    EVIDENCE_NAME = "code"
    EVIDENCE_LABEL = _("public key for sealed facts")

    def __str__(self) -> str:
        return self.code


class SealedFacts(Evidenced):
    """The sealed facts that one entry of a matter brought, in one token; ``names`` are which.

    ``answer`` is what of it is for whoever confided the matter, sealed to his or her key.
    """

    matter = models.ForeignKey(
        "matters.Matter", models.PROTECT, related_name="sealed_facts", db_index=False
    )
    seq = models.PositiveIntegerField()
    key = models.ForeignKey(SealKey, models.PROTECT, related_name="sealed")
    names = models.JSONField()
    token = models.BinaryField()
    answer = models.BinaryField(default=bytes)

    EVIDENCE_NAME = "matter__number"
    EVIDENCE_LABEL = _("sealed facts of a matter")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["matter", "seq"], name="sealed_once"),
        ]

    def __str__(self) -> str:
        return f"sealed facts of {self.matter_id}/{self.seq}"


class Confider(Evidenced):
    """Who confided a matter, as far as the house knows: the key that answers are sealed to (``public``),
    and a keyed digest of what proves that it is the same person again. Neither tells who it is.
    """

    matter = models.OneToOneField(
        "matters.Matter", models.PROTECT, primary_key=True, related_name="confider"
    )
    public = models.BinaryField(max_length=32)
    digest = models.BinaryField(max_length=32)

    EVIDENCE_NAME = "matter__number"
    EVIDENCE_LABEL = _("key of whoever confided a matter")
    EVIDENCE_RECEIPT = True

    def __str__(self) -> str:
        return f"who confided {self.matter_id}"
