"""Cells around known points: whoever stands in one is nearest to its point."""

import math

from hypothesis import given, settings
from hypothesis import strategies as some

from anmin.places.geometry import check, contains, surface
from anmin.places.voronoi import cells

degrees = some.tuples(
    some.floats(120.2, 121.3).map(lambda x: round(x, 4)),
    some.floats(27.5, 28.0).map(lambda y: round(y, 4)),
)


@settings(deadline=None, max_examples=40)
@given(some.lists(degrees, min_size=1, max_size=30, unique=True), degrees)
def test_a_point_lies_in_the_cell_of_what_is_nearest(points, somewhere):
    known = {f"{at:03}": point for at, point in enumerate(points)}
    found = cells(known)
    assert found.keys() == known.keys()
    shrink = math.cos(math.radians(sum(y for _x, y in points) / len(points)))

    def apart(code):
        x, y = known[code]
        return math.hypot((x - somewhere[0]) * shrink, y - somewhere[1])

    for code, shape in found.items():
        assert contains(shape, *known[code])
        if contains(shape, *somewhere):
            assert apart(code) <= min(map(apart, known)) + 1e-5
    assert cells(dict(reversed(known.items()))) == found


def test_one_place_two_at_the_same_spot_and_none():
    assert cells({}) == {}
    (shape,) = cells({"a": (120.6, 27.7)}).values()
    check(shape)
    assert surface(shape[0][0]) > 0
    assert list(cells({"b": (120.6, 27.7), "a": (120.6, 27.7)})) == ["a"]
    in_a_row = cells({str(at): (120 + at / 10, 27.0) for at in range(5)})
    assert len(in_a_row) == 5
