"""Labels as numbers: whatever they are, the labels of the codes are the values, sorted."""

import datetime

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as some

from anmin.kernel.errors import Refusal
from anmin.stats.levels import columns_of, crossed, levels_of

labels = some.one_of(
    some.lists(some.integers(-5, 5), min_size=1),
    some.lists(some.integers(-(2**60), 2**60), min_size=1),
    some.lists(some.floats(allow_nan=False), min_size=1),
    some.lists(some.booleans(), min_size=1),
    some.lists(some.text("甲乙ab ", max_size=3), min_size=1),
    some.lists(some.dates(), min_size=1),
)


@given(labels)
def test_every_kind_of_label(values):
    found = levels_of(values, "labels")
    assert [found.labels.tolist()[code] for code in found.codes] == values
    assert found.labels.tolist() == sorted(set(values))


@given(
    some.lists(
        some.tuples(some.integers(0, 3), some.sampled_from("ab"), some.booleans()), min_size=1
    )
)
def test_combinations(rows):
    found = crossed(*(levels_of(list(column), "labels") for column in zip(*rows, strict=True)))
    assert [tuple(found.labels[code]) for code in found.codes] == rows
    assert [tuple(row) for row in found.labels] == sorted(set(rows))


def test_one_column_or_several():
    assert len(columns_of(["a", "b"], "by")) == 1
    assert len(columns_of([["a", "b"], [1, 2]], "by")) == 2
    assert len(columns_of((levels_of([1, 2], "by"), [1, 2]), "by")) == 2
    assert len(columns_of(levels_of([1, 2], "by"), "by")) == 1
    assert columns_of(None, "by") == []


def test_labels_of_different_kinds():
    assert levels_of(np.array(["a", 1, "b"], object), "labels").labels.tolist() == [1, "a", "b"]


@pytest.mark.parametrize(
    "values", [[1.0, np.nan], ["a", None], [[1, 2]], [datetime.date(2026, 1, 1), None], 3]
)
def test_missing_labels_are_refused(values):
    with pytest.raises(Refusal) as refusal:
        levels_of(values, "strata")
    assert refusal.value.field == "strata"
