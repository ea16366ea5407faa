"""Which cells of a breakdown stay hidden, so that no small cell can be read or reckoned.

A cell from fewer records than the minimum is hidden. Who knows the total, or the sums along one
dimension, could reckon it from its neighbours, so further cells are hidden until that fails. The
reader is taken to know every cell and sum that is shown, that none is negative, where there are
no records at all, and linear algebra.

In detail: unknown are the hidden cells and sums that are not empty; each sum gives the equation
"its parts make the sum". With A the equations by the unknowns, an unknown is determined exactly
when its leverage, its place on the diagonal of A⁺A, is 1; no small one may be. The hidden parts
of a sum that is shown should moreover make at least the minimum together, where there is
something left to hide, or they would be a small cell of their own.

It protects one breakdown with its sums, and hides in it what coarser breakdowns hide. Whoever may
ask for any period and filter can still take differences; what is published is therefore a fixed
set of tables.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from enum import Enum
from itertools import chain
from typing import Final

import numpy as np
from django.utils.translation import gettext as _

from anmin.kernel.errors import Refusal

type Key = tuple[object, ...]
type Line = tuple[Key, int]
"""A sum and the dimension along which its parts lie."""


class Summed(Enum):
    """What stands in the key of a sum for a dimension that was summed over."""

    ANY = "any"


ANY: Final = Summed.ANY

MOST_EQUATIONS: Final = 2500
"""More than these at once would take many seconds: the work grows with their third power."""


def with_sums(cells: Mapping[Key, int]) -> dict[Key, int]:
    """The cells and every sum of them: along each dimension, and the total."""
    sums: dict[Key, int] = defaultdict(int)
    for key, size in cells.items():
        for whole in wholes_of(key):
            sums[whole] += size
    return dict(sums)


def wholes_of(key: Key) -> list[Key]:
    """The cell itself and every sum that it is in, the total last."""
    wholes = [key]
    for dimension in range(len(key)):
        wholes += [_summed(whole, dimension) for whole in wholes]
    return wholes


def hidden_keys(cells: Mapping[Key, int], minimum: int) -> set[Key]:
    """The keys to hide, of cells and of sums.

    ``cells`` gives, for every cell by its values along the dimensions, from how many records its
    figure comes. Empty ones are hidden with the small ones, unless there are no small ones.

    Raises:
        Refusal: the breakdown is too large to be protected.
    """
    hidden = _protected(cells, minimum)
    return (
        hidden | {key for key, size in with_sums(cells).items() if not size} if hidden else hidden
    )


def _protected(cells: Mapping[Key, int], minimum: int) -> set[Key]:
    if not any(0 < size < minimum for size in cells.values()):
        return set()
    breakdown = _Breakdown({key: size for key, size in cells.items() if size}, minimum)
    for dimension in range(len(breakdown.top)):
        coarser: dict[Key, int] = defaultdict(int)
        for key, size in cells.items():
            coarser[key[:dimension] + key[dimension + 1 :]] += size
        breakdown.hidden |= {
            (*key[:dimension], ANY, *key[dimension:]) for key in _protected(coarser, minimum)
        }
    while breakdown.hide_more():
        pass
    return breakdown.hidden


class _Breakdown:
    """The cells that are not empty, with all their sums, and which of them are hidden so far."""

    def __init__(self, cells: Mapping[Key, int], minimum: int) -> None:
        self._minimum = minimum
        self._cells = cells
        self._sizes = with_sums(cells)
        self._parts: dict[Line, list[Key]] = defaultdict(list)
        for key in sorted(self._sizes, key=repr):
            for line in _lines_of(key):
                self._parts[line].append(key)
        self.top: Key = (ANY,) * len(next(iter(cells), ()))
        self.hidden = {key for key, size in self._sizes.items() if size < minimum}

    def hide_more(self) -> bool:
        """Hide something against reckoning; False when nothing need be."""
        before = len(self.hidden)
        if self.top in self.hidden:
            return False
        for (whole, _dimension), parts in self._parts.items():
            while whole not in self.hidden and self._gives_away(parts):
                if not self._hide_best(self._cells.keys() & parts):
                    break
        if len(self.hidden) > before:
            return True
        determined = self._determined()
        if all(self._sizes[key] >= self._minimum for key in determined):
            return False
        near = chain.from_iterable(map(self._near, determined))
        return any(map(self._hide_best, (near, self._cells, self._sizes)))

    def _gives_away(self, parts: list[Key]) -> bool:
        return 0 < sum(self._sizes[part] for part in parts if part in self.hidden) < self._minimum

    def _near(self, key: Key) -> list[Key]:
        """The cells that share a sum with this cell, or that make this sum."""
        if key in self._cells:
            return [part for line in _lines_of(key) for part in self._parts[line]]
        return [
            cell
            for cell in self._cells
            if all(value in (ANY, own) for value, own in zip(key, cell, strict=True))
        ]

    def _hide_best(self, keys: Iterable[Key]) -> bool:
        """Hide the key that costs least; False when none of them would help.

        It does not help to hide the only part of a sum that is shown. Best is what lies in sums
        with hidden parts already, and so calls for no further ones, then what is small.
        """
        shown = [key for key in keys if key not in self.hidden and not self._idle(key)]
        if shown:
            self.hidden.add(min(shown, key=self._cost))
        return bool(shown)

    def _idle(self, key: Key) -> bool:
        return key == self.top or any(len(self._parts[line]) == 1 for line in self._open(key))

    def _cost(self, key: Key) -> tuple[int, int, str]:
        new = sum(self.hidden.isdisjoint(self._parts[line]) for line in self._open(key))
        return new, self._sizes[key], repr(key)

    def _open(self, key: Key) -> list[Line]:
        return [line for line in _lines_of(key) if line[0] not in self.hidden]

    def _determined(self) -> list[Key]:
        """The hidden keys whose size follows from what is shown."""
        from scipy import sparse  # a fifth of a second that most breakdowns need not spend
        from scipy.sparse import csgraph

        column = {key: number for number, key in enumerate(sorted(self.hidden, key=repr))}
        equations = [
            [(column[key], -1 if key == whole else 1) for key in (*parts, whole) if key in column]
            for (whole, _dimension), parts in self._parts.items()
        ]
        terms = [(row, *term) for row, line in enumerate(filter(None, equations)) for term in line]
        if not terms:
            return []
        rows, columns, values = np.array(terms).T
        system = sparse.csr_array((values.astype(float), (rows, columns)))
        leverage = np.zeros(len(column))
        groups, group_of = csgraph.connected_components(system @ system.T)
        for group in range(groups):
            block = system[group_of == group]
            if block.shape[0] > MOST_EQUATIONS:
                raise Refusal(
                    _("This breakdown has too many small cells to be shown; use fewer dimensions.")
                )
            inside = np.unique(block.indices)
            block = block[:, inside]
            inverse = np.linalg.pinv((block @ block.T).toarray(), rcond=1e-10, hermitian=True)
            leverage[inside] = ((block.T @ inverse) * block.T.toarray()).sum(axis=1)
        return [key for key, number in column.items() if leverage[number] > 1 - 1e-6]


def _lines_of(key: Key) -> list[Line]:
    """The sums of which this is a part."""
    return [(_summed(key, i), i) for i, value in enumerate(key) if value is not ANY]


def _summed(key: Key, dimension: int) -> Key:
    return (*key[:dimension], ANY, *key[dimension + 1 :])
