"""Everything said in Ibis: the rows in question, what to count in them, and which to list.

Ibis takes a second to import, so this module is imported when figures are first asked for.
"""

from collections.abc import Collection, Mapping, Sequence
from datetime import UTC, date, datetime, timedelta

import ibis  # type: ignore[import-untyped]

from anmin.measures.columns import FORMS, ColumnType
from anmin.measures.figures import Counted, Part
from anmin.measures.reading import utc_of
from anmin.measures.registry import CUTOFF, DAY, MONTH, Expression, Indicator, Kind, LakeTable, Rows
from anmin.measures.suppression import Key


def unbound(table: LakeTable) -> Rows:
    """The table as expressions see it, before any engine and without `CUTOFF`."""
    types = {name: FORMS[column.type].ibis for name, column in table.columns.items()}
    return ibis.table({**types, MONTH: "string", DAY: "string"}, name=table.name)


def rows_in_question(
    table: LakeTable,
    cutoff: datetime,
    start: date | None,
    end: date | None,
    wanted: Sequence[tuple[str, object]],
) -> Rows:
    """The rows from ``start`` to ``end``, local days both included, with `CUTOFF` as a column.

    ``wanted`` names columns and the value or values that each may have; None stands for unknown.
    """
    moment = cutoff.astimezone(UTC).replace(tzinfo=None)
    rows = unbound(table).mutate(**{CUTOFF: ibis.literal(moment, type="timestamp(6)")})
    column = rows[table.month]
    is_date = table.columns[table.month].type is ColumnType.DATE
    conditions = [_is(rows[name], value) for name, value in wanted]
    if start:
        conditions.append(column >= (start if is_date else utc_of(start)))
    if end:
        after = end + timedelta(days=1)
        conditions.append(column < (after if is_date else utc_of(after)))
    return rows.filter(*conditions) if conditions else rows


def _is(column: Expression, wanted: object) -> Expression:
    if isinstance(wanted, str) or not isinstance(wanted, Collection):
        wanted = [wanted]
    condition = column.isin([value for value in wanted if value is not None])
    return condition | column.isnull() if None in wanted else condition


def counts(rows: Rows, indicators: Sequence[Indicator], by: Sequence[str]) -> Rows:
    """For each group, what `cells` makes of it: one pass for all indicators."""
    sums = {
        _name(field, i): column.sum().cast("float64" if field == "numerator" else "int64")
        for i, indicator in enumerate(indicators)
        for field, column in zip(Counted._fields, _row_by_row(indicator, rows), strict=True)
    }
    return rows.group_by(*by).aggregate(**sums) if by else rows.aggregate(**sums)


def cells(answer: Sequence[Mapping[str, float]], i: int, by: Sequence[str]) -> dict[Key, Counted]:
    """What was counted for the indicator that stood at ``i``."""
    return {
        tuple(row[name] for name in by): Counted(
            row[_name("numerator", i)] or 0,
            int(row[_name("denominator", i)] or 0),
            int(row[_name("frame", i)] or 0),
        )
        for row in answer
    }


def _name(field: str, i: int) -> str:
    return f"_{field}_{i}"


def _row_by_row(indicator: Indicator, rows: Rows) -> tuple[Expression, Expression, Expression]:
    """What a row adds to the numerator, and whether it is of the denominator and of the frame."""
    score = indicator.numerator(rows)
    asked = [
        predicate(rows).fill_null(False)
        for predicate in (indicator.denominator, indicator.frame)
        if predicate is not None
    ]
    if indicator.kind is Kind.MEAN_SCORE:
        score = score.cast("float64")
        counted = asked[0] & score.notnull()
        adds = ibis.ifelse(counted, score, 0.0)
    else:
        hit = score.fill_null(False)
        counted = asked[0] if indicator.denominator else hit
        adds = (hit & counted).cast("int64")
    return adds, counted, (asked[-1] | counted) if indicator.frame else counted


def records_of(
    part: Part, indicator: Indicator, rows: Rows, key: str, after: object, limit: int
) -> Rows:
    """The keys of the first ``limit`` records of this part that lie above ``after``."""
    adds, counted, frame = _row_by_row(indicator, rows)
    match part:
        case Part.NUMERATOR:
            chosen = counted & (adds > 0)
        case Part.DENOMINATOR:
            chosen = counted
        case Part.REST:
            chosen = counted & (adds < 1)
        case Part.SILENT:
            chosen = frame & ~counted
    if after is not None:
        chosen = chosen & (rows[key] > after)
    return rows.filter(chosen).select(key).order_by(key).limit(limit)
