"""Several published tables tell no small number together: attacked by linear programming."""

from dataclasses import replace
from datetime import date
from itertools import product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as some
from scipy.optimize import linprog

from anmin.kernel.errors import Refusal
from anmin.measures.published import tables_of
from anmin.measures.suppression import ANY, hidden_keys
from anmin.measures.together import cells_of, hidden_together, possible

MINIMUM = WIDTH = 10
TABLES = ((0, 1), (0, 2), (1, 2))
"""By town and category, by town and month, by category and month: with all sums of each."""


def attacked(atoms, hidden, tables=TABLES):
    """The range of each small cell, written anew and without the code that decides what to hide."""
    cells = cells_of(atoms, tables)
    places = list(product(*[sorted({atom[at] for atom in atoms}) for at in range(3)]))

    def row(key):
        return [float(all(k in (ANY, v) for k, v in zip(key, one, strict=True))) for one in places]

    # Shown numbers, and, hidden or not, that there is nothing where there is nothing.
    known = [key for key, size in cells.items() if key not in hidden or not size]
    equations = {"A_eq": [row(key) for key in known], "b_eq": [cells[key] for key in known]}
    for key, size in cells.items():
        if 0 < size < MINIMUM:
            assert key in hidden
            low, high = (linprog(sign * np.array(row(key)), **equations) for sign in (1, -1))
            yield key, (low.fun, float("inf") if high.status == 3 else -high.fun)


sizes = some.sampled_from([0, 0, 1, 2, 4, 9, 14, 30])


@some.composite
def counted(draw):
    places = list(product(range(3), range(2), range(2)))
    found = draw(some.lists(sizes, min_size=12, max_size=12))
    return dict(zip(places, found, strict=True))


@settings(deadline=None, max_examples=12)
@given(counted())
def test_of_every_small_cell_a_wide_range_stays_possible(atoms):
    hidden = hidden_together(atoms, TABLES, minimum=MINIMUM, width=WIDTH)
    for key, (low, high) in attacked(atoms, hidden):
        assert high - low >= WIDTH - 1e-6, (key, low, high)


def test_tables_that_are_safe_alone_are_not_safe_together():
    """The reason for all this: each of three tables is protected by itself, and 3 is told as 0 to 6."""
    sizes = (12, 12, 12, 3, 15, 0, 0, 12, 3, 30, 0, 3, 0, 30, 40, 30, 3, 0)
    atoms = dict(zip(product(range(3), range(3), range(2)), sizes, strict=True))
    alone = set()
    for table in TABLES:
        part = {}
        for atom, size in atoms.items():
            key = tuple(atom[at] for at in table)
            part[key] = part.get(key, 0) + size
        for key in hidden_keys(part, MINIMUM):
            whole = [ANY] * 3
            for at, value in zip(table, key, strict=True):
                whole[at] = value
            alone.add(tuple(whole))
    assert dict(attacked(atoms, alone))[2, 2, ANY] == pytest.approx((0, 6))
    together = hidden_together(atoms, TABLES, minimum=MINIMUM, width=WIDTH)
    assert all(high - low >= WIDTH - 1e-6 for _key, (low, high) in attacked(atoms, together))


def test_nothing_is_hidden_without_need_and_the_same_figures_hide_the_same():
    large = dict.fromkeys(product(range(2), range(2), range(2)), 20)
    assert hidden_together(large, TABLES, minimum=MINIMUM, width=WIDTH) == set()
    assert hidden_together({}, TABLES, minimum=MINIMUM, width=WIDTH) == set()
    atoms = large | {(0, 0, 0): 1, (0, 0, 1): 2}
    hidden = hidden_together(atoms, TABLES, minimum=MINIMUM, width=WIDTH)
    assert (0, 0, ANY) in hidden
    assert (ANY, ANY, ANY) not in hidden
    turned = dict(reversed(atoms.items()))
    assert hidden_together(turned, TABLES, minimum=MINIMUM, width=WIDTH) == hidden


def test_what_was_shown_stays_and_what_was_hidden_stays_hidden():
    """Month after month: a year's sum may not give away the month that was withheld."""
    towns = {("A", 1): 3, ("A", 2): 25, ("B", 1): 40, ("B", 2): 30, ("C", 1): 18, ("C", 2): 22}
    first = {key: size for key, size in towns.items() if key[1] == 1}
    withheld = hidden_together(first, [(0, 1)], minimum=MINIMUM, width=WIDTH) - {
        (name, ANY) for name in "ABC"
    }
    assert ("A", 1) in withheld
    shown = {(name, 1) for name in "ABC"} - withheld
    hidden = hidden_together(
        towns, [(0, 1)], minimum=MINIMUM, width=WIDTH, shown=shown, hidden=withheld
    )
    assert withheld <= hidden
    assert not shown & hidden
    cells = cells_of(towns, [(0, 1)])
    low, high = possible(cells, hidden, ("A", 1))
    assert high - low >= WIDTH
    # A town's February and its two months together would tell January.
    assert {("A", 2), ("A", ANY)} & hidden


def test_what_cannot_be_protected_any_more_is_refused():
    towns = {("A", 1): 3, ("B", 1): 40}
    everything = frozenset(cells_of(towns, [(0, 1)])) - {("A", 1), ("A", ANY)}
    with pytest.raises(Refusal):
        hidden_together(towns, [(0, 1)], minimum=MINIMUM, width=WIDTH, shown=everything)
    with pytest.raises(Refusal):
        hidden_together(towns, [(0, 1)], minimum=MINIMUM, width=WIDTH, shown=frozenset({("A", 1)}))


# --- from the lake ------------------------------------------------------------------------------


def counted_hard(found):
    """The small counts that can be told from what is shown, by units and months."""
    cells = {**found.shown, **dict.fromkeys(found.hidden, 0)}
    return [key for key, size in cells.items() if 0 < size < MINIMUM and key not in found.hidden]


def test_tables_from_the_lake_hide_together_and_month_after_month(quarter):
    """Unit C has three calls in April: neither April nor the quarter's table gives them away."""
    april = tables_of("number", [("unit",), ("category",)], date(2026, 4, 1), date(2026, 4, 30))
    units = april.table("unit")
    assert units["C",] is None
    assert units["A",] == 60
    assert sum(one is None for one in units.values()) >= 2
    spring = (date(2026, 3, 1), date(2026, 4, 30))
    both = tables_of("number", [("unit", "month")], *spring, before=[april])
    table = both.table("unit", "month")
    assert table["A", "2026-04"] == 60  # what was shown stays shown
    assert table["C", "2026-04"] is None  # what was hidden stays hidden
    assert both.table("unit")["C",] is None  # and no sum gives it away
    assert counted_hard(both) == counted_hard(april) == []
    assert (both.cutoff, both.revision) == (quarter.cutoff, quarter.revision)
    with pytest.raises(Refusal, match="single months"):
        tables_of("number", [("unit",)], *spring, before=[april])
    with pytest.raises(Refusal, match="Only counts"):
        tables_of("satisfaction", [("unit",)], *spring)
    changed = replace(april, shown={**april.shown, ("A", ANY): 59})
    with pytest.raises(Refusal, match="have changed"):
        tables_of("number", [("unit", "month")], *spring, before=[changed])
