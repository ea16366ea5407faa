"""A plain survey file gives what the reference software gives (R's survey package, apistrat)."""

import csv
from pathlib import Path

import pytest

from anmin.kernel.errors import Refusal
from anmin.stats import tests as stats_tests
from anmin.surveys.analysis import Asked, Columns, analyse

KNOWN = Path(stats_tests.__file__).parent / "known"


def small() -> dict[str, list[str]]:
    return {
        "y": ["1", "2", "3", "4", "10", "12"],
        "w": ["2", "2", "2", "2", "5", "5"],
        "h": ["a", "a", "a", "a", "b", "b"],
        "N": ["8", "8", "8", "8", "10", "10"],
        "g": ["x", "y", "x", "y", "x", "y"],
    }


def test_a_mean_by_hand() -> None:
    # strata a (N 8, mean 2.5) and b (N 10, mean 11): (8·2.5 + 10·11) / 18
    found = analyse(small(), Asked("y", weight="w", strata="h", fpc=("N",)))
    (line,) = found.lines()
    assert line["estimate"] == pytest.approx(130 / 18)
    variance = 8**2 * (1 - 4 / 8) * (5 / 3) / 4 + 10**2 * (1 - 2 / 10) * 2 / 2
    assert line["se"] == pytest.approx(variance**0.5 / 18)
    assert (line["n"], line["df"], found.rows, found.dropped) == (6, 4, 6, 0)


def test_totals_shares_and_groups() -> None:
    total = analyse(small(), Asked("y", "total", weight="w", strata="h")).lines()
    assert total[0]["estimate"] == pytest.approx(130)
    share = analyse(small(), Asked("g", "proportion", value="x", weight="w", strata="h")).lines()
    assert share[0]["estimate"] == pytest.approx(0.5)
    groups = analyse(small(), Asked("y", weight="w", by="g")).lines()
    assert [line["by"] for line in groups] == ["x", "y"]
    assert groups[0]["estimate"] == pytest.approx((2 * 1 + 2 * 3 + 5 * 10) / 9)


@pytest.mark.parametrize(
    ("asked", "field"),
    [
        (Asked("z"), "y"),
        (Asked(""), "y"),
        (Asked("g"), "y"),
        (Asked("y", weight="g"), "y"),
        (Asked("g", "proportion"), "value"),
        (Asked("y", weight="w", strata="y"), "strata"),
    ],
)
def test_what_cannot_be_estimated_is_refused_at_its_field(asked: Asked, field: str) -> None:
    with pytest.raises(Refusal) as refused:
        analyse(small(), asked)
    assert refused.value.field == field


def test_a_missing_cell_is_named_or_its_row_left_out() -> None:
    columns = small()
    columns["y"][2] = "NA"
    with pytest.raises(Refusal) as refused:
        analyse(columns, Asked("y", weight="w"))
    assert refused.value.line == 4
    found = analyse(columns, Asked("y", weight="w", drop_missing=True))
    assert (found.rows, found.dropped, found.lines()[0]["n"]) == (6, 1, 5)


def test_the_published_figures_of_the_reference_software() -> None:
    with (KNOWN / "survey_apistrat.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    columns: Columns = {name: [row[name] for row in rows] for name in rows[0]}
    asked = Asked("api00", weight="pw", strata="stype", fpc=("fpc",))
    (line,) = analyse(columns, asked).lines()
    assert line["estimate"] == pytest.approx(662.287363159321, rel=1e-12)
    assert line["se"] == pytest.approx(9.40894080278458, rel=1e-12)
    assert (line["df"], line["n"]) == (197, 200)
    assert line["deff"] == pytest.approx(1.20445726853772, rel=1e-9)
