"""The hostile list: texts that broke systems like this one, as the bytes a request carries."""

import base64
import os
from collections.abc import Sequence
from urllib.parse import quote_from_bytes


def cursor(plain: str) -> str:
    """A page link as the house makes them, of somebody who makes their own."""
    return base64.urlsafe_b64encode(plain.encode("utf-8", "surrogatepass")).decode().rstrip("=")


REFUSED = ["\x00", "安\x00民", "\ud800", "x\udfff"]
"""Texts that no database keeps."""

DAYS = [
    "0001-01-01",
    "9999-12-31",
    "0001-01-01T00:00",
    "9999-12-31T23:59",
    "9999-12-31T23:59:59.999999+14:00",
    "0001-01-01T00:00:00-14:00",
    "2026-02-30",
    "0000-00-00",
    "１２３４-０１-０１",
    "2026-W01-1",
]
NUMBERS = [
    "-1",
    "0",
    "1e309",
    "NaN",
    "-Infinity",
    "2147483648",
    "9223372036854775807",
    "9223372036854775808",
    "18446744073709551616",
    "９９９",
    "²",
    "1_000",
    "9" * 5000,
]
TEXTS = [
    "",
    " ",
    "😀\u202eمرحبا",
    "\ufeff\u200b",
    "安" * 3000,
    "no-such-thing",
    "'; DROP TABLE people_account; --",
    '"><script>alert(1)</script>',
    "../../../../etc/passwd",
    "%00%ff",
    "%s%n{0}{x!r}",
    "\r\nSet-Cookie: a=b",
    "\\",
    "(.*)*$[",
    "__class__",
    "pk__in",
]
SHAPES = ["[]", "{}", "null", '{"a": {"b": [1e400]}}', "[" * 2000, "a,b,,", "a=b&c"]
CURSORS = [
    "*broken*",
    cursor("2026-01-01T00:00:00|1"),
    cursor("2026-01-01|1"),
    cursor("0001-01-01T00:00:00+14:00|1"),
    cursor("9999-12-31T23:59:59-14:00|1"),
    cursor("2026-01-01T00:00:00+00:00|99999999999999999999999"),
    cursor("2026-01-01T00:00:00+00:00|-1"),
    cursor("2026-01-01T00:00:00+00:00|９"),
    cursor("|"),
    cursor("x|1"),
    cursor("\x00|1"),
    cursor("[null, 1]"),
]
ALL: Sequence[str] = [*REFUSED, *DAYS, *NUMBERS, *TEXTS, *SHAPES, *CURSORS]
CORE: Sequence[str] = [
    "\x00",
    "0001-01-01",
    "9999-12-31",
    "9999-12-31T23:59",
    "9223372036854775808",
    "9" * 5000,
    "²",
    "NaN",
    "-1",
    "no-such-thing",
    cursor("2026-01-01T00:00:00|1"),
    cursor("2026-01-01T00:00:00+00:00|99999999999999999999999"),
]
"""One of each sort, for every parameter by itself."""

_ON_POSTGRES = os.environ.get("ANMIN_TEST_DATABASE") == "postgres"
SHARE = 1 if os.environ.get("ANMIN_TEST_HOSTILE") == "whole" else 20
"""One value in so many is tried at each place, another at the next; all when asked for."""
LIGHTER = SHARE > 1 and _ON_POSTGRES
"""On PostgreSQL, after SQLite, fewer of them by themselves, none again as everybody else."""


def share[T](some: Sequence[T], turn: int) -> Sequence[T]:
    """The values that this place has its turn with."""
    return some[turn % SHARE :: SHARE]


def sent(pairs: Sequence[tuple[str, str]]) -> str:
    """Pairs as a query or a form sends them; a lone surrogate as the bytes it would have."""

    def part(text: str) -> str:
        return quote_from_bytes(text.encode("utf-8", "surrogatepass"), safe="")

    return "&".join(f"{part(name)}={part(value)}" for name, value in pairs)


def in_path(text: str) -> str:
    """A text as one part of a path."""
    return quote_from_bytes(text.encode("utf-8", "surrogatepass"), safe="")
