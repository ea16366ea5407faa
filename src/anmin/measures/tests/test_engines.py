"""Every engine gives the same figures, one grouping at a time or several at once."""

from datetime import date, timedelta
from pathlib import Path
from typing import NamedTuple

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from django.utils import timezone

from anmin.kernel.errors import Refusal, Unavailable
from anmin.measures.engines import NAMES, FilesChanged, duckdb, engine_named
from anmin.measures.expressions import Dialect
from anmin.measures.figures import Part
from anmin.measures.lake import refresh
from anmin.measures.queries import records, show, show_each, show_many
from anmin.measures.tests.calls import APRIL, MARCH, call, group, put


@pytest.mark.parametrize("name", NAMES)
def test_every_engine_gives_the_same(table_inside, name):
    """On DuckDB always, on Spark where it is installed."""
    put(*group(0, 40, MARCH, satisfied=30, unit="A"), *group(100, 30, APRIL, satisfied=9, unit=None),
        call(900, MARCH, due_at=MARCH), call(901, MARCH, due_at=timezone.now() + timedelta(days=1)))  # fmt: skip
    if name == "spark":
        pytest.importorskip("pyspark")
    refresh(engine=name)
    day = date(2026, 4, 10)
    for arguments in (
        {"by": ["unit", "month"]},
        {"start": day, "end": day},
        {"filters": {"unit": None}},
        {"scope": {"category": ['it\'s a \\ and "more"', "theft"]}},
    ):
        keys = ["satisfaction", "weighted", "number"]
        assert show_many(keys, engine=name, **arguments) == show_many(keys, **arguments)
    each = {"satisfaction": [(), ("unit", "month"), ("month", "unit")], "number": [("month",)]}
    assert show_each(each, engine=name) == {
        key: {by: show(key, by) for by in every} for key, every in each.items()
    }
    assert show("in_time", engine=name).total.denominator == 1
    assert records("satisfaction", part=Part.REST, engine=name, limit=5).keys == [
        30,
        31,
        32,
        33,
        34,
    ]


def test_several_groupings_at_once_are_what_they_are_one_by_one(quarter):
    """Indicators of one table, each by groupings of its own, unknown values among them."""
    put(*group(500, 12, APRIL, unit=None, category=None, satisfied=5))
    refresh()
    each = {
        "satisfaction": [(), ("unit",), ("unit", "month")],
        "weighted": [("category",)],
        "number": [("month", "unit"), ("date",)],
        "in_time": [],
    }
    found = show_each(each, date(2026, 3, 1), scope={"unit": ["A", "B", None]})
    alone = {"start": date(2026, 3, 1), "scope": {"unit": ["A", "B", None]}}
    assert found == {
        key: {by: show(key, by, **alone) for by in every} for key, every in each.items()
    }
    assert list(found["number"]) == each["number"]
    with pytest.raises(Refusal, match="has no dimension category"):
        show_each({"in_time": [("category",)]})


def test_several_groupings_of_an_empty_table_are_empty(table):
    refresh()
    found = show_each({"number": [(), ("unit",)]})["number"]
    assert [result.total.value for result in found.values()] == [0, 0]
    assert [result.rows for result in found.values()] == [[found[()].total], []]


def test_without_its_extra_spark_says_what_to_install(monkeypatch):
    from anmin.measures.engines import spark

    spark.engine.cache_clear()
    monkeypatch.setitem(__import__("sys").modules, "pyspark.sql", None)
    with pytest.raises(Unavailable, match="install Anmin with its extra"):
        engine_named("spark")


def test_the_same_question_is_counted_once_until_the_files_change(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Total(NamedTuple):
        table: str = "numbers"

        def sql(self, dialect: Dialect) -> str:
            return f"SELECT SUM(n)::BIGINT AS total FROM {dialect.name(self.table)}"

    def total() -> int:
        return int(engine.evaluate(Total(), [file])["total"][0].as_py())

    engine, file = duckdb.DuckDB(), tmp_path / "numbers.parquet"
    pq.write_table(pa.table({"n": [1, 2, 3]}), file)
    assert total() == 6
    with monkeypatch.context() as broken:
        broken.setattr(duckdb, "parquet", lambda _files: "nothing_there")
        assert total() == 6  # not counted anew
    pq.write_table(pa.table({"n": [1, 2, 30]}), file)
    assert total() == 33
    file.unlink()
    with pytest.raises(FilesChanged):
        total()
