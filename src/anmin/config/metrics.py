"""Figures about the running, for Prometheus.

Several web processes share one folder (`PROMETHEUS_MULTIPROC_DIR`, set by `anmin up`), so that
`/metrics` tells of all of them whichever answers.
"""

import mmap
import os
from collections.abc import Iterable
from pathlib import Path

from django.db import DatabaseError
from prometheus_client import (
    CONTENT_TYPE_LATEST,
    REGISTRY,
    CollectorRegistry,
    Counter,
    Histogram,
    generate_latest,
    mmap_dict,
    values,
)
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.multiprocess import MultiProcessCollector


class KeptFigures(mmap_dict.MmapedDict):
    """The library's figures in a mapped file, with the room for them taken beforehand.

    Else a full disk would end the process (SIGBUS) when a figure comes to a page of the file that
    there is no room for. Where there is none, this process counts for itself, in memory.
    """

    def __init__(self, filename: str, read_mode: bool = False) -> None:
        if not read_mode:
            _take_room(filename, ROOM)
        super().__init__(filename, read_mode)  # type: ignore[no-untyped-call]
        if not read_mode and not _has_room(filename):
            self._count_alone()

    def _init_value(self, key: str) -> None:
        if self._used + len(key) * 4 + 64 > self._capacity and not self._grow():
            self._count_alone()
        super()._init_value(key)  # type: ignore[no-untyped-call]

    def _grow(self) -> bool:
        """Whether there was room for as much again."""
        return _take_room(self._fname, self._capacity * 2)

    def _count_alone(self) -> None:
        """Go on in memory that no file stands behind."""
        self._capacity = max(self._capacity * 4, ROOM)
        alone = mmap.mmap(-1, self._capacity)
        alone[: self._used] = self._m[: self._used]
        self._m = alone


ROOM = 1 << 18
"""Bytes of a file of figures at first."""


def _take_room(filename: str, size: int) -> bool:
    try:
        with Path(filename).open("ab") as file:
            os.posix_fallocate(file.fileno(), 0, size)
    except OSError:
        return False
    return True


def _has_room(filename: str) -> bool:
    found = Path(filename).stat()
    return found.st_blocks * 512 >= found.st_size


setattr(values, "MmapedDict", KeptFigures)  # noqa: B010 - the library does not offer it by name

REQUESTS = Counter(
    "anmin_requests", "Requests answered.", ["view", "method", "status"], namespace=""
)
SECONDS = Histogram(
    "anmin_request_seconds",
    "Seconds until the answer was ready.",
    ["view"],
    buckets=(0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10),
)
CONTENT_TYPE = CONTENT_TYPE_LATEST


class JobCollector:
    """What the worker's jobs did last, and how much waits for them."""

    def collect(self) -> Iterable[Metric]:
        """Read the leases and ask each job for its backlog; nothing when the database is gone."""
        from anmin.config.worker import backlogs, leases

        finished = GaugeMetricFamily(
            "anmin_job_last_finished_timestamp", "When a job last ended.", labels=["job"]
        )
        failures = GaugeMetricFamily(
            "anmin_job_failures", "Failures of a job since it last went well.", labels=["job"]
        )
        backlog = GaugeMetricFamily("anmin_job_backlog", "What waits for a job.", labels=["job"])
        try:
            for lease in leases():
                if lease.finished_at:
                    finished.add_metric([lease.job], lease.finished_at.timestamp())
                failures.add_metric([lease.job], lease.failures)
            for job, waiting in backlogs().items():
                backlog.add_metric([job], waiting)
        except DatabaseError:
            return []
        return [finished, failures, backlog]


def page() -> bytes:
    """All figures in Prometheus' text format."""
    if "PROMETHEUS_MULTIPROC_DIR" in os.environ:
        registry = CollectorRegistry()
        MultiProcessCollector(registry)  # type: ignore[no-untyped-call]
    else:
        registry = REGISTRY
    jobs = CollectorRegistry()
    jobs.register(JobCollector())
    return generate_latest(registry) + generate_latest(jobs)
