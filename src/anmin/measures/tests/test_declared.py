"""What the rooms of this installation have declared can be computed, and is documented."""

from pathlib import Path

import duckdb
import pytest
from django.utils import timezone, translation

from anmin.measures.columns import FORMS
from anmin.measures.counting import Count, Listing, rows_in_question
from anmin.measures.engines import engine_named
from anmin.measures.figures import Part
from anmin.measures.indicators_page import indicators_markdown
from anmin.measures.registry import DAY, MONTH, Registry, registry
from anmin.measures.tests.calls import EVERYTHING

PAGE = Path(__file__).parents[4] / "docs" / "indicators.md"


@pytest.fixture(scope="module")
def empty(tmp_path_factory):
    """A file of each table, of its columns and types, without rows."""
    folder = tmp_path_factory.mktemp("empty")
    for table in registry.tables.values():
        columns = {
            name: FORMS[one.type].duckdb.format("NULL") for name, one in table.columns.items()
        }
        columns |= {MONTH: "NULL::VARCHAR", DAY: "NULL::VARCHAR"}
        chosen = ", ".join(f'{value} AS "{name}"' for name, value in columns.items())
        duckdb.execute(
            f"COPY (SELECT {chosen} WHERE false) TO '{folder / table.name}' (FORMAT parquet)"
        )
    return folder


@pytest.mark.parametrize("key", registry.indicators)
def test_every_indicator_can_be_computed(key, empty):
    indicator = registry.indicators[key]
    table = registry.tables[indicator.table]
    question = rows_in_question(table, timezone.now(), None, None, [])
    every = [(), *((name,) for name in (*indicator.dimensions, MONTH, DAY))]
    answer = engine_named(None).evaluate(Count(question, [indicator], every), [empty / table.name])
    assert str(answer.schema.field("_denominator_0").type) == "int64"
    assert str(answer.schema.field("_numerator_0").type) == "double"
    for part in Part:
        listing = Listing(question, indicator, part, table.key, None, 1)
        assert engine_named(None).evaluate(listing, [empty / table.name]).num_rows == 0


def test_the_page_is_fresh():
    assert PAGE.read_text() == indicators_markdown(registry), (
        "run: python -m anmin.measures.indicators_page > docs/indicators.md"
    )


def test_the_page_says_everything_about_an_indicator():
    mine = Registry()
    mine.add(*EVERYTHING)
    with translation.override("zh-hans"):
        page = indicators_markdown(mine)
    assert "## Weighted satisfaction (`weighted`)" in page
    assert "- by: unit, category, month\n- small cells: hidden\n- non-response bounds: yes" in page
    assert "| `token` | uuid | The call's token |" in page


def test_the_engine_is_the_same_object_each_time():
    assert engine_named(None) is engine_named("duckdb")
