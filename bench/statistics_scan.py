"""Scans of made-up towns, beside what SaTScan took.

SaTScan cannot be installed from a package, so its figures are not of this run: SaTScan 10.3.2
(batch program) on two cores, 999 replicates, its own settings alike. Each job runs in a process of
its own: what the first call takes, the median of three more, and the peak of memory.
"""

import json
import resource
import subprocess
import sys
import time
from collections.abc import Callable
from statistics import median

import numpy as np

from anmin.stats import Scan, scan

type Job = Callable[[], Scan]


def town(places: int, max_share: float) -> Job:
    """Places at random, a dozen cases each, in proportion to people."""
    rng = np.random.default_rng(5)
    x, y = rng.random((2, places)) * 20
    people = rng.integers(500, 6000, places)
    cases = rng.poisson(people * 12 * places / people.sum())
    return lambda: scan(x, y, cases, population=people, max_share=max_share, seed=1)


def days(max_share: float) -> Job:
    """About 2,600 cases at 400 places in 112 days, clusters of 1 to 14 days."""
    rng = np.random.default_rng(11)
    x, y = rng.random((2, 400)) * 10
    busy = rng.gamma(2, 1, 400)
    cases = rng.poisson(np.outer(busy / busy.sum(), np.ones(112) / 112) * 2600)
    return lambda: scan(
        x, y, cases, model="permutation", max_share=max_share, time_window=(1, 14), seed=1
    )


JOBS: dict[str, tuple[Callable[[], Job], float]] = {
    "Poisson, 500 places, to 50 %": (lambda: town(500, 0.5), 2.9),
    "Poisson, 3,000 places, to 50 %": (lambda: town(3000, 0.5), 9.27),
    "Poisson, 3,000 places, to 10 %": (lambda: town(3000, 0.1), 5.9),
    "permutation, 400 places × 112 days, to 50 %": (lambda: days(0.5), 56.7),
}
"""What is scanned, and the seconds that SaTScan took for as much."""


def seconds(job: Job) -> float:
    """How long one call takes, from arrays to clusters."""
    start = time.perf_counter()
    job()
    return time.perf_counter() - start


def measure(name: str) -> None:
    """One job in this process; prints one JSON object."""
    job = JOBS[name][0]()
    first, warm = seconds(job), median(seconds(job) for _ in range(3))
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    sys.stdout.write(json.dumps({"first": first, "warm": warm, "peak": peak}))


def main() -> None:
    """Every job, each in a process of its own."""
    print("999 replicates; SaTScan 10.3.2 on two cores, measured elsewhere")
    for name, (_make, theirs) in JOBS.items():
        done = subprocess.run(
            [sys.executable, "-m", "bench.statistics_scan", name],
            check=True, capture_output=True, text=True,
        )  # fmt: skip
        ours = json.loads(done.stdout)
        print(
            f"{name}: {ours['warm']:.2f} s (first call {ours['first']:.2f} s, "
            f"peak {ours['peak']:.0f} MB); SaTScan {theirs:g} s, ratio {ours['warm'] / theirs:.2f}"
        )


if __name__ == "__main__":
    if len(sys.argv) > 1:
        measure(sys.argv[1])
    else:
        main()
