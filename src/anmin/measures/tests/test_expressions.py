"""What the language of the declarations says, read by DuckDB."""

from datetime import date, datetime
from decimal import Decimal

import duckdb
import pytest
from hypothesis import given
from hypothesis import strategies as st

from anmin.measures.engines.duckdb import DIALECT
from anmin.measures.engines.spark import DIALECT as OF_SPARK
from anmin.measures.expressions import Rows, choice, column, literal

ROWS = Rows("calls", {name: column(name) for name in ("n", "order", "missing")})
TABLE = "(SELECT 3 AS n, 'theft' AS \"order\", NULL::INTEGER AS missing)"


def value(expression):
    ((found,),) = duckdb.execute(f"SELECT {expression.write(DIALECT)} FROM {TABLE}").fetchall()
    return found


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        (ROWS.n == 3, True),
        (ROWS.n != 3, False),
        ((ROWS.n > 2) & ~(ROWS.n >= 4) & (ROWS.n < 4) & (ROWS.n <= 3), True),
        (ROWS["order"].isin(["theft", "fraud"]), True),
        (ROWS.order.isin([]), False),
        (ROWS.order.contains("hef"), True),
        (ROWS.missing == 3, None),
        ((ROWS.missing == 3) | (ROWS.n == 3), True),
        ((ROWS.missing == 3).fill_null(False), False),
        (ROWS.missing.isnull() & ROWS.n.notnull(), True),
        (True & (ROWS.n == 3), True),
        ((ROWS.n == 3).cast("float64") * Decimal("0.5") + 1 - 2, -0.5),
        (choice(ROWS.n == 3, ROWS.n, 0), 3),
        (choice(ROWS.missing == 3, ROWS.n, 0), 0),
        (literal(date(2026, 3, 1)) < datetime(2026, 3, 1, 0, 0, 0, 1), True),
        (literal(0.1 + 0.2), 0.1 + 0.2),
    ],
)
def test_an_expression_is_what_sql_makes_of_it(expression, expected):
    assert value(expression) == expected


@given(st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"])))
def test_any_text_stays_a_text(text):
    assert value(literal(text)) == text


def test_spark_has_its_own_marks_of_quotation():
    expression = ROWS.order == 'it\'s a \\ and "more"'
    assert expression.write(OF_SPARK) == "(`order` = 'it\\'s a \\\\ and \"more\"')"


def test_what_cannot_be_said_is_refused_at_once():
    with pytest.raises(AttributeError, match="table calls has no column unit"):
        ROWS.unit == "A"  # noqa: B015
    with pytest.raises(TypeError, match=r"use & \| ~"):
        bool(ROWS.n == 3)
    with pytest.raises(TypeError, match="cannot be compared"):
        ROWS.n == None  # noqa: B015, E711
    with pytest.raises(KeyError):
        ROWS.n.cast("money")
