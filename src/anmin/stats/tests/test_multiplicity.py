"""Many comparisons at once: the published example, and what must hold of every family."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as some

from anmin.kernel.errors import Refusal
from anmin.stats.multiplicity import (
    ADJUSTMENTS,
    Verdict,
    benjamini_hochberg,
    benjamini_yekutieli,
    compare_many,
    holm,
)

INFARCTION = [
    0.0001, 0.0004, 0.0019, 0.0095, 0.0201, 0.0278, 0.0298, 0.0344, 0.0459, 0.3240, 0.4262,
    0.5719, 0.6528, 0.7590, 1.0,
]  # fmt: skip
"""The fifteen p-values of the thrombolysis example, Benjamini and Hochberg (1995), section 3.2."""


def test_the_example_of_the_source():
    """Four signals at 5 %, where Bonferroni's and Holm's way finds three."""
    assert (benjamini_hochberg(INFARCTION) <= 0.05).sum() == 4
    assert (holm(INFARCTION) <= 0.05).sum() == 3
    assert benjamini_hochberg(INFARCTION)[3] == pytest.approx(0.0095 * 15 / 4)
    assert holm(INFARCTION)[2] == pytest.approx(0.0019 * 13)


def test_by_hand():
    p = [0.04, 0.01, 0.03]
    assert benjamini_hochberg(p) == pytest.approx([0.04, 0.03, 0.04])
    assert benjamini_yekutieli(p) == pytest.approx(
        np.array([0.04, 0.03, 0.04]) * (1 + 1 / 2 + 1 / 3)
    )
    assert holm(p) == pytest.approx([0.06, 0.03, 0.06])


families = some.lists(some.floats(0, 1), min_size=1, max_size=40)


@settings(deadline=None)
@given(families, some.sampled_from(sorted(ADJUSTMENTS)), some.randoms())
def test_order_does_not_matter_and_nothing_becomes_smaller(p, name, random):
    adjusted = ADJUSTMENTS[name](p)
    assert (adjusted >= np.array(p) * (1 - 1e-12)).all()
    assert (adjusted <= 1).all()
    order = np.argsort(p, kind="stable")
    assert (np.diff(adjusted[order]) >= 0).all()
    shuffled = random.sample(range(len(p)), len(p))
    np.testing.assert_array_equal(ADJUSTMENTS[name](np.array(p)[shuffled]), adjusted[shuffled])


@settings(deadline=None)
@given(families)
def test_the_bounds_in_order_of_strictness(p):
    assert (benjamini_hochberg(p) <= holm(p) * (1 + 1e-12)).all()
    assert (benjamini_hochberg(p) <= benjamini_yekutieli(p) * (1 + 1e-12)).all()


def test_verdicts():
    """Among 20 places: a clear rise, 12 after 9, three that could say nothing, and the rest."""
    this = [60, 12, 1, 0, 3] + [50] * 15
    last = [20, 9, 0, 0, 2] + [50] * 15
    found = compare_many(this, last, fdr=0.1)
    assert found.verdict[:5].tolist() == [
        "signal", "may be chance", "too few to say", "too few to say", "too few to say",
    ]  # fmt: skip
    assert set(found.verdict[5:]) == {"may be chance"}
    assert found.signals == 1


pairs = some.lists(some.tuples(some.integers(0, 30), some.integers(0, 30)), min_size=1, max_size=12)


@settings(deadline=None, max_examples=25)
@given(
    pairs, some.sampled_from(sorted(ADJUSTMENTS)), some.sampled_from(["minlike", "central", "mid"])
)
def test_too_few_means_that_no_split_could_have_been_a_signal(counts, adjustment, p):
    """Tried out: put the whole sum into one of the periods and ask again."""
    this, last = (np.array(column) for column in zip(*counts, strict=True))
    options = {"fdr": 0.1023, "adjustment": adjustment, "p": p}
    found = compare_many(this, last, **options)
    for place, (x, y) in enumerate(counts):
        verdicts = set()
        for split in ((x + y, 0), (0, x + y)):
            tried = this.copy(), last.copy()
            tried[0][place], tried[1][place] = split
            verdicts.add(compare_many(*tried, **options).verdict[place])
        if found.verdict[place] == Verdict.TOO_FEW:
            assert Verdict.SIGNAL not in verdicts
        else:
            assert Verdict.SIGNAL in verdicts


def test_few_false_signals_where_nothing_changed():
    """Of 150 cities of 200 places without change, at most about 10 % have any signal."""
    draw = np.random.default_rng(20260601)
    rate = draw.gamma(2, 8, size=(150, 200))
    cities = zip(draw.poisson(rate), draw.poisson(rate), strict=True)
    alarmed = np.mean([compare_many(this, last, fdr=0.1).signals > 0 for this, last in cities])
    assert alarmed <= 0.1 + 3 * np.sqrt(0.1 * 0.9 / 150)


@pytest.mark.parametrize(
    ("arguments", "options", "field"),
    [
        (([1, 2], [1, 2, 3]), {}, None),
        (([-1], [1]), {}, "this"),
        (([1], [1]), {"fdr": 1.0}, "fdr"),
        (([1], [1]), {"p": "low"}, "p"),
        (([1], [1]), {"adjustment": "none"}, "adjustment"),
        (([[1, 2], [1, 2]], [[1, 2], [1, 2]]), {}, "p"),
    ],
)
def test_bad_input_is_refused(arguments, options, field):
    with pytest.raises(Refusal) as refusal:
        compare_many(*arguments, **options)
    assert refusal.value.field == field


@pytest.mark.parametrize("p", [[0.1, 1.1], [-0.1], [float("nan")], 0.5])
def test_what_is_no_list_of_p_values_is_refused(p):
    with pytest.raises(Refusal, match="p must be"):
        benjamini_hochberg(p)
