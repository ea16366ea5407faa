"""How a citizen follows a matter without an account."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from anmin.evidence.evidenced import Evidenced


class FollowCode(Evidenced):
    """The code of one matter, as a keyed hash with its number and the passphrase, if there is one.

    ``longer``: it has more than six characters. ``wrong`` counts wrong ones, whichever held then.
    """

    matter = models.OneToOneField(
        "matters.Matter", models.PROTECT, primary_key=True, related_name="follow_code"
    )
    digest = models.BinaryField(max_length=32)
    given_at = models.DateTimeField()
    longer = models.BooleanField(default=False, db_default=False)
    wrong = models.PositiveIntegerField(default=0, db_default=0)

    EVIDENCE_EXCEPT = {"wrong": "how often strangers guessed; it only makes the next code longer"}

    EVIDENCE_NAME = "matter__number"
    EVIDENCE_LABEL = _("code to follow a matter by")

    def __str__(self) -> str:
        return f"code of {self.matter_id}"
