"""The variance of weighted estimates from the spread of unit totals (Taylor linearisation).

Each estimate is replaced by the total of what every row adds to it, its score; the variance of
that total follows from the design (D. A. Binder, International Statistical Review 51 (1983)
279-292). For many domains at once a row is scored once, for the domain it lies in, and only the
pairs of unit and domain that occur are kept.
"""

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import sparse

from anmin.kernel.errors import Refusal
from anmin.stats.arguments import Floats
from anmin.stats.design import Design, Stage
from anmin.stats.fitted import Calibration
from anmin.stats.levels import Codes, Columns, columns_of, compact, crossed

ROUNDING = 1e-24
"""A variance below this share of the squared scores is 0 but for rounding."""
BLOCK = 2**21
"""Cells of unit by domain held at a time."""


@dataclass(frozen=True, eq=False)
class Domains:
    """The parts of the population that are estimated, and the rows that lie in them."""

    design: Design
    rows: NDArray[np.intp] | slice
    """Rows with weight that lie in a domain; everything below is of these rows."""
    codes: Codes
    labels: NDArray[Any] | None
    """(D,) or (D, variables); None when there is only the whole."""
    size: int

    def sums(self, values: Floats) -> Floats:
        """(D,) the values added up by domain."""
        if self.size == 1:
            return np.array([values.sum()])
        return np.bincount(self.codes, values, self.size)

    @cached_property
    def weights(self) -> Floats:
        return self.design.weights[self.rows]

    def cells(self, stage: int) -> tuple[Codes, Codes]:
        """The pair of unit and domain of each row, and unit times D plus domain of each pair."""
        units = self.design.stages[stage]
        if self.size == 1 and isinstance(self.rows, slice):
            return units.unit, np.arange(len(units.stratum))
        return _pairs(units.unit[self.rows], self.codes, len(units.stratum), self.size)

    @cached_property
    def first_cells(self) -> tuple[Codes, Codes]:
        """As `cells`, of the first stage, which is asked for more than once."""
        return self.cells(0)

    @cached_property
    def n(self) -> Floats:
        """(D,) rows."""
        if self.size == 1:
            return np.array([len(self.codes)], float)
        return np.bincount(self.codes, minlength=self.size).astype(float)


def domains_of(design: Design, by: Columns, where: ArrayLike | None) -> Domains:
    """The domains that ``by`` makes, of one column or of several crossed, within ``where``.

    Raises:
        Refusal: columns of another length than the design, or no row to estimate from.
    """
    n = len(design)
    inside = design.weights != 0  # weights fitted without limits may be negative
    if where is not None:
        mask: NDArray[Any] = np.asarray(where)
        if mask.dtype.kind != "b" or mask.shape != (n,):
            raise Refusal("where must be true or false for every row", field="where")
        inside &= mask
    if not inside.any():
        raise Refusal("there is no row to estimate from", field="where")
    rows: NDArray[np.intp] | slice = slice(None) if inside.all() else np.flatnonzero(inside)
    if by is None:
        count = n if isinstance(rows, slice) else len(rows)
        return Domains(design, rows, np.zeros(count, np.intp), None, 1)
    columns = columns_of(by, "by")
    if any(len(column.codes) != n for column in columns):
        raise Refusal("by must have a value for every row of the design", field="by")
    levels = crossed(*columns)
    if isinstance(rows, slice):
        return Domains(design, rows, levels.codes, levels.labels, len(levels.labels))
    codes, present = compact(levels.codes[rows], len(levels.labels))
    return Domains(design, rows, codes, levels.labels[present], len(present))


def degrees(domains: Domains) -> Floats:
    """(D,) units of the first stage less its strata, of those that reach into the domain."""
    stage = domains.design.stages[0]
    strata = len(stage.sampled)
    if domains.size == 1 and isinstance(domains.rows, slice):
        return np.array([len(stage.stratum) - strata], float)
    _, cells = domains.first_cells
    units, of = cells // domains.size, cells % domains.size
    _, met = _pairs(stage.stratum[units], of, strata, domains.size)
    count = np.bincount(of, minlength=domains.size)
    return (count - np.bincount(met % domains.size, minlength=domains.size)).astype(float)


def units(domains: Domains) -> Floats:
    """(D,) units of the first stage with a row in the domain."""
    if domains.size == 1 and isinstance(domains.rows, slice):
        return np.array([len(domains.design.stages[0].stratum)], float)
    _, cells = domains.first_cells
    return np.bincount(cells % domains.size, minlength=domains.size).astype(float)


def variances(domains: Domains, scores: Floats) -> Floats:
    """(D,) the variance of the total of the scores in each domain.

    ``scores`` (rows of the domains,) already hold the weights.
    """
    if domains.design.calibration is not None:
        return _spread(domains, scores, together=False)
    total = sum(_variances(domains, scores, stage) for stage in range(len(domains.design.stages)))
    return np.where(total <= ROUNDING * domains.sums(scores**2), 0.0, total)


def covariance(domains: Domains, scores: Floats) -> Floats:
    """(D, D) variances and covariances of the totals of the scores."""
    return _spread(domains, scores, together=True)


def _pairs(first: Codes, second: Codes, many: int, few: int) -> tuple[Codes, Codes]:
    return compact(first if few == 1 else first * few + second, many * few)


def _variances(domains: Domains, scores: Floats, place: int) -> Floats:
    stage, size = domains.design.stages[place], domains.size
    strata = len(stage.sampled)
    cell, cells = domains.cells(place) if place else domains.first_cells
    totals = np.bincount(cell, scores, len(cells))
    unit, of = cells // size, cells % size
    group, groups = _pairs(stage.stratum[unit], of, strata, size)
    stratum, domain = groups // size, groups % size
    seen = np.bincount(group, minlength=len(groups))
    sampled, factor = stage.sampled[stratum], stage.factor[stratum]
    means = np.bincount(group, totals, len(groups)) / sampled
    grand = domains.sums(scores) / len(stage.stratum)
    if stage.centred:
        means = np.where(sampled == 1, grand[domain], means)
    spread = np.bincount(group, (totals - means[group]) ** 2, len(groups))
    # Units of the stratum without a row in the domain have the total 0.
    spread += (sampled - seen) * means**2
    found = np.bincount(domain, factor * spread, size)
    if stage.centred:
        alone = stage.sampled == 1
        met = np.bincount(domain, factor * (sampled == 1), size)
        found += (stage.factor[alone].sum() - met) * grand**2
    return found


def _spread(domains: Domains, scores: Floats, *, together: bool) -> Floats:
    """Variances (D,) or, together, covariances (D, D), over all units by all domains."""
    found: Any = np.zeros((domains.size, domains.size) if together else domains.size)
    fit = _Fit.of(domains, scores)
    for stage in domains.design.stages:
        units, strata = len(stage.stratum), len(stage.sampled)
        cells = sparse.coo_array(
            (scores, (stage.unit[domains.rows], domains.codes)), shape=(units, domains.size)
        ).tocsr()
        controls = fit.by_unit(stage) if fit else None
        means = np.zeros((strata, domains.size))
        for first in range(0, units, step := max(1, BLOCK // domains.size)):
            block = slice(first, first + step)
            np.add.at(means, stage.stratum[block], _totals(cells, controls, fit, block))
        grand = means.sum(axis=0) / units
        means /= stage.sampled[:, None]
        if stage.centred:
            means[stage.sampled == 1] = grand
        for first in range(0, units, step):
            block = slice(first, first + step)
            stratum = stage.stratum[block]
            apart = _totals(cells, controls, fit, block) - means[stratum]
            weighed = apart * stage.factor[stratum][:, None]
            found += apart.T @ weighed if together else np.einsum("ud,ud->d", apart, weighed)
    own = np.sqrt(domains.sums(scores**2))
    squares = np.outer(own, own) if together else own**2
    rounded: Floats = np.where(np.abs(found) <= ROUNDING * squares, 0.0, found)
    return rounded


def _totals(cells: Any, controls: Any, fit: "_Fit | None", block: slice) -> Floats:
    totals: Floats = cells[block].toarray()
    if fit:
        totals -= controls[block] @ fit.slopes
    return totals


@dataclass(frozen=True, slots=True, eq=False)
class _Fit:
    """The scores as far as the calibration's controls explain them, which is without error."""

    calibration: Calibration
    weights: Floats
    slopes: Floats
    """(controls, D)"""

    @classmethod
    def of(cls, domains: Domains, scores: Floats) -> "_Fit | None":
        calibration = domains.design.calibration
        if calibration is None:
            return None
        n, rows = len(domains.design), domains.rows
        values, codes = np.zeros(n), np.zeros(n, np.intp)
        values[rows], codes[rows] = scores / domains.weights, domains.codes
        placed = sparse.csr_array(
            (calibration.by * values, codes, np.arange(n + 1)), shape=(n, domains.size)
        )
        moments: Floats = (calibration.controls.T @ placed).toarray()
        return cls(calibration, domains.design.weights, calibration.inverse @ moments)

    def by_unit(self, stage: Stage) -> Any:
        """(U, controls) the weighted totals of the controls in each unit."""
        n = len(self.weights)
        gather = sparse.csr_array(
            (self.weights, stage.unit, np.arange(n + 1)), shape=(n, len(stage.stratum))
        )
        return gather.T.tocsr() @ self.calibration.controls
