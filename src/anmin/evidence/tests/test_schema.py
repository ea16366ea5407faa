"""An index from which rows are missing is told, whatever its text says."""

import sqlite3
from pathlib import Path

import pytest
from django.db import connection

from anmin.evidence.schema import torn

pytestmark = pytest.mark.skipif(connection.vendor != "sqlite", reason="PostgreSQL has no such text")


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
