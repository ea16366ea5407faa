"""Who is whose neighbour, as a sparse matrix of weights.

Row i holds the weights of the neighbours of area i, in the order of the areas given. Weights are
1 (binary), or share one among the neighbours of a row (`row_standardised`).

An area without neighbours is kept: its row is empty, it counts in means and variances, it adds
nothing to sums over pairs, and it has no local statistic of its own (NaN).
"""

from collections.abc import Hashable, Sequence

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import sparse
from scipy.spatial import cKDTree

from anmin.kernel.errors import Refusal
from anmin.stats.arguments import positive, whole
from anmin.stats.coordinates import EQUALLY_FAR, coordinates, positions, straight

type Ints = NDArray[np.int64]
type Weights = sparse.csr_array

AS_FAR = 1 + EQUALLY_FAR


def from_pairs[Id: Hashable](
    ids: Sequence[Id], first: Sequence[Id], second: Sequence[Id]
) -> Weights:
    """Binary weights of areas ``ids`` (n) from pairs of neighbours, which count both ways.

    It does not matter whether a pair is listed once, twice, or in both directions.

    Raises:
        Refusal: an id that is there twice, a pair of an area with itself or with one that is not
            among the areas, columns of different length.
    """
    place = _places(ids)
    if len(first) != len(second):
        raise Refusal(f"the columns differ in length: {len(first)}, {len(second)}", field="pairs")
    ends = np.empty((len(first), 2), np.int64)
    for row, pair in enumerate(zip(first, second, strict=True)):
        for end, one in enumerate(pair):
            if one not in place:
                raise Refusal(f"pair {row + 1}: there is no area {one}", field="pairs")
            ends[row, end] = place[one]
        if pair[0] == pair[1]:
            raise Refusal(f"pair {row + 1}: area {one} is its own neighbour", field="pairs")
    return _binary(len(ids), ends)


def _places[Id: Hashable](ids: Sequence[Id]) -> dict[Id, int]:
    places: dict[Id, int] = {}
    for place, one in enumerate(ids):
        if places.setdefault(one, place) != place:
            raise Refusal(f"area {one} is there twice", field="ids")
    return places


def _binary(n: int, ends: Ints) -> Weights:
    """Both directions of every pair (m, 2), each once."""
    one, other = np.concatenate([ends, ends[:, ::-1]]).T
    weights = sparse.csr_array((np.ones(len(one)), (one, other)), shape=(n, n))
    weights.sum_duplicates()
    weights.data[:] = 1
    return weights


def within(x: ArrayLike, y: ArrayLike, distance: float, *, spherical: bool = False) -> Weights:
    """Binary weights of all areas at most ``distance`` apart (the distance itself counts).

    Args:
        x: Coordinates to the east (n), in the unit of the distance; degrees when spherical.
        y: Coordinates to the north (n).
        distance: Above 0; kilometres when spherical.
        spherical: x and y are longitude and latitude; distances are great circles.

    Raises:
        Refusal: coordinates that are missing or no place on Earth, a distance not above 0.
    """
    points = positions(*coordinates(x, y, spherical=spherical), spherical=spherical)
    reach = straight(float(positive(distance, "distance")), spherical=spherical)
    pairs = cKDTree(points).query_pairs(reach * AS_FAR, output_type="ndarray")
    return _binary(len(points), pairs.astype(np.int64))


def nearest(x: ArrayLike, y: ArrayLike, k: int, *, spherical: bool = False) -> Weights:
    """Binary weights of the ``k`` areas nearest to each; of those just as far as the k-th, all.

    Not symmetric: the nearest of an area at the edge may have nearer ones themselves. Coordinates
    are as for `within`.

    Raises:
        Refusal: coordinates as for `within`; k not between 1 and the number of other areas.
    """
    points = positions(*coordinates(x, y, spherical=spherical), spherical=spherical)
    n = len(points)
    if not 1 <= whole(k, "nearest", 1) < n:
        raise Refusal(f"the number of nearest must lie between 1 and {n - 1}", field="nearest")
    tree = cKDTree(points)
    reach = tree.query(points, [k + 1])[0][:, 0]
    rows = tree.query_ball_point(points, reach * AS_FAR, return_sorted=True)
    columns = np.concatenate(rows).astype(np.int64)
    starts = np.concatenate([[0], np.cumsum([len(row) for row in rows])])
    weights = sparse.csr_array((np.ones(len(columns)), columns, starts), shape=(n, n))
    weights.setdiag(0)
    weights.eliminate_zeros()
    return weights


def row_standardised(weights: Weights) -> Weights:
    """The weights of each row divided by their sum; an empty row stays empty."""
    sums = weights.sum(axis=1)
    shared: Weights = weights.copy()
    shared.data /= np.repeat(sums, counts_of(weights))
    return shared


def with_self(weights: Weights) -> Weights:
    """Each area also a neighbour of its own, as Gi* wants it.

    Its weight is the largest of its row: 1 where weights are binary, the same as each neighbour's
    where they are row-standardised; 1 in an empty row.
    """
    largest = weights.max(axis=1).toarray()
    own = sparse.diags_array(np.where(largest > 0, largest, 1.0))
    return sparse.csr_array(weights + own)


def counts_of(weights: Weights) -> Ints:
    """How many neighbours each area has (n)."""
    return np.diff(weights.indptr).astype(np.int64)


def checked(weights: Weights, n: int) -> Weights:
    """The weights as a method may use them, with sorted columns and without stored zeros.

    Raises:
        Refusal: not n by n, a weight that is negative or missing, an area that is its own
            neighbour, or no neighbours at all.
    """
    if weights.shape != (n, n):
        rows, columns = weights.shape
        raise Refusal(f"there are {n} areas and weights for {rows} by {columns}", field="weights")
    if not np.isfinite(weights.data).all() or (weights.data < 0).any():
        raise Refusal("weights must be numbers from 0", field="weights")
    kept: Weights = weights.astype(np.float64)  # a copy
    kept.sum_duplicates()
    kept.eliminate_zeros()
    if kept.diagonal().any():
        raise Refusal("an area is not its own neighbour", field="weights")
    if not kept.nnz:
        raise Refusal("no area has a neighbour", field="weights")
    return kept
