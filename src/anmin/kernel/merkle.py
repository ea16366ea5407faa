"""A Merkle tree over an append-only sequence, in the shapes of RFC 6962 §2.1 (RFC 9162 §2.1).

A *frontier* is all that an append needs: the hashes of the complete subtrees along the right
edge, at most one for each bit of the size. A *tree* reads the stored hashes of complete subtrees
of 256, 65 536 … leaves (*tiers*) and computes roots and proofs from them, so that one proof in a
tree of a million leaves reads a few hundred hashes. Whoever holds a root checks a proof with
``root_of_inclusion`` and ``consistent`` alone.
"""

from collections.abc import Callable, Iterable, Sequence
from hashlib import sha256
from typing import Final, NamedTuple, Self

from anmin.kernel.errors import Refusal

HASH: Final = 32  # bytes
TIER_BITS: Final = 8  # a tier has the hashes of subtrees 256 times as large as the tier below
_TILE: Final = 1 << TIER_BITS
_KEPT: Final = 64  # tiles in memory, each of up to 256 hashes
EMPTY_ROOT: Final = sha256(b"").digest()

type Read = Callable[[int, int, int], Sequence[bytes]]
"""``read(tier, first, count)``: hashes of the complete subtrees of ``256 ** tier`` leaves, from
the one numbered ``first``; tier 0 are the leaf hashes."""


class NoSuchLeaf(Refusal):
    """A place or size lies outside the tree, or the stored hashes end before it does."""

    default_code = "no_such_leaf"


class Completed(NamedTuple):
    """A subtree of ``256 ** tier`` leaves that an append has filled; ``tier`` is at least 1."""

    tier: int
    number: int
    hash: bytes


def leaf_hash(data: bytes) -> bytes:
    """The hash of a leaf: SHA-256 over 0x00 and its data."""
    return sha256(b"\x00" + data).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """The hash of an inner node: SHA-256 over 0x01 and the hashes of its two halves."""
    return sha256(b"\x01" + left + right).digest()


def _fold(hashes: Sequence[bytes]) -> bytes:
    """The root over ``hashes``, whose number is a power of two."""
    row = list(hashes)
    while len(row) > 1:
        row = [node_hash(row[i], row[i + 1]) for i in range(0, len(row), 2)]
    return row[0]


class Frontier:
    """The right edge of a tree: enough to append and to know the root, in O(log size) room."""

    __slots__ = ("_hashes", "size")

    def __init__(self, size: int = 0, hashes: Iterable[bytes] = ()) -> None:
        self.size = size
        self._hashes = list(hashes)  # of complete subtrees, largest first
        if size < 0 or len(self._hashes) != size.bit_count():
            raise NoSuchLeaf(f"a frontier of {size} leaves has {size.bit_count()} hashes")
        if any(len(one) != HASH for one in self._hashes):
            raise NoSuchLeaf(f"a hash has {HASH} bytes")

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Frontier):
            return NotImplemented
        return self.size == other.size and self._hashes == other._hashes

    __hash__ = None  # type: ignore[assignment]  # it grows

    def __repr__(self) -> str:
        return f"<Frontier of {self.size}, root {self.root().hex()[:16]}>"

    def add(self, leaf: bytes) -> tuple[Completed, ...]:
        """Append a leaf's hash; amortised O(1).

        Returns the subtrees of whole tiers that it completes (smallest first): what to store, so
        that proofs can be computed later. For 255 of 256 leaves that is nothing.
        """
        completed: tuple[Completed, ...] = ()
        node, level = leaf, 0
        while self.size >> level & 1:
            node = node_hash(self._hashes.pop(), node)
            level += 1
            if not level % TIER_BITS:
                completed += (Completed(level // TIER_BITS, self.size >> level, node),)
        self._hashes.append(node)
        self.size += 1
        return completed

    def root(self) -> bytes:
        """The root over all leaves so far."""
        if not self._hashes:
            return EMPTY_ROOT
        node = self._hashes[-1]
        for left in reversed(self._hashes[:-1]):
            node = node_hash(left, node)
        return node

    def copy(self) -> Self:
        """Another frontier of the same tree, to append to without changing this one."""
        return type(self)(self.size, self._hashes)

    def to_bytes(self) -> bytes:
        """Eight bytes of size, then the hashes, largest subtree first."""
        return self.size.to_bytes(8, "big") + b"".join(self._hashes)

    @classmethod
    def from_bytes(cls, data: bytes | memoryview) -> Self:
        """Read what ``to_bytes`` wrote; refuses any other length."""
        raw = bytes(data)
        if len(raw) < 8 or (len(raw) - 8) % HASH:
            raise NoSuchLeaf("these bytes are no frontier")
        hashes = (raw[start : start + HASH] for start in range(8, len(raw), HASH))
        return cls(int.from_bytes(raw[:8], "big"), hashes)


class Tree:
    """A tree of ``size`` leaves whose hashes are read tile by tile; the last tiles are kept.

    Earlier states of the same log (``size`` smaller) can be asked for too.
    """

    def __init__(self, size: int, read: Read) -> None:
        self.size = size
        self._read = read
        self._tiles: dict[tuple[int, int], Sequence[bytes]] = {}

    def root(self, size: int | None = None) -> bytes:
        """The root over the first ``size`` leaves (all of them, if not given)."""
        size = self._checked(size)
        return self._range(0, size) if size else EMPTY_ROOT

    def leaf(self, index: int) -> bytes:
        """The hash of the leaf at ``index``, counted from 0."""
        if not 0 <= index < self.size:
            raise NoSuchLeaf(f"there is no leaf {index} in a tree of {self.size}")
        return self._subtree(0, index)

    def inclusion(self, index: int, size: int | None = None) -> list[bytes]:
        """The audit path of the leaf at ``index`` in the tree of the first ``size`` leaves."""
        size = self._checked(size)
        if not 0 <= index < size:
            raise NoSuchLeaf(f"there is no leaf {index} in a tree of {size}")
        path: list[bytes] = []
        start, stop = 0, size
        while stop - start > 1:
            middle = start + _split(stop - start)
            if index < middle:
                path.append(self._range(middle, stop))
                stop = middle
            else:
                path.append(self._range(start, middle))
                start = middle
        return path[::-1]

    def consistency(self, old: int, size: int | None = None) -> list[bytes]:
        """The proof that the first ``old`` of the first ``size`` leaves are the old tree."""
        size = self._checked(size)
        if not 0 < old <= size:
            raise NoSuchLeaf(f"a tree of {size} leaves holds no earlier tree of {old}")
        path: list[bytes] = []
        start, stop, whole = 0, size, True
        while stop != old:
            middle = start + _split(stop - start)
            if old <= middle:
                path.append(self._range(middle, stop))
                stop = middle
            else:
                path.append(self._range(start, middle))
                start, whole = middle, False
        if not whole:
            path.append(self._range(start, stop))
        return path[::-1]

    def frontier(self, size: int | None = None) -> Frontier:
        """The right edge of the tree of the first ``size`` leaves."""
        size = self._checked(size)
        hashes: list[bytes] = []
        start = 0
        for level in range(size.bit_length() - 1, -1, -1):
            if size >> level & 1:
                hashes.append(self._subtree(level, start >> level))
                start += 1 << level
        return Frontier(size, hashes)

    def _checked(self, size: int | None) -> int:
        if size is None:
            return self.size
        if not 0 <= size <= self.size:
            raise NoSuchLeaf(f"the tree has {self.size} leaves, not {size}")
        return size

    def _range(self, start: int, stop: int) -> bytes:
        """The root over ``start … stop``, a range of the recursion of RFC 6962."""
        parts: list[bytes] = []
        while start < stop:
            level = (stop - start).bit_length() - 1
            parts.append(self._subtree(level, start >> level))
            start += 1 << level
        node = parts.pop()
        while parts:
            node = node_hash(parts.pop(), node)
        return node

    def _subtree(self, level: int, index: int) -> bytes:
        """The root of the complete subtree of ``2 ** level`` leaves numbered ``index``."""
        tier, rest = divmod(level, TIER_BITS)
        first, count = index << rest, 1 << rest
        tile, offset = divmod(first, _TILE)
        return _fold(self._tile(tier, tile)[offset : offset + count])

    def _tile(self, tier: int, tile: int) -> Sequence[bytes]:
        hashes = self._tiles.get((tier, tile))
        if hashes is None:
            first = tile * _TILE
            count = min(_TILE, (self.size >> tier * TIER_BITS) - first)
            if len(self._tiles) >= _KEPT:
                self._tiles.clear()
            hashes = self._tiles[tier, tile] = self._read(tier, first, count)
            if len(hashes) != count:
                raise NoSuchLeaf(
                    f"of the {count} hashes of tier {tier} from {first}, {len(hashes)} are there"
                )
        return hashes


def _split(size: int) -> int:
    """The largest power of two below ``size``."""
    return 1 << (size - 1).bit_length() - 1


def root_of_inclusion(leaf: bytes, index: int, size: int, path: Sequence[bytes]) -> bytes | None:
    """The root that ``path`` leads to from ``leaf``, or None if it has not the right length.

    RFC 9162 §2.1.3.2. The leaf is in the tree if this is the root that one trusts.
    """
    if not 0 <= index < size:
        return None
    node, at, last = leaf, index, size - 1
    for sibling in path:
        if not last:
            return None
        if at & 1 or at == last:
            node = node_hash(sibling, node)
            while not at & 1 and at:
                at, last = at >> 1, last >> 1
        else:
            node = node_hash(node, sibling)
        at, last = at >> 1, last >> 1
    return None if last else node


def consistent(old: int, old_root: bytes, size: int, root: bytes, path: Sequence[bytes]) -> bool:
    """Whether ``path`` proves that the tree ``root`` continues the tree ``old_root``.

    RFC 9162 §2.1.4.2. Nothing can be said from an empty old tree: every tree continues it.
    """
    if not 0 < old <= size:
        return False
    if old == size:
        return not path and old_root == root
    hashes = [old_root, *path] if old & (old - 1) == 0 else list(path)
    if len(hashes) < 2:
        return False
    at, last = old - 1, size - 1
    while at & 1:
        at, last = at >> 1, last >> 1
    first = second = hashes[0]
    for sibling in hashes[1:]:
        if not last:
            return False
        if at & 1 or at == last:
            first, second = node_hash(sibling, first), node_hash(sibling, second)
            while not at & 1 and at:
                at, last = at >> 1, last >> 1
        else:
            second = node_hash(second, sibling)
        at, last = at >> 1, last >> 1
    return not last and first == old_root and second == root
