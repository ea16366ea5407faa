"""What a kind that nobody planned tells about its matters is counted, by its own facts."""

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from django.conf import LazySettings

from anmin.matters.in_the_lake import lake_facts, table_of
from anmin.matters.models import Matter
from anmin.matters.registry import kind_of
from anmin.measures.lake import refresh
from anmin.measures.manifest import Manifest
from anmin.measures.queries import records, show
from anmin.measures.registry import Direction, Indicator, Kind, registry
from tests.personas import City

FACTS: list[dict[str, Any]] = [
    {
        "sort": "phone",
        "worth": 3000,
        "weight": 0.2,
        "insured": False,
        "order": True,
        "colours": ["black", "red"],
    },
    {"sort": "phone", "worth": 200, "insured": True, "lost_on": "2026-02-28", "colours": ["red"]},
    {"sort": "bag", "marks": "绣着王秀英"},
    {},
]


@pytest.fixture(autouse=True)
def home(settings: LazySettings, tmp_path: Path) -> None:
    settings.ANMIN_HOME = tmp_path


@pytest.fixture
def lost(city: City) -> list[Matter]:
    return [
        city.incident(
            kind="lost_property",
            category="purse_lost",
            details={"article": f"钱包{n}", **facts},
        )
        for n, facts in enumerate(FACTS)
    ]


def counted(key: str, by: str) -> Mapping[Any, float | None]:
    return {row.dimensions[by]: row.numerator for row in show(key, by=(by,)).rows}


def test_its_facts_are_columns_and_dimensions(city: City, lost: list[Matter]) -> None:
    refresh()
    assert counted("lost_property_opened", "sort") == {"phone": 2, "bag": 1, None: 1}
    assert counted("lost_property_opened", "insured") == {True: 1, False: 1, None: 2}
    assert show("lost_property_in_time", by=("sort",)).total.denominator == 0  # nothing is due
    found = records("lost_property_opened", {"sort": "phone"})
    assert found.keys == [lost[0].pk, lost[1].pk]
    assert {row.dimensions["kind"] for row in show("kept_in_time", by=("kind",)).rows} <= {
        "incident",
        "rectification",
        "lost_property",
        "search_order",
    }


def test_what_tells_of_somebody_or_anything_is_no_column() -> None:
    kept = lake_facts(kind_of("lost_property"))
    assert {
        "sort",
        "worth",
        "weight",
        "insured",
        "order",
        "lost_on",
        "colours",
        "given_back_at",
    } <= {*kept}
    assert not {"marks", "answer", "article", "shelf", "looked"} & {*kept}


def test_an_indicator_uses_them_in_expressions(city: City, lost: list[Matter]) -> None:
    dear = Indicator(
        key="dear_and_red",
        label="x",
        how_made="x",
        unit="x",
        table="matters_lost_property",
        kind=Kind.PROPORTION,
        direction=Direction.NEITHER,
        numerator=lambda rows: (rows.worth >= 1000) & rows.order & rows.colours.contains('"red"'),
        denominator=lambda rows: rows.worth.notnull() & (rows.weight.isnull() | (rows.weight < 1)),
        hide_small=False,
    )
    registry.add(dear)
    try:
        refresh()
        total = show("dear_and_red").total
        assert (total.numerator, total.denominator) == (1, 2)
    finally:
        del registry.indicators["dear_and_red"]


def test_a_fact_more_or_of_another_type_writes_its_own_table_anew_and_no_other(
    city: City, lost: list[Matter]
) -> None:
    city.answered()
    before = refresh().manifest
    kept = registry.tables["matters_lost_property"]
    less = replace(
        kept, columns={name: one for name, one in kept.columns.items() if name != "worth"}
    )
    less = replace(less, source=lambda vendor: _without(kept, vendor, "worth"))
    registry.tables["matters_lost_property"] = less
    try:
        told = refresh()
        assert set(told.months) == {"matters_lost_property"}
        assert show("lost_property_opened").total.numerator == len(FACTS)
    finally:
        registry.tables["matters_lost_property"] = kept
    Matter.objects.filter(pk=lost[0].pk).update(
        details={
            "sort": 7,
            "worth": "a lot",
            "lost_on": "yesterday",
            "insured": "no",
            "weight": "1",
        }
    )
    told = refresh()
    assert set(told.months) == {"matters_lost_property"}
    assert counted("lost_property_opened", "insured") == {True: 1, None: 3}
    now = Manifest.read()
    assert now is not None
    for name in before.tables.keys() - {"matters_lost_property"}:
        assert now.tables[name].months == before.tables[name].months


def _without(table: Any, vendor: str, name: str) -> str:
    names = ", ".join(f'"{one}"' for one in table.columns if one != name)
    return f"SELECT {names} FROM ({table.source(vendor)}) AS given"


def test_only_what_changed_is_read(city: City, lost: list[Matter]) -> None:
    city.answered()
    refresh()
    city.incident(kind="lost_property", category="purse_lost", details={"article": "x"})
    assert set(refresh().months) == {"matters_lost_property"}
    assert show("lost_property_opened").total.numerator == len(FACTS) + 1
    assert refresh().months == {}


def test_a_fact_that_is_called_like_a_column_has_another_name() -> None:
    kind = kind_of("lost_property")
    assert set(table_of(kind).columns) >= {"unit", "state", "sort"}
    assert not {name for name in lake_facts(kind) if name in {"unit", "state", "month"}}
