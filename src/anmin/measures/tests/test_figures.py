"""From counts to figures, without any engine."""

from dataclasses import replace

import pytest

from anmin.measures.figures import Counted, break_down
from anmin.measures.registry import DeclarationError, Kind
from anmin.measures.tests.calls import NUMBER, SATISFACTION, WEIGHTED
from anmin.stats.intervals import wilson

USUAL = {"minimum": 10, "level": 0.95}


def test_nothing_of_nothing_has_no_value():
    total = break_down(SATISFACTION, (), {(): Counted(0, 0, 25)}, **USUAL).total
    assert (total.value, total.low, total.denominator, total.suppressed) == (None, None, 0, False)
    assert total.bounds == (0, 1), "25 were asked and none answered: anything is possible"


def test_the_level_of_the_interval_is_a_rule():
    total = break_down(SATISFACTION, (), {(): Counted(30, 40, 40)}, minimum=10, level=0.8).total
    assert (total.low, total.high) == wilson(30, 40, 0.8)


def test_a_count_may_ask_for_small_ones_to_be_hidden():
    cells = {("A",): Counted(3, 0, 0), ("B",): Counted(12, 0, 0), ("C",): Counted(40, 0, 0)}
    shown = break_down(NUMBER, ("unit",), cells, **USUAL)
    hidden = break_down(replace(NUMBER, hide_small=True), ("unit",), cells, **USUAL)
    assert [repr(figure.value) for figure in shown.rows] == ["3", "12", "40"], "whole numbers"
    assert [figure.value for figure in hidden.rows] == [None, None, 40]
    assert shown.total.value == hidden.total.value == 55


ASIDE = replace(SATISFACTION, aside=lambda rows: rows.unit == "A")


def test_a_figure_stands_beside_itself_without_what_is_set_aside():
    cells = {("A",): Counted(30, 40, 50), ("B",): Counted(20, 40, 40)}
    bare = {("A",): Counted(10, 20, 30), ("B",): Counted(20, 40, 40)}
    found = break_down(ASIDE, ("unit",), cells, without=bare, **USUAL)
    assert [one.without.denominator for one in found.rows] == [20, 40]
    assert (found.total.without.value, found.total.without.bounds) == (0.5, (30 / 70, 40 / 70))
    assert found.total.value == 50 / 80
    assert break_down(SATISFACTION, ("unit",), cells, **USUAL).total.without is None


@pytest.mark.parametrize(
    ("sizes", "left", "shown"),
    [
        # few set aside in A: hidden there, and in B, from which and the sum it could be reckoned
        ({"A": 40, "B": 40, "C": 40}, {"A": 37, "B": 20, "C": 40}, {"C": 40, "": 97}),
        # few left in A
        ({"A": 40, "B": 40, "C": 40}, {"A": 3, "B": 20, "C": 40}, {"C": 40, "": 63}),
        # nothing set aside
        ({"A": 40, "B": 40}, {"A": 40, "B": 40}, {"A": 40, "B": 40, "": 80}),
        # few in all: not even the sum
        ({"A": 40, "B": 40}, {"A": 38, "B": 40}, {"B": 40}),
        # what is hidden with everything is hidden without
        ({"A": 5, "B": 40, "C": 50}, {"A": 5, "B": 40, "C": 50}, {"C": 50, "": 95}),
    ],
)
def test_what_is_set_aside_is_not_given_away(sizes, left, shown):
    cells = {(unit,): Counted(size / 2, size, size) for unit, size in sizes.items()}
    bare = {(unit,): Counted(size / 2, size, size) for unit, size in left.items()}
    found = break_down(ASIDE, ("unit",), cells, without=bare, **USUAL)
    plain = break_down(SATISFACTION, ("unit",), cells, **USUAL)
    assert [one.value for one in found.rows] == [one.value for one in plain.rows]
    seen = {one.dimensions.get("unit", ""): one.without for one in (*found.rows, found.total)}
    assert {unit: one.denominator for unit, one in seen.items() if not one.suppressed} == shown


def test_a_value_that_looks_like_a_mark_is_a_value():
    cells = {(code,): Counted(20, 30, 30) for code in ("*", "any", "", None)}
    rows = break_down(SATISFACTION, ("unit",), cells, **USUAL).rows
    assert [figure.dimensions["unit"] for figure in rows] == ["", "*", "any", None]


def test_scores_are_added_as_floats_and_still_make_an_interval():
    total = break_down(
        WEIGHTED, (), {(): Counted(sum([0.1] * 10) * 100 + 1e-12, 100, 100)}, **USUAL
    ).total
    assert total.value == 1
    assert total.high == 1


def test_a_score_beyond_one_is_a_fault_of_the_declaration():
    assert WEIGHTED.kind is Kind.MEAN_SCORE
    with pytest.raises(DeclarationError, match="weighted"):
        break_down(WEIGHTED, (), {(): Counted(120, 100, 100)}, **USUAL)


@pytest.mark.parametrize(
    ("aside", "demands", "hidden"),
    [
        ((10, 20), (10, 20), False),  # the same twenty
        ((10, 20), (9, 19), True),  # one more is the unit's own: it was content
        ((10, 20), (9, 20), True),
        ((10, 20), (20, 40), False),
        ((0, 0), (9, 19), False),
    ],
)
def test_two_figures_beside_it_tell_together_of_no_single_answer(aside, demands, hidden):
    cells = {("A",): Counted(60, 100, 100), ("B",): Counted(50, 100, 100)}
    left = [
        {**cells, ("A",): Counted(60 - content, 100 - of, 100 - of)}
        for content, of in (aside, demands)
    ]
    both = replace(ASIDE, demands=lambda rows: rows.unit == "A")
    found = break_down(
        both, ("unit",), cells, without=left[0], without_demands=left[1], **USUAL
    ).rows[0]
    assert not found.without.suppressed
    assert found.without_demands.suppressed is hidden
