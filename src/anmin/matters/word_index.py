"""The index of the words of matters: one idea for both databases, FTS5 on SQLite, GIN on PostgreSQL.

Each matter that has any text is one row: its ``tokens`` (``words``) with the unit that has it. The
row's number tells when the matter was opened and which it is, so the newest hits come first without
sorting. It is written behind the write, by a reader of the news, and holds no text itself.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime

import orjson
from django.db import connection
from django.db.models import QuerySet, TextField
from django.db.models.functions import Cast

from anmin.matters import bulk
from anmin.matters.models import Entry, Matter, WordRow
from anmin.matters.news import backlog, subscribe
from anmin.matters.words import BREAK, Piece, tokens

NEWS = "words"
BATCH = 2000
TABLE = "matters_words"
NEWEST = 2**63 - 1
_SINCE = datetime(2000, 1, 1, tzinfo=UTC)
_INDEXED = ('"summary"', '"place"', '"unit_id"', '"opened_at"')
"""The facts of an entry that change what is indexed."""


def create(vendor: str) -> list[str]:
    """The statements that make the index on a database."""
    if vendor == "postgresql":
        return [
            f"CREATE TABLE {TABLE} (rank bigint PRIMARY KEY, words tsvector NOT NULL)",
            f"CREATE INDEX {TABLE}_found ON {TABLE} USING gin (words)",
        ]
    return [f"CREATE VIRTUAL TABLE {TABLE} USING fts5(words, tokenize='ascii', columnsize=0)"]


def rank(opened_at: datetime, pk: int) -> int:
    """The number of a matter's row: seconds since 2000, then the matter."""
    seconds = int((opened_at - _SINCE).total_seconds())
    return min(max(seconds, 0), 2**31 - 1) << 32 | pk


def matter_of(number: int) -> int:
    """The matter of a row of the index."""
    return number & 0xFFFFFFFF


@subscribe(NEWS, batch=BATCH)
def follow(entries: QuerySet[Entry]) -> None:
    """Index what is new, and anew what changed in a way that can be read."""
    fresh = set(entries.filter(seq=1).values_list("matter_id", flat=True))
    later = entries.filter(seq__gt=1).values_list("matter_id", "note", Cast("payload", TextField()))
    changed = {
        pk for pk, note, payload in later if note or any(name in payload for name in _INDEXED)
    }
    renew(sorted(fresh | changed))


def renew(ids: Sequence[int]) -> None:
    """Index these matters anew, as they read now. A handful of statements. Inside a transaction."""
    about = bulk.of_matters(ids)
    notes: dict[int, list[str]] = defaultdict(list)
    written = Entry.objects.filter(about).exclude(note="").order_by("id")
    for pk, note in written.values_list("matter_id", "note"):
        notes[pk].append(note)
    rows = []
    columns = ("pk", "unit_id", "opened_at", "summary", "place")
    found_rows = Matter.objects.filter(bulk.of_these(ids)).values_list(*columns)
    for pk, unit_id, opened_at, summary, place in found_rows:
        found = tokens([summary, place, *notes.get(pk, ())])
        if found:
            rows.append((rank(opened_at, pk), pk, [*found, BREAK, unit_token(unit_id)]))
    _forget(ids, [number for number, *_rest in rows])
    bulk.insert(WordRow, ("matter_id", "rank"), [(pk, number) for number, pk, _found in rows])
    _write([(number, found) for number, _pk, found in rows])


def forget_surely() -> None:
    """Write the index anew without what was taken out: SQLite's keeps that until it is merged.

    O(index) on SQLite; PostgreSQL's vacuum does the same by itself.
    """
    if connection.vendor == "sqlite":
        with connection.cursor() as cursor:
            cursor.execute(f"INSERT INTO {TABLE} ({TABLE}) VALUES ('optimize')")  # noqa: S608


def waiting() -> int:
    """How many changes are not in the index yet (an upper bound)."""
    return backlog()[NEWS]


def hits(
    wanted: Sequence[Piece], units: Iterable[int] | None, *, before: int, limit: int
) -> list[int]:
    """The rows that hold every piece, the newest first, below the row ``before``.

    ``units``: only of matters that these have. Whether they may be seen is for the caller to ask.
    """
    postgres = connection.vendor == "postgresql"
    among = [unit_token(one) for one in units] if units is not None else []
    if postgres:
        asked = " & ".join([*map(_tsquery, wanted), *_either(among, " | ", "'")])
        words, number = "words @@ %s::tsquery", "rank"
    else:
        asked = " AND ".join([*map(_fts5, wanted), *_either(among, " OR ", '"')])
        words, number = f"{TABLE} MATCH %s", "rowid"
    statement = (
        f"SELECT {number} FROM {TABLE} WHERE {words} AND {number} < %s"  # noqa: S608
        f" ORDER BY {number} DESC LIMIT %s"
    )
    with connection.cursor() as cursor:
        cursor.execute(statement, [asked, before, limit])
        return [row[0] for row in cursor.fetchall()]


def unit_token(unit_id: int | None) -> str:
    """What stands for the unit that has a matter; no word of a text can be it."""
    return f"{BREAK}u{unit_id or 0}"


def _either(among: Sequence[str], sign: str, mark: str) -> list[str]:
    return [f"({sign.join(f'{mark}{one}{mark}' for one in among)})"] if among else []


def _fts5(piece: Piece) -> str:
    if piece.pairs:
        return f'"{" ".join(piece.pairs)}"'
    return f'"{piece.word}"{" *" if piece.by_beginning else ""}'


def _tsquery(piece: Piece) -> str:
    if piece.pairs:
        return " <-> ".join(f"'{pair}'" for pair in piece.pairs)
    return f"'{piece.word}'{':*' if piece.by_beginning else ''}"


def _forget(ids: Sequence[int], fresh: Sequence[int]) -> None:
    """Take these matters out of the index, and whatever stands where they will be put."""
    known = WordRow.objects.filter(bulk.of_matters(ids))
    numbers = [*known.values_list("rank", flat=True), *fresh]
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute(f"DELETE FROM {TABLE} WHERE rank = ANY(%s)", [numbers])  # noqa: S608
        elif len(numbers) > len(fresh):
            cursor.execute(
                f"DELETE FROM {TABLE} WHERE rowid IN (SELECT value FROM json_each(%s))",  # noqa: S608
                [orjson.dumps(numbers).decode()],
            )
    if len(numbers) > len(fresh):
        known.delete()


def _write(rows: Sequence[tuple[int, list[str]]]) -> None:
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            with cursor.copy(f"COPY {TABLE} (rank, words) FROM STDIN") as copy:
                for number, found in rows:
                    copy.write_row((number, _tsvector(found)))
            return
        cursor.executemany(
            f"INSERT OR REPLACE INTO {TABLE} (rowid, words) VALUES (%s, %s)",  # noqa: S608
            [(number, " ".join(found)) for number, found in rows],
        )


def _tsvector(found: Sequence[str]) -> str:
    """The words with their places, as PostgreSQL reads them."""
    places: dict[str, list[int]] = defaultdict(list)
    for place, token in enumerate(found, 1):
        places[token].append(place)
    return " ".join(
        f"'{token}':{','.join(map(str, where[:255]))}" for token, where in places.items()
    )
