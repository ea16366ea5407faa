"""Do two parts of a population, or two waves, differ by more than chance? Do two answers go together?"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike
from scipy import special

from anmin.kernel.errors import Refusal
from anmin.stats.arguments import Floats, tail_of
from anmin.stats.design import Design
from anmin.stats.estimates import Estimates, total
from anmin.stats.levels import Column, crossed, levels_of

RANKLESS = 1e-9
"""Of singular values: a smaller share of the largest is 0 but for rounding."""


@dataclass(frozen=True, slots=True)
class Contrast[T]:
    """First less second, with its test of "no difference"."""

    estimate: T
    se: T
    low: T
    high: T
    df: T
    t: T
    p: T
    """Two-sided."""


@dataclass(frozen=True, slots=True)
class Independence:
    """The test that two answers have nothing to do with each other."""

    f: float
    df: float
    df_error: float
    p: float


def contrast(estimates: Estimates, first: object, second: object) -> Contrast[float]:
    """One domain less another of the same sample, which may share clusters.

    ``estimates`` were made with ``by`` and ``covariances=True``; ``first`` and ``second`` are
    labels of it. The test is that of a regression on the two groups, as R's ``svyttest``, with one
    degree of freedom less than the design.

    Raises:
        Refusal: labels that are not there, or estimates without covariances.
    """
    if estimates.by is None or estimates.covariance is None:
        raise Refusal("a contrast needs estimates by domain, with covariances", field="estimates")
    one, other = _place(estimates, first), _place(estimates, second)
    between = estimates.covariance
    variance = between[one, one] + between[other, other] - 2 * between[one, other]
    apart = estimates.estimate[one] - estimates.estimate[other]
    found = _tested(apart, np.sqrt(variance), np.array(estimates.design_df - 1), estimates.level)
    return Contrast(*(float(value) for value in found))


def independent(first: Estimates, second: Estimates) -> Contrast[Floats]:
    """Each domain of the first sample less the same of a second one, drawn independently.

    For two waves. Degrees of freedom after B. L. Welch, Biometrika 34 (1947) 28-35. If the waves
    share clusters, make one design of both and use `contrast` with the wave among the domains.

    Raises:
        Refusal: estimates of other domains, or of another level.
    """
    same = (first.by is None) == (second.by is None) and np.array_equal(
        np.asarray(first.by, object), np.asarray(second.by, object)
    )
    if not same:
        raise Refusal("both must be estimates of the same domains", field="by")
    if first.level != second.level:
        raise Refusal("both must have the same level", field="level")
    one, other = first.se**2, second.se**2
    with np.errstate(divide="ignore", invalid="ignore"):
        df = (one + other) ** 2 / (one**2 / first.df + other**2 / second.df)
        df = np.where(one + other > 0, df, first.df + second.df)
    found = _tested(first.estimate - second.estimate, np.sqrt(one + other), df, first.level)
    return Contrast(*found)


def independence(
    design: Design, rows: Column, columns: Column, *, where: ArrayLike | None = None
) -> Independence:
    """Pearson's test of a two-way table, corrected for the design.

    J. N. K. Rao and A. J. Scott, Annals of Statistics 12 (1984) 46-60, second order, as F; the
    default of R's ``svychisq``.

    Raises:
        Refusal: fewer than two rows or columns with anybody in them; a table with so many empty
            cells that rows and columns cannot be told apart, as where each town lies in one
            county; a design without degrees of freedom.
    """
    one, other = levels_of(rows, "rows"), levels_of(columns, "columns")
    found = total(
        design, np.ones(len(design)), by=crossed(one, other), where=where, covariances=True
    )
    tall, wide = (_numbered(found, place) for place in (0, 1))
    shape = int(tall.max()) + 1, int(wide.max()) + 1
    if min(shape) < 2:
        raise Refusal("a table needs two rows and two columns at least", field="rows")
    cell = tall * shape[1] + wide
    shares = np.zeros(shape[0] * shape[1])
    whole = found.estimate.sum()
    shares[cell] = found.estimate / whole
    between = np.zeros((len(shares), len(shares)))
    between[np.ix_(cell, cell)] = np.asarray(found.covariance) / whole**2
    slope = np.eye(len(shares)) - np.outer(shares, np.ones(len(shares)))
    return _pearson(
        shares.reshape(shape), slope @ between @ slope.T, float(found.n.sum()), found.design_df
    )


def _pearson(shares: Floats, between: Floats, n: float, df: float) -> Independence:
    expected = np.outer(shares.sum(axis=1), shares.sum(axis=0))
    statistic = n * ((shares - expected) ** 2 / expected).sum()
    high, wide = shares.shape
    # Contrasts of the interaction: what rows and columns by themselves do not explain.
    side = [np.eye(k)[:, 1:] - 1 / k for k in (high, wide)]
    contrasts = np.kron(side[0], side[1])
    with np.errstate(divide="ignore"):
        weighed = np.where(shares.ravel() > 0, 1 / shares.ravel(), 0)[:, None] * contrasts
    # The rank is that of the table, whatever the order of its labels.
    sizes = np.linalg.svd(np.sqrt(np.where(shares.ravel() > 0, 1, 0))[:, None] * contrasts)[1]
    if len(sizes) < contrasts.shape[1] or sizes[-1] < RANKLESS * sizes[0]:
        raise Refusal(
            "too many cells of the table are empty to tell rows from columns: join some of them",
            field="rows",
            code="empty_cells",
        )
    simple = contrasts.T @ weighed / n
    effects = np.linalg.solve(simple, weighed.T @ between @ weighed)
    trace = float(np.trace(effects))
    squares = float(np.trace(effects @ effects))
    if not (trace > 0 and squares > 0):
        raise Refusal(
            "the sample does not tell how much this table is left to chance", field="rows"
        )
    freedom = trace**2 / squares
    f = float(statistic) / trace
    return Independence(
        f,
        freedom,
        freedom * df,
        float(special.fdtrc(freedom, freedom * df, f)) if df > 0 else np.nan,
    )


def _numbered(found: Estimates, place: int) -> np.ndarray[tuple[int], np.dtype[np.intp]]:
    labels = np.asarray(found.by)[:, place]
    return levels_of(labels, "rows").codes


def _place(estimates: Estimates, label: object) -> int:
    labels = np.asarray(estimates.by).tolist()
    wanted = list(label) if isinstance(label, tuple) else label
    if wanted not in labels:
        raise Refusal(f"there is no domain {label}", field="by")
    return int(labels.index(wanted))


def _tested(apart: Floats, se: Floats, df: Floats, level: float) -> tuple[Floats, ...]:
    usable = np.maximum(df, 1)
    with np.errstate(divide="ignore", invalid="ignore"):
        t = np.where(df > 0, apart / se, np.nan)
        half = np.where(df > 0, special.stdtrit(usable, 1 - tail_of(level)) * se, np.nan)
        p = np.where(np.isnan(t), np.nan, 2 * special.stdtr(usable, -np.abs(t)))
    return apart, se, apart - half, apart + half, df, t, p
