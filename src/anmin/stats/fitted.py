"""What a design was fitted to, as it remembers it: see `calibration`."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from scipy import sparse

from anmin.stats.arguments import Floats


@dataclass(frozen=True, slots=True)
class Diagnostics:
    """How the fit went, and what it did to the weights."""

    iterations: int
    converged: bool
    """Whether the weights meet the totals: always so, as a fit that fails is refused."""
    max_error: float
    """The largest difference between a total and what the weights give, over the total (of
    `calibrate`, over 1 + the total)."""
    weight_range: tuple[float, float]
    design_effect: float
    """What unequal weights alone cost: n·Σw²/(Σw)² (L. Kish, Survey Sampling (1965))."""


@dataclass(frozen=True, eq=False)
class Calibration:
    """What a design was fitted to; its estimates' variance is that of the rest."""

    base: Floats
    """(n,) the weights before."""
    matrix: Callable[[], Any]
    """Makes the controls, when an estimate first asks for them."""
    diagnostics: Diagnostics
    again: Callable[[Floats], Floats]
    """Fits other base weights to the same totals, for replicates."""
    by: Floats
    """(n,) by what rows count where scores are explained by the controls: the weights before, or 1
    each after raking, as R's ``rake`` has it."""

    @cached_property
    def controls(self) -> Any:
        """(n, p) sparse: the controls of each row."""
        return self.matrix()

    @cached_property
    def inverse(self) -> Floats:
        """(p, p) a generalised inverse of the controls' weighted squares and products."""
        return inverse(squares(self.controls, self.by))


def squares(controls: Any, weights: Floats) -> Floats:
    """(p, p) the controls' weighted squares and products."""
    found: Floats = (controls.T @ (sparse.diags_array(weights) @ controls)).toarray()
    return found


def inverse(squares: Floats) -> Floats:
    """A generalised inverse, the controls brought to one scale first."""
    scale = 1 / np.sqrt(np.where(np.diagonal(squares) > 0, np.diagonal(squares), 1))
    outer = np.outer(scale, scale)
    return outer * np.linalg.pinv(squares * outer, rcond=1e-11, hermitian=True)
