"""How many to ask, and how many of them in each stratum.

W. G. Cochran, Sampling Techniques (1977), chapters 4 and 5.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import special

from anmin.kernel.errors import Refusal
from anmin.stats.arguments import Floats, counts, numbers, tail_of, together

ROUNDING = 1e-9
"""A sample size that exceeds a whole number by less than this share is that number."""


@dataclass(frozen=True, slots=True)
class SampleSize:
    """What a survey needs."""

    replies: int
    """Usable replies."""
    selected: int
    """People to draw, so that this many reply."""


def size_for_proportion(
    margin: float,
    *,
    share: float = 0.5,
    level: float = 0.95,
    population: float | None = None,
    design_effect: float = 1,
    response: float = 1,
) -> SampleSize:
    """The sample for an interval of a share of ``± margin``: 385 for 5 points, if drawn simply.

    Args:
        margin: half the width of the interval, as a share (0.05 for 5 points).
        share: the share expected; 0.5 asks most.
        population: everybody there is; None for very many.
        design_effect: variance over that of a simple random sample, from an earlier survey.
        response: the share of those drawn who are expected to reply.

    Raises:
        Refusal: naming the argument; a population smaller than the sample to draw.
    """
    if not 0 < numbers(share, "share") < 1:
        raise Refusal("share must lie between 0 and 1", field="share")
    if not 0 < numbers(margin, "margin") < 1:
        raise Refusal("margin must lie between 0 and 1, such as 0.05", field="margin")
    return _size(margin, share * (1 - share), level, population, design_effect, response)


def size_for_mean(
    margin: float,
    *,
    sd: float,
    level: float = 0.95,
    population: float | None = None,
    design_effect: float = 1,
    response: float = 1,
) -> SampleSize:
    """The sample for an interval of a mean of ``± margin``, in the unit of ``sd``.

    ``sd`` is the standard deviation in the population; other arguments and refusals as
    `size_for_proportion`.
    """
    if not numbers(margin, "margin") > 0:
        raise Refusal("margin must be above 0", field="margin")
    if not numbers(sd, "sd") > 0:
        raise Refusal("sd must be above 0", field="sd")
    return _size(margin, sd**2, level, population, design_effect, response)


def _size(
    margin: float,
    variance: float,
    level: float,
    population: float | None,
    design_effect: float,
    response: float,
) -> SampleSize:
    if not numbers(design_effect, "design_effect") > 0:
        raise Refusal("design_effect must be above 0", field="design_effect")
    if not 0 < numbers(response, "response") <= 1:
        raise Refusal("response must be above 0 and at most 1", field="response")
    needed = special.ndtri(1 - tail_of(level)) ** 2 * variance * design_effect / margin**2
    if population is not None:
        if not numbers(population, "population") >= 1:
            raise Refusal("population must be at least 1", field="population")
        needed = needed / (1 + needed / population)
    replies = _up(needed)
    selected = _up(replies / response)
    if population is not None and selected > population:
        raise Refusal(
            f"{selected} people would have to be drawn, but there are only {population:.10g}",
            field="population",
            code="more_than_there_are",
            values={"wanted": selected, "there": f"{population:.10g}"},
        )
    return SampleSize(replies, selected)


def _up(needed: float) -> int:
    return max(1, int(np.ceil(needed * (1 - ROUNDING))))


def allocate(
    n: int,
    population: ArrayLike,
    *,
    sd: ArrayLike | None = None,
    minimum: int = 0,
) -> NDArray[np.int64]:
    """How many of the ``n`` to draw in each stratum; they add up to ``n`` exactly.

    In proportion to the population; or, given the standard deviation in each stratum, to both
    (J. Neyman, Journal of the Royal Statistical Society 97 (1934) 558-625). Never more than there
    are, and at least ``minimum`` (or all, where there are fewer). Parts are rounded by largest
    remainder, the earlier stratum first.

    Args:
        population: (H,) people in each stratum, at least 1.
        sd: (H,) standard deviations, 0 or more, one above 0.

    Raises:
        Refusal: more to draw than there are; a minimum that needs more than ``n``; an empty
            stratum.
    """
    sizes = np.atleast_1d(counts(population, "population"))
    if sizes.ndim != 1 or not sizes.size:
        raise Refusal("population must be one column", field="population")
    if (sizes < 1).any():
        raise Refusal(f"stratum {int(np.argmin(sizes)) + 1} is empty", field="population")
    wanted, least = int(counts(n, "n")), counts(minimum, "minimum")
    if wanted > sizes.sum():
        raise Refusal(
            f"n is {wanted}, but there are only {sizes.sum():.10g}",
            field="n",
            code="more_than_there_are",
            values={"wanted": wanted, "there": f"{sizes.sum():.10g}"},
        )
    floor = np.minimum(least, sizes)
    if floor.sum() > wanted:
        raise Refusal(
            f"a minimum of {least:g} needs {floor.sum():.10g}, more than n = {wanted}",
            field="minimum",
            code="minimum_above_n",
            values={
                "least": f"{least:g}",
                "needed": f"{floor.sum():.10g}",
                "wanted": wanted,
            },
        )
    return _whole(_parts(wanted, _importance(sizes, sd), floor, sizes), wanted, sizes)


def _importance(sizes: Floats, sd: ArrayLike | None) -> Floats:
    if sd is None:
        return sizes
    spread, sizes = together(numbers(sd, "sd"), sizes)
    if (spread < 0).any() or not spread.any():
        raise Refusal("sd must be 0 or more, and above 0 in some stratum", field="sd")
    return spread * sizes


def _parts(n: int, importance: Floats, floor: Floats, top: Floats) -> Floats:
    """Parts in proportion to importance between floor and top that add up to ``n``.

    The factor is found by halving: the sum rises with it. Strata without importance take what no
    other can.
    """
    weight = np.maximum(importance / importance.max(), 1e-12)
    low, high = 0.0, float((top / weight).max())
    for _ in range(200):
        middle = (low + high) / 2
        if np.clip(weight * middle, floor, top).sum() < n:
            low = middle
        else:
            high = middle
    parts: Floats = np.clip(weight * high, floor, top)
    return parts


def _whole(parts: Floats, n: int, top: Floats) -> NDArray[np.int64]:
    whole = np.floor(parts + ROUNDING)
    rest = np.where(whole < top, parts - whole, -1.0)
    order = np.argsort(-np.round(rest, 9), kind="stable")
    whole[order[: n - int(whole.sum())]] += 1
    return whole.astype(np.int64)
