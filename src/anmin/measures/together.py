"""What stays hidden in tables that are published side by side, or one after the other.

`suppression` protects one breakdown with its sums. Several of the same records (by town and
category, by town and month, by category and month) tell more together: each gives sums over what
the others part. Here all of them are one question. The reader is taken to know every number that
is shown in any table, now or before, where there is nothing at all, and that no count is below
nought; of every small cell there must then remain a range of possible values at least ``width``
wide. The widest range is found by linear programming, exactly as an attacker would.

The records behind all tables are counted by all of their dimensions: an *atom* is a combination of
values, a *cell* a sum of atoms, its key with `ANY` where a dimension is summed over.
"""

from collections.abc import Collection, Mapping, Sequence, Set
from itertools import combinations, product
from typing import Any, Final

import numpy as np
from django.utils.translation import gettext as _

from anmin.kernel.errors import Refusal
from anmin.measures.suppression import ANY, Key, hidden_keys

MOST_ATOMS: Final = 60_000
"""More combinations than these would take minutes to look at."""
HARDLY: Final = 1e-6


def cells_of(atoms: Mapping[Key, int], tables: Sequence[Collection[int]]) -> dict[Key, int]:
    """Every cell and sum of the tables; a table is the positions of its dimensions."""
    wide = len(next(iter(atoms), ()))
    shapes = {
        frozenset(kept)
        for table in tables
        for number in range(len(set(table)) + 1)
        for kept in combinations(sorted(set(table)), number)
    }
    cells: dict[Key, int] = {}
    for shape in sorted(shapes, key=sorted):
        for values in product(
            *(_values(atoms, at) if at in shape else [ANY] for at in range(wide))
        ):
            cells[values] = 0
    for atom, size in atoms.items():
        for shape in shapes:
            cells[_cell(atom, shape)] += size
    return cells


def hidden_together(
    atoms: Mapping[Key, int],
    tables: Sequence[Collection[int]],
    *,
    minimum: int,
    width: int,
    shown: Set[Key] = frozenset(),
    hidden: Set[Key] = frozenset(),
) -> set[Key]:
    """The cells that the tables must not show, so that no small one can be told from all of them.

    ``shown`` are cells that were published before and cannot be taken back, ``hidden`` those that
    were withheld then and stay so. Empty cells are hidden with the small ones, unless none is small.

    Raises:
        Refusal: too many combinations; or what was published before gives a small cell away
            whatever is hidden now.
    """
    if not atoms:
        return set()
    cells = cells_of(atoms, tables)
    held = set(hidden & cells.keys())
    for table in tables:
        held |= _alone(atoms, sorted(set(table)), minimum)
    held -= shown
    small = {key for key, size in cells.items() if 0 < size < minimum}
    if small & shown:
        raise _given_away()
    if not small | held:
        return set()
    ranges = _Ranges(cells)
    while (told := ranges.first_told(held, small, width)) is not None:
        more = [key for key in told if key not in shown]
        if not more:
            raise _given_away()
        held.add(min(more, key=lambda key: (key.count(ANY), cells[key], repr(key))))
    return held | ({key for key, size in cells.items() if not size} - shown)


def possible(cells: Mapping[Key, int], hidden: Set[Key], key: Key) -> tuple[float, float]:
    """The least and the most that a cell can be for somebody who sees all that is not hidden."""
    return _Ranges(cells).of(hidden, key)


def _values(atoms: Mapping[Key, int], at: int) -> list[object]:
    return sorted({atom[at] for atom in atoms}, key=repr)


def _cell(atom: Key, kept: Collection[int]) -> Key:
    return tuple(value if at in kept else ANY for at, value in enumerate(atom))


def _alone(atoms: Mapping[Key, int], table: Sequence[int], minimum: int) -> set[Key]:
    """What one table hides by itself, its empty cells aside."""
    sizes: dict[Key, int] = {}
    for atom, size in atoms.items():
        key = tuple(atom[at] for at in table)
        sizes[key] = sizes.get(key, 0) + size
    wide = len(next(iter(atoms)))
    found = set()
    for key in hidden_keys(sizes, minimum):
        whole: list[object] = [ANY] * wide
        for at, value in zip(table, key, strict=True):
            whole[at] = value
        found.add(tuple(whole))
    return found


def _given_away() -> Refusal:
    return Refusal(
        _("What was published before would give away a small number beside these figures.")
    )


class _Ranges:
    """What can be reckoned from the cells that are shown."""

    def __init__(self, cells: Mapping[Key, int]) -> None:
        self._cells = cells
        empty = {key for key, size in cells.items() if not size}
        wide = len(next(iter(cells)))
        values = [
            sorted({key[at] for key in cells if key[at] is not ANY}, key=repr) or [ANY]
            for at in range(wide)
        ]
        number = 1
        for one in values:
            number *= len(one)
        if number > MOST_ATOMS:
            raise Refusal(_("These tables have too many combinations to be protected together."))
        shapes = {tuple(value is not ANY for value in key) for key in cells}
        self._atoms: list[Key] = []
        self._of: dict[Key, list[int]] = {key: [] for key in cells}
        for atom in product(*values):
            whole = [_cell(atom, [at for at, own in enumerate(one) if own]) for one in shapes]
            if empty.isdisjoint(whole):  # where there is nothing, everybody knows that
                for key in whole:
                    self._of[key].append(len(self._atoms))
                self._atoms.append(atom)

    def of(self, hidden: Set[Key], key: Key) -> tuple[float, float]:
        """The least and the most that a cell can be."""
        low, _least, _told = self._bound(self._known(hidden), key, 1.0)
        high, _most, _told = self._bound(self._known(hidden), key, -1.0)
        return low, high

    def first_told(self, hidden: Set[Key], small: Set[Key], width: int) -> list[Key] | None:
        """The shown cells by which the first small cell is told too narrowly; None if none is."""
        known = self._known(hidden)
        seen: dict[Key, tuple[float, float]] = {}
        for key in sorted(small, key=lambda key: (self._cells[key], repr(key))):
            ends: list[float] = []
            told: list[Key] = []
            if _wide(seen.get(key), width):
                continue
            for sign in (1.0, -1.0):
                end, point, by = self._bound(known, key, sign)
                ends.append(end)
                told += by
                if point is not None:  # what is possible for one is possible for all
                    self._see(point, small, seen)
            if ends[1] - ends[0] < width - HARDLY:
                return told or list(known[0])
        return None

    def _see(self, point: Any, small: Set[Key], seen: dict[Key, tuple[float, float]]) -> None:
        for key in small:
            value = float(point[self._of[key]].sum())
            low, high = seen.get(key, (value, value))
            seen[key] = min(low, value), max(high, value)

    def _known(self, hidden: Set[Key]) -> tuple[list[Key], Any, Any]:
        """The equations of what is shown: which cells, their atoms, their sizes."""
        from scipy import sparse

        shown = [key for key, size in self._cells.items() if size and key not in hidden]
        rows = [at for at, key in enumerate(shown) for _atom in self._of[key]]
        columns = [atom for key in shown for atom in self._of[key]]
        system = sparse.csr_array(
            (np.ones(len(rows)), (rows, columns)), shape=(len(shown), len(self._atoms))
        )
        return shown, system, np.array([self._cells[key] for key in shown], dtype=float)

    def _bound(
        self, known: tuple[list[Key], Any, Any], key: Key, sign: float
    ) -> tuple[float, Any, list[Key]]:
        """The least (sign 1) or most (-1) of a cell, where that is so, and what keeps it there."""
        from scipy.optimize import linprog

        shown, system, sizes = known
        goal = np.zeros(len(self._atoms))
        goal[self._of[key]] = sign
        if not shown:
            return (0.0 if sign > 0 else float("inf")), None, []
        found = linprog(goal, A_eq=system, b_eq=sizes, method="highs")
        if found.status == 3:  # no end
            return float("inf"), None, []
        if found.status != 0:
            raise Refusal(_("What is possible in these tables cannot be worked out."))
        held = np.flatnonzero(np.abs(found.eqlin.marginals) > HARDLY)
        return sign * float(found.fun or 0.0), found.x, [shown[at] for at in held]


def _wide(seen: tuple[float, float] | None, width: int) -> bool:
    return seen is not None and seen[1] - seen[0] >= width - HARDLY
