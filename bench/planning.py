"""Plan the callbacks of an imported year, beside a bare insert of the rows that were planned.

``ANMIN_BENCH_ROWS`` incidents are imported first (not counted); then the reader of the news plans
them in one process. The reference reads the planned rows and inserts them into one plain table.
"""

import sqlite3
import time
from pathlib import Path

import psycopg

from bench.city import ROWS, anmin, workshop, write_export
from bench.postgres import server

NAME = "callbacks_callback"


def bare_sqlite(database: Path) -> tuple[float, int]:
    """Seconds to read the planned rows and insert them into a plain table; how many they were."""
    start = time.perf_counter()
    with sqlite3.connect(database) as planned, sqlite3.connect(f"{database}.bare") as bare:
        rows = planned.execute(f"SELECT * FROM {NAME}")
        names = [column[0] for column in rows.description]
        bare.execute("PRAGMA journal_mode=WAL")
        bare.execute(f"CREATE TABLE bare ({', '.join(names)})")
        marks = ", ".join("?" * len(names))
        count = bare.executemany(f"INSERT INTO bare VALUES ({marks})", rows).rowcount
    return time.perf_counter() - start, count


def bare_postgres(url: str) -> tuple[float, int]:
    """Seconds to read the planned rows and COPY them into a plain table; how many they were."""
    count = 0
    start = time.perf_counter()
    with psycopg.connect(url) as planned, psycopg.connect(url) as bare:
        bare.execute(f"CREATE TABLE bare AS SELECT * FROM {NAME} WHERE false")
        with (
            planned.cursor("planned") as rows,
            bare.cursor() as cursor,
            cursor.copy("COPY bare FROM STDIN") as copy,
        ):
            rows.itersize = 10_000
            rows.execute(f"SELECT * FROM {NAME}")
            for row in rows:
                copy.write_row(row)
                count += 1
    return time.perf_counter() - start, count


def measure(where: str, home: Path, export: Path, url: str | None) -> None:
    """Import, plan, insert the same rows bare, and print all three."""
    anmin("init", home=home, database=url)
    words = ("import", "incidents", str(export), "--profile", "template_zh", "--json")
    anmin(*words, home=home, database=url)
    _out, seconds, peak = anmin("callbacks", "plan", "--json", home=home, database=url)
    bare, planned = bare_postgres(url) if url else bare_sqlite(home / "anmin.sqlite3")
    print(
        f"{where:<11} {planned:,} callbacks planned in {seconds:.1f} s  "
        f"{seconds / ROWS * 1_000_000:.0f} s a million incidents  peak {peak / 1024:.0f} MB  "
        f"{seconds / bare:.1f} × bare insert of the same rows ({bare:.1f} s)"
    )


def main() -> None:
    """Measure SQLite, then PostgreSQL."""
    with workshop() as folder:
        export = folder / "export.csv"
        write_export(export, ROWS)
        measure("SQLite", folder / "sqlite", export, None)
        with server(folder) as url:
            measure("PostgreSQL", folder / "postgres", export, url)


if __name__ == "__main__":
    main()
