"""Import a dispatch export, beside a bare insert of the same rows."""

import csv
import json
import sqlite3
import time
from pathlib import Path

import psycopg

from bench.city import HEADER, ROWS, anmin, workshop, write_export
from bench.postgres import server

COLUMNS = ", ".join(f"c{n} text" for n in range(len(HEADER)))


def read(path: Path) -> csv.reader:
    """The rows of the export without its header."""
    file = path.open(encoding="utf-8-sig", newline="")
    reader = csv.reader(file)
    next(reader)
    return reader


def bare_sqlite(export: Path, database: Path) -> float:
    """Seconds to parse the file and insert its rows into one plain table."""
    start = time.perf_counter()
    connection = sqlite3.connect(database)
    connection.execute("PRAGMA journal_mode=WAL")
    connection.execute(f"CREATE TABLE bare (id integer primary key autoincrement, {COLUMNS})")
    marks = ", ".join("?" * len(HEADER))
    names = ", ".join(f"c{n}" for n in range(len(HEADER)))
    connection.executemany(f"INSERT INTO bare ({names}) VALUES ({marks})", read(export))
    connection.commit()
    connection.close()
    return time.perf_counter() - start


def bare_postgres(export: Path, url: str) -> float:
    """Seconds to parse the file and COPY its rows into one plain table."""
    start = time.perf_counter()
    names = ", ".join(f"c{n}" for n in range(len(HEADER)))
    with psycopg.connect(url) as connection, connection.cursor() as cursor:
        cursor.execute(f"CREATE TABLE bare (id bigserial primary key, {COLUMNS})")
        with cursor.copy(f"COPY bare ({names}) FROM STDIN") as copy:
            for row in read(export):
                copy.write_row(row)
    return time.perf_counter() - start


def measure(where: str, home: Path, export: Path, bare: float, url: str | None) -> None:
    """Import once, and again with nothing new, and print both."""
    anmin("init", home=home, database=url)
    words = ("import", "incidents", str(export), "--profile", "template_zh", "--json")
    for what in ("first import", "same file again"):
        out, seconds, peak = anmin(*words, home=home, database=url)
        told = json.loads(out)
        print(
            f"{where:<11} {what:<16} {seconds:8.1f} s  {told['read'] / seconds:9,.0f} rows/s  "
            f"peak {peak / 1024:6.0f} MB  {seconds / bare:5.1f} × bare insert ({bare:.1f} s)  "
            f"created {told['created']:,} unchanged {told['unchanged']:,} "
            f"rejected {told['rejected']:,}"
        )


def main() -> None:
    """Measure SQLite, then PostgreSQL."""
    with workshop() as folder:
        export = folder / "export.csv"
        write_export(export, ROWS)
        bare = bare_sqlite(export, folder / "bare.sqlite3")
        measure("SQLite", folder / "sqlite", export, bare, None)
        with server(folder) as url:
            bare = bare_postgres(export, url)
            measure("PostgreSQL", folder / "postgres", export, bare, url)


if __name__ == "__main__":
    main()
