"""What workers tell each other: that they live, and which job each of them has in hand."""

from datetime import timedelta

from django.db import models
from django.utils.translation import gettext_lazy as _

LEASE = timedelta(seconds=30)
"""How long a worker has a job in hand before it says again that it lives."""


class Heartbeat(models.Model):
    """The last sign of life of a worker."""

    worker = models.CharField(_("worker"), max_length=120, primary_key=True)
    beat_at = models.DateTimeField(_("last heard of"), db_index=True)

    NO_EVIDENCE = "a sign of life"
    EVIDENCE_HELD = {"beat_at": timedelta()}

    class Meta:
        verbose_name = _("heartbeat")
        verbose_name_plural = _("heartbeats")

    def __str__(self) -> str:
        return self.worker


class JobLease(models.Model):
    """Who may run a job until when, and how it went last."""

    job = models.CharField(_("job"), max_length=80, primary_key=True)
    holder = models.CharField(_("worker"), max_length=120, blank=True)
    expires_at = models.DateTimeField(_("held until"), null=True)
    done_for = models.DateField(_("done for the day"), null=True)
    finished_at = models.DateTimeField(_("last ended"), null=True)
    failures = models.PositiveIntegerField(_("failures since it went well"), default=0)
    last_error = models.CharField(_("last failure"), max_length=300, blank=True)

    NO_EVIDENCE = "a lease, and how a job went last"
    EVIDENCE_HELD = {
        "expires_at": LEASE,
        "done_for": timedelta(),
        "finished_at": timedelta(),
    }

    class Meta:
        verbose_name = _("job")
        verbose_name_plural = _("jobs")
        ordering = ("job",)

    def __str__(self) -> str:
        return self.job
