"""What the rooms of this installation have declared can be computed, and is documented."""

from pathlib import Path

import pytest
from django.utils import timezone, translation

from anmin.measures.engines import engine_named
from anmin.measures.expressions import counts, rows_in_question, unbound
from anmin.measures.indicators_page import indicators_markdown
from anmin.measures.registry import MONTH, Registry, registry
from anmin.measures.tests.calls import EVERYTHING

PAGE = Path(__file__).parents[4] / "docs" / "indicators.md"


@pytest.mark.parametrize("key", registry.indicators)
def test_every_indicator_can_be_computed(key):
    import ibis

    indicator = registry.indicators[key]
    rows = rows_in_question(registry.tables[indicator.table], timezone.now(), None, None, [])
    query = counts(rows, [indicator], [*indicator.dimensions, MONTH])
    assert ibis.to_sql(query, dialect="duckdb").startswith("SELECT")
    assert query.schema()["_denominator_0"].is_int64()


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
    assert unbound(EVERYTHING[0]).schema()["opened_at"].is_timestamp()
