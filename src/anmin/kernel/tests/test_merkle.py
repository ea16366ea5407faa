"""The Merkle tree: published trees, the recursive definition, and proofs that are forged."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from anmin.kernel.merkle import (
    EMPTY_ROOT,
    Completed,
    Frontier,
    NoSuchLeaf,
    Tree,
    consistent,
    leaf_hash,
    node_hash,
    root_of_inclusion,
)

# The eight leaves that implementations of certificate transparency are compared on, with the
# roots of their first 1 … 8, and some of their proofs.
LEAVES = [
    bytes.fromhex(text)
    for text in (
        "",
        "00",
        "10",
        "2021",
        "3031",
        "40414243",
        "5051525354555657",
        "606162636465666768696a6b6c6d6e6f",
    )
]
ROOTS = [
    bytes.fromhex(text)
    for text in (
        "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
        "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
        "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
        "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
        "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
        "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
        "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
        "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
    )
]
A = "96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7"
B = "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e"
C = "6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4"
D = "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0"
E = "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b"
F = "0ebc5d3437fbe2db158b9f126a1d118e308181031d0a949f8dededebc558ef6a"
ROOT4 = ROOTS[3].hex()


def naive(leaves: list[bytes]) -> bytes:
    """The definition of RFC 6962 §2.1, word for word."""
    if not leaves:
        return EMPTY_ROOT
    if len(leaves) == 1:
        return leaf_hash(leaves[0])
    k = 1
    while k * 2 < len(leaves):
        k *= 2
    return node_hash(naive(leaves[:k]), naive(leaves[k:]))


def naive_path(m: int, leaves: list[bytes]) -> list[bytes]:
    """PATH(m, D[n]) of RFC 6962 §2.1.1."""
    if len(leaves) == 1:
        return []
    k = 1
    while k * 2 < len(leaves):
        k *= 2
    if m < k:
        return [*naive_path(m, leaves[:k]), naive(leaves[k:])]
    return [*naive_path(m - k, leaves[k:]), naive(leaves[:k])]


def naive_proof(m: int, leaves: list[bytes], whole: bool = True) -> list[bytes]:
    """SUBPROOF(m, D[n], b) of RFC 6962 §2.1.2."""
    if m == len(leaves):
        return [] if whole else [naive(leaves)]
    k = 1
    while k * 2 < len(leaves):
        k *= 2
    if m <= k:
        return [*naive_proof(m, leaves[:k], whole), naive(leaves[k:])]
    return [*naive_proof(m - k, leaves[k:], False), naive(leaves[:k])]


class Store:
    """Leaves with the hashes of completed tiers, as the log keeps them; counts what is read."""

    def __init__(self, leaves: list[bytes]) -> None:
        self.rows: dict[tuple[int, int], bytes] = {}
        self.frontier = Frontier()
        self.read_hashes = self.reads = 0
        for place, leaf in enumerate(leaves):
            hashed = leaf_hash(leaf)
            self.rows[0, place] = hashed
            for done in self.frontier.add(hashed):
                self.rows[done.tier, done.number] = done.hash

    def read(self, tier: int, first: int, count: int) -> list[bytes]:
        self.reads += 1
        self.read_hashes += count
        return [self.rows[tier, index] for index in range(first, first + count)]

    def tree(self) -> Tree:
        return Tree(self.frontier.size, self.read)


def numbered(count: int) -> list[bytes]:
    return [str(number).encode() for number in range(count)]


def test_the_empty_tree_has_the_hash_of_nothing() -> None:
    expected = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
    assert Frontier().root().hex() == expected
    assert Tree(0, Store([]).read).root().hex() == expected


@pytest.mark.parametrize("size", range(1, 9))
def test_published_roots(size: int) -> None:
    store = Store(LEAVES[:size])
    assert store.frontier.root() == ROOTS[size - 1]
    assert store.tree().root() == ROOTS[size - 1]
    assert Store(LEAVES).tree().root(size) == ROOTS[size - 1]


@pytest.mark.parametrize(
    ("index", "size", "path"),
    [(0, 1, []), (0, 8, [A, B, C]), (5, 8, [E, D, ROOT4]), (2, 3, [ROOTS[1].hex()])],
)
def test_published_inclusion_proofs(index: int, size: int, path: list[str]) -> None:
    proof = Store(LEAVES).tree().inclusion(index, size)
    assert [one.hex() for one in proof] == path
    assert root_of_inclusion(leaf_hash(LEAVES[index]), index, size, proof) == ROOTS[size - 1]


@pytest.mark.parametrize(
    ("old", "size", "path"),
    [(1, 1, []), (1, 8, [A, B, C]), (6, 8, [F, D, ROOT4]), (2, 5, [B, E])],
)
def test_published_consistency_proofs(old: int, size: int, path: list[str]) -> None:
    proof = Store(LEAVES).tree().consistency(old, size)
    assert [one.hex() for one in proof] == path
    assert consistent(old, ROOTS[old - 1], size, ROOTS[size - 1], proof)


@settings(max_examples=60, deadline=None)
@given(st.data())
def test_it_is_the_recursive_definition(data: st.DataObject) -> None:
    leaves = data.draw(st.lists(st.binary(max_size=4), min_size=1, max_size=600))
    size = data.draw(st.integers(1, len(leaves)))
    index = data.draw(st.integers(0, size - 1))
    tree = Store(leaves).tree()
    assert tree.root(size) == naive(leaves[:size])
    assert tree.inclusion(index, size) == naive_path(index, leaves[:size])
    assert tree.consistency(index + 1, size) == naive_proof(index + 1, leaves[:size])
    assert tree.frontier(size) == Store(leaves[:size]).frontier


def test_every_small_tree_proves_itself_and_no_other() -> None:
    leaves = numbered(33)
    tree = Store(leaves).tree()
    for size in range(1, 34):
        root = tree.root(size)
        for index in range(size):
            path = tree.inclusion(index, size)
            leaf = leaf_hash(leaves[index])
            assert root_of_inclusion(leaf, index, size, path) == root
            assert root_of_inclusion(leaf_hash(b"else"), index, size, path) != root
            assert root_of_inclusion(leaf, index, size, [*path, leaf]) is None
            if path:
                assert root_of_inclusion(leaf, index, size, path[:-1]) is None
                assert root_of_inclusion(leaf, index ^ 1, size, path) != root
        for old in range(1, size + 1):
            proof = tree.consistency(old, size)
            assert consistent(old, tree.root(old), size, root, proof)
            assert not consistent(old, leaf_hash(b"else"), size, root, proof)
            assert not consistent(old, tree.root(old), size, leaf_hash(b"else"), proof)
            assert not consistent(old, tree.root(old), size, root, [*proof, root])
            if proof:
                assert not consistent(old, tree.root(old), size, root, proof[:-1])


def test_a_whole_tier_is_handed_out_when_its_last_leaf_comes() -> None:
    frontier = Frontier()
    done = [one for leaf in numbered(65536) for one in frontier.add(leaf_hash(leaf))]
    assert [(one.tier, one.number) for one in done if one.tier > 1] == [(2, 0)]
    assert [one.number for one in done if one.tier == 1] == list(range(256))
    assert done[-1] == Completed(2, 0, frontier.root())
    assert done[0].hash == naive(numbered(256))


def test_a_proof_in_a_large_tree_reads_few_hashes() -> None:
    store = Store(numbered(200_003))
    for size in (200_003, 131_072, 65_535, 70_000):
        store.read_hashes = store.reads = 0
        tree = store.tree()
        path = tree.inclusion(12_345, size)
        leaf = leaf_hash(b"12345")
        assert root_of_inclusion(leaf, 12_345, size, path) == tree.root(size)
        assert store.read_hashes <= 6 * 256
        assert store.reads <= 6


def test_however_many_roots_are_asked_for_few_tiles_are_kept() -> None:
    store = Store(numbered(40_000))
    tree = store.tree()
    edge = Frontier()
    for size, leaf in enumerate(numbered(40_000), start=1):
        edge.add(leaf_hash(leaf))
        if size % 199 == 0:
            assert tree.root(size) == edge.root()
            assert len(tree._tiles) <= 64


@given(st.integers(0, 700))
def test_a_frontier_is_bytes_and_back(size: int) -> None:
    frontier = Store(numbered(size)).frontier
    back = Frontier.from_bytes(frontier.to_bytes())
    assert back == frontier
    twin = back.copy()
    twin.add(leaf_hash(b"more"))
    assert (back.size, twin.size) == (size, size + 1)
    assert twin.root() == naive([*numbered(size), b"more"])


@pytest.mark.parametrize("raw", [b"", bytes(7), bytes(9), bytes(7) + b"\x01", bytes(8 + 32)])
def test_other_bytes_are_no_frontier(raw: bytes) -> None:
    with pytest.raises(NoSuchLeaf):
        Frontier.from_bytes(raw)


def test_what_lies_outside_the_tree_is_refused() -> None:
    tree = Store(LEAVES).tree()
    for ask in (
        lambda: tree.root(9),
        lambda: tree.root(-1),
        lambda: tree.leaf(8),
        lambda: tree.inclusion(8),
        lambda: tree.inclusion(3, 3),
        lambda: tree.consistency(0),
        lambda: tree.consistency(9),
    ):
        with pytest.raises(NoSuchLeaf):
            ask()
    assert root_of_inclusion(b"", 8, 8, []) is None
    assert not consistent(0, EMPTY_ROOT, 8, ROOTS[7], [])


def test_stored_hashes_that_are_missing_are_noticed() -> None:
    with pytest.raises(NoSuchLeaf):
        Tree(8, lambda tier, first, count: LEAVES[:3]).root()
