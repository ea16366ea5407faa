"""Refresh and evaluate every indicator, beside hand-written SQL on the same Parquet files."""

import json
import os
import subprocess
import sys
import time
from pathlib import Path

import duckdb

from bench.city import ROWS, anmin, workshop, write_export

EVALUATE = """
import json, time
from anmin.config import console
console.boot()
from anmin.measures.registry import registry
start = time.perf_counter()
from anmin.measures.queries import show_each
groupings = [(), ("unit",), ("month",), ("category",), ("area",)]
show_each({
    key: [by for by in groupings if set(by) <= {*indicator.dimensions, "month"}]
    for key, indicator in registry.indicators.items()
})
print(json.dumps({"seconds": time.perf_counter() - start, "indicators": len(registry.indicators)}))
"""
BY_HAND = """
SELECT {by}, count(*) FILTER (kind = 'incident'),
       count(*) FILTER (kind = 'incident' AND stage <> 'withdrawn'
                        AND (stage IN ('done', 'declined') OR due_at < now()::timestamp)),
       count(*) FILTER (kind = 'incident' AND stage IN ('done', 'declined') AND met_at <= due_at)
FROM read_parquet('{files}', hive_partitioning = true) GROUP BY ALL
"""


def evaluate(home: Path) -> dict[str, float]:
    """Every indicator in all, by unit, month, category and area, in a fresh process."""
    done = subprocess.run(
        [sys.executable, "-c", EVALUATE],
        env={**os.environ, "ANMIN_HOME": str(home)},
        capture_output=True,
        text=True,
        check=True,
    )
    told: dict[str, float] = json.loads(done.stdout)
    return told


def by_hand(home: Path) -> float:
    """Seconds for the incidents' figures in plain SQL, in all and by four dimensions."""
    files = home / "lake" / "matters" / "**" / "*.parquet"
    start = time.perf_counter()
    for by in ("1", "unit", "month", "category", "area"):
        duckdb.sql(BY_HAND.format(by=by, files=files)).fetchall()
    return time.perf_counter() - start


def main() -> None:
    """Measure a full refresh, an evaluation, and both again after one more day."""
    with workshop() as folder:
        home, export, more = folder / "home", folder / "export.csv", folder / "day.csv"
        write_export(export, ROWS)
        anmin("init", home=home)
        anmin("import", "incidents", str(export), "--profile", "template_zh", home=home)
        anmin("callbacks", "plan", home=home)
        _out, full, peak = anmin("measures", "refresh", "--json", home=home)
        told, sql = evaluate(home), by_hand(home)
        print(
            f"{ROWS:,} matters: full refresh {full:.1f} s (peak {peak / 1024:.0f} MB), "
            f"{told['indicators']:.0f} indicators in five groupings {told['seconds']:.2f} s; "
            f"hand-written SQL for two of them {sql:.2f} s"
        )
        write_day(export, more)
        anmin("import", "incidents", str(more), "--profile", "template_zh", home=home)
        anmin("callbacks", "plan", home=home)
        _out, changed, _peak = anmin("measures", "refresh", "--json", home=home)
        told = evaluate(home)
        print(
            f"after one day's change: refresh {changed:.1f} s, evaluation {told['seconds']:.2f} s"
        )


def write_day(export: Path, day: Path) -> None:
    """The last day of the export once more, under new numbers."""
    lines = export.read_text("utf-8-sig").splitlines()
    last = lines[-max(1, ROWS // 360) :]
    day.write_text("\n".join([lines[0], *(f"N{line}" for line in last)]), "utf-8")


if __name__ == "__main__":
    main()
