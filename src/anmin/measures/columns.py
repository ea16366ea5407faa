"""What a column of a lake table can hold, and how it comes there from either database."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from django.utils.functional import Promise

type Text = str | Promise
"""Words that people see: plain, or translated when shown."""


class ColumnType(StrEnum):
    """The types of the lake: few, and the same on DuckDB and Spark.

    ``TIMESTAMP`` is UTC without a zone, to the microsecond. ``UUID`` is kept as text with dashes.
    """

    STRING = "string"
    INTEGER = "integer"
    NUMBER = "number"
    BOOLEAN = "boolean"
    TIMESTAMP = "timestamp"
    DATE = "date"
    UUID = "uuid"


@dataclass(frozen=True, slots=True)
class Column:
    """One column: its type and, for whoever reads the lake, what it means.

    ``lenient``: a value of another type is unknown, where else it would refuse the table.
    """

    type: ColumnType
    meaning: Text
    lenient: bool = False

    def in_the_lake(self, value: str) -> str:
        """The value as the lake keeps it, in DuckDB's SQL."""
        written = FORMS[self.type].duckdb.format(value)
        value, cast, as_type = written.rpartition("::")
        return f"TRY_CAST({value} AS {as_type})" if self.lenient and cast else written


@dataclass(frozen=True, slots=True)
class Form:
    """One type on its way from a database through DuckDB to a file; ``{}`` is the column.

    ``sample`` is any value in SQLite's own storage: a first row of samples tells the driver the
    types, which it would else guess from the first rows of the data.
    """

    sqlite: str
    sample: str
    postgresql: str
    duckdb: str


FORMS: Final = {
    ColumnType.STRING: Form("CAST({} AS TEXT)", "''", "{}::text", "{}::VARCHAR"),
    ColumnType.INTEGER: Form("CAST({} AS INTEGER)", "0", "{}::bigint", "{}::BIGINT"),
    ColumnType.NUMBER: Form("CAST({} AS REAL)", "0.0", "{}::double precision", "{}::DOUBLE"),
    ColumnType.BOOLEAN: Form("CAST({} AS INTEGER)", "0", "{}::boolean", "{}::BOOLEAN"),
    ColumnType.TIMESTAMP: Form(
        "CAST({} AS TEXT)",
        "''",
        "({}::timestamptz AT TIME ZONE 'UTC')",
        "{}::TIMESTAMP",
    ),
    ColumnType.DATE: Form("CAST({} AS TEXT)", "''", "{}::date", "{}::DATE"),
    ColumnType.UUID: Form("CAST({} AS TEXT)", "''", "{}::text", "{}::UUID::VARCHAR"),
}
"""How each type is read and stored."""
