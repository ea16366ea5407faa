"""Every attested row against the log, and the log against itself: one pass, bounded memory.

The records are read in order; what they last told of each row goes into a temporary DuckDB file
and is joined there with the rows of each table. A million rows take seconds, not memory.
"""

import tempfile
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

import duckdb
import numpy as np
import pyarrow as pa
from django.db import DataError, connection

from anmin.evidence.beyond_rows import further_heads, given_again, promised, set_back
from anmin.evidence.body import MAC, Malformed, Section, decode
from anmin.evidence.evidenced import shapes
from anmin.evidence.findings import Finding, Findings, What
from anmin.evidence.log import HEAD, leaf_data, seal_of_head, seal_of_record
from anmin.evidence.models import Head, Node, Record
from anmin.evidence.schema import drift
from anmin.evidence.shapes import Shape, plain_column, within
from anmin.evidence.stored import foreign_objects, ill_formed
from anmin.evidence.view import steady_view
from anmin.kernel.merkle import Completed, Frontier, leaf_hash

MEMORY: Final = "512MB"
FEW: Final = 200
"""Records read by one statement: one of an import may have 200 KB."""
ROWS: Final = 5000
TOGETHER: Final = 200_000
"""Rows that are handed to DuckDB at once."""
SMALL: Final = 20
"""A record of so few rows tells of one thing: a name in it names them all."""

type Progress = Callable[[int, int], None]


@dataclass(slots=True)
class Outcome:
    """What a check read and found."""

    records: int = 0
    rows: int = 0
    root: bytes = b""
    findings: Findings = field(default_factory=Findings)


def check(progress: Progress | None = None) -> Outcome:
    """Check the log and every attested row. O(records + rows) time."""
    outcome = Outcome()
    with steady_view(), tempfile.TemporaryDirectory(prefix="anmin-check-") as folder:
        settings: dict[str, str | bool | int | float | list[str]] = {
            "memory_limit": MEMORY,
            "temp_directory": folder,
            "threads": 2,
        }
        with duckdb.connect(str(Path(folder) / "told.duckdb"), config=settings) as store:
            told = _Told(store)
            kinds = shapes()
            log = _LogCheck(outcome, told, {form.label: at for at, form in enumerate(kinds)})
            log.run(progress)
            if not outcome.records and not Head.objects.exists():
                if any(form.model._base_manager.exists() for form in kinds):
                    outcome.findings.add(Finding(What.NO_LOG))
                return outcome
            for at, form in enumerate(kinds):
                ill = list(ill_formed(form.model))
                outcome.rows += _compare(told, at, form, outcome.findings, doubtful=bool(ill))
                _ill_formed(told, at, form, outcome.findings, ill)
                for pk, seq in given_again(store, at, form):
                    name = _names(told, at, form, [pk])[pk]
                    outcome.findings.add(Finding(What.REUSED, form.label, pk, name, _at(seq)))
            for one in (*promised(store, kinds), *set_back(store, kinds)):
                outcome.findings.add(replace(one, at=log.at))
            for foreign in foreign_objects():
                outcome.findings.add(Finding(What.FOREIGN, name=foreign, at=log.at))
            for drifted in drift():
                outcome.findings.add(Finding(What.SCHEMA, name=drifted, at=log.at))
    return outcome


class _Told:
    """What the records tell of rows: table, key, record, mac in two halves, whether to be trusted."""

    def __init__(self, store: duckdb.DuckDBPyConnection) -> None:
        self.store = store
        store.execute(
            "CREATE TABLE told (t USMALLINT, pk BIGINT, seq BIGINT, hi UBIGINT, lo UBIGINT,"
            " sure BOOLEAN)"
        )
        self._parts: list[tuple[int, int, bool, Section]] = []
        self._rows = 0

    def add(self, table: int, seq: int, sure: bool, section: Section) -> None:
        self._parts.append((table, seq, sure, section))
        self._rows += len(section.pks)
        if self._rows >= TOGETHER:
            self.flush()

    def flush(self) -> None:
        if not self._parts:
            return
        counts = [len(part[3].pks) for part in self._parts]
        macs = np.concatenate([part[3].macs for part in self._parts])
        few = pa.table(
            {
                "t": np.repeat(np.array([part[0] for part in self._parts], np.uint16), counts),
                "pk": np.concatenate([part[3].pks for part in self._parts]),
                "seq": np.repeat(np.array([part[1] for part in self._parts], np.int64), counts),
                "hi": np.ascontiguousarray(macs[:, 0]),
                "lo": np.ascontiguousarray(macs[:, 1]),
                "sure": np.repeat(np.array([part[2] for part in self._parts], bool), counts),
            }
        )
        self.store.register("few", few)
        self.store.execute("INSERT INTO told SELECT * FROM few")
        self.store.unregister("few")
        self._parts, self._rows = [], 0


class _LogCheck:
    """The log against itself: numbers, seals, leaves, tree and head."""

    def __init__(self, outcome: Outcome, told: _Told, tables: dict[str, int]) -> None:
        self.outcome, self.told, self.tables = outcome, told, tables
        self.frontier = Frontier()
        self.expected = 1
        self.at: datetime | None = None
        self.completed: list[Completed] = []
        self.whole = True

    def run(self, progress: Progress | None) -> None:
        head = Head.objects.filter(pk=HEAD).values_list("size", "frontier", "seal").first()
        size = head[0] if head and isinstance(head[0], int) else 0
        for seq, at, body, seal, leaf in _records():
            self._one(seq, _aware(at), _bytes(body), _bytes(seal), _bytes(leaf))
            self.outcome.records += 1
            if progress and not seq % 1000:
                progress(seq, max(size, seq))
        self.told.flush()
        if head:
            self._gap(size + 1)
            self._head(size, bytes(head[1]), bytes(head[2]))
        elif self.outcome.records:
            self._damaged(What.HEAD_ALTERED, "gone")
        for further in further_heads(Head, HEAD):
            self._damaged(What.HEAD_ALTERED, f"{further} – second")
        if self.whole:
            self._nodes()
        self.outcome.root = self.frontier.root()

    def _one(self, seq: int, at: datetime | None, body: bytes, seal: bytes, leaf: bytes) -> None:
        self._gap(seq)
        self.expected = seq + 1
        data = leaf_data(seq, at, body) if at else b""
        right = leaf_hash(data)
        sure = seal == seal_of_record(seq, data) and leaf == right
        if not sure:
            self.whole = False
            self._damaged(What.RECORD_ALTERED, str(seq))
        else:
            self.at = at
        self.completed += self.frontier.add(right)
        try:
            for section in decode(body):
                table = self.tables.get(section.label)
                if table is not None:
                    self.told.add(table, seq, sure, section)
        except Malformed:
            if sure:
                raise

    def _gap(self, seq: int) -> None:
        """Records that should stand before this number."""
        if seq > self.expected:
            self.whole = False
            last = seq - 1
            named = f"{self.expected}–{last}" if last > self.expected else str(last)
            self._damaged(What.RECORD_MISSING, named)
            self.expected = seq

    def _head(self, size: int, packed: bytes, seal: bytes) -> None:
        if seal != seal_of_head(size, packed):
            self._damaged(What.HEAD_ALTERED, f"{size} – seal")
        elif size != self.expected - 1:
            self._damaged(What.HEAD_ALTERED, f"{size} < {self.expected - 1}")
        elif self.whole and packed != self.frontier.to_bytes():
            self._damaged(What.HEAD_ALTERED, f"{size} – tree")

    def _nodes(self) -> None:
        right = {(one.tier, one.number): one.hash for one in self.completed}
        rows = Node.objects.values_list("tier", "number", "hash").iterator(chunk_size=2000)
        held: dict[tuple[int, int], bytes | None] = {}
        for tier, number, value in rows:
            twice = (tier, number) in held
            held[tier, number] = None if twice else bytes(value)
        for key in sorted(right.keys() | held.keys()):
            if right.get(key) != held.get(key):
                self._damaged(What.TREE_ALTERED, f"{key[0]}/{key[1]}")

    def _damaged(self, what: What, name: str) -> None:
        self.outcome.findings.add(Finding(what, name=name, at=self.at))


def _records() -> Iterator[tuple[Any, ...]]:
    table, last = connection.ops.quote_name(Record._meta.db_table), -1
    at = plain_column("at") if connection.vendor == "sqlite" else within("at")
    query = (
        f"SELECT seq, {at}, body, seal, leaf FROM {table} WHERE seq > %s ORDER BY seq LIMIT {FEW}"  # noqa: S608
    )
    with connection.cursor() as cursor:
        while True:
            cursor.execute(query, [last])
            rows = cursor.fetchall()
            yield from rows
            if len(rows) < FEW:
                return
            last = rows[-1][0]


def _aware(at: Any) -> datetime | None:
    if isinstance(at, datetime):
        return at.astimezone(UTC)
    try:
        return datetime.fromisoformat(str(at)).replace(tzinfo=UTC)  # SQLite's text
    except ValueError:
        return None


def _bytes(value: Any) -> bytes:
    return bytes(value) if isinstance(value, bytes | memoryview) else str(value).encode()


def _compare(
    told: _Told, table: int, form: Shape, findings: Findings, *, doubtful: bool = False
) -> int:
    """Find where the rows of one table differ from what was told of them. Returns their number."""
    store = told.store
    store.execute("CREATE OR REPLACE TABLE held (pk BIGINT, hi UBIGINT, lo UBIGINT)")
    number = 0
    for pks, macs in _held(form, form.select_within() if doubtful else form.select):
        halves = np.frombuffer(b"".join(macs), "<u8").reshape(len(macs), MAC // 8)
        few = pa.table({"pk": pks, "hi": halves[:, 0].copy(), "lo": halves[:, 1].copy()})
        store.register("few", few)
        store.execute("INSERT INTO held SELECT * FROM few")
        store.unregister("few")
        number += len(pks)
    differing = store.execute(_DIFFERING, [table, max(findings.room, 1)]).fetchall()
    if differing:
        names = _names(told, table, form, [row[0] for row in differing])
        for pk, seq, absent, known, _total in differing:
            what = What.MISSING if absent else What.CHANGED if known else What.INVENTED
            at = _at(seq if seq else _before(told, table, pk))
            findings.add(Finding(what, form.label, pk, names.get(pk, ""), at))
        for what, more in _beyond(told, table, len(differing), differing[0][4]):
            findings.more(what, more)
    return number


_DIFFERING = """
    WITH last AS (
        SELECT pk, max(seq) AS seq, arg_max(hi, seq) AS hi, arg_max(lo, seq) AS lo,
               arg_max(sure, seq) AS sure
        FROM told WHERE t = $1 GROUP BY pk
    )
    SELECT coalesce(last.pk, held.pk) AS pk, last.seq, held.pk IS NULL AS absent,
           coalesce(last.hi <> 0 OR last.lo <> 0, false) AS known, count(*) OVER () AS total
    FROM last FULL JOIN held ON last.pk = held.pk
    WHERE coalesce(last.sure, true)
      AND CASE WHEN last.pk IS NULL THEN true
               WHEN held.pk IS NULL THEN last.hi <> 0 OR last.lo <> 0
               ELSE last.hi <> held.hi OR last.lo <> held.lo END
    ORDER BY pk LIMIT $2
"""


def _beyond(told: _Told, table: int, listed: int, total: int) -> Iterator[tuple[What, int]]:
    """What lies beyond the findings that are listed, by its sort."""
    if total <= listed:
        return
    grouped = f"""
        SELECT absent, known, count(*)
        FROM (SELECT row_number() OVER (ORDER BY pk) AS place, * FROM ({_DIFFERING}))
        WHERE place > $3 GROUP BY absent, known
    """  # noqa: S608
    for absent, known, more in told.store.execute(grouped, [table, total, listed]).fetchall():
        yield (What.MISSING if absent else What.CHANGED if known else What.INVENTED), more


def _held(form: Shape, select: str) -> Iterator[tuple[list[int], list[bytes]]]:
    """The rows of a table as they are now, in pieces."""
    key = form.key_column
    query = f"{select} WHERE {key} > %s ORDER BY {key} LIMIT {ROWS}"
    last = -(2**63)
    with connection.cursor() as cursor:
        while True:
            cursor.execute(query, [last])
            rows = cursor.fetchall()
            if not rows:
                return
            whole = [row for row in rows if type(row[0]) is int]  # others are ill-formed
            if whole:
                yield [row[0] for row in whole], [form.mac(row[0], row[1:]) for row in whole]
            last = rows[-1][0]


def _ill_formed(told: _Told, table: int, form: Shape, findings: Findings, ill: list[Any]) -> None:
    """Rows that hold what this program reads as the right value and a comparison in SQL does not."""
    known = {one.pk for one in findings if one.table == form.label}
    for pk in ill:
        if pk in known:
            continue
        whole = pk if isinstance(pk, int) else None
        seq = told.store.execute(
            "SELECT max(seq) FROM told WHERE t = $1 AND pk = $2", [table, whole]
        ).fetchone()
        name = str(pk) if whole is None else _names(told, table, form, [whole])[whole]
        what = What.CHANGED if seq and seq[0] else What.INVENTED
        at = _at(seq[0] if seq and seq[0] else Record.objects.count())
        findings.add(Finding(what, form.label, whole, name, at))


def _before(told: _Told, table: int, pk: int) -> int | None:
    """The record of the row written last before a row that none tells of, by their keys."""
    found = told.store.execute(
        "SELECT arg_max(seq, pk) FROM (SELECT pk, min(seq) AS seq FROM told"
        " WHERE t = $1 AND pk < $2 GROUP BY pk)",
        [table, pk],
    ).fetchone()
    if found and found[0]:
        return int(found[0])
    return Record.objects.order_by("seq").values_list("seq", flat=True).first()


def _at(seq: int | None) -> datetime | None:
    return Record.objects.filter(seq=seq).values_list("at", flat=True).first() if seq else None


def _names(told: _Told, table: int, form: Shape, pks: list[int]) -> dict[int, str]:
    """How rows are called: by what they belong to now, else as the log called them."""
    names: dict[int, str] = {}
    if form.named_by:
        rows = form.model._base_manager.filter(pk__in=pks).values_list("pk", *form.named_by)
        with suppress(DataError):  # a time that no program can read: then as the log has it
            for pk, *parts in rows:
                names[pk] = " ".join(str(part) for part in parts if part is not None)
    for pk in pks:
        if pk not in names:
            names[pk] = _logged_name(told, table, form.label, pk)
    return names


def _logged_name(told: _Told, table: int, label: str, pk: int) -> str:
    seqs = told.store.execute(
        "SELECT seq FROM told WHERE t = $1 AND pk = $2 ORDER BY seq DESC LIMIT 20", [table, pk]
    ).fetchall()
    for (seq,) in seqs:
        body = Record.objects.filter(seq=seq).values_list("body", flat=True).get()
        try:
            sections = list(decode(bytes(body)))
        except Malformed:
            continue
        for section in sections:
            if section.label == label:
                for key, name in zip(section.pks, section.named(), strict=True):
                    if key == pk and name:
                        return name
        if sum(len(section.pks) for section in sections) <= SMALL:
            for section in sections:
                if found := next(filter(None, section.named()), ""):
                    return found
    return ""
