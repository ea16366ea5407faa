"""Cells for public points: each stands for at least so many known addresses, or is not there.

The plane is cut into fixed tiles, a tile into halves by turns from west to east and from south to
north, and so on: the lines never depend on anybody's address. A half is a cell of its own only
when it has enough addresses; a half that has not goes as a whole to the cell of the other half
that lies nearest to its middle. A tile that has not enough has no cell.

Why two pictures give nothing away: with one more address every cell stays as it is or falls into
cells that have enough addresses each (`locate` says why). So whatever is added to or taken from
the numbers of cells, of any of these days, stands for whole cells, never for fewer addresses.
"""

from bisect import bisect_left
from collections import Counter
from collections.abc import Iterable
from typing import Final, NamedTuple

from anmin.kernel.errors import Refusal

TILES: Final = 512
"""Tiles around the Earth, each 45/64 of a degree wide and high: 78 km up, and less across."""
TILE_METRES: Final = 78_271.5
"""How far a tile reaches from south to north."""

type Point = tuple[float, float]
"""Longitude and latitude in degrees."""


class Cell(NamedTuple):
    """The core of a cell, in degrees: it has enough addresses by itself, and its point stands in it."""

    west: float
    south: float
    east: float
    north: float

    @property
    def middle(self) -> Point:
        """Where its point stands."""
        return (self.west + self.east) / 2, (self.south + self.north) / 2


class Cells:
    """The cells of some addresses, by their longitude and latitude in degrees.

    Addresses at one spot count once: all flats of a house are one. No cell is halved to less than
    ``smallest`` metres from south to north.

    Raises:
        Refusal: ``least`` or ``smallest`` below 1.
    """

    def __init__(self, addresses: Iterable[Point], least: int, smallest: int) -> None:
        if least < 1 or smallest < 1:
            raise Refusal("cells need at least one address and one metre")
        self._least = least
        self._halvings = max(int(TILE_METRES / smallest).bit_length() - 1, 0)
        self._depth = 2 * self._halvings
        spots = {(round(x, 6), round(y, 6)) for x, y in addresses}
        self._codes = sorted(self._code(*spot) for spot in spots)
        self._cores: dict[int, tuple[int, int] | None] = {}

    def cell(self, longitude: float, latitude: float) -> Cell | None:
        """The cell in which a point lies; nothing where too few addresses are known."""
        core = self._core(self._code(longitude, latitude))
        return None if core is None else self._box(*core)

    def count(self, points: Iterable[Point]) -> tuple[dict[Cell, int], int]:
        """How many of the points lie in each cell that has one, and how many in none."""
        found = Counter(self.cell(*point) for point in points)
        nowhere = found.pop(None, 0)
        return {cell: found[cell] for cell in sorted(filter(None, found))}, nowhere

    def addresses(self) -> dict[Cell, int]:
        """Every cell with how many addresses it has."""
        found = Counter(core for core in map(self._core, self._codes) if core is not None)
        return {self._box(*core): number for core, number in sorted(found.items())}

    # --- the halves -----------------------------------------------------------------------------

    def _code(self, longitude: float, latitude: float) -> int:
        """Tile and halves of a point as one number: its first bits name every half it lies in."""
        side = 360 / TILES / (1 << self._halvings)
        x = int((longitude + 180) / side) % (TILES << self._halvings)
        y = min(max(int((latitude + 90) / side), 0), (TILES // 2 << self._halvings) - 1)
        return self._interleaved(x, y)

    def _interleaved(self, x: int, y: int) -> int:
        code = (x >> self._halvings) * TILES + (y >> self._halvings)
        for bit in reversed(range(self._halvings)):
            code = code << 2 | (x >> bit & 1) << 1 | (y >> bit & 1)
        return code

    def _corner(self, half: int, depth: int) -> tuple[int, int, int, int]:
        """West and south of a half, its width and height, in the smallest steps."""
        code = half << (self._depth - depth)
        tile = code >> self._depth
        x, y = divmod(tile, TILES)
        for bit in reversed(range(self._halvings)):
            x = x << 1 | (code >> 2 * bit + 1 & 1)
            y = y << 1 | (code >> 2 * bit & 1)
        across, up = (depth + 1) // 2, depth // 2
        return x, y, 1 << self._halvings - across, 1 << self._halvings - up

    def _enough(self, half: int, depth: int) -> bool:
        left = self._depth - depth
        first = bisect_left(self._codes, half << left)
        return bisect_left(self._codes, half + 1 << left, lo=first) - first >= self._least

    def _core(self, code: int) -> tuple[int, int] | None:
        if code not in self._cores:
            self._cores[code] = self._locate(code)
        return self._cores[code]

    def _locate(self, code: int) -> tuple[int, int] | None:
        """The half with enough addresses, of which no half has, to which a point belongs.

        One more address makes ``_enough`` true of some half for which it was not, never the
        reverse. Where both halves had enough, nothing changes here. Where one had not, it went to
        one cell of its neighbour as a whole, whatever the point in it; now it is a cell, or cells,
        of its own, and what is left of the other has lost no more than it. So cells only fall apart.
        """
        depth, half = 0, code >> self._depth
        if not self._enough(half, depth):
            return None
        while depth < self._depth:
            own = half << 1 | code >> self._depth - depth - 1 & 1
            other, depth = own ^ 1, depth + 1
            if self._enough(own, depth):
                half = own
            elif self._enough(other, depth):
                code, half = self._nearest(own, other, depth), other
            else:
                return half, depth - 1
        return half, depth

    def _nearest(self, small: int, other: int, depth: int) -> int:
        """The code of the smallest step of the other half that is nearest to the middle of this one."""
        x, y, wide, high = self._corner(small, depth)
        west, south, width, height = self._corner(other, depth)
        return self._interleaved(
            min(max(x + wide // 2, west), west + width - 1),
            min(max(y + high // 2, south), south + height - 1),
        )

    def _box(self, half: int, depth: int) -> Cell:
        x, y, wide, high = self._corner(half, depth)
        side = 360 / TILES / (1 << self._halvings)
        return Cell(x * side - 180, y * side - 90, (x + wide) * side - 180, (y + high) * side - 90)
