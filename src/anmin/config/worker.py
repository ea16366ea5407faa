"""The worker: runs every room's jobs, one at a time, until told to stop.

Any number of workers may run on any hosts. A job is run by the worker that holds its lease, a
row in the database that is renewed while the job runs and runs out when its worker dies; so a
crash loses nothing but time. A job that fails is logged, waits (longer each time) and is tried
again; the others go on.
"""

import os
import secrets
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import date, datetime, timedelta
from typing import Any

import structlog
from django.conf import settings
from django.db import DatabaseError, close_old_connections, connection
from django.db.models import Max, Q
from django.utils import timezone, translation
from django.utils.module_loading import autodiscover_modules

from anmin.config import tracing
from anmin.config.models import LEASE, Heartbeat, JobLease, done_seal
from anmin.kernel.jobs import Job, jobs

log = structlog.get_logger(__name__)

BEAT = 5.0
"""Seconds between signs of life; a lease is not begun with less than this left of it."""
LONGEST_WAIT = 300.0
"""Seconds that a failing job waits at most before it is tried again."""
IDLE = 0.5
"""Seconds between looks at what is due when nothing was."""
BREATH = 0.2
"""Seconds from one round to the next at least: under a trickle of work each takes a handful, so
that people who write wait for the worker less often."""


def all_jobs() -> tuple[Job, ...]:
    """The jobs of every room."""
    autodiscover_modules("tasks")
    return jobs()


def newest_beat() -> datetime | None:
    """When a worker was last heard of; a sign from a time to come says only that the clock was
    set back."""
    known = Heartbeat.objects.filter(beat_at__lte=timezone.now() + LEASE)
    newest: datetime | None = known.aggregate(newest=Max("beat_at"))["newest"]
    return newest


def leases() -> list[JobLease]:
    """How every job stands."""
    return list(JobLease.objects.all())


def backlogs() -> dict[str, int]:
    """What waits, for every job that can tell."""
    return {job.name: job.backlog() for job in all_jobs() if job.backlog}


class Worker:
    """One worker. `stop` may be called from a signal handler or another thread."""

    def __init__(self) -> None:
        self.name = f"{socket.gethostname()}:{os.getpid()}:{secrets.token_hex(4)}"
        self.failed: dict[str, str] = {}
        self._stopping = threading.Event()
        self._running: Job | None = None
        self._held: dict[str, float] = {}
        self._next: dict[str, float] = {}
        self._noted: dict[str, float] = {}
        self._done_for: dict[str, date | None] = {}

    def stop(self) -> None:
        """End after the job in hand."""
        self._stopping.set()

    def run(self) -> None:
        """Work until stopped."""
        with self._at_work():
            while not self._stopping.is_set():
                again = time.monotonic() + BREATH
                did = self._round()
                self._stopping.wait(max(0.0, again - time.monotonic()) if did else IDLE)

    def drain(self) -> int:
        """Run everything that is due until nothing is left; how much was done.

        A job that fails is left alone; it and its reason are in `failed` afterwards.
        """
        done = 0
        with self._at_work():
            while not self._stopping.is_set():
                self._next = {
                    job.name: float("inf") if job.name in self.failed else 0.0 for job in all_jobs()
                }
                did = self._round()
                if not did:
                    break
                done += did
        return done

    def _round(self) -> int:
        """Run each job that is due once; how much they did."""
        close_old_connections()
        done = 0
        for job in all_jobs():
            if self._stopping.is_set():
                break
            if not self._due(job):
                continue
            try:
                if self._hold(job):
                    done += self._run(job)
            except DatabaseError as fault:
                log.error("database unreachable", job=job.name, exc_info=fault)
                close_old_connections()
                self._next[job.name] = time.monotonic() + BEAT
                self.failed[job.name] = f"the database does not answer ({type(fault).__name__})"
        return done

    def _due(self, job: Job) -> bool:
        if time.monotonic() < self._next.get(job.name, 0.0):
            return False
        return not job.daily or self._open_day(job) is not None

    def _open_day(self, job: Job) -> date | None:
        """The day for which a daily job is due and not yet done."""
        now = timezone.localtime()
        at = job.at
        if isinstance(at, str):
            at = settings.RULES.get(at, now.date()).clock
        if at is None or now.time() < at:
            return None
        return None if self._done_for.get(job.name) == now.date() else now.date()

    def _hold(self, job: Job) -> bool:
        """Whether the job's lease is ours for at least the next `BEAT` seconds."""
        if self._held.get(job.name, 0.0) - time.monotonic() > BEAT:
            return True
        return self._renew(job)

    def _renew(self, job: Job) -> bool:
        began, now = time.monotonic(), timezone.now()
        # A lease beyond the longest there is was taken before the clock was set back.
        over = Q(expires_at__lte=now) | Q(expires_at__gt=now + 2 * LEASE)
        free = Q(holder__in=("", self.name)) | over
        lease = JobLease.objects.filter(free, job=job.name)
        if not lease.update(holder=self.name, expires_at=now + LEASE):
            self._held.pop(job.name, None)
            self._next[job.name] = began + BEAT
            return False
        if job.name not in self._held and job.daily:
            self._done_for[job.name] = JobLease.objects.get(job=job.name).proven_day
        self._held[job.name] = began + LEASE.total_seconds()
        return True

    def _run(self, job: Job) -> int:
        day = self._open_day(job) if job.daily else None
        if job.daily and day is None:  # another worker has done it meanwhile
            return 0
        self._running = job
        try:
            with (
                structlog.contextvars.bound_contextvars(job=job.name),
                tracing.span(job.name),
                # What a job writes for people is in the house's language, not the shell's.
                translation.override(settings.LANGUAGE_CODE),
            ):
                did = job.run()
        except Exception as fault:
            self._failure(job, fault)
            return 0
        finally:
            self._running = None
        self._success(job, did, day)
        return did

    def _success(self, job: Job, did: int, day: date | None) -> None:
        now = time.monotonic()
        # Not every round that found nothing to do is worth a write.
        if day or job.name in self.failed or now - self._noted.get(job.name, 0.0) > BEAT * 2:
            self._noted[job.name] = now
            told: dict[str, Any] = {"finished_at": timezone.now(), "failures": 0, "last_error": ""}
            if day:
                told |= {"done_for": day, "done_seal": done_seal(job.name, day)}
            JobLease.objects.filter(job=job.name, holder=self.name).update(**told)
        self.failed.pop(job.name, None)
        if day:
            self._done_for[job.name] = day
            log.info("daily job done", job=job.name, did=did)
        self._next[job.name] = 0.0 if did else now + (job.seconds or 0.0)

    def _failure(self, job: Job, fault: Exception) -> None:
        log.error("job failed", job=job.name, exc_info=fault)
        reason = f"{type(fault).__name__}: {fault}"[:300]
        self.failed[job.name] = reason
        close_old_connections()
        lease = JobLease.objects.get(job=job.name)
        lease.failures += 1
        lease.last_error = reason
        lease.finished_at = timezone.now()
        lease.save(update_fields=["failures", "last_error", "finished_at"])
        self._next[job.name] = time.monotonic() + min(2.0 ** min(lease.failures, 9), LONGEST_WAIT)

    @contextmanager
    def _at_work(self) -> Iterator[None]:
        """Signed on, and giving signs of life in a thread meanwhile."""
        self._sign_on()
        over = threading.Event()
        beating = threading.Thread(target=self._keep_beating, args=(over,), daemon=True)
        beating.start()
        log.info("worker started", worker=self.name)
        try:
            yield
        finally:
            over.set()
            beating.join(BEAT)
            with suppress(DatabaseError):
                JobLease.objects.filter(holder=self.name).update(holder="", expires_at=None)
            log.info("worker stopped", worker=self.name)

    def _sign_on(self) -> None:
        """Make room for new jobs, and free what dead workers of this host had in hand."""
        JobLease.objects.bulk_create(
            [JobLease(job=job.name) for job in all_jobs()], ignore_conflicts=True
        )
        for lease in JobLease.objects.exclude(holder=""):
            if _is_dead(lease.holder):
                JobLease.objects.filter(job=lease.job, holder=lease.holder).update(holder="")
        Heartbeat.objects.filter(beat_at__lt=timezone.now() - timedelta(days=1)).delete()
        self._beat()

    def _beat(self) -> None:
        """Give a sign of life, and keep the lease of the job in hand."""
        Heartbeat.objects.update_or_create(worker=self.name, defaults={"beat_at": timezone.now()})
        running = self._running
        if running:
            self._renew(running)

    def _keep_beating(self, over: threading.Event) -> None:
        while not over.wait(BEAT):
            close_old_connections()
            try:
                self._beat()
            except Exception as fault:  # the next one may come through
                log.warning("no heartbeat", reason=f"{type(fault).__name__}: {fault}"[:300])
        connection.close()


def _is_dead(worker: str) -> bool:
    """Whether a worker ran on this host and does not any more."""
    host, pid, _token = worker.rsplit(":", 2)
    if host != socket.gethostname():
        return False
    try:
        os.kill(int(pid), 0)
    except ProcessLookupError:
        return True
    except PermissionError:  # it lives, and is somebody else's
        pass
    return False
