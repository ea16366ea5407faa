"""What workers tell each other: that they live, and which job each of them has in hand."""

from collections.abc import Iterator
from datetime import date, timedelta
from hmac import compare_digest

from django.conf import settings
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
    """Who may run a job until when, and how it went last.

    ``done_seal`` is the keyed mark of the day it is done for: set by hand, the day counts for
    nothing, and the job runs.
    """

    job = models.CharField(_("job"), max_length=80, primary_key=True)
    holder = models.CharField(_("worker"), max_length=120, blank=True)
    expires_at = models.DateTimeField(_("held until"), null=True)
    done_for = models.DateField(_("done for the day"), null=True)
    done_seal = models.BinaryField(max_length=16, default=bytes)
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

    @property
    def proven_day(self) -> date | None:
        """The day that the job is done for, if a worker said so."""
        if self.done_for is None:
            return None
        sealed = done_seal(self.job, self.done_for)
        return self.done_for if compare_digest(bytes(self.done_seal or b""), sealed) else None


def done_seal(job: str, day: date) -> bytes:
    """The keyed mark of the day that a job is done for (16 bytes)."""
    told = f"{job} {day.isoformat()}".encode()
    sealed: bytes = settings.KEYRING.mac(told, purpose="job done", size=16)
    return sealed


def said_to_be_done() -> Iterator[JobLease]:
    """Jobs that are done for a day of which no worker said so."""
    for lease in JobLease.objects.filter(done_for__isnull=False).order_by("job"):
        if lease.proven_day is None:
            yield lease
