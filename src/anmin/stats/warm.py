"""Calls every compiled kernel once, so that its code is on disk and no user waits for a compiler.

``python -m anmin.stats.warm``; part of set-up. Who writes a kernel adds here a call of the public
function that uses it, with a little input: what counts are the types, and the public function sees
to those.
"""

import shutil
import sys
import time
from collections.abc import Callable

from anmin.stats.kernels import COMPILED, FOLDER

WARMED: list[Callable[[], object]] = []


def warms[F: Callable[[], object]](function: F) -> F:
    """Have this called by `warm`."""
    WARMED.append(function)
    return function


@warms
def _scan() -> None:
    from anmin.stats.scanning import scan

    x, y, cases, people = [0, 0, 5, 6], [0, 1, 5, 5], [9, 7, 1, 2], [50, 40, 60, 70]
    scan(x, y, cases, population=people, replicates=1)
    scan(x, y, cases, population=people, replicates=1, model="bernoulli")
    weeks = [[4, 5, 0], [3, 4, 0], [0, 0, 1], [1, 1, 0]]
    scan(x, y, weeks, replicates=1, model="permutation")


@warms
def _many_comparisons() -> None:
    from anmin.stats.counts import MANY, compare

    compare([3] * MANY, [5] * MANY)


@warms
def _scan_in_batches() -> None:
    from anmin.stats.scanning import scan

    cases = [[3 * int((place * 7 + day * 5) % 11 == 0) for day in range(60)] for place in range(6)]
    x = [0.0, 1, 2, 0, 1, 2]
    scan(x, x[::-1], cases, model="permutation", time_window=(1, 7), replicates=64, seed=1)


@warms
def _farrington() -> None:
    from anmin.stats.seasonal import Control, farrington

    counts = [3 + (week * 7) % 5 for week in range(330)]
    for trend in (True, False):
        farrington(counts, [329], control=Control(b=5, w=3, no_periods=10, trend=trend))


def warm() -> None:
    """Call what others have registered."""
    for one in WARMED:
        one()


def main() -> None:
    """Warm, drop what earlier sources left, and say how long it took."""
    start = time.perf_counter()
    warm()
    for old in FOLDER.parent.glob("kernels-*") if FOLDER else ():
        if old != FOLDER:
            shutil.rmtree(old, ignore_errors=True)
    took = time.perf_counter() - start
    sys.stderr.write(f"{len(COMPILED)} kernels compiled or found in {took:.1f} s\n")


if __name__ == "__main__":
    main()
