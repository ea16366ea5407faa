"""What beside the rows must stand as the log tells it: receipts, keys that are given once.

A receipt leads from a row to its record. A key given again would let a new row cover one that was
removed; so the numbers that a database gives next are compared with all that were ever told.
"""

from collections.abc import Iterator, Sequence
from typing import Any, Final

import duckdb
import pyarrow as pa
from django.apps import apps
from django.db import connection
from django.db.models import Exists, OuterRef

from anmin.evidence.evidenced import AppendOnly
from anmin.evidence.findings import Finding, What
from anmin.evidence.models import Receipt
from anmin.evidence.shapes import Shape

ROWS: Final = 20_000


def promised(store: duckdb.DuckDBPyConnection, kinds: Sequence[Shape]) -> Iterator[Finding]:
    """Receipts that lead elsewhere than to a record of their row, and rows that lost theirs."""
    places = {form.label: at for at, form in enumerate(kinds)}
    store.execute("CREATE OR REPLACE TABLE receipt (pk BIGINT, t INTEGER, row BIGINT, seq BIGINT)")
    rows = Receipt.objects.order_by("pk").values_list("pk", "label", "row", "seq")
    few: list[tuple[int, int, int, int]] = []
    for pk, label, row, seq in rows.iterator(chunk_size=ROWS):
        few.append((pk, places.get(label, -1), row, seq))
        if len(few) == ROWS:
            _put(store, few)
            few = []
    _put(store, few)
    elsewhere = store.execute(
        "SELECT pk FROM receipt ANTI JOIN told ON told.t = receipt.t AND told.pk = receipt.row"
        " AND told.seq = receipt.seq ORDER BY pk"
    ).fetchall()
    for (pk,) in elsewhere:
        name = str(Receipt.objects.get(pk=pk))
        yield Finding(What.RECEIPT, Receipt._meta.label_lower, pk, name)
    for model in apps.get_models():
        promise = getattr(model, "EVIDENCE_PROMISED", None)
        if promise is None:
            continue
        label = model._meta.label_lower
        there = Receipt.objects.filter(label=label, row=OuterRef("pk"))
        lost = model._base_manager.filter(promise, ~Exists(there)).order_by("pk")
        names = getattr(model, "EVIDENCE_NAME", "").split()
        for pk, *parts in lost.values_list("pk", *names).distinct():
            name = " ".join(str(part) for part in parts if part is not None)
            yield Finding(What.RECEIPT, label, pk, name)


def _put(store: duckdb.DuckDBPyConnection, rows: list[tuple[int, int, int, int]]) -> None:
    if not rows:
        return
    names = ("pk", "t", "row", "seq")
    few = pa.table(dict(zip(names, map(list, zip(*rows, strict=True)), strict=True)))
    store.register("few", few)
    store.execute("INSERT INTO receipt SELECT * FROM few")
    store.unregister("few")


_AGAIN: Final = """
    WITH gone AS (SELECT pk, max(seq) AS seq FROM told WHERE t = $1 AND hi = 0 AND lo = 0 GROUP BY pk)
    SELECT told.pk, max(told.seq) FROM told LEFT JOIN gone ON gone.pk = told.pk
    WHERE told.t = $1 AND told.seq > coalesce(gone.seq, 0)
    GROUP BY told.pk HAVING count(DISTINCT told.seq) > 1 ORDER BY told.pk LIMIT 1000
"""


def given_again(
    store: duckdb.DuckDBPyConnection, table: int, form: Shape
) -> Iterator[tuple[int, int]]:
    """Rows that are only ever added and were added twice: key, and record of the second.

    A row that stands without any of the texts that may be erased was told of again for that.
    """
    if not issubclass(form.model, AppendOnly):
        return
    again = store.execute(_AGAIN, [table]).fetchall()
    erased: set[int] = set()
    if again and form.model.EVIDENCE_ERASES:
        texts = form.model.EVIDENCE_ERASES
        fields = [one for one in form.model._meta.concrete_fields if one.name in texts]
        blank = {one.name: one.get_default() for one in fields}
        those = form.model._base_manager.filter(pk__in=[pk for pk, _seq in again], **blank)
        erased = set(those.values_list("pk", flat=True))
    yield from ((pk, seq) for pk, seq in again if pk not in erased)


def set_back(store: duckdb.DuckDBPyConnection, kinds: Sequence[Shape]) -> Iterator[Finding]:
    """Tables whose next key is one that was given before."""
    told = dict(store.execute("SELECT t, max(pk) FROM told GROUP BY t").fetchall())
    nexts = _sequences()
    for at, form in enumerate(kinds):
        last = told.get(at, 0)
        if (given := nexts.get(form.table)) is not None and given < last:
            yield Finding(What.SET_BACK, name=f"{form.table}: {given} < {last}")


def _sequences() -> dict[str, int]:
    """By table, the last key that the database remembers to have given."""
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute("SELECT name, seq FROM sqlite_sequence")
            return {str(name): int(seq or 0) for name, seq in cursor.fetchall()}
        cursor.execute(
            "SELECT d.refobjid::regclass::text, coalesce(pg_sequence_last_value(s.oid), 0)"
            " FROM pg_class AS s JOIN pg_depend AS d ON d.objid = s.oid AND d.deptype IN ('a', 'i')"
            " AND d.classid = 'pg_class'::regclass WHERE s.relkind = 'S'"
            " AND s.relnamespace = ANY (current_schemas(false)::regnamespace[])"
        )
        return {str(name): int(seq) for name, seq in cursor.fetchall()}


def further_heads(model: Any, key: int) -> Iterator[str]:
    """Rows beside the one that a table has."""
    for pk in model._base_manager.exclude(pk=key).order_by("pk").values_list("pk", flat=True)[:20]:
        yield f"#{pk}"
