"""The scan statistic: where, and when, are there more cases than chance explains?

Circles of every size are laid about every place (and spans of time upon them); the one whose cases
are least likely is the most likely cluster. How often chance alone makes one as unlikely is found
by drawing the cases anew (Monte Carlo).

Sources: M. Kulldorff, Communications in Statistics, Theory and Methods 26 (1997) 1481-1496
(Poisson and Bernoulli); M. Kulldorff, Journal of the Royal Statistical Society A 164 (2001) 61-72
(space-time, prospective); M. Kulldorff et al., PLoS Medicine 2 (2005) e59 (permutation).
"""

import math
import os
import secrets
from collections.abc import Callable, Hashable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from itertools import islice
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

from anmin.kernel.errors import Refusal
from anmin.stats.arguments import MOST_TRIALS, Floats, whole
from anmin.stats.coordinates import distance, positions
from anmin.stats.scan_arguments import (
    AtRisk,
    Places,
    at_risk,
    cases_of,
    lengths_of,
    places_of,
    share_of,
)
from anmin.stats.scan_chance import ByPermutation, ByWeight, Chance, streams
from anmin.stats.scan_null import ByBatches, Null, fitted, neighbourhoods
from anmin.stats.scan_replicates import Study, gumbel_p, maxima, p_value, reached
from anmin.stats.scan_search import Search, Window
from anmin.stats.scan_windows import circles, cumulated, spans

type Model = Literal["poisson", "bernoulli", "permutation"]


@dataclass(frozen=True, slots=True)
class Cluster:
    """A circle of places, and a span of time, with more cases than expected."""

    centre: Hashable
    """The place in the middle."""
    x: float
    y: float
    radius: float
    """To the farthest member: in units of the coordinates, or kilometres on the sphere."""
    members: tuple[Hashable, ...]
    """The places, nearest to the centre first."""
    first: int | None
    last: int | None
    """First and last unit of time, counted from 0; None in a scan without time."""
    cases: int
    expected: float
    relative_risk: float | None
    """Risk inside over risk outside; infinite without cases outside, None for permutations."""
    llr: float
    """Log likelihood ratio."""
    p: float | None
    """Share of all draws, what was seen among them, with a cluster at least as unlikely; None
    without draws."""
    p_gumbel: float | None
    """The same from a Gumbel distribution fitted to the draws: small values without many draws."""


@dataclass(frozen=True, slots=True)
class Scan:
    """What a scan found."""

    clusters: tuple[Cluster, ...]
    """Most likely first, none overlapping another; empty when nowhere is an excess."""
    cases: int
    replicates: int
    """Draws that were made: fewer than asked for when the scan stopped early."""
    seed: int
    """The same seed gives the same answer, on any machine and with any number of threads."""
    maxima: Floats
    """Greatest log likelihood ratio of each draw."""
    scatter: float = 1.0
    """Variance over mean of the cases of a place in a unit of time, as the draws have it."""
    own_seasons: bool = False
    """Whether the draws let neighbourhoods have seasons of their own."""


def scan(
    x: ArrayLike,
    y: ArrayLike,
    cases: ArrayLike,
    *,
    model: Model = "poisson",
    population: ArrayLike | None = None,
    expected: ArrayLike | None = None,
    ids: Sequence[Hashable] | None = None,
    spherical: bool = False,
    time_window: tuple[int, int] | None = None,
    alive: bool = False,
    max_share: float = 0.5,
    min_cases: int = 2,
    most: int = 20,
    replicates: int = 999,
    seed: int | None = None,
    stop_after: int | None = None,
    threads: int | None = None,
    progress: Callable[[int, int], None] | None = None,
    scatter: Literal["none", "data"] | None = None,
    groups: ArrayLike | None = None,
) -> Scan:
    """Scan n places, in space or in space and time, for clusters of high risk.

    Args:
        x: Coordinates, shape (n,): in one unit of length, or longitudes in degrees.
        y: As ``x``, or latitudes. Places with the same coordinates are always taken in together.
        cases: Whole numbers: shape (n,), or (n, t) in space and time with t units of time.
        model: ``poisson``: cases arise in proportion to ``population`` or ``expected``.
            ``bernoulli``: each of the ``population`` (cases among them) is a case or not.
            ``permutation``: only cases are known; places keep theirs, and so do units of time.
        population: Shape (n,) or (n, t), above 0; for the permutation model optional, and only
            for ``max_share``.
        expected: Cases expected by some other account, shape (n,) or (n, t), instead of
            ``population`` or beside it (then that is only for ``max_share``). Only proportions
            count: they are scaled to the number of cases.
        ids: What the places are called in the result; 0 to n - 1 by default.
        spherical: Coordinates are degrees, distances great circles in kilometres.
        time_window: Shortest and longest cluster in units of time; 1 to half of t by default.
        alive: Only clusters that last to the last unit of time (a prospective scan).
        max_share: Largest share of the population at risk in a circle (population, else expected
            cases; for the permutation model cases).
        min_cases: Fewest cases in a cluster.
        most: Clusters that are told at most.
        replicates: Draws; 999 make p-values of 0.001, 0.002, …; 0 leaves p out.
        seed: A whole number from 0; else one is taken at random and told in the result.
        stop_after: Stop once so many draws are at least as unlikely as the most likely cluster
            (J. Besag and P. Clifford, Biometrika 78 (1991) 301-304): p is then that number over
            the draws that it took, and exact like the other.
        threads: Default: all processors. The answer does not depend on it.
        progress: Told how many replicates are done, and of how many.
        scatter: For the permutation model. ``none``: single cases are independent. ``data``, the
            default: draws come in batches, and neighbourhoods have slow seasons of their own, as
            the data have them (`scan_null`); where they have neither, it is the same.
        groups: For ``data``: what has a season of its own, such as the town, a label for each
            place; else the nearest places that have enough cases.

    Raises:
        Refusal: naming the argument that cannot be used, and why.
    """
    places = places_of(x, y, ids, spherical=spherical)
    seen = cases_of(cases, len(places.x))
    risk = at_risk(seen, model, population, expected)
    if scatter not in (None, "none", "data") or (scatter == "data" and model != "permutation"):
        raise Refusal("scatter must be none; data only for the permutation model", field="scatter")
    by_data = model == "permutation" and scatter != "none"
    lengths, share = lengths_of(time_window, seen.shape[1]), share_of(max_share)
    most, fewest = whole(most, "most", 1), whole(min_cases, "min_cases", 1)
    wanted = whole(replicates, "replicates", 0, MOST_TRIALS)
    chosen = secrets.randbits(32) if seed is None else whole(seed, "seed", 0)
    early = None if stop_after is None else whole(stop_after, "stop_after", 1)
    workers = whole(threads or os.process_cpu_count() or 1, "threads", 1)
    with ThreadPoolExecutor(workers) as pool:
        points = positions(places.x, places.y, spherical=spherical)
        null = _null(seen, points, groups, lengths[1]) if by_data else None
        if null is not None:
            risk = replace(risk, measures=null.expected)
        study = Study(
            circles(points, risk.weights, _longest_expected(seen, risk, lengths[1]), share, pool),
            spans(seen.shape[1], *lengths, alive=alive),
            cumulated(risk.measures),
            int(seen.sum()),
            risk.people,
            fewest,
        )
        windows = list(islice(Search(study, cumulated(seen), points, pool).clusters(), most))
        drawn = np.empty(0)
        if windows and wanted:
            drawn = maxima(
                study,
                _chance(model, seen, risk, null),
                streams(chosen, wanted),
                pool=pool,
                threads=workers,
                enough=None
                if early is None
                else lambda found: bool(reached(found, windows[0].ratio).sum() >= early),
                progress=progress or (lambda done, total: None),
            )
    clusters = []
    for window in windows:
        one = _cluster(window, study, seen, places, permuted=model == "permutation")
        radius = distance(points, window.centre, window.members[-1], spherical=spherical)
        p, smooth = p_value(drawn, window.ratio, early), gumbel_p(drawn, window.ratio)
        clusters.append(replace(one, radius=radius, p=p, p_gumbel=smooth))
    told = Scan(tuple(clusters), study.total, len(drawn), chosen, drawn)
    if null is None:
        return told
    return replace(told, scatter=null.scatter, own_seasons=bool((null.seasons != 1).any()))


def _null(
    seen: NDArray[np.int64], points: Floats, groups: ArrayLike | None, longest: int
) -> Null | None:
    """The null that the data have; None where it is a permutation of single cases."""
    if groups is None:
        near = neighbourhoods(points, seen.sum(axis=1).astype(float))
    else:
        labels = np.asarray(groups)
        if labels.shape != (len(seen),):
            raise Refusal(f"groups must have one label for each of {len(seen)}", field="groups")
        near = labels[:, None] == labels[None, :]
    null = fitted(seen, near, longest)
    return None if null.plain else null


def _longest_expected(seen: NDArray[np.int64], risk: AtRisk, longest: int) -> Floats:
    """The cases that each place may expect in the longest span of time."""
    everything = risk.people or seen.sum()
    spread: Floats = risk.measures.sum(axis=1)
    return spread * float(seen.sum() / everything * longest / seen.shape[1])


def _chance(model: Model, seen: NDArray[np.int64], risk: AtRisk, null: Null | None) -> Chance:
    if null is not None:
        return ByBatches(seen, null)
    if model == "permutation":
        return ByPermutation(seen)
    return ByWeight(risk.measures.ravel(), int(seen.sum()), people=risk.people > 0)


def _cluster(
    window: Window, study: Study, seen: NDArray[np.int64], places: Places, *, permuted: bool
) -> Cluster:
    inside, units = window.members, slice(window.start, window.end)
    cases = int(seen[inside, units].sum())
    edges = study.measures[inside, window.end] - study.measures[inside, window.start]
    measure, everything = float(edges.sum()), study.people or float(study.total)
    outside = (study.total - cases) / (everything - measure) if measure < everything else 0.0
    risk = cases / measure / outside if outside > 0 else math.inf
    timed = seen.shape[1] > 1
    return Cluster(
        centre=places.ids[window.centre],
        x=float(places.x[window.centre]),
        y=float(places.y[window.centre]),
        radius=0.0,
        members=tuple(places.ids[place] for place in inside),
        first=window.start if timed else None,
        last=window.end - 1 if timed else None,
        cases=cases,
        expected=measure * study.total / everything,
        relative_risk=None if permuted else risk,
        llr=window.ratio,
        p=None,
        p_gumbel=None,
    )
