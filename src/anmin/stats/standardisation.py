"""Cases that a place may expect given who lives there, and how long.

Person-time from counts of the population at some moments, and indirect standardisation by strata
(age, sex, …) with the rates of all places together.
"""

from itertools import pairwise

import numpy as np
from numpy.typing import ArrayLike, NDArray

from anmin.kernel.errors import Refusal
from anmin.stats.arguments import Floats, numbers


def census_weights(moments: ArrayLike, edges: ArrayLike) -> Floats:
    """How much each count of the population weighs in each span of time; shape (t, k).

    Between two counts the population changes steadily, before the first and after the last not at
    all. Person-time is the population under that line: ``census_weights(…) @ population``.

    Args:
        moments: When the population was counted, ascending; shape (k,), in any unit of time.
        edges: The ends of t spans that follow one another, ascending; shape (t + 1,).

    Raises:
        Refusal: moments or edges that do not ascend.
    """
    counted, ends = numbers(moments, "moments"), numbers(edges, "edges")
    if not counted.size or (np.diff(counted) <= 0).any():
        raise Refusal("moments must be one or more, each later than the last", field="moments")
    if ends.size < 2 or (np.diff(ends) <= 0).any():
        raise Refusal("edges must be two or more, each later than the last", field="edges")
    weights = np.zeros((ends.size - 1, counted.size))
    for span, (start, end) in enumerate(pairwise(ends)):
        bends = np.concatenate([[start], counted[(counted > start) & (counted < end)], [end]])
        for k in range(counted.size):
            share = np.interp(bends, counted, np.eye(counted.size)[k])
            weights[span, k] = ((share[1:] + share[:-1]) / 2 * np.diff(bends)).sum()
    return weights


def expected_cases(person_time: ArrayLike, cases: ArrayLike) -> Floats:
    """Expected cases by place (and span of time), had every stratum the same rate everywhere.

    Args:
        person_time: By place, span and stratum; the strata are the last axis.
        cases: All cases of each stratum; shape (strata,).

    Raises:
        Refusal: cases in a stratum in which nobody lives.
    """
    lived, fell = numbers(person_time, "person_time"), numbers(cases, "cases")
    everybody: NDArray[np.float64] = lived.reshape(-1, lived.shape[-1]).sum(axis=0)
    empty = (everybody <= 0) & (fell > 0)
    if empty.any():
        raise Refusal("there are cases in a stratum without population", field="cases")
    rates = np.divide(fell, everybody, out=np.zeros_like(everybody), where=everybody > 0)
    expected: Floats = lived @ rates
    return expected
