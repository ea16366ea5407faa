"""Public points: no cell of fewer addresses than the rule, and none to be had by comparing two."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as some

from anmin.places.cells import TILES, Cells

LEAST = 8
STEP = 360 / TILES / 8
"""The smallest cell of these tests: an eighth of a tile."""
SMALLEST = 9_000
"""Metres: three halvings each way."""
STEPS = [(x, y) for x in range(16) for y in range(8)]
"""Two tiles side by side."""


def at(step: tuple[int, int]) -> tuple[float, float]:
    """The middle of a smallest cell, near 瑞安."""
    return 120.234375 + (step[0] + 0.5) * STEP, 27.421875 + (step[1] + 0.5) * STEP


@some.composite
def homes(draw: some.DrawFn) -> list[tuple[float, float]]:
    """Some clusters of addresses, many just below or at the rule, each address at a spot of its own."""
    clusters = some.dictionaries(
        some.sampled_from(STEPS), some.sampled_from([1, 3, 7, 7, 8, 8, 20]), max_size=9
    )
    return [near(step, number) for step, many in draw(clusters).items() for number in range(many)]


def near(step: tuple[int, int], number: int) -> tuple[float, float]:
    """One of many spots in a smallest cell."""
    x, y = at(step)
    return x + number * 1e-4, y


def parts(addresses: list[tuple[float, float]]) -> dict[tuple[int, int], object]:
    """To which cell each step of the plane belongs."""
    cells = Cells(addresses, LEAST, SMALLEST)
    return {step: cells.cell(*at(step)) for step in STEPS}


@settings(deadline=None, max_examples=30)
@given(homes())
def test_no_cell_has_fewer_addresses_than_the_rule(addresses):
    cells = Cells(addresses, LEAST, SMALLEST)
    known = cells.addresses()
    assert all(number >= LEAST for number in known.values())
    assert set(known) == set(parts(addresses).values()) - {None}
    # What is drawn of a cell has itself that many: the point does not stand for fewer.
    for one in known:
        inside = [
            spot
            for spot in addresses
            if one.west <= spot[0] < one.east and one.south <= spot[1] < one.north
        ]
        assert len(inside) >= LEAST


@settings(deadline=None, max_examples=20)
@given(homes(), some.randoms(use_true_random=False))
def test_neither_the_order_nor_a_second_mention_changes_anything(addresses, random):
    shuffled = [*addresses, *addresses[:5]]
    random.shuffle(shuffled)
    assert parts(shuffled) == parts(addresses)


def assert_only_falls_apart(addresses: list[tuple[float, float]], step: tuple[int, int]) -> None:
    x, y = at(step)
    before, after = parts(addresses), parts([*addresses, (x, y + 1e-4)])
    belonged: dict[object, set[object]] = {}
    for one in STEPS:
        belonged.setdefault(after[one], set()).add(before[one])
    assert all(len(one) == 1 for cell, one in belonged.items() if cell is not None)
    # What was shown stays shown.
    assert all(before[one] is None for one in STEPS if after[one] is None)


@settings(deadline=None, max_examples=60)
@given(homes(), some.sampled_from(STEPS))
def test_one_more_address_only_lets_cells_fall_apart(addresses, step):
    """So what two pictures tell together is about whole cells of the later one, never about less."""
    assert_only_falls_apart(addresses, step)


@pytest.mark.parametrize("step", [(4, 0), (5, 1), (7, 7)])
def test_a_half_that_comes_to_have_enough_was_never_torn(step):
    """Its points were not shared out among the two cells beside it, by which seven could be told."""
    beside = [near(part, number) for part in ((3, 1), (3, 6)) for number in range(8)]
    thin = [near((4, 3), number) for number in range(4)]
    thin += [near((4, 4), number) for number in range(3)]
    assert_only_falls_apart([*beside, *thin], step)
    cells = Cells([*beside, *thin], LEAST, SMALLEST)
    assert sorted(cells.addresses().values()) == [8, 15]


def test_counts_are_whole_and_what_lies_nowhere_is_said():
    here, lonely = [at((0, 0))] * 3, at((12, 3))
    addresses = [near((0, 0), number) for number in range(8)]
    cells = Cells(addresses, LEAST, SMALLEST)
    counts, nowhere = cells.count([*here, lonely])
    assert (list(counts.values()), nowhere) == ([3], 1)
    (cell,) = counts
    assert abs(cell.north - cell.south - STEP) < 1e-9
    assert Cells(addresses[:7], LEAST, SMALLEST).count(here) == ({}, 3)


def test_the_thin_half_goes_to_its_neighbour_as_a_whole():
    """Seven houses across the line are shown with those beside them; the eighth makes a cell."""
    west = [near((3, 2), number) for number in range(8)]
    east = [near((4, 2), number) for number in range(8)]
    cells = Cells([*west, *east[:7]], LEAST, SMALLEST)
    assert cells.cell(*west[0]) == cells.cell(*east[0]) == cells.cell(*at((7, 7)))
    assert list(cells.addresses().values()) == [15]
    parted = Cells([*west, *east], LEAST, SMALLEST)
    assert sorted(parted.addresses().values()) == [8, 8]
    assert parted.cell(*west[0]) != parted.cell(*east[0])
