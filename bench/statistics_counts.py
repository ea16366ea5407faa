"""Counts against chance and against their own past, beside SciPy and the R package surveillance.

Where R or its package is missing, its line gives what it took elsewhere (R 4.2.2, surveillance
1.20.3, two cores).
"""

import subprocess
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from shutil import which
from statistics import median

import numpy as np
from scipy import special

from anmin.stats import Control, compare, compare_many, ears, farrington

SERIES, WEEKS, PAIRS = 500, 330, 100_000
IMPROVED = Control(b=5, w=3, no_periods=10, past_weeks_not_included=26)
IN_R = """
suppressMessages(library(surveillance))
counts <- t(as.matrix(read.csv("{file}", header = FALSE)))
weeks <- sts(observed = counts, frequency = 52, epochAsDate = FALSE)
last <- nrow(counts)
control <- list(range = last, b = 5, w = 3, noPeriods = 10, pastWeeksNotIncluded = 26)
started <- proc.time()[["elapsed"]]
suppressWarnings(farringtonFlexible(weeks, control))
cat(proc.time()[["elapsed"]] - started, "")
started <- proc.time()[["elapsed"]]
earsC(weeks, list(range = (last - 51):last, method = "C1"))
cat(proc.time()[["elapsed"]] - started)
"""
ELSEWHERE = (4.60, 1.13)


def seconds(job: Callable[[], object]) -> float:
    """The median of seven runs, after one to warm up."""
    job()
    took = []
    for _ in range(7):
        start = time.perf_counter()
        job()
        took.append(time.perf_counter() - start)
    return median(took)


def in_r(counts: np.ndarray) -> tuple[float, float, str]:
    """Seconds that R takes for both, and where."""
    if which("Rscript"):
        with tempfile.TemporaryDirectory() as folder:
            file = Path(folder) / "counts.csv"
            np.savetxt(file, counts, fmt="%d", delimiter=",")
            done = subprocess.run(
                ["Rscript", "-e", IN_R.format(file=file)], capture_output=True, text=True
            )
        if done.returncode == 0:
            improved, c1 = done.stdout.split()[-2:]
            return float(improved), float(c1), "measured here"
    return *ELSEWHERE, "measured elsewhere"


def tell(what: str, ours: float, peer: str, theirs: float, where: str) -> None:
    """One line: our figure, the reference, the ratio."""
    print(
        f"{what:<52} {ours * 1000:8.1f} ms   {peer} {theirs * 1000:8.1f} ms ({where})"
        f"   {theirs / ours:6.1f} times"
    )


def central_p(this: np.ndarray, last: np.ndarray) -> np.ndarray:
    """Twice the smaller tail by SciPy alone: no limits, no other p-value."""
    n = this + last
    at_least = np.where(this > 0, special.betainc(np.maximum(this, 1), n - this + 1, 0.5), 1)
    at_most = np.where(last > 0, special.betainc(np.maximum(last, 1), n - last + 1, 0.5), 1)
    return np.minimum(1, 2 * np.minimum(at_least, at_most))


def main() -> None:
    """Measure all of them."""
    draw = np.random.default_rng(20260601)
    counts = draw.poisson(draw.gamma(2, 4, size=(SERIES, 1)), size=(SERIES, WEEKS))
    improved, c1, where = in_r(counts)
    tell(
        f"improved Farrington, {SERIES} series, one week",
        seconds(lambda: farrington(counts, [WEEKS - 1], control=IMPROVED)),
        "surveillance", improved, where,
    )  # fmt: skip
    tell(
        f"EARS C1, {SERIES} series, 52 weeks",
        seconds(lambda: ears(counts, WEEKS - 52)),
        "surveillance", c1, where,
    )  # fmt: skip
    for mean in (5, 20, 200):
        rate = draw.gamma(2, mean / 2, size=PAIRS)
        this, last = draw.poisson(rate), draw.poisson(rate)
        days = draw.uniform(20, 40, size=PAIRS)
        scipy = seconds(lambda this=this, last=last: central_p(this, last))
        here = "central p alone, measured here"
        pairs = f"{PAIRS:,} pairs of about {mean}, 4 limits and 3 p"
        tell(pairs, seconds(lambda x=this, y=last: compare(x, y)), "scipy", scipy, here)
        over = seconds(lambda x=this, y=last, over=days: compare(x, y, over, 30))
        tell("  the same over days of their own", over, "scipy", scipy, here)
        many = seconds(lambda x=this, y=last: compare_many(x, y))
        tell("  with q-values and verdicts", many, "scipy", scipy, here)


if __name__ == "__main__":
    main()
