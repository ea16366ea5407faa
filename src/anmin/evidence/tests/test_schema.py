"""Checks and indexes that the database has under their names, but with other words or rows."""

import sqlite3
from pathlib import Path
from typing import Any

import pytest
from django.db import connection

from anmin.evidence.schema import drift, torn

ATTEMPTS = {"sqlite": '"attempts" >= 0', "postgresql": "attempts >= 0"}
PRIORITY = {"sqlite": '"priority" BETWEEN -100 AND 100', "postgresql": "priority >= -100"}
WEAKER = [
    ("callbacks_callback", "callbacks_callback_attempts_check", ATTEMPTS, "attempts >= -5"),
    ("callbacks_callback", "callbacks_callback_attempts_check", ATTEMPTS, "0 >= attempts"),
    ("callbacks_callback", "callbacks_callback_attempts_check", ATTEMPTS, "attempts >= 0 OR 1=1"),
    ("django_tasks_database_dbtaskresult", "priority_range", PRIORITY,
     "priority >= -100 OR priority <= 100"),
    ("django_tasks_database_dbtaskresult", "priority_range", PRIORITY,
     "priority BETWEEN -100 AND 9100"),
]  # fmt: skip
"""A table, one of its checks, its words, and others."""


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(("table", "name", "words", "others"), WEAKER)
def test_a_check_that_says_something_else_is_told(
    table: str, name: str, words: dict[str, str], others: str
) -> None:
    assert drift() == []
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute(
                "SELECT pg_get_constraintdef(oid) FROM pg_constraint WHERE conname = %s", [name]
            )
            put_back = cursor.fetchone()[0]
            changed = f"ALTER TABLE {table} DROP CONSTRAINT {name}, ADD CONSTRAINT {name} "
            cursor.execute(f"{changed} CHECK ({others})")
        else:
            _rewritten(cursor, table, words["sqlite"], others)
        try:
            found = drift()
        finally:
            if connection.vendor == "postgresql":
                cursor.execute(f"{changed} {put_back}")
            else:
                _rewritten(cursor, table, others, words["sqlite"])
    assert len(found) == 2  # what is declared is not there, and what is there is not ours
    assert all("check" in one or "检查" in one for one in found)
    assert drift() == []


def _rewritten(cursor: Any, table: str, words: str, others: str) -> None:
    cursor.execute("PRAGMA writable_schema = ON")
    cursor.execute(
        "UPDATE sqlite_master SET sql = replace(sql, %s, %s) WHERE type = 'table' AND name = %s",
        [words, others, table],
    )
    cursor.execute("PRAGMA writable_schema = RESET")


@pytest.mark.skipif(connection.vendor != "sqlite", reason="PostgreSQL has no such text")
def test_an_index_that_was_made_without_some_rows_is_told(tmp_path: Path) -> None:
    with sqlite3.connect(tmp_path / "file.sqlite3") as file:
        file.execute("CREATE TABLE callback (id INTEGER PRIMARY KEY, unit INTEGER)")
        file.executemany("INSERT INTO callback (unit) VALUES (?)", [(n % 3,) for n in range(30)])
        file.execute("CREATE INDEX of_unit ON callback (unit) WHERE unit <> 1")
        file.commit()
        assert torn(file.cursor()) == []
        file.execute("PRAGMA writable_schema = ON")
        file.execute(
            "UPDATE sqlite_master SET sql = 'CREATE INDEX of_unit ON callback (unit)'"
            " WHERE name = 'of_unit'"
        )
        file.execute("PRAGMA writable_schema = RESET")
    with sqlite3.connect(tmp_path / "file.sqlite3") as file:
        found = torn(file.cursor())
    assert found
    assert all("of_unit" in one for one in found)
