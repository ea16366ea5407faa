"""Labels (strata, clusters, domains) as whole numbers from 0, found fast."""

from collections.abc import Sequence
from typing import Any, NamedTuple, cast

import numpy as np
from numpy.typing import ArrayLike, NDArray

from anmin.kernel.errors import Refusal

type Codes = NDArray[np.intp]


class Levels(NamedTuple):
    """Which of the labels each row holds. May be given wherever labels are."""

    codes: Codes
    """(n,) index into ``labels``."""
    labels: NDArray[Any]
    """(k,) the different labels, sorted; of several variables together, (k, variables)."""


type Column = ArrayLike | Levels
type Columns = Column | Sequence[Column] | None
"""One column of labels, or several."""


def columns_of(given: Columns, name: str) -> list[Levels]:
    """One column or a list of columns as a list; none as an empty one.

    Raises:
        Refusal: as `levels_of`.
    """
    if given is None:
        return []
    if isinstance(given, list | tuple) and not isinstance(given, Levels) and len(given):
        first = given[0].codes if isinstance(given[0], Levels) else given[0]
        if np.ndim(first) > 0:
            return [levels_of(column, name) for column in given]
    return [levels_of(cast("Column", given), name)]


def levels_of(values: Column, name: str) -> Levels:
    """The different values, sorted, and which of them each row holds.

    Whole numbers of a narrow range are counted rather than sorted; text goes through a dictionary.

    Raises:
        Refusal: a value that is missing (None or NaN), or that is no column.
    """
    if isinstance(values, Levels):
        return Levels(values.codes.astype(np.intp, copy=False), values.labels)
    given: NDArray[Any] = np.asarray(values)
    if given.ndim != 1:
        raise Refusal(f"{name} must be one column", field=name)
    if given.dtype.kind in "iub":
        return _whole(given)
    if given.dtype.kind == "f":
        if np.isnan(given).any():
            raise Refusal(f"{name} must not be missing", field=name)
        labels, codes = np.unique(given, return_inverse=True)
        return Levels(codes, labels)
    return _named(given, name)


def _whole(given: NDArray[Any]) -> Levels:
    if given.dtype.kind == "b":
        found = np.flatnonzero(np.array([not given.all(), given.any()], dtype=bool))
        codes = given.astype(np.intp) if len(found) == 2 else np.zeros(len(given), np.intp)
        return Levels(codes, found.astype(bool))
    least, most = (int(given.min()), int(given.max())) if len(given) else (0, 0)
    if most - least > 4 * len(given) + 65536:
        labels, codes = np.unique(given, return_inverse=True)
        return Levels(codes, labels)
    shifted = (given if least == 0 else given - least).astype(np.intp, copy=False)
    codes, present = compact(shifted, most - least + 1)
    return Levels(codes, (present + least).astype(given.dtype))


def _named(given: NDArray[Any], name: str) -> Levels:
    seen: dict[Any, int] = {}
    codes = np.fromiter(
        (seen.setdefault(value, len(seen)) for value in given.tolist()), np.intp, len(given)
    )
    if any(value is None or value != value for value in seen):
        raise Refusal(f"{name} must not be missing", field=name)
    try:
        ordered = sorted(seen)
    except TypeError:
        ordered = sorted(seen, key=str)
    place = np.empty(len(seen), np.intp)
    for index, value in enumerate(ordered):
        place[seen[value]] = index
    labels = np.empty(len(ordered), object)
    labels[:] = ordered
    return Levels(place[codes], labels if given.dtype == object else labels.astype(given.dtype))


def compact(keys: Codes, size: int) -> tuple[Codes, Codes]:
    """Keys from 0 to ``size`` renumbered without gaps; and the keys that there are, ascending."""
    if size > 4 * len(keys) + 65536:
        present, codes = np.unique(keys, return_inverse=True)
        return codes, present
    there = np.zeros(size, dtype=bool)
    there[keys] = True
    if there.all():
        return keys, np.arange(size)
    return (np.cumsum(there) - 1)[keys], np.flatnonzero(there)


def crossed(*variables: Levels) -> Levels:
    """The combinations of several variables that there are, the first varying slowest."""
    if len(variables) == 1:
        return variables[0]
    keys, size = variables[0].codes, len(variables[0].labels)
    for variable in variables[1:]:
        if size * len(variable.labels) > np.iinfo(np.int64).max:
            raise Refusal("these variables have too many combinations")
        keys = keys * len(variable.labels) + variable.codes
        size *= len(variable.labels)
    codes, present = compact(keys, size)
    labels = np.empty((len(present), len(variables)), object)
    for column in reversed(range(len(variables))):
        kinds = variables[column].labels
        labels[:, column] = kinds[present % len(kinds)]
        present = present // len(kinds)
    return Levels(codes, labels)
