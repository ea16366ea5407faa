"""What is attested of a row: its columns in one form, however they were read, and a mac over it.

The form must come out the same from what a program assigned, from what is handed to the database
in bulk, and from what either database gives back; else a sound row would look changed.
"""

import hashlib
from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, date, datetime
from decimal import Decimal
from functools import cache
from typing import Any, Final
from uuid import UUID

import orjson
from django.conf import settings
from django.db import connection, models

from anmin.evidence.body import MAC
from anmin.kernel.chain import stamp

TOGETHER: Final = 1000
"""Rows that are read by one statement."""

STAMPED: Final = len("2011-11-25T08:00:00.000000+00:00")

type Form = Callable[[Any], Any]


class Uncertain(Exception):  # noqa: N818
    """What a program assigned is not what the database will hold; it must be read again."""


def _moment(value: Any) -> str | None:
    if value is None:
        return None
    if isinstance(value, datetime):
        return stamp(value if value.tzinfo else value.replace(tzinfo=UTC))
    text = str(value)
    if text[10:11] == "T":  # as handed to PostgreSQL, in any zone; SQLite has a blank and UTC
        if text.endswith("+00:00") and len(text) == STAMPED:
            return text
        return stamp(datetime.fromisoformat(text))
    fraction = text[20:26] if text[19:20] == "." else ""
    return f"{text[:10]}T{text[11:19]}.{fraction:0<6}+00:00"


def _plain(of: Callable[[Any], Any]) -> Form:
    return lambda value: None if value is None else of(value)


def _day(value: Any) -> str | None:
    if value is None:
        return None
    return value.isoformat() if isinstance(value, date) else str(value)


def _uuid(value: Any) -> str | None:
    return None if value is None else (value if isinstance(value, UUID) else UUID(str(value))).hex


def _decimal(places: int) -> Form:
    step = Decimal(1).scaleb(-places)
    return _plain(lambda value: str(Decimal(str(value)).quantize(step)))


def _document(value: Any) -> Any:
    return orjson.loads(value) if isinstance(value, str | bytes) else value


def _assigned_document(value: Any) -> Any:
    if connection.vendor == "postgresql" and not _settled(value):
        raise Uncertain
    return value


def _settled(value: Any) -> bool:
    # PostgreSQL writes numbers in its own way: 1e16 comes back as a whole number, -0.0 as 0.0.
    if isinstance(value, dict):
        return all(map(_settled, value.values()))
    if isinstance(value, list | tuple):
        return all(map(_settled, value))
    return not isinstance(value, float | Decimal)


_TEXT, _WHOLE = _plain(str), _plain(int)
_AS_THEY_ARE: Final = {_TEXT: {str, type(None)}, _WHOLE: {int, type(None)}}
"""Types of values that need no change."""

_FORMS: Final[dict[str, Form]] = {
    **dict.fromkeys(("CharField", "TextField", "SlugField", "EmailField"), _TEXT),
    **dict.fromkeys(("BooleanField",), _plain(bool)),
    **dict.fromkeys(("FloatField",), _plain(float)),
    **dict.fromkeys(("DateTimeField",), _moment),
    **dict.fromkeys(("DateField",), _day),
    **dict.fromkeys(("UUIDField",), _uuid),
    **dict.fromkeys(("BinaryField",), _plain(lambda value: bytes(value).hex())),
    **dict.fromkeys(("JSONField",), _document),
    **dict.fromkeys(
        (
            *("AutoField", "BigAutoField", "IntegerField", "BigIntegerField", "SmallIntegerField"),
            *("PositiveIntegerField", "PositiveBigIntegerField", "PositiveSmallIntegerField"),
        ),
        _WHOLE,
    ),
}


def _form(field: Any) -> Form:
    while field.is_relation:
        field = field.target_field
    kind = field.get_internal_type()
    return _decimal(field.decimal_places) if kind == "DecimalField" else _FORMS[kind]


def plain_column(name: str) -> str:
    """A column as it stands in the database: on SQLite Python would stumble over a bad time."""
    quoted = connection.ops.quote_name(name)
    return f"+{quoted}" if connection.vendor == "sqlite" else quoted


def within(name: str) -> str:
    """A column of times on PostgreSQL, without those that no program can read: no end, no year."""
    column = connection.ops.quote_name(name)
    return f"CASE WHEN {within_calendar(column)} THEN {column} END"


def within_calendar(column: str) -> str:
    """Whether a time is one that a program can read (PostgreSQL)."""
    return f"(isfinite({column}) AND {column} >= '0001-01-02' AND {column} < '9999-12-31 12:00')"


class Shape:
    """How the rows of one model are attested."""

    def __init__(self, model: type[models.Model]) -> None:
        meta = model._meta
        self.model = model
        self.label = meta.label_lower
        self.table = meta.db_table
        self.pk = meta.pk
        left_out = getattr(model, "EVIDENCE_EXCEPT", {})
        self.attested = [
            field
            for field in meta.concrete_fields
            if not field.primary_key and not {field.name, field.attname} & set(left_out)
        ]
        self.names = {name for field in self.attested for name in (field.name, field.attname)}
        self.forms = [_form(field) for field in self.attested]
        self._assigned = [
            _assigned_document if field.get_internal_type() == "JSONField" else form
            for field, form in zip(self.attested, self.forms, strict=True)
        ]
        quote = connection.ops.quote_name
        self.key_column = quote(str(meta.pk.column))
        columns = [self.key_column, *(plain_column(str(one.column)) for one in self.attested)]
        self.select = f"SELECT {', '.join(columns)} FROM {quote(self.table)}"  # noqa: S608
        self.named_by = getattr(model, "EVIDENCE_NAME", "").split()
        secret = settings.KEYRING.mac_key("evidence row")
        self._mac = hashlib.blake2b(self.label.encode() + b"\0", key=secret, digest_size=MAC)

    def select_within(self) -> str:
        """``select``, for a table with times that no program can read: they come as nothing."""
        if connection.vendor == "sqlite":
            return self.select
        columns = [self.key_column]
        for field in self.attested:
            timed = field.get_internal_type() in ("DateField", "DateTimeField")
            columns.append((within if timed else plain_column)(str(field.column)))
        return f"SELECT {', '.join(columns)} FROM {connection.ops.quote_name(self.table)}"  # noqa: S608

    def mac(self, pk: int, values: Iterable[Any]) -> bytes:
        """The mac of a row, its attested columns given as the database keeps them (16 bytes)."""
        try:
            formed = [form(value) for form, value in zip(self.forms, values, strict=True)]
            told = orjson.dumps([pk, *formed], option=orjson.OPT_SORT_KEYS)
        except (TypeError, ValueError, ArithmeticError):  # nothing that this program wrote
            told = repr((pk, [*map(str, values)])).encode(errors="replace")
        return self._digest(told)

    def mac_of(self, row: models.Model) -> bytes:
        """The mac of a row as it was assigned. Raises ``Uncertain`` where only reading it tells."""
        held = row.__dict__
        try:
            values = [held[field.attname] for field in self.attested]
            if any(hasattr(value, "resolve_expression") for value in values):
                raise Uncertain
            formed = [form(value) for form, value in zip(self._assigned, values, strict=True)]
            return self._digest(orjson.dumps([row.pk, *formed], option=orjson.OPT_SORT_KEYS))
        except (KeyError, TypeError, ValueError, ArithmeticError):
            raise Uncertain from None

    def _digest(self, told: bytes) -> bytes:
        mac = self._mac.copy()
        mac.update(told)
        return mac.digest()

    def name_of(self, row: models.Model) -> str:
        """The row's name, as far as it is known without asking the database."""
        parts: list[str] = []
        for path in self.named_by:
            found: Any = row
            for step in path.split("__"):
                held = found.__dict__.get(step)
                found = found._state.fields_cache.get(step) if held is None else held
                if found is None:
                    return " ".join(parts)
            parts.append(str(found))
        return " ".join(parts)

    def macs(self, columns: Sequence[str], rows: Sequence[Sequence[Any]]) -> list[bytes]:
        """The macs of many rows with their values in the order of ``columns`` (attribute names).

        Column by column, which takes half the time of ``mac`` for each row.
        """
        by_name = dict(zip(columns, zip(*rows, strict=True), strict=True))
        formed = [by_name[str(self.pk.attname)]]
        for field, form in zip(self.attested, self.forms, strict=True):
            values = by_name[field.attname]
            plain = set(map(type, values)) <= _AS_THEY_ARE.get(form, set())
            formed.append(values if plain else tuple(map(form, values)))
        option, start = orjson.OPT_SORT_KEYS, self._mac.copy
        found: list[bytes] = []
        for row in zip(*formed, strict=True):
            mac = start()
            mac.update(orjson.dumps(row, option=option))
            found.append(mac.digest())
        return found

    def read(self, pks: Sequence[int]) -> dict[int, bytes]:
        """The macs of those rows that are there, as they are in the database."""
        found: dict[int, bytes] = {}
        with connection.cursor() as cursor:
            for start in range(0, len(pks), TOGETHER):
                few = list(pks[start : start + TOGETHER])
                if connection.vendor == "postgresql":
                    cursor.execute(f"{self.select} WHERE {self.key_column} = ANY(%s)", [few])
                else:
                    marks = ", ".join(["%s"] * len(few))
                    cursor.execute(f"{self.select} WHERE {self.key_column} IN ({marks})", few)
                for pk, *values in cursor.fetchall():
                    found[pk] = self.mac(pk, values)
        return found


@cache
def _shape(model: type[models.Model], secret: bytes, vendor: str) -> Shape:
    return Shape(model)


def shape(model: type[models.Model]) -> Shape:
    """How a model is attested with the keyring at hand."""
    return _shape(model, settings.KEYRING.mac_key("evidence row"), connection.vendor)
