"""Hot spots, small areas and ranks, beside esda, and beside plain SciPy and NumPy.

The areas are 3,107 points, as many as the counties of the United States that the hot-spot
literature uses, each with its six nearest as neighbours. ``ANMIN_BENCH_ESDA`` names a Python that
has esda (``python -m venv esda && esda/bin/pip install esda numba``: 730 MB, and so not asked of
everybody); without it the figure measured elsewhere is told.
"""

import os
import resource
import subprocess
import sys
import time
from collections.abc import Callable

import numpy as np
from scipy.optimize import minimize_scalar

AREAS, PERMUTATIONS = 3107, 999
ESDA = os.environ.get("ANMIN_BENCH_ESDA")
ESDA_ELSEWHERE = "esda 0.21 s warm, 26 s the first time (measured on two cores of another machine)"
MAP = f"""
import time
start = time.perf_counter()
import numpy as np
rng = np.random.default_rng(1)
x, y = rng.random(({AREAS}, 2)).T
values = rng.poisson(5, {AREAS}).astype(float)
"""
TIMED = """
def told():
    before = time.perf_counter()
    once()
    return time.perf_counter() - before
once()
first = time.perf_counter() - start
import resource
peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
print(first, min(told() for _ in range(5)), peak)
"""
OURS = f"""
from anmin.stats.hotspots import gi
from anmin.stats.neighbours import nearest
weights = nearest(x, y, 6)
def once():
    gi(values, weights, permutations={PERMUTATIONS}, seed=1)
"""
THEIRS = f"""
import warnings; warnings.simplefilter("ignore")
from esda.getisord import G_Local
from libpysal.weights import KNN
weights = KNN.from_array(np.column_stack([x, y]), 6)
def once():
    G_Local(values, weights, star=True, transform="B", permutations={PERMUTATIONS}, seed=1)
"""


def in_fresh_process(python: str, code: str) -> tuple[float, float, float]:
    """Seconds of a fresh process to its first answer, of the best of five more; peak in MB."""
    done = subprocess.run(
        [python, "-c", MAP + code + TIMED], capture_output=True, text=True, check=True
    )
    first, warm, peak = map(float, done.stdout.split()[-3:])
    return first, warm, peak


def seconds(job: Callable[[], object], times: int = 5) -> float:
    """The best of some runs."""
    found = []
    for _ in range(times):
        start = time.perf_counter()
        job()
        found.append(time.perf_counter() - start)
    return min(found)


def hot_spots() -> None:
    """Gi* with conditional permutations."""
    first, warm, peak = in_fresh_process(sys.executable, OURS)
    reference = ESDA_ELSEWHERE
    if ESDA:
        their_first, their_warm, their_peak = in_fresh_process(ESDA, THEIRS)
        reference = (
            f"esda {their_warm:.3f} s, {their_first:.1f} s from start to first answer, "
            f"{their_peak:.0f} MB; "
            f"ratio {their_warm / warm:.1f} warm, {their_first / first:.0f} cold"
        )
    print(
        f"Gi*, {AREAS:,} areas, {PERMUTATIONS} permutations: {warm:.3f} s, {first:.1f} s from "
        f"start to first answer, {peak:.0f} MB; {reference}"
    )


def written_out(y: np.ndarray, variances: np.ndarray, x: np.ndarray) -> float:
    """REML of Fay and Herriot's model with the matrices of the textbook, by SciPy's minimiser."""
    design = np.column_stack([np.ones(len(y)), x])

    def height(between: float) -> float:
        inverse = np.diag(1 / (between + variances))
        inner = design.T @ inverse @ design
        projected = inverse - inverse @ design @ np.linalg.solve(inner, design.T @ inverse)
        return float(
            np.log(between + variances).sum() + np.linalg.slogdet(inner)[1] + y @ projected @ y
        )

    found = minimize_scalar(height, bounds=(0, 100), method="bounded", options={"xatol": 1e-8})
    return float(found.x)


def small_areas() -> None:
    """Fay and Herriot's model, and that of Battese, Harter and Fuller."""
    from anmin.stats.fay_herriot import small_area
    from anmin.stats.unit_level import small_area_units

    rng = np.random.default_rng(2)
    m = 500
    variances, x = rng.uniform(0.2, 2, m), rng.normal(size=(m, 3))
    y = 1 + x.sum(axis=1) + rng.normal(size=m) + rng.normal(0, np.sqrt(variances))
    ours = seconds(lambda: small_area(y, variances, x))
    theirs = seconds(lambda: written_out(y, variances, x), times=1)
    apart = abs(small_area(y, variances, x).sigma2 - written_out(y, variances, x))
    print(
        f"Fay-Herriot by REML, {m} areas, 3 covariates: {ours * 1000:.1f} ms; the textbook's "
        f"matrices with SciPy's minimiser {theirs * 1000:.0f} ms (variance apart by {apart:.0e}); "
        f"ratio {theirs / ours:.0f}"
    )
    code = np.repeat(np.arange(m), 200)
    records = rng.normal(size=(len(code), 3))
    values = records.sum(axis=1) + rng.normal(size=m)[code] + rng.normal(size=len(code))
    ours = seconds(
        lambda: small_area_units(values, code.tolist(), records, list(range(m)), np.zeros((m, 3))),
        times=3,
    )
    floor = seconds(lambda: np.linalg.lstsq(np.column_stack([records, code]), values))
    print(
        f"unit-level model by REML, {len(code):,} records in {m} areas: {ours * 1000:.0f} ms; one "
        f"ordinary least squares of the records (NumPy) {floor * 1000:.0f} ms; "
        f"ratio {floor / ours:.2f}"
    )


def ranks() -> None:
    """Marginal and joint rank intervals."""
    from anmin.stats.ranks import rank

    rng = np.random.default_rng(3)
    y, se = rng.normal(size=AREAS), rng.uniform(0.1, 0.5, AREAS)

    def all_pairs() -> None:
        z = (y[:, None] - y) / np.hypot(se[:, None], se)
        (z > 4).sum(axis=1), (z < -4).sum(axis=1)

    own, both = seconds(lambda: rank(y, se)), seconds(lambda: rank(y, se, joint=True))
    floor = seconds(all_pairs)
    print(
        f"ranks of {AREAS:,} areas: marginal {own * 1000:.0f} ms, joint {both * 1000:.1f} ms; all "
        f"pairs in one NumPy matrix {floor * 1000:.0f} ms; ratio {floor / own:.1f}, "
        f"{floor / both:.0f}"
    )


def main() -> None:
    """Measure each, and the memory that all took."""
    hot_spots()
    small_areas()
    ranks()
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"peak memory of small areas and ranks {peak:.0f} MB")


if __name__ == "__main__":
    main()
