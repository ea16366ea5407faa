"""Figures about the running, for Prometheus.

Several web processes share one folder (`PROMETHEUS_MULTIPROC_DIR`, set by `anmin up`), so that
`/metrics` tells of all of them whichever answers.
"""

import os
from collections.abc import Iterable

from django.db import DatabaseError
from prometheus_client import (
    CONTENT_TYPE_LATEST,
    REGISTRY,
    CollectorRegistry,
    Counter,
    Histogram,
    generate_latest,
)
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.multiprocess import MultiProcessCollector

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
