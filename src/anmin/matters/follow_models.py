"""How a citizen follows a matter without an account."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from anmin.evidence.evidenced import Evidenced


class FollowCode(Evidenced):
    """The code of one matter, as a keyed hash with its number and the passphrase, if there is one."""

    matter = models.OneToOneField(
        "matters.Matter", models.PROTECT, primary_key=True, related_name="follow_code"
    )
    digest = models.BinaryField(max_length=32)
    given_at = models.DateTimeField()

    EVIDENCE_NAME = "matter__number"
    EVIDENCE_LABEL = _("code to follow a matter by")

    def __str__(self) -> str:
        return f"code of {self.matter_id}"
