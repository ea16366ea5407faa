"""What a scan is given, checked."""

from collections import Counter
from collections.abc import Hashable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from anmin.kernel.errors import Refusal
from anmin.stats.arguments import Floats, counts, numbers, whole
from anmin.stats.coordinates import coordinates

MOST_CASES = 2**31 - 2


@dataclass(frozen=True, slots=True)
class Places:
    """The places of a scan and where they are."""

    ids: Sequence[Hashable]
    x: Floats
    y: Floats


@dataclass(frozen=True, slots=True)
class AtRisk:
    """What windows are judged by."""

    measures: Floats
    """Expected cases, or people for the Bernoulli model; shape (places, units)."""
    people: float
    """Everybody, for the Bernoulli model; 0 for the others."""
    weights: Floats
    """What the largest share of a circle is a share of; shape (places,)."""


def places_of(
    x: ArrayLike, y: ArrayLike, ids: Sequence[Hashable] | None, *, spherical: bool
) -> Places:
    """Two or more places with their coordinates."""
    across, up = coordinates(x, y, spherical=spherical)
    names = list(range(len(across))) if ids is None else list(ids)
    if len(names) != len(across):
        raise Refusal(f"there are {len(across)} places, but {len(names)} ids", field="ids")
    name, times = Counter(names).most_common(1)[0]
    if times > 1:
        raise Refusal(f"there is more than one place {name}", field="ids")
    return Places(names, across, up)


def cases_of(cases: ArrayLike, places: int) -> NDArray[np.int64]:
    """Cases by place and unit of time; one unit where there is no time."""
    seen = counts(cases, "cases")
    if seen.ndim not in (1, 2) or len(seen) != places:
        raise Refusal(
            f"cases must have one row for each of the {places} places, not shape {seen.shape}",
            field="cases",
        )
    if not seen.any():
        raise Refusal("there are no cases to scan", field="cases")
    if seen.sum() > MOST_CASES:
        raise Refusal(f"there are more than {MOST_CASES:,} cases", field="cases")
    return seen.astype(np.int64).reshape(places, -1)


def at_risk(
    seen: NDArray[np.int64],
    model: str,
    population: ArrayLike | None,
    expected: ArrayLike | None,
) -> AtRisk:
    """What the cases are judged by, in the given model."""
    people = None if population is None else _spread(population, "population", seen, model)
    if model == "permutation":
        return _permuted(seen, people, expected)
    if model == "bernoulli":
        return _everybody(seen, people, expected)
    if model != "poisson":
        raise Refusal("model must be poisson, bernoulli or permutation", field="model")
    if expected is None and people is None:
        raise Refusal(
            "the Poisson model needs the population or the expected cases", field="population"
        )
    base = people if expected is None else _spread(expected, "expected", seen, model)
    assert base is not None
    name = "population" if expected is None else "expected"
    if ((base == 0) & (seen > 0)).any():
        raise Refusal(f"there are cases where {name} is 0", field=name)
    weights = base if people is None else people
    return AtRisk(base * (seen.sum() / base.sum()), 0.0, weights.sum(axis=1))


def _spread(values: ArrayLike, name: str, seen: NDArray[np.int64], model: str) -> Floats:
    """Values for each place and unit of time, from those or from one for each place."""
    given = numbers(values, name)
    if given.ndim == 1 and model != "bernoulli":
        given = given[:, None]
    fits = (
        given.shape in (seen.shape, (len(seen), 1))
        if model != "bernoulli"
        else (given.reshape(len(given), -1).shape == seen.shape)
    )
    if not fits:
        raise Refusal(
            f"{name} must have a value for each place, or each place and unit of time"
            if model != "bernoulli"
            else f"{name} must have a value wherever cases have one",
            field=name,
        )
    if (given < 0).any():
        raise Refusal(f"{name} must not be negative", field=name)
    spread = np.array(np.broadcast_to(given.reshape(len(seen), -1), seen.shape))
    if (spread.sum(axis=1) <= 0).any():
        raise Refusal(f"{name} must be above 0 at every place", field=name)
    return spread


def _permuted(seen: NDArray[np.int64], people: Floats | None, expected: ArrayLike | None) -> AtRisk:
    if expected is not None:
        raise Refusal("the permutation model makes its own expected cases", field="expected")
    if seen.shape[1] < 2:
        raise Refusal("the permutation model needs cases by units of time", field="cases")
    own = seen.sum(axis=1).astype(np.float64)
    measures = own[:, None] * seen.sum(axis=0) / seen.sum()
    return AtRisk(measures, 0.0, own if people is None else people.sum(axis=1))


def _everybody(
    seen: NDArray[np.int64], people: Floats | None, expected: ArrayLike | None
) -> AtRisk:
    if expected is not None:
        raise Refusal(
            "the Bernoulli model takes a population, not expected cases", field="expected"
        )
    if people is None:
        raise Refusal(
            "the Bernoulli model needs the population, cases among it", field="population"
        )
    if (people != np.floor(people)).any():
        raise Refusal("population must be whole numbers in the Bernoulli model", field="population")
    if (seen > people).any():
        raise Refusal(
            "population must not be less than cases, who are among it", field="population"
        )
    if seen.sum() == people.sum():
        raise Refusal("all of the population are cases", field="population")
    return AtRisk(people, float(people.sum()), people.sum(axis=1))


def share_of(value: float) -> float:
    """The largest share of the population in a circle."""
    share = numbers(value, "max_share")
    if share.ndim or not 0 < share <= 1:
        raise Refusal("max_share must lie above 0 and at most 1, such as 0.5", field="max_share")
    return float(share)


def lengths_of(time_window: tuple[int, int] | None, units: int) -> tuple[int, int]:
    """The shortest and the longest span of time, in units."""
    if units == 1:
        if time_window is not None:
            raise Refusal("time_window needs cases by units of time", field="time_window")
        return 1, 1
    shortest, longest = (1, units // 2) if time_window is None else time_window
    whole(shortest, "time_window", 1)
    if not shortest <= whole(longest, "time_window", 1) <= units:
        raise Refusal(
            f"time_window must be the shortest and the longest span, within 1 to {units} units",
            field="time_window",
        )
    return int(shortest), int(longest)
