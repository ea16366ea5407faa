"""The lake holds what the database holds: all of it, only what changed, and never half of it."""

import json
import shutil
from dataclasses import replace
from datetime import date
from unittest.mock import patch
from uuid import UUID

import duckdb
import pyarrow.parquet as pq
import pytest
from django.db import connection
from django.db.models import F, Q
from django_tasks_db.models import DBTaskResult
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from anmin.kernel.errors import Refusal, Unavailable
from anmin.measures import staging
from anmin.measures.columns import Column, ColumnType
from anmin.measures.lake import refresh
from anmin.measures.manifest import Manifest, RefreshRunning, alone, altered, lake_folder
from anmin.measures.reading import reading_sql
from anmin.measures.registry import DeclarationError, LakeTable
from anmin.measures.tests.calls import CALLS, at, call, create, put

MARCH, APRIL, MAY = at("2026-03-10 01:00"), at("2026-04-10 01:00"), at("2026-05-10 01:00")


def held(columns="id, month"):
    """What the files of the lake say, read with nothing but their names."""
    files = [str(path) for path in lake_folder().glob("calls/month=*/*.parquet")]
    if not files:
        return []
    return duckdb.sql(f"SELECT {columns} FROM read_parquet({files}) ORDER BY ALL").fetchall()


def files():
    return {path.relative_to(lake_folder()).as_posix() for path in lake_folder().glob("calls/*/*")}


def test_everything_arrives_with_its_type(table):
    opened = at("2026-03-31 15:59:59.123456")
    put(
        call(1, opened, day=date(2026, 3, 31), replied=True, satisfied=False, score=0.5,
             token=UUID("12345678123456781234567812345678"), unit="瑞安'\"%s站"),
        call(2, at("2026-03-31 16:00:00"), category=None),
    )  # fmt: skip
    done = refresh()
    first, second = held(", ".join(CALLS.columns) + ", month")
    assert first == (
        1, "瑞安'\"%s站", "theft", opened.replace(tzinfo=None), date(2026, 3, 31),
        "12345678-1234-5678-1234-567812345678", True, True, False, 0.5, None, "2026-03",
    )  # fmt: skip
    assert second[-1] == "2026-04", "16:00 UTC is midnight in Shanghai, and another month"
    assert second[2:3] + second[4:6] + second[8:11] == (None,) * 6
    assert (done.rows, done.months) == (2, {"calls": ["2026-03", "2026-04"]})


def test_a_column_that_is_empty_for_long_keeps_its_type(table):
    """The driver guesses types from the first rows; the lake must not."""
    rows = [
        call(n, MARCH, unit=None, category=None, asked=None, replied=None) for n in range(20_000)
    ]
    put(*rows, call(20_000, MARCH, score=0.25, token=UUID(int=7)))
    refresh()
    assert held("id, unit, score, token")[-1] == (20_000, "A", 0.25, str(UUID(int=7)))
    (path,) = lake_folder().glob("calls/*/*.parquet")
    assert str(pq.read_schema(path).field("token").type) == "string"


def test_only_changed_months_are_written(table):
    put(call(1, MARCH), call(2, APRIL))
    first = refresh()
    put(call(3, APRIL))
    second = refresh()
    assert second.months == {"calls": ["2026-04"]}
    assert held() == [(1, "2026-03"), (2, "2026-04"), (3, "2026-04")]
    assert files() == {
        "calls/month=2026-03/part-000001.parquet",
        "calls/month=2026-04/part-000002.parquet",
    }
    assert (first.manifest.revision, second.manifest.revision) == (1, 2)


def test_without_news_only_the_cutoff_moves(table):
    put(call(1, MARCH))
    first = refresh()
    before = files()
    second = refresh()
    assert second.months == {}
    assert second.manifest.revision == first.manifest.revision
    assert second.manifest.cutoff > first.manifest.cutoff
    assert files() == before


def test_a_record_that_moves_to_another_month_is_never_there_twice(table):
    """An import corrects the date of a call; its room only knows the month it is in now."""
    put(call(1, MARCH), call(2, MARCH), call(3, APRIL))
    refresh()
    put(call(1, MAY))
    done = refresh()
    assert held() == [(1, "2026-05"), (2, "2026-03"), (3, "2026-04")]
    assert done.months == {"calls": ["2026-03", "2026-05"]}


def test_a_month_that_has_emptied_goes(table):
    put(call(1, MARCH), call(2, APRIL))
    refresh()
    put(call(1, APRIL))
    assert refresh().manifest.tables["calls"].months.keys() == {"2026-04"}
    assert held() == [(1, "2026-04"), (2, "2026-04")]


def test_an_empty_table_is_a_table(table):
    done = refresh()
    assert done.manifest.tables["calls"].rows == 0
    assert held() == []


def test_a_full_refresh_writes_everything_anew(table):
    put(call(1, MARCH))
    refresh()
    next(lake_folder().glob("calls/*/*.parquet")).write_bytes(b"damaged")
    assert refresh().months == {}
    assert refresh(full=True).months == {"calls": ["2026-03"]}
    assert held() == [(1, "2026-03")]


@pytest.mark.parametrize(
    "change",
    [
        {"columns": {**CALLS.columns, "change": Column(ColumnType.INTEGER, "")}},
        {"source": lambda vendor: "SELECT * FROM test_calls WHERE id > 0"},
        {"key": "token"},
    ],
)
def test_another_declaration_writes_everything_anew(table, declared, change):
    put(call(1, MARCH, token=UUID(int=1)))
    refresh()
    declared.tables["calls"] = replace(CALLS, **change)
    assert refresh().months == {"calls": ["2026-03"]}


def test_a_table_that_is_no_longer_declared_goes(table, declared):
    put(call(1, MARCH))
    refresh()
    del declared.tables["calls"]
    done = refresh()
    assert done.manifest.tables == {}
    assert done.manifest.revision == 2
    assert files() == set()


@pytest.mark.parametrize(
    ("rows", "reason"),
    [
        ([call(2, MARCH), call(2, MARCH)], "more than once"),
        ([call(None, MARCH)], "more than once"),
        ([{"id": 2}], "without a month"),
    ],
)
def test_what_would_make_figures_wrong_is_refused(table, rows, reason):
    put(call(1, APRIL))
    before = refresh().manifest
    put(*rows)
    with pytest.raises(Refusal, match=reason):
        refresh(full=True)
    assert Manifest.read() == before
    assert held() == [(1, "2026-04")]


def test_a_value_of_another_type_is_refused_with_its_table(table, declared):
    put(call(1, MARCH, unit="station"))
    columns = {**CALLS.columns, "unit": Column(ColumnType.DATE, "no date at all")}
    declared.tables["calls"] = replace(CALLS, columns=columns)
    with pytest.raises(Refusal, match="calls"):
        refresh()
    assert Manifest.read() is None


def test_a_query_that_fails_is_told_in_one_line(table, declared):
    declared.tables["calls"] = replace(CALLS, source=lambda vendor: "SELECT * FROM nothing")
    with pytest.raises(Unavailable, match="Table calls could not be refreshed") as refusal:
        refresh()
    assert "\n" not in str(refusal.value)


def test_two_refreshes_exclude_each_other(table):
    put(call(1, MARCH))
    with alone(), pytest.raises(RefreshRunning):
        refresh()
    assert Manifest.read() is None
    assert refresh().rows == 1


def test_an_unreadable_manifest_is_said_and_healed_from_scratch(table):
    put(call(1, MARCH))
    refresh()
    (lake_folder() / "manifest.json").write_text(json.dumps({"revision": "half"}))
    with pytest.raises(Unavailable, match="from scratch"):
        refresh()
    assert refresh(full=True).manifest.revision == 2
    assert held() == [(1, "2026-03")]


def test_progress_is_told(table):
    put(*(call(n, MARCH) for n in range(40_000)))
    told = []
    refresh(progress=lambda name, rows: told.append((name, rows)))
    assert told[-1][0] == "calls"
    assert 40_000 <= told[-1][1] <= 40_001  # the row of samples may be among them


@pytest.mark.skipif(connection.vendor != "sqlite", reason="reads SQLite's plan")
def test_a_changed_record_is_found_by_its_index(table):
    with connection.cursor() as cursor:
        cursor.execute("CREATE INDEX test_calls_id ON test_calls (id)")
        cursor.execute(f"EXPLAIN QUERY PLAN {reading_sql(CALLS, ['SELECT 7', 'SELECT 8'])}")
        plan = " ".join(row[-1] for row in cursor.fetchall())
    assert "SEARCH test_calls USING INDEX test_calls_id (id=?)" in plan
    assert "SCAN test_calls" not in plan


def test_only_the_pieces_that_changes_touch_are_written_again(table, monkeypatch):
    """A large piece stays while new records go beside it; small pieces are put together."""
    monkeypatch.setattr(staging, "SMALL", 3)
    put(*(call(n, MARCH) for n in range(3)))
    refresh()
    put(call(3, MARCH))
    refresh()
    assert files() == {
        "calls/month=2026-03/part-000001.parquet",
        "calls/month=2026-03/part-000002.parquet",
    }
    put(call(4, MARCH), call(5, APRIL))
    state = refresh().manifest.tables["calls"].months
    assert (state["2026-03"].rows, state["2026-04"].rows) == (5, 1)
    assert files() == {
        "calls/month=2026-03/part-000001.parquet",
        "calls/month=2026-03/part-000003.parquet",
        "calls/month=2026-04/part-000003.parquet",
    }
    put(call(0, MARCH, unit="Z"), call(4, APRIL))
    assert refresh().months == {"calls": ["2026-03", "2026-04"]}
    assert held("id, unit, month") == [
        (0, "Z", "2026-03"), (1, "A", "2026-03"), (2, "A", "2026-03"), (3, "A", "2026-03"),
        (4, "A", "2026-04"), (5, "A", "2026-04"),
    ]  # fmt: skip
    assert len(files()) == 2


def test_a_record_that_is_named_but_gone_goes(table, declared):
    put(call(1, MARCH), call(2, MARCH), call(3, APRIL))
    refresh()
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM test_calls WHERE id IN (1, 3)")
    named = lambda cursor: (["SELECT 1", "SELECT 3"], cursor)  # noqa: E731
    declared.tables["calls"] = replace(CALLS, changed=named)
    assert refresh().months == {"calls": ["2026-03", "2026-04"]}
    assert held() == [(2, "2026-03")]


@pytest.mark.parametrize(
    ("rows", "reason"),
    [([call(2, MARCH), call(2, MAY)], "more than once"), ([{"id": 2}], "without a month")],
)
def test_what_would_make_figures_wrong_is_refused_among_changes_too(table, rows, reason):
    put(call(1, APRIL))
    before = refresh().manifest
    put(*rows)
    with pytest.raises(Refusal, match=reason):
        refresh()
    assert Manifest.read() == before
    assert held() == [(1, "2026-04")]


CHANGE = st.dictionaries(st.integers(0, 12), st.integers(1, 4), min_size=1, max_size=6)


@settings(max_examples=20, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.lists(CHANGE, min_size=1, max_size=5))
def test_refreshes_one_after_another_leave_what_one_from_scratch_would(table, changes):
    """Records come, change and move between months, in any order."""
    create()
    shutil.rmtree(lake_folder(), ignore_errors=True)
    with patch.object(staging, "SMALL", 3):
        for change in changes:
            put(*(call(n, at(f"2026-0{month}-10 01:00")) for n, month in change.items()))
            refresh()
    by_steps, state = held("id, month, opened_at"), Manifest.read().tables["calls"]
    refresh(full=True)
    anew = Manifest.read().tables["calls"]
    assert held("id, month, opened_at") == by_steps
    assert [(m, s.rows) for m, s in state.months.items()] == [
        (m, s.rows) for m, s in anew.months.items()
    ]


def test_inside_a_transaction_its_own_rows_are_seen(table_inside):
    put(call(1, MARCH, token=UUID(int=5), day=date(2026, 3, 10)), call(2, APRIL))
    refresh()
    assert held("id, month, token, day") == [
        (1, "2026-03", str(UUID(int=5)), date(2026, 3, 10)),
        (2, "2026-04", None, None),
    ]


def tasks_table(**values):
    """A table whose source is a queryset, with parameters that need quoting."""
    rows = DBTaskResult.objects.filter(~Q(task_path='it\'s a "test"; 100%'), priority__gte=-5)
    types = {"id": "uuid", "status": "string", "urgency": "integer", "asked": "timestamp"}
    return LakeTable(
        name="tasks",
        label="Tasks",
        columns={name: Column(ColumnType(kind), name) for name, kind in types.items()},
        key="id",
        month="asked",
        source=lambda vendor: rows.values("status", "id", **values),
        changed=lambda cursor: (None, None),
    )


@pytest.mark.parametrize("inside", [True, False])
def test_a_queryset_can_be_the_source(inside, request, declared):
    request.getfixturevalue("db" if inside else "transactional_db")
    kept = DBTaskResult.objects.create(task_path="a", args_kwargs={}, queue_name="q", backend_name="b",
                                       priority=3)  # fmt: skip
    DBTaskResult.objects.create(task_path="it's a \"test\"; 100%", args_kwargs={}, queue_name="q",
                                backend_name="b")  # fmt: skip
    declared.tables.clear()
    declared.tables["tasks"] = tasks_table(urgency=F("priority"), asked=F("enqueued_at"))
    refresh()
    (path,) = lake_folder().glob("tasks/*/*.parquet")
    (row,) = pq.read_table(path, columns=["id", "status", "urgency", "asked"]).to_pylist()
    assert row == {
        "id": str(kept.id), "status": "READY", "urgency": 3, "asked": kept.enqueued_at.replace(tzinfo=None),
    }  # fmt: skip


def test_a_queryset_must_give_the_declared_columns(declared, db):
    declared.tables.clear()
    declared.tables["tasks"] = tasks_table(asked=F("enqueued_at"))
    with pytest.raises(DeclarationError, match="not the declared columns"):
        refresh()


def test_files_and_lists_that_somebody_else_wrote_are_found_and_not_believed(table):
    put(call(1, MARCH), call(2, APRIL))
    refresh()
    assert altered() == []
    lake = lake_folder()
    march, april = sorted(lake.glob("calls/month=*/part-*.parquet"))
    was = march.read_bytes()
    march.write_bytes(april.read_bytes())
    assert altered() == [march.relative_to(lake).as_posix()]
    refresh()  # nothing has changed: the file is not blessed by it
    assert altered() == [march.relative_to(lake).as_posix()]
    march.write_bytes(was)
    assert altered() == []
    listed = lake / "manifest.json"
    listed.write_text(listed.read_text().replace("month=2026-03/", "month=2026-04/"))
    assert altered() == ["manifest.json"]
    assert Manifest.read() is None
    refresh()
    assert altered() == []
    assert held("id") == [(1,), (2,)]
