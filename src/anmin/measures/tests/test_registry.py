"""Declarations that cannot be fail at the start, not when a leader looks at a figure."""

from dataclasses import replace

import pytest

from anmin.kernel.errors import NotFound
from anmin.measures.columns import Column, ColumnType
from anmin.measures.registry import DeclarationError, Kind, Registry
from anmin.measures.tests.calls import CALLS, NUMBER, SATISFACTION


def test_what_is_declared_is_found():
    registry = Registry()
    registry.add(CALLS, SATISFACTION)
    assert registry.indicator("satisfaction") is SATISFACTION
    assert registry.tables == {"calls": CALLS}


@pytest.mark.parametrize("twice", [CALLS, SATISFACTION])
def test_a_second_declaration_fails(twice):
    registry = Registry()
    registry.add(CALLS, SATISFACTION)
    with pytest.raises(DeclarationError, match="declared twice"):
        registry.add(twice)


def test_an_unknown_indicator_is_not_found():
    with pytest.raises(NotFound, match="no indicator morale"):
        Registry().indicator("morale")


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"table": "visits"}, "no table visits"),
        ({"dimensions": ("unit", "colour")}, "no column .*colour"),
    ],
)
def test_an_indicator_must_fit_its_table(change, reason):
    registry = Registry()
    registry.add(CALLS)
    with pytest.raises(DeclarationError, match=reason):
        registry.add(replace(SATISFACTION, **change))


@pytest.mark.parametrize(
    ("indicator", "change"),
    [(SATISFACTION, {"denominator": None}), (NUMBER, {"denominator": SATISFACTION.denominator}),
     (NUMBER, {"frame": SATISFACTION.frame}), (SATISFACTION, {"kind": Kind.COUNT})],
)  # fmt: skip
def test_an_indicator_must_be_whole(indicator, change):
    with pytest.raises(DeclarationError):
        replace(indicator, **change)


@pytest.mark.parametrize("part", ["numerator", "denominator", "frame"])
def test_an_indicator_over_a_column_that_is_not_there_is_named(part):
    mine = Registry()
    mine.add(CALLS)
    with pytest.raises(DeclarationError, match=f"{SATISFACTION.key}: .*no column artikel"):
        mine.add(replace(SATISFACTION, **{part: lambda rows: rows.artikel.notnull()}))
    assert SATISFACTION.key not in mine.indicators


@pytest.mark.parametrize(
    "change",
    [
        {"key": "number"},
        {"month": "closed_at"},
        {"month": "unit"},
        {"name": "Calls"},
        {"columns": {**CALLS.columns, "month": Column(ColumnType.STRING, "")}},
        {"columns": {**CALLS.columns, "drop table": Column(ColumnType.STRING, "")}},
    ],
)
def test_a_table_must_be_whole(change):
    with pytest.raises(DeclarationError):
        replace(CALLS, **change)
