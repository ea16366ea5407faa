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
