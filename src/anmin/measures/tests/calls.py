"""A made-up table of calls, with its declarations: what these tests measure."""

from datetime import UTC, datetime
from typing import Any

from django.db import connection

from anmin.measures.columns import Column, ColumnType
from anmin.measures.registry import Direction, Indicator, Kind, LakeTable, Query

COLUMNS = {
    "id": ColumnType.INTEGER,
    "unit": ColumnType.STRING,
    "category": ColumnType.STRING,
    "opened_at": ColumnType.TIMESTAMP,
    "day": ColumnType.DATE,
    "token": ColumnType.UUID,
    "asked": ColumnType.BOOLEAN,
    "replied": ColumnType.BOOLEAN,
    "satisfied": ColumnType.BOOLEAN,
    "score": ColumnType.NUMBER,
    "due_at": ColumnType.TIMESTAMP,
}


def create() -> None:
    """Make the table in the database, with the types Django would use."""
    moment, number, token = {
        "sqlite": ("datetime", "real", "char(32)"),
        "postgresql": ("timestamptz", "double precision", "uuid"),
    }[connection.vendor]
    with connection.cursor() as cursor:
        cursor.execute("DROP TABLE IF EXISTS test_calls")
        cursor.execute(
            f"CREATE TABLE test_calls (id integer, unit varchar(20), category varchar(20), "
            f"opened_at {moment}, day date, token {token}, asked bool, replied bool, satisfied bool, "
            f"score {number}, due_at {moment}, change integer)"
        )
        cursor.execute("CREATE INDEX test_calls_opened ON test_calls (opened_at)")


def put(*rows: dict[str, Any]) -> None:
    """Insert rows, or replace those of the same id; each is a change of its own."""
    names = [*COLUMNS, "change"]
    with connection.cursor() as cursor:
        cursor.execute("SELECT coalesce(max(change), 0) FROM test_calls")
        change = cursor.fetchone()[0]
        if ids := [row["id"] for row in rows if row["id"] is not None]:
            cursor.execute(f"DELETE FROM test_calls WHERE id IN ({', '.join(map(str, ids))})")
        cursor.executemany(
            f"INSERT INTO test_calls ({', '.join(names)}) VALUES ({', '.join(['%s'] * len(names))})",
            [
                [_stored(name, row.get(name)) for name in COLUMNS] + [change + number]
                for number, row in enumerate(rows, start=1)
            ],
        )


def _stored(name: str, value: Any) -> Any:
    if isinstance(value, datetime):
        return connection.ops.adapt_datetimefield_value(value)
    if COLUMNS[name] is ColumnType.UUID and value is not None and connection.vendor == "sqlite":
        return value.hex
    return value


def call(number: int, opened: datetime, **facts: Any) -> dict[str, Any]:
    """One call: asked, not replied, unless the facts say otherwise."""
    return {"id": number, "unit": "A", "category": "theft", "opened_at": opened, "asked": True,
            "replied": False, **facts}  # fmt: skip


def _changed(cursor: Any) -> tuple[list[Query] | None, Any]:
    with connection.cursor() as database:
        database.execute("SELECT coalesce(max(change), 0) FROM test_calls")
        newest = database.fetchone()[0]
    if cursor is None:
        return None, newest
    return [f"SELECT id FROM test_calls WHERE change > {int(cursor)}"], newest


CALLS = LakeTable(
    name="calls",
    label="Calls",
    columns={name: Column(kind, f"The call's {name}") for name, kind in COLUMNS.items()},
    key="id",
    month="opened_at",
    source=lambda vendor: "SELECT * FROM test_calls",
    changed=_changed,
)
SATISFACTION = Indicator(
    key="satisfaction",
    label="Satisfaction",
    how_made="Satisfied replies of all replies.",
    unit="%",
    table="calls",
    kind=Kind.PROPORTION,
    direction=Direction.HIGHER,
    numerator=lambda t: t.satisfied,
    denominator=lambda t: t.replied,
    frame=lambda t: t.asked,
    dimensions=("unit", "category"),
)
WEIGHTED = Indicator(
    key="weighted",
    label="Weighted satisfaction",
    how_made="Mean score of all replies.",
    unit="%",
    table="calls",
    kind=Kind.MEAN_SCORE,
    direction=Direction.HIGHER,
    numerator=lambda t: t.score,
    denominator=lambda t: t.replied,
    dimensions=("unit", "category"),
)
NUMBER = Indicator(
    key="number",
    label="Calls",
    how_made="All calls that were asked about.",
    unit="",
    table="calls",
    kind=Kind.COUNT,
    direction=Direction.NEITHER,
    numerator=lambda t: t.asked,
    dimensions=("unit", "category"),
    hide_small=False,
)
IN_TIME = Indicator(
    key="in_time",
    label="In time",
    how_made="Replied, of those that were due at the cut-off.",
    unit="%",
    table="calls",
    kind=Kind.PROPORTION,
    direction=Direction.HIGHER,
    numerator=lambda t: t.replied,
    denominator=lambda t: t.due_at <= t.cutoff,
    dimensions=("unit",),
    hide_small=False,
)
EVERYTHING = (CALLS, SATISFACTION, WEIGHTED, NUMBER, IN_TIME)


def at(text: str) -> datetime:
    """A moment in UTC."""
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


MARCH, APRIL = at("2026-03-10 01:00"), at("2026-04-10 01:00")


def group(
    first: int,
    size: int,
    opened: datetime,
    *,
    satisfied: int = 0,
    replied: int | None = None,
    **facts: Any,
) -> list[dict[str, Any]]:
    """`size` calls from number `first` on: so many replied, the first so many satisfied."""
    replied = size if replied is None else replied
    return [
        call(first + n, opened, replied=n < replied, satisfied=n < satisfied if n < replied else None,
             score=[0.5, 1.0][n % 2] if n < replied else None, **facts)
        for n in range(size)
    ]  # fmt: skip
