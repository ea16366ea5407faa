"""Funnel plots: which places differ from the target by more than their size explains?

Small places scatter more, so limits open like a funnel. Places of a kind usually scatter more than
pure chance (they differ in what nobody counted), and then nearly all would stand out; the excess is
estimated from the places themselves, the farthest of them pulled in first, and the limits widened.

Sources: D. J. Spiegelhalter, Statistics in Medicine 24 (2005) 1185-1202; D. J. Spiegelhalter et al.,
JRSS A 175 (2012) 1-47; R. DerSimonian and N. Laird, Controlled Clinical Trials 7 (1986) 177-188.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike
from scipy import special

from anmin.kernel.errors import Refusal
from anmin.stats.arguments import Floats, counts, numbers, positive, tail_of, together
from anmin.stats.intervals import Interval, shares

MODELS = ("additive", "multiplicative", "none")


@dataclass(frozen=True, slots=True)
class Funnel:
    """Places around a target. Arrays have one value for each place."""

    kind: str
    """"ratio" (observed over expected) or "share"."""
    value: Floats
    size: Floats
    """Expected count of a ratio, n of a share: what the funnel narrows with."""
    target: float
    z: Floats
    """Distance from the target in standard errors, on the scale on which counts are symmetric."""
    p: Floats
    """Exact two-sided p-value of the place by itself (twice the smaller tail), chance alone."""
    phi: float
    """Mean of the squared z, winsorised: about 1 where chance alone scatters the places."""
    tau2: float
    """Variance between places beyond chance, on the symmetric scale (DerSimonian-Laird)."""
    z_adjusted: Floats
    """As ``z`` with the excess taken into account in the way asked for."""
    overdispersion: str

    def limits(self, size: ArrayLike, level: float = 0.95) -> Interval[Floats]:
        """Exact limits for places of these sizes, by chance alone.

        They are the exact interval (Garwood, Clopper-Pearson) of a place that is on target.
        """
        of, tail = positive(size, "size"), tail_of(level)
        at = of * self.target
        if self.kind == "ratio":
            return Interval(
                special.gammaincinv(at, tail) / of, special.gammaincinv(at + 1, 1 - tail) / of
            )
        return Interval(
            special.betaincinv(at, of - at + 1, tail), special.betaincinv(at + 1, of - at, 1 - tail)
        )

    def adjusted_limits(self, size: ArrayLike, level: float = 0.95) -> Interval[Floats]:
        """Limits that allow for the excess in the way asked for; beyond them |z_adjusted| is too."""
        reach = special.ndtri(1 - tail_of(level)) * self._spread(positive(size, "size"))
        if self.kind == "ratio":
            centre = np.sqrt(self.target)
            return Interval(np.maximum(centre - reach, 0) ** 2, (centre + reach) ** 2)
        centre = np.arcsin(np.sqrt(self.target))
        low, high = np.maximum(centre - reach, 0), np.minimum(centre + reach, np.pi / 2)
        return Interval(np.sin(low) ** 2, np.sin(high) ** 2)

    def _spread(self, size: Floats) -> Floats:
        return _spread(1 / (2 * np.sqrt(size)), self.phi, self.tau2, self.overdispersion)


def _spread(error: Floats, phi: float, tau2: float, overdispersion: str) -> Floats:
    if overdispersion == "additive":
        wider: Floats = np.sqrt(error**2 + tau2)
        return wider
    return error * np.sqrt(max(phi, 1)) if overdispersion == "multiplicative" else error


def ratio_funnel(
    observed: ArrayLike,
    expected: ArrayLike,
    *,
    target: float = 1.0,
    overdispersion: str = "additive",
    winsorise: float = 0.1,
) -> Funnel:
    """Counts against expected counts (of a reference rate, of last year …), one for each place.

    ``overdispersion`` is "additive" (places differ), "multiplicative" (all scatter more) or
    "none"; ``winsorise`` the share of places at each end that is pulled in to the next before the
    excess is estimated.

    Raises:
        Refusal: what is no list of counts and expectations above 0; options out of range.
    """
    seen, due = together(counts(observed, "observed"), positive(expected, "expected"))
    aim = float(positive(target, "target"))
    _check(seen, overdispersion, winsorise)
    due_here = due * aim
    at_least = np.where(seen > 0, special.gammainc(np.maximum(seen, 1), due_here), 1.0)
    p = 2 * np.minimum(at_least, special.gammaincc(seen + 1, due_here))
    value = seen / due
    z = (np.sqrt(value) - np.sqrt(aim)) * 2 * np.sqrt(due)
    return _funnel("ratio", value, due, aim, z, p, overdispersion, winsorise)


def share_funnel(
    count: ArrayLike,
    n: ArrayLike,
    *,
    target: float | None = None,
    overdispersion: str = "additive",
    winsorise: float = 0.1,
) -> Funnel:
    """Shares ``count``/``n``, one for each place, around ``target`` (else the share of them all).

    Options as in `ratio_funnel`.

    Raises:
        Refusal: what is no list of shares; a target that is not between 0 and 1 (also when
            nobody, or everybody, is counted); options out of range.
    """
    some, of = shares(count, n)
    aim = float(some.sum() / of.sum() if target is None else numbers(target, "target"))
    if not 0 < aim < 1:
        raise Refusal("target must lie between 0 and 1", field="target")
    _check(some, overdispersion, winsorise)
    at_least = np.where(some > 0, special.betainc(np.maximum(some, 1), of - some + 1, aim), 1.0)
    at_most = np.where(some < of, special.betainc(np.maximum(of - some, 1), some + 1, 1 - aim), 1.0)
    value = some / of
    z = (np.arcsin(np.sqrt(value)) - np.arcsin(np.sqrt(aim))) * 2 * np.sqrt(of)
    p = 2 * np.minimum(at_least, at_most)
    return _funnel("share", value, of, aim, z, p, overdispersion, winsorise)


def _check(values: Floats, overdispersion: str, winsorise: float) -> None:
    if values.ndim != 1 or not len(values):
        raise Refusal("a funnel needs a list of places")
    if overdispersion not in MODELS:
        raise Refusal(f"overdispersion must be one of {', '.join(MODELS)}", field="overdispersion")
    if not 0 <= winsorise < 0.5:
        raise Refusal("winsorise must lie between 0 and 0.5", field="winsorise")


def _funnel(
    kind: str,
    value: Floats,
    size: Floats,
    target: float,
    z: Floats,
    p: Floats,
    overdispersion: str,
    winsorise: float,
) -> Funnel:
    pulled = np.clip(z, *np.quantile(z, [winsorise, 1 - winsorise]))
    phi, places, weight = float(np.mean(pulled**2)), len(z), 4 * size
    freedom = float(weight.sum() - (weight**2).sum() / weight.sum())
    excess = places * phi - (places - 1)
    tau2 = max(excess / freedom, 0.0) if places > 1 else 0.0
    error = 1 / (2 * np.sqrt(size))
    adjusted = z * error / _spread(error, phi, tau2, overdispersion)
    return Funnel(
        kind, value, size, target, z, np.minimum(p, 1), phi, tau2, adjusted, overdispersion
    )
