"""Many tests at once: how many of the rises found are there by chance alone?

Among 400 neighbourhoods in which nothing changed, about 20 have p < 0.05. The adjusted p-values
here answer for the whole family: `benjamini_hochberg` and `benjamini_yekutieli` bound the share of
false ones among what is called a signal, `holm` the chance of even one false signal. They do so
only if each p-value is right, and with real counts the Poisson one is not: `compare_many` allows
for how much the counts of the family scatter (`scatter`).

Sources: Y. Benjamini and Y. Hochberg, JRSS B 57 (1995) 289-300; Y. Benjamini and D. Yekutieli,
Annals of Statistics 29 (2001) 1165-1188; S. Holm, Scandinavian Journal of Statistics 6 (1979)
65-70.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import special

from anmin.kernel.errors import Refusal
from anmin.stats.arguments import LIKELY_AS, Floats, counts, numbers, positive, tail_of, together
from anmin.stats.counts import Comparison, compare
from anmin.stats.scatter import CHANCE, Scatter, by_group, p_values


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
    """Each pair by itself, as if counts were Poisson."""
    q: Floats
    """The adjusted p-value: the smallest ``fdr`` at which this would be a signal."""
    verdict: NDArray[np.str_]
    """Words of `Verdict`."""
    p: Floats
    """The p-value that ``q`` adjusts: with the scatter allowed for."""
    scatter: Floats
    """Variance of each pair over that of pure chance, as allowed for; 1: pure chance."""
    low: Floats
    high: Floats
    """Interval of the ratio with the scatter allowed for: that of counts divided by it."""
    typical_scatter: float
    """The middle one of the scatters of places with two records or more."""
    scatter_known: bool
    """Whether there were counts enough to tell how they scatter; else pure chance is assumed."""

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
    scatter: str | Scatter = "estimated",
    groups: ArrayLike | None = None,
    moments_this: ArrayLike | None = None,
    moments_last: ArrayLike | None = None,
) -> Comparisons:
    """Compare two counts in each of many places, and say which changes are signals.

    Each pair is compared by `compare`, with the outcomes' chances widened by the scatter that the
    family itself shows (`scatter`); where that is pure chance, or the family is too small to
    tell, the exact test stands as it is. ``p`` ("minlike", "central" or "mid") names the p-value
    that is adjusted. A change is a **signal** when its q is at most ``fdr``. It is **too few to
    say** when no split of its sum, not even all of it in one of the periods, would have been a
    signal among the other comparisons as they are: then silence says nothing (the idea of
    R. E. Tarone, Biometrics 46 (1990) 515-522, for one comparison at a time). All others **may be
    chance**.

    Args:
        scatter: ``estimated``; ``none`` (Poisson); or what is known of it.
        groups: What scatters alike, such as the category: a group that is large enough has a
            scatter of its own, the others share one.
        moments_this: The counts of this period by equal parts of it, such as weeks; shape
            (places, parts). With ``moments_last`` they say how much counts scatter from part to
            part, which a small family of pairs cannot.
        moments_last: The same of the last period.

    Raises:
        Refusal: what `compare` refuses, no list, ``fdr`` not between 0 and 1, an unknown name,
            groups or moments that do not fit.
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
    exact: Floats = getattr(found, f"p_{p}")
    x, y, over_x, over_y = together(x, y, over_x, over_y)
    share = over_x / (over_x + over_y)
    family = Family(x, x + y, share, level, found, exact, p)
    parts = [_parts(moments_this, x, "moments_this"), _parts(moments_last, y, "moments_last")]
    scatters = _scatters(scatter, family, groups, parts)
    judged = family.judged(scatters)
    q = ADJUSTMENTS[adjustment](judged.p)
    signal = q <= fdr
    silent = ~signal & (judged.least > _within_reach(judged.p, signal, fdr, adjustment))
    verdict = np.select(
        [signal, silent], [Verdict.SIGNAL.value, Verdict.TOO_FEW.value], Verdict.MAY_BE_CHANCE.value
    )
    some = judged.factor[family.n >= 2]
    typical = float(np.median(some)) if some.size else 1.0
    return Comparisons(
        found,
        q,
        verdict,
        judged.p,
        judged.factor,
        judged.low,
        judged.high,
        typical,
        any(one.known for _rows, one in scatters),
    )


def _parts(moments: ArrayLike | None, whole: Floats, name: str) -> Floats | None:
    if moments is None:
        return None
    parts = counts(moments, name)
    if parts.ndim != 2 or len(parts) != whole.size:
        raise Refusal(f"{name} must have a row for each of the {whole.size} places", field=name)
    return parts


def _scatters(
    scatter: str | Scatter,
    family: "Family",
    groups: ArrayLike | None,
    parts: Sequence[Floats | None],
) -> list[tuple[NDArray[np.bool_], Scatter]]:
    """Which rows scatter how."""
    everyone = np.ones(family.n.size, bool)
    if isinstance(scatter, Scatter):
        return [(everyone, scatter)]
    if scatter not in ("estimated", "none"):
        raise Refusal("scatter must be estimated or none", field="scatter")
    if scatter == "none" or family.n.ndim != 1:
        return [(everyone, CHANCE)]
    labels = np.zeros(family.n.size) if groups is None else np.asarray(groups)
    if labels.shape != family.n.shape:
        raise Refusal(f"groups must have one label for each of {family.n.size}", field="groups")
    _once, group = np.unique(labels, return_inverse=True)
    return by_group(
        family.x, family.n, family.share, group, [one for one in parts if one is not None]
    )


class Judged(NamedTuple):
    """The pairs with their scatter allowed for; ``least``: the smallest p of any split of the sum."""

    p: Floats
    least: Floats
    factor: Floats
    low: Floats
    high: Floats


@dataclass(frozen=True, slots=True)
class Family:
    """All pairs: this period's counts, the sums, this period's share of the exposure."""

    x: Floats
    n: Floats
    share: Floats
    level: float
    found: Comparison[Floats]
    exact: Floats
    kind: str

    def judged(self, scatters: Sequence[tuple[NDArray[np.bool_], Scatter]]) -> Judged:
        """Each pair by the scatter of its rows."""
        told = Judged(
            self.exact.copy(),
            _least_p(self.n, self.share, self.kind),
            np.ones(self.n.shape),
            self.found.low.copy(),
            self.found.high.copy(),
        )
        for rows, scatter in scatters:
            if scatter.pure:
                continue
            x, n, share = self.x[rows], self.n[rows], self.share[rows]
            told.p[rows] = p_values(x, n, share, scatter, self.kind)
            ends = [p_values(end, n, share, scatter, self.kind) for end in (n, np.zeros_like(n))]
            told.least[rows] = np.minimum(*ends)
            factor = scatter.factor(n)
            told.factor[rows] = factor
            told.low[rows], told.high[rows] = _limits(x, n, share, factor, self.level)
        return told


def _limits(
    x: Floats, n: Floats, share: Floats, factor: Floats, level: float
) -> tuple[Floats, Floats]:
    """Clopper and Pearson's interval of counts divided by their scatter, as a ratio of rates."""
    tail, scale = tail_of(level), (1 - share) / share
    few, rest = x / factor, (n - x) / factor
    with np.errstate(divide="ignore", invalid="ignore"):
        low = np.where(few > 0, special.betaincinv(np.where(few > 0, few, 1), rest + 1, tail), 0.0)
        high = np.where(
            rest > 0, special.betaincinv(few + 1, np.where(rest > 0, rest, 1), 1 - tail), 1.0
        )
        return low / (1 - low) * scale, high / (1 - high) * scale


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
