"""Quantiles of a population: the value below which a given share of it lies.

Limits are those of the share below, carried back to values (R. S. Woodruff, JASA 47 (1952)
635-646).
"""

from typing import Literal

import numpy as np
from numpy.typing import ArrayLike
from scipy import special

from anmin.kernel.errors import Refusal
from anmin.stats.arguments import Floats, numbers
from anmin.stats.design import Design
from anmin.stats.estimates import Estimates, column, finished
from anmin.stats.levels import Columns
from anmin.stats.linearisation import Domains, domains_of

type Rule = Literal["linear", "step"]

ROUNDING = 1e-12
"""Shares of the population that differ by less are the same."""


def quantile(
    design: Design,
    y: ArrayLike,
    p: float = 0.5,
    *,
    by: Columns = None,
    where: ArrayLike | None = None,
    rule: Rule = "linear",
    level: float = 0.95,
) -> Estimates:
    """The value of ``y`` with the share ``p`` of the population below it.

    ``rule``: ``linear`` goes straight from one row to the next, as R's ``oldsvyquantile``;
    ``step`` takes the first value that at least ``p`` of the population do not exceed. ``se`` is
    half the width of the interval over Student's t; ``deff`` is that of the share below.

    Other arguments and refusals as `estimates.mean`.
    """
    if not 0 < numbers(p, "p") < 1:
        raise Refusal("p must lie between 0 and 1, such as 0.5", field="p")
    if rule not in ("linear", "step"):
        raise Refusal("rule must be linear or step", field="rule")
    domains = domains_of(design, by, where)
    values, weights = column(y, domains, "y"), domains.weights
    curves = _curves(domains, values, weights)
    found = np.array([_value(curve, p, rule) for curve in curves])
    below = (values <= found[domains.codes]).astype(float)
    size = domains.sums(weights)
    share = domains.sums(weights * below) / size
    scores = weights * (below - share[domains.codes]) / size[domains.codes]
    # The share below the estimate; its limits around p are carried back to values.
    shares = finished(domains, share, scores, share * (1 - share), size, level, covariances=False)
    low = [_value(c, p - half, rule) for c, half in zip(curves, shares.high - share, strict=True)]
    high = [_value(c, p + half, rule) for c, half in zip(curves, shares.high - share, strict=True)]
    with np.errstate(invalid="ignore"):
        t = special.stdtrit(np.maximum(shares.df, 1), (1 + level) / 2)
    se = np.where(shares.df > 0, np.subtract(high, low) / 2 / t, np.nan)
    return Estimates(
        domains.labels, found, se, np.array(low), np.array(high), shares.df, shares.n, shares.deff,
        level, shares.design_df,
    )  # fmt: skip


type _Curve = tuple[Floats, Floats]
"""The values of a domain's rows, ascending, and the share of it up to each row."""


def _curves(domains: Domains, values: Floats, weights: Floats) -> list[_Curve]:
    order = np.lexsort((values, domains.codes))
    ends = np.cumsum(np.bincount(domains.codes, minlength=domains.size))
    curves = []
    for part in np.split(order, ends[:-1]):
        upto = np.cumsum(weights[part])
        curves.append((values[part], upto / upto[-1]))
    return curves


def _value(curve: _Curve, p: float, rule: Rule) -> float:
    values, upto = curve
    if np.isnan(p):
        return np.nan
    if rule == "linear":
        return float(np.interp(p, upto, values))
    place = int(np.searchsorted(upto, p - ROUNDING))
    return float(values[min(place, len(values) - 1)])
