"""What is known of a population: how many hold each level of a variable, what a number adds up to."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike
from scipy import sparse

from anmin.kernel.errors import Refusal
from anmin.stats.arguments import Floats, numbers
from anmin.stats.design import Design
from anmin.stats.levels import Column, Levels, levels_of

type Limits = tuple[float, float]

AGREE = 1e-6
"""Totals of two margins that differ by more than this share are taken for a mistake."""


@dataclass(frozen=True, slots=True, eq=False)
class Margin:
    """How many of the population hold each level of a variable."""

    variable: str
    """Its name, for messages."""
    values: Column
    """(n,) the level of each row."""
    totals: Mapping[Any, float]
    """Level → population; every level of the sample, each above 0."""


@dataclass(frozen=True, slots=True, eq=False)
class Amount:
    """What a number adds up to in the population."""

    variable: str
    values: ArrayLike
    """(n,)"""
    total: float


def matched(margin: Margin, design: Design) -> tuple[Levels, Floats]:
    """The levels of the rows, and the population of each."""
    name = margin.variable
    levels = levels_of(margin.values, name)
    if len(levels.codes) != len(design):
        raise Refusal(f"{name} must have a value for every row of the design", field=name)
    there = np.bincount(levels.codes, design.weights, len(levels.labels)) > 0
    labels = levels.labels.tolist()
    known = {label: place for place, label in enumerate(labels)}
    for label, total in margin.totals.items():
        if not numbers(total, name) > 0:
            raise Refusal(
                f"the total of {name} {label} must be above 0",
                field=name,
                code="margin_not_above_0",
                values={"level": label},
            )
        if label not in known or not there[known[label]]:
            raise Refusal(
                f"nobody in the sample has {name} {label}",
                field=name,
                code="margin_unmet",
                values={"level": label},
            )
    for label in labels:
        if label not in margin.totals:
            raise Refusal(
                f"there is no total for {name} {label}",
                field=name,
                code="margin_missing",
                values={"level": label},
            )
    return levels, np.array([margin.totals[label] for label in labels], float)


def check_agreement(margins: Sequence[Margin], fitted: list[tuple[Levels, Floats]]) -> None:
    first = fitted[0][1].sum()
    for margin, (_, totals) in zip(margins, fitted, strict=True):
        if abs(totals.sum() - first) > AGREE * first:
            raise Refusal(
                f"the totals of {margin.variable} add up to {totals.sum():.10g}, "
                f"those of {margins[0].variable} to {first:.10g}",
                field=margin.variable,
                code="margins_differ",
                values={
                    "sum": f"{totals.sum():.10g}",
                    "other": margins[0].variable,
                    "first": f"{first:.10g}",
                },
            )


def limits_of(limits: Limits | None, name: str) -> Limits:
    if limits is None:
        return 0.0, np.inf
    low, high = (float(limit) for limit in limits)
    if not 0 <= low < high:
        raise Refusal(f"{name} must be a lower limit from 0 and a higher upper one", field=name)
    return low, high


def room(
    base: Floats, rows: Floats, trim: Limits | None, bounds: Limits | None
) -> tuple[Floats, Floats]:
    """The lowest and the highest weight allowed to rows, or cells of rows, of this weight."""
    (low, high), (least, most) = limits_of(trim, "trim"), limits_of(bounds, "bounds")
    some = base > 0
    with np.errstate(invalid="ignore"):  # no limit times no weight
        floor = np.maximum(low * rows, least * base)
        top = np.minimum(high * rows, most * base)
    return np.where(some, floor, 0.0), np.where(some, top, 0.0)


def check_limits(
    margin: Margin,
    levels: Levels,
    totals: Floats,
    base: Floats,
    trim: Limits | None,
    bounds: Limits | None,
) -> None:
    """Refuse limits under which a level cannot reach its total, whatever the other margins."""
    if trim is None and bounds is None:
        return
    field, size = "bounds" if trim is None else "trim", len(totals)
    lowest, highest = room(base, np.ones(len(base)), trim, bounds)
    floor = np.bincount(levels.codes, lowest, size)
    top = np.bincount(levels.codes, highest, size)
    wrong = (floor > totals) | (top < totals)
    if wrong.any():
        one = int(np.argmax(wrong))
        raise Refusal(
            f"within {field} the weights of {margin.variable} {levels.labels[one]} can add up to "
            f"{floor[one]:.6g} to {top[one]:.6g}, not to {totals[one]:.6g}",
            field=field,
        )


@dataclass(frozen=True, slots=True, eq=False)
class Controls:
    """Margins and amounts as columns of numbers, p of them: one for each level and each amount."""

    levels: list[Levels]
    amounts: list[Floats]
    totals: Floats
    """(p,) what they add up to in the population."""

    def matrix(self) -> Any:
        """(n, p) sparse: the controls of each row."""
        blocks: list[Any] = [
            sparse.csr_array(
                (np.ones(n := len(level.codes)), level.codes, np.arange(n + 1)),
                shape=(n, len(level.labels)),
            )
            for level in self.levels
        ]
        if self.amounts:
            blocks.append(sparse.csr_array(np.column_stack(self.amounts)))
        return sparse.hstack(blocks, format="csr")


def controls_of(controls: Sequence[Margin | Amount], design: Design) -> Controls:
    """What is to be fitted to, margins before amounts.

    Raises:
        Refusal: as `matched`; amounts that are missing or no numbers.
    """
    margins = [matched(control, design) for control in controls if isinstance(control, Margin)]
    amounts = [control for control in controls if isinstance(control, Amount)]
    columns = [numbers(amount.values, amount.variable) for amount in amounts]
    for amount, column in zip(amounts, columns, strict=True):
        if column.shape != (len(design),):
            reason = f"{amount.variable} must have a value for every row of the design"
            raise Refusal(reason, field=amount.variable)
    sums = [float(numbers(amount.total, amount.variable)) for amount in amounts]
    totals = np.concatenate([*(total for _, total in margins), np.array(sums)])
    return Controls([level for level, _ in margins], columns, totals)
