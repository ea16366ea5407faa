"""How a sample was drawn: strata, clusters by stage, population sizes, weights.

A `Design` is built once, which is where everything is checked and counted, and then serves any
number of estimates. Terms and variance as in W. G. Cochran, Sampling Techniques (1977), and in
T. Lumley, Journal of Statistical Software 9 (2004) 1-19; the figures are those of R's ``survey``.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal, NamedTuple, cast

import numpy as np
from numpy.typing import ArrayLike, NDArray

from anmin.kernel.errors import Refusal
from anmin.stats.arguments import Floats, numbers
from anmin.stats.fitted import Calibration
from anmin.stats.levels import Codes, Columns, Levels, columns_of, compact

type Single = Literal["refuse", "certainty", "centred"]


@dataclass(frozen=True, slots=True, eq=False)
class Stage:
    """One stage of drawing: U units, in H strata (those of the stage within each unit above)."""

    unit: Codes
    """(n,) which unit each row belongs to."""
    stratum: Codes
    """(U,) which stratum each unit was drawn in."""
    sampled: Floats
    """(H,) units drawn."""
    population: Floats | None
    """(H,) units that there are; None: unknown, as good as drawn with replacement."""
    factor: Floats
    """(H,) what the squared deviations of a stratum's unit totals are multiplied by."""
    centred: bool
    """Strata with a single unit are compared with the mean of all units."""


@dataclass(frozen=True, slots=True, eq=False)
class Design:
    """A sample with its weights. Made by `Design.of`."""

    weights: Floats
    """(n,) how many of the population each row stands for."""
    stages: tuple[Stage, ...]
    """The stages that add to the variance; the first always does."""
    calibration: Calibration | None = None
    """What the weights were fitted to, which the variance takes into account."""

    @classmethod
    def of(
        cls,
        *,
        weights: ArrayLike | None = None,
        strata: Columns = None,
        clusters: Columns = None,
        fpc: ArrayLike | Sequence[ArrayLike] | None = None,
        nest: bool = True,
        single: Single = "refuse",
    ) -> "Design":
        """A design from columns of equal length.

        Args:
            weights: 0 or more, not all 0. Left out, they follow from ``fpc`` (population over
                sample at every stage), else every row counts as 1.
            strata: labels of the first stage, or a sequence of columns, one for each stage.
            clusters: labels of the units drawn, the widest first; without them every row is one.
            fpc: population sizes in units of the stage, the same in all of a stratum. Stages
                beyond those given count as fully seen; without any, only the first stage counts.
            nest: a cluster's label is read within its stratum and its cluster above; if False, a
                label found in two strata is refused.
            single: a stratum with a single unit drawn of several: refused, taken as drawn for
                certain (adds nothing), or compared with the mean of all units.

        Raises:
            Refusal: naming the column and, where there is one, the stratum.
        """
        layers, units = columns_of(strata, "strata"), columns_of(clusters, "clusters")
        sizes = _sizes(fpc)
        n = _length(weights, layers, units, sizes)
        if single not in ("refuse", "certainty", "centred"):
            raise Refusal("single must be refuse, certainty or centred", field="single")
        if len(layers) > max(1, len(units)):
            raise Refusal("there are more strata columns than stages", field="strata")
        if len(sizes) > max(1, len(units)):
            raise Refusal(
                "there are more fpc columns than stages", field="fpc", code="fpc_without_stage"
            )
        stages = _drawn(n, layers, units, sizes, nest, single)
        return cls(_weights(weights, stages, n), stages)

    def __len__(self) -> int:
        return len(self.weights)

    @property
    def df(self) -> float:
        """Degrees of freedom: units of the first stage less its strata, with some weight."""
        stage = self.stages[0]
        if self.weights.all():
            return float(len(stage.stratum) - len(stage.sampled))
        units = np.zeros(len(stage.stratum), dtype=bool)
        units[stage.unit[self.weights != 0]] = True
        strata = np.zeros(len(stage.sampled), dtype=bool)
        strata[stage.stratum[units]] = True
        return float(units.sum() - strata.sum())

    def weighted(self, weights: Floats, calibration: Calibration | None = None) -> "Design":
        """The same drawing with other weights."""
        return replace(self, weights=weights, calibration=calibration)


def _sizes(fpc: ArrayLike | Sequence[ArrayLike] | None) -> list[Floats]:
    several = isinstance(fpc, list | tuple) and len(fpc) > 0 and np.ndim(fpc[0]) > 0
    given = fpc if several else [] if fpc is None else [fpc]
    columns = [numbers(column, "fpc") for column in cast("Sequence[ArrayLike]", given)]
    for stage, column in enumerate(columns):
        if (column <= 0).any():
            raise Refusal(
                "fpc must be a population size above 0",
                field="fpc",
                code="fpc_not_above_0",
                values={"stage": stage},
            )
    return columns


def _length(
    weights: ArrayLike | None, layers: list[Levels], units: list[Levels], sizes: list[Floats]
) -> int:
    lengths = {"strata": [len(layer.codes) for layer in layers]}
    lengths["clusters"] = [len(unit.codes) for unit in units]
    lengths["fpc"] = [size.size for size in sizes]
    if weights is not None:
        lengths["weights"] = [np.size(weights)]
    known = {length for column in lengths.values() for length in column}
    if not known:
        raise Refusal("a design needs weights, strata, clusters or fpc", field="weights")
    if len(known) > 1:
        told = ", ".join(f"{name} {one}" for name, all_ in lengths.items() for one in all_)
        raise Refusal(f"the columns differ in length: {told}")
    if known == {0}:
        raise Refusal("the sample has no rows")
    return known.pop()


def _weights(given: ArrayLike | None, stages: tuple[Stage, ...], n: int) -> Floats:
    if given is None:
        weights = np.ones(n)
        for stage in stages:
            if stage.population is not None:
                weights *= (stage.population / stage.sampled)[stage.stratum][stage.unit]
        return weights
    weights = numbers(given, "weights")
    if weights.ndim != 1:
        raise Refusal("weights must be one column", field="weights")
    if (weights < 0).any():
        raise Refusal("weights must not be negative", field="weights", code="weights_negative")
    if not weights.any():
        raise Refusal(
            "weights are all 0, so they stand for no population",
            field="weights",
            code="weights_all_0",
        )
    return weights


class _Strata(NamedTuple):
    """The strata of one stage: H parts of the sample that units were drawn in, each by itself."""

    of_row: Codes
    chance: Floats
    """(H,) the share of units drawn at the stages above, multiplied."""
    names: NDArray[Any] | None
    """(H,) None if there is only the whole sample."""
    noun: str
    stage: int = 0

    def name(self, place: int) -> str:
        return "the sample" if self.names is None else f"{self.noun} {self.names[place]}"

    def told(self, place: int) -> dict[str, object]:
        """The stage and the part of it, for a refusal."""
        label = "" if self.names is None else str(self.names[place])
        return {"stage": self.stage, "noun": self.noun, "label": label}

    def within(self, layer: Levels) -> "_Strata":
        """Divided further by a column of strata."""
        kinds = len(layer.labels)
        codes, found = compact(self.of_row * kinds + layer.codes, len(self.chance) * kinds)
        labels = layer.labels[found % kinds]
        return _Strata(codes, self.chance[found // kinds], labels, "stratum", self.stage)


def _drawn(
    n: int,
    layers: list[Levels],
    units: list[Levels],
    sizes: list[Floats],
    nest: bool,
    single: Single,
) -> tuple[Stage, ...]:
    stages: list[Stage] = []
    strata = _Strata(np.zeros(n, np.intp), np.ones(1), None, "")
    # Without a population size a stage is drawn as if with replacement: what follows below it is
    # already in the spread of its units.
    for level in range(max(1, len(sizes))):
        if level < len(layers):
            strata = strata.within(layers[level])
        labels = units[level].labels if units else None
        unit, count = np.arange(n), n
        if labels is not None:
            keys = strata.of_row * len(labels) + units[level].codes
            unit, found = compact(keys, len(strata.chance) * len(labels))
            count = len(found)
            if not nest and level == 0 and count > len(labels):
                raise Refusal("a cluster lies in more than one stratum", field="clusters")
        of_unit = _of_groups(unit, strata.of_row, count)
        size = sizes[level] if level < len(sizes) else None
        stage = _stage(unit, of_unit, strata, size, single)
        stages.append(stage)
        if stage.population is not None and labels is not None:
            chance = (strata.chance * stage.sampled / stage.population)[of_unit]
            names = labels[_of_groups(unit, units[level].codes, count)]
            strata = _Strata(unit, chance, names, "cluster", level + 1)
    return tuple(stages)


def _of_groups(group: Codes, values: Codes, count: int) -> Codes:
    """The value of each group, the same in all its rows."""
    found = np.empty(count, np.intp)
    found[group] = values
    return found


def _stage(
    unit: Codes, of_unit: Codes, strata: _Strata, size: Floats | None, single: Single
) -> Stage:
    sampled = np.bincount(of_unit, minlength=len(strata.chance)).astype(float)
    population, unseen = None, np.ones(len(sampled))
    if size is not None:
        population = np.empty(len(sampled))
        population[strata.of_row] = size
        _check_sizes(population, sampled, size, strata)
        unseen = 1 - sampled / population
    alone = (sampled == 1) & (unseen > 0)
    if single == "refuse" and alone.any():
        raise Refusal(
            f"{strata.name(int(np.argmax(alone)))} has a single unit, whose variance cannot be told "
            "(join it to another, or treat it as certainty or centred)",
            field="strata",
            code="single_unit",
            values=strata.told(int(np.argmax(alone))),
        )
    factor = unseen * sampled / np.maximum(sampled - 1, 1)
    if single == "certainty":
        factor[alone] = 0.0
    return Stage(unit, of_unit, sampled, population, factor * strata.chance, single == "centred")


def _check_sizes(population: Floats, sampled: Floats, size: Floats, strata: _Strata) -> None:
    differs = population[strata.of_row] != size
    if differs.any():
        place = int(strata.of_row[np.argmax(differs)])
        raise Refusal(
            f"fpc differs within {strata.name(place)}",
            field="fpc",
            code="fpc_differs",
            values=strata.told(place),
        )
    small = population < sampled
    if small.any():
        worst = int(np.argmax(small))
        raise Refusal(
            f"fpc {population[worst]:g} of {strata.name(worst)} is smaller than "
            f"the sample of {sampled[worst]:g} units",
            field="fpc",
            code="fpc_below_sample",
            values={
                **strata.told(worst),
                "size": f"{population[worst]:g}",
                "sampled": f"{sampled[worst]:g}",
            },
        )
