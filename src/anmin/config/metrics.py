"""Figures about the running, for Prometheus.

Several web processes share one folder (`PROMETHEUS_MULTIPROC_DIR`, set by `anmin up`), so that
`/metrics` tells of all of them whichever answers.
"""

import mmap
import os
import sys
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
        self._alone = not read_mode and not _take_room(filename, ROOM)
        if not self._alone:
            super().__init__(filename, read_mode)  # type: ignore[no-untyped-call]
            return
        Path(filename).unlink(missing_ok=True)  # whoever reads the folder must not meet half a file
        self._f = None  # type: ignore[assignment]
        self._fname = filename
        self._capacity, self._used = ROOM, 8
        self._m = mmap.mmap(-1, ROOM)
        self._m[:4] = self._used.to_bytes(4, sys.byteorder)
        self._positions: dict[str, int] = {}

    def _init_value(self, key: str) -> None:
        if self._used + len(key) * 4 + 64 > self._capacity and (self._alone or not self._grow()):
            self._count_alone()
        super()._init_value(key)  # type: ignore[no-untyped-call]

    def _grow(self) -> bool:
        """Whether there was room for as much again."""
        return _take_room(self._fname, self._capacity * 2)

    def _count_alone(self) -> None:
        """Go on in memory that no file stands behind."""
        self._alone = True
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
