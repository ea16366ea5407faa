"""The draw can be repeated by anybody who has the seed and the frame."""

import hashlib
from collections import Counter
from math import ceil

import pytest
from hypothesis import given
from hypothesis import strategies as st

from anmin.kernel.errors import Refusal
from anmin.surveys.selection import Member, select

FRAME = [Member(n, "AB"[n % 2], f"c{n % 10}") for n in range(1, 101)]


def test_without_clusters_the_smallest_lots_are_drawn() -> None:
    drawn = select(FRAME, seed="s", sizes={"A": 5, "B": 3})
    for stratum, size in (("A", 5), ("B", 3)):
        people = [one.number for one in FRAME if one.stratum == stratum]
        lots = sorted((hashlib.sha256(f"s:{n}".encode()).digest(), n) for n in people)
        assert {n for _lot, n in lots[:size]} == {n for n in drawn if n in people}
    assert {chance.weight for chance in drawn.values()} == {50 / 5, 50 / 3}


def test_with_clusters_some_are_drawn_and_some_people_of_each() -> None:
    drawn = select(FRAME, seed="s", sizes={"A": 6}, take=3)
    inside = Counter(FRAME[number - 1].cluster for number in drawn)
    assert sorted(inside.values()) == [3, 3]
    names = sorted(
        {one.cluster for one in FRAME if one.stratum == "A"},
        key=lambda name: hashlib.sha256(f"s:A/{name}".encode()).digest(),
    )
    assert set(inside) == set(names[:2])
    # 5 clusters of which 2, each of 10 people of whom 3
    assert {round(chance.weight, 9) for chance in drawn.values()} == {round(5 / 2 * 10 / 3, 9)}


@pytest.mark.parametrize(
    ("sizes", "take", "field"),
    [
        ({"A": 1}, None, "sizes"),
        ({"A": 51}, None, "sizes"),
        ({"C": 5}, None, "sizes"),
    ],
)
def test_impossible_samples_are_refused(
    sizes: dict[str, int], take: int | None, field: str
) -> None:
    with pytest.raises(Refusal) as refused:
        select(FRAME, seed="s", sizes=sizes, take=take)
    assert refused.value.field == field


def test_one_cluster_alone_gives_no_error_and_is_refused() -> None:
    with pytest.raises(Refusal) as refused:
        select([Member(n, "A", "c") for n in range(9)], seed="s", sizes={"A": 4}, take=2)
    assert refused.value.field == "take"


@given(
    counts=st.lists(st.integers(2, 30), min_size=2, max_size=6),
    take=st.one_of(st.none(), st.integers(1, 8)),
    size=st.integers(2, 12),
    seed=st.text("0123456789abcdef", min_size=4, max_size=8),
)
def test_weights_add_up_to_the_population(
    counts: list[int], take: int | None, size: int, seed: str
) -> None:
    frame = []
    for cluster, count in enumerate(counts):
        frame += [Member(len(frame) + n, "A", f"c{cluster}") for n in range(count)]
    size = min(size, len(frame))
    drawn = select(reversed(frame), seed=seed, sizes={"A": size}, take=take)
    assert drawn == select(frame, seed=seed, sizes={"A": size}, take=take)
    total = sum(chance.weight for chance in drawn.values())
    if take is None:
        assert len(drawn) == size
        assert total == pytest.approx(len(frame))
    else:
        clusters = {frame[number].cluster for number in drawn}
        assert len(clusters) == min(len(counts), max(2, ceil(size / take)))
        whole = sum(counts[int(name[1:])] for name in clusters)
        assert total == pytest.approx(whole * len(counts) / len(clusters))
