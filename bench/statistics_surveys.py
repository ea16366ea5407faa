"""Survey estimation on a large sample, beside R's ``survey`` where R is installed.

Made-up data: 100 strata of 20 clusters, 80 domains, unequal weights. Ours runs in a process of its
own: the first call (nothing is compiled, but modules are loaded), then the median of five. R runs
once on the same columns.
"""

import json
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np

from bench.city import ROWS

STRATA, CLUSTERS, DOMAINS, MARGINS = 100, 20, 80, (6, 2, 80)
TARGETS = {
    "design": "",
    "design and mean by 80 domains": "target 0.30 s, 400 MB at 1,000,000 rows; 0.04 s at 100,000",
    "mean of all": "target 0.05 s at 1,000,000 rows",
    "rake to margins of 6, 2 and 80": "target 0.30 s at 1,000,000 rows",
}
PEERS = {
    "design and mean by 80 domains": {1_000_000: 11.5, 100_000: 2.00},
    "mean of all": {1_000_000: 0.326},
    "rake to margins of 6, 2 and 80": {100_000: 0.594},
}
"""Seconds of R 4.2.2 with survey 4.1-1 on two cores, measured once on an idle machine."""

R = """
suppressMessages(library(survey))
args <- commandArgs(TRUE)
n <- as.integer(args[1])
column <- function(name) readBin(file.path(args[2], name), "double", n)
d <- data.frame(s = column("strata"), c = column("clusters"), w = column("weights"),
                y = column("y"), a = column("a"), b = column("b"), by = column("by"))
tell <- function(name, time) cat(name, time[["elapsed"]], "\\n", sep = "\\t")
made <- system.time(x <- svydesign(id = ~c, strata = ~s, weights = ~w, data = d))
tell("design", made)
tell("design and mean by 80 domains", made + system.time(svyby(~y, ~by, x, svymean)))
tell("mean of all", system.time(svymean(~y, x)))
totals <- function(name) {
  t <- read.csv(file.path(args[2], paste0(name, ".csv")))
  names(t) <- c(name, "Freq")
  t
}
tell("rake to margins of 6, 2 and 80", system.time(
  rake(x, list(~a, ~b, ~by), list(totals("a"), totals("b"), totals("by")),
       control = list(epsilon = 1e-10 * n))))
"""


def made_up(n: int) -> dict[str, np.ndarray]:
    """The columns of a sample of ``n`` people."""
    random = np.random.default_rng(20261127)
    strata = random.integers(0, STRATA, n)
    a, b, by = (random.integers(0, size, n) for size in MARGINS)
    return {
        "strata": strata,
        "clusters": strata * CLUSTERS + random.integers(0, CLUSTERS, n),
        "weights": random.uniform(1, 5, n),
        "y": random.normal(50, 10, n) + strata / 10,
        "a": a,
        "b": b,
        "by": by,
    }


def totals_of(sample: dict[str, np.ndarray]) -> dict[str, dict[int, float]]:
    """Totals that some weights near the sample's meet."""
    meant = sample["weights"] * np.random.default_rng(1).uniform(0.5, 1.5, len(sample["y"]))
    return {
        name: dict(enumerate(np.bincount(sample[name], meant).tolist()))
        for name in ("a", "b", "by")
    }


def ours(n: int) -> None:
    """Print seconds of the first call and of the median of the next, and the peak memory."""
    from anmin.stats import Design, Margin, mean, rake

    sample = made_up(n)
    margins = [Margin(name, sample[name], totals) for name, totals in totals_of(sample).items()]
    drawn = {name: sample[name] for name in ("strata", "clusters", "weights")}
    jobs: dict[str, Callable[[], object]] = {
        "design": lambda: Design.of(**drawn),
        "design and mean by 80 domains": lambda: mean(
            Design.of(**drawn), sample["y"], by=sample["by"]
        ),
        "mean of all": lambda: mean(design, sample["y"]),
        "rake to margins of 6, 2 and 80": lambda: rake(design, margins),
    }
    design, told = Design.of(**drawn), {}
    for name, job in jobs.items():
        seconds = [timed(job) for _ in range(6)]
        told[name] = {"first": seconds[0], "warm": statistics.median(seconds[1:])}
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(json.dumps({"jobs": told, "peak": peak}))


def timed(job: Callable[[], object]) -> float:
    """Seconds of one call."""
    start = time.perf_counter()
    job()
    return time.perf_counter() - start


def theirs(n: int, folder: Path) -> dict[str, float]:
    """Seconds of R for each job."""
    sample = made_up(n)
    for name, values in sample.items():
        values.astype(float).tofile(folder / name)
    for name, totals in totals_of(sample).items():
        lines = [f"{level},{total!r}" for level, total in totals.items()]
        (folder / f"{name}.csv").write_text("\n".join(["level,total", *lines]) + "\n")
    (folder / "survey.R").write_text(R)
    done = subprocess.run(
        ["Rscript", str(folder / "survey.R"), str(n), str(folder)],
        capture_output=True,
        text=True,
        check=True,
    )
    rows = [line.split("\t") for line in done.stdout.splitlines() if "\t" in line]
    return {row[0]: float(row[1]) for row in rows}


def has_survey() -> bool:
    """Whether R and its package are here."""
    return (
        shutil.which("Rscript") is not None
        and not subprocess.run(
            ["Rscript", "-e", "library(survey)"], capture_output=True, check=False
        ).returncode
    )


def show(n: int) -> None:
    """Measure one size."""
    run = [sys.executable, "-m", "bench.statistics_surveys", str(n)]
    told = json.loads(subprocess.run(run, capture_output=True, text=True, check=True).stdout)
    with tempfile.TemporaryDirectory() as folder:
        measured = theirs(n, Path(folder)) if has_survey() else {}
    print(f"{n:,} rows; peak memory {told['peak']:.0f} MB")
    for name, seconds in told["jobs"].items():
        line = f"  {name}: {seconds['warm']:.3f} s (first call {seconds['first']:.3f} s)"
        peer = measured.get(name, PEERS.get(name, {}).get(n))
        if peer is not None:
            source = "R survey" if name in measured else "R survey, measured elsewhere,"
            line += f"; {source} {peer:.3f} s; {peer / seconds['warm']:.0f} times"
        print(line + (f"; {TARGETS[name]}" if TARGETS[name] else ""))


def main() -> None:
    """Measure a sample of ``ANMIN_BENCH_ROWS`` and one of a tenth of it."""
    for n in (ROWS // 10, ROWS):
        show(n)


if __name__ == "__main__":
    if len(sys.argv) > 1:
        ours(int(sys.argv[1]))
    else:
        main()
