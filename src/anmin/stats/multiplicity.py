"""Many tests at once: how many of the rises found are there by chance alone?

Among 400 neighbourhoods in which nothing changed, about 20 have p < 0.05. The adjusted p-values
here answer for the whole family: `benjamini_hochberg` and `benjamini_yekutieli` bound the share of
false ones among what is called a signal, `holm` the chance of even one false signal.

Sources: Y. Benjamini and Y. Hochberg, JRSS B 57 (1995) 289-300; Y. Benjamini and D. Yekutieli,
Annals of Statistics 29 (2001) 1165-1188; S. Holm, Scandinavian Journal of Statistics 6 (1979)
65-70.
"""

from dataclasses import dataclass
from enum import StrEnum

import numpy as np
from numpy.typing import ArrayLike, NDArray

from anmin.kernel.errors import Refusal
from anmin.stats.arguments import Floats, counts, numbers, positive
from anmin.stats.counts import LIKELY_AS, Comparison, compare


def benjamini_hochberg(p: ArrayLike) -> Floats:
    """Adjusted p-values (q-values) for tests that are independent, or rise and fall together.

    Raises:
        Refusal: p-values that are no array of numbers from 0 to 1.
    """
    return _step_up(_family(p), 1.0)


def benjamini_yekutieli(p: ArrayLike) -> Floats:
    """As `benjamini_hochberg`, whatever the dependence between the tests, at the price of power."""
    family = _family(p)
    return _step_up(family, float(np.sum(1 / np.arange(1, len(family) + 1))))


def holm(p: ArrayLike) -> Floats:
    """Adjusted p-values that bound the chance of any false signal, whatever the dependence."""
    family = _family(p)
    order = np.argsort(family, kind="stable")
    left = np.arange(len(family), 0, -1)
    adjusted = np.empty_like(family)
    adjusted[order] = np.minimum(1, np.maximum.accumulate(family[order] * left))
    return adjusted


ADJUSTMENTS = {
    "benjamini-hochberg": benjamini_hochberg,
    "benjamini-yekutieli": benjamini_yekutieli,
    "holm": holm,
}
"""The adjustments by the names that `compare_many` knows."""


def _family(p: ArrayLike) -> Floats:
    family = numbers(p, "p")
    if family.ndim != 1 or (family < 0).any() or (family > 1).any():
        raise Refusal("p must be a list of numbers from 0 to 1", field="p")
    return family


def _step_up(p: Floats, price: float) -> Floats:
    order = np.argsort(p, kind="stable")[::-1]
    rank = np.arange(len(p), 0, -1)
    adjusted = np.empty_like(p)
    adjusted[order] = np.minimum(1, np.minimum.accumulate(p[order] * (price * len(p)) / rank))
    return adjusted


class Verdict(StrEnum):
    """What a comparison says among many."""

    SIGNAL = "signal"
    MAY_BE_CHANCE = "may be chance"
    TOO_FEW = "too few to say"


@dataclass(frozen=True, slots=True)
class Comparisons:
    """Many comparisons with what they say as a family. Arrays of one length."""

    comparison: Comparison[Floats]
    q: Floats
    """The adjusted p-value: the smallest ``fdr`` at which this would be a signal."""
    verdict: NDArray[np.str_]
    """Words of `Verdict`."""

    @property
    def signals(self) -> int:
        """How many are signals."""
        return int((self.verdict == Verdict.SIGNAL).sum())


def compare_many(
    this: ArrayLike,
    last: ArrayLike,
    exposure_this: ArrayLike = 1,
    exposure_last: ArrayLike = 1,
    *,
    fdr: float = 0.1,
    level: float = 0.95,
    p: str = "minlike",
    adjustment: str = "benjamini-hochberg",
) -> Comparisons:
    """Compare two counts in each of many places, and say which changes are signals.

    Each pair is compared by `compare`; ``p`` ("minlike", "central" or "mid") names the p-value
    that is adjusted. A change is a **signal** when its q is at most ``fdr``. It is **too few to
    say** when no split of its sum, not even all of it in one of the periods, would have been a
    signal among the other comparisons as they are: then silence says nothing (the idea of
    R. E. Tarone, Biometrics 46 (1990) 515-522, for one comparison at a time). All others **may be
    chance**.

    Raises:
        Refusal: what `compare` refuses, no list, ``fdr`` not between 0 and 1, an unknown name.
    """
    if not 0 < numbers(fdr, "fdr") < 1:
        raise Refusal("fdr must lie between 0 and 1, such as 0.1", field="fdr")
    if p not in ("minlike", "central", "mid"):
        raise Refusal("p must be minlike, central or mid", field="p")
    if adjustment not in ADJUSTMENTS:
        raise Refusal(f"adjustment must be one of {', '.join(ADJUSTMENTS)}", field="adjustment")
    x, y = np.atleast_1d(counts(this, "this")), counts(last, "last")
    over_x, over_y = (
        positive(exposure_this, "exposure_this"),
        positive(exposure_last, "exposure_last"),
    )
    found = compare(x, y, over_x, over_y, level)
    seen: Floats = getattr(found, f"p_{p}")
    q = ADJUSTMENTS[adjustment](seen)
    least = _least_p(x + y, over_x / (over_x + over_y), p)
    signal = q <= fdr
    silent = ~signal & (least > _within_reach(seen, signal, fdr, adjustment))
    verdict = np.select(
        [signal, silent], [Verdict.SIGNAL.value, Verdict.TOO_FEW.value], Verdict.MAY_BE_CHANCE.value
    )
    return Comparisons(found, q, verdict)


def _least_p(total: Floats, share: Floats, p: str) -> Floats:
    """The smallest p-value of any split of the total: that of all of it in one of the periods."""
    rare, other = np.minimum(share, 1 - share) ** total, np.maximum(share, 1 - share) ** total
    if p == "mid":
        return rare
    doubled = (other <= rare * LIKELY_AS) if p == "minlike" else True
    return np.minimum(1, np.where(doubled, 2 * rare, rare))


def _within_reach(p: Floats, signal: NDArray[np.bool_], fdr: float, adjustment: str) -> Floats:
    """The largest p-value with which each test would be a signal, the others being as they are."""
    m = len(p)
    if adjustment == "holm":  # the step that the first test that failed stands on
        return np.full(m, fdr / max(m - int(signal.sum()), 1))
    price = 1.0 if adjustment == "benjamini-hochberg" else float(np.sum(1 / np.arange(1, m + 1)))
    steps = np.arange(1, m + 1)
    limits = steps * fdr / (m * price)
    enough = np.flatnonzero(np.searchsorted(np.sort(p), limits, side="right") >= steps - 1)
    # Steps that lack just this test, and lie below its own p-value (else it is counted already).
    below = np.searchsorted(limits[enough], p, side="left") - 1
    return np.where(below >= 0, limits[enough[np.maximum(below, 0)]], 0.0)
