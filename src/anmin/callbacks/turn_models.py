"""What callbacks and cases of a survey have in common as rows: who has them in hand, what was tried."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from anmin.evidence.evidenced import AppendOnly, Evidenced


class Worked(Evidenced):
    """Somebody to be turned to until it ends.

    ``not_before`` is the moment before which nothing more happens; ``lease_until`` ends the time
    for which ``operator`` has it in hand. ``steps`` counts all attempts, ``attempts`` those that
    turned to the citizen. ``closed_at`` is empty exactly while it is open.
    """

    not_before = models.DateTimeField(_("not before"))
    operator = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", db_index=False
    )
    lease_until = models.DateTimeField(null=True)
    steps = models.PositiveSmallIntegerField(default=0)
    attempts = models.PositiveSmallIntegerField(default=0)
    disposition = models.CharField(max_length=4, blank=True)
    closed_at = models.DateTimeField(_("ended"), null=True)

    EVIDENCE_EXCEPT = dict.fromkeys(
        ("operator", "lease_until"),
        "who has it in hand for the moment; attempts and what was answered say who",
    )

    class Meta:
        abstract = True


class Tried(AppendOnly):
    """One turn to a citizen, or one thing that came in: ``note`` is sealed, ``key`` makes writing it
    down safe to repeat."""

    seq = models.PositiveSmallIntegerField()
    at = models.DateTimeField()
    operator = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", db_index=False
    )
    outcome = models.CharField(max_length=16)
    note = models.BinaryField(default=bytes)
    next_try_at = models.DateTimeField(null=True)
    key = models.CharField(max_length=64)

    class Meta:
        abstract = True
