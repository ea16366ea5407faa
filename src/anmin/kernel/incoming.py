"""What comes in as text: words, whole numbers, days, page links. One place for each.

A text that no database keeps (a null character, half of a pair of surrogates) is refused where
somebody can send it again, and cleaned where nobody can (`clean`: replies, cells of files). Days
lie within the years of ``entry.first_year`` and ``entry.last_year`` (rules), so that a zone, a day
added or a column of a database can never overflow. Page links are made and read here alone.
"""

import base64
import binascii
import re
from datetime import UTC, date, datetime
from typing import Final

from anmin.kernel.errors import Refusal
from anmin.kernel.rules import RuleBook

MOST: Final = 2**63 - 1
"""The largest key that databases hold."""
_UNKEEPABLE: Final = re.compile("[\x00\ud800-\udfff]")
_WHOLE: Final = re.compile(r"[0-9]{1,19}", re.ASCII)
_DAY: Final = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)


class BadText(Refusal):
    """A text with characters that cannot be kept."""

    default_code = "bad_text"


class BadDay(Refusal):
    """A day that is none, or none that anything can be about."""

    default_code = "bad_day"


class BrokenLink(Refusal):
    """A page link that was not made here."""

    default_code = "broken_link"


def keepable(text: str) -> bool:
    """Whether every database keeps this text as it is."""
    return (text.isascii() and "\x00" not in text) or not _UNKEEPABLE.search(text)


def clean(text: str) -> str:
    """The text without null characters; half of a pair becomes the sign for what was lost."""
    if keepable(text):
        return text
    return _UNKEEPABLE.sub(lambda found: "" if found[0] == "\x00" else "\ufffd", text)


def key_of(text: str) -> int | None:
    """The key of a row that a text names; nothing if it is no number that a key can be."""
    if not _WHOLE.fullmatch(text):
        return None
    number = int(text)
    return number if 0 < number <= MOST else None


def years(rules: RuleBook, on: date) -> tuple[int, int]:
    """The first and the last year that a day coming in may have."""
    return rules.get("entry.first_year", on).number, rules.get("entry.last_year", on).number


def within(day: date, rules: RuleBook) -> bool:
    """Whether a day (or moment) is one that something can be about."""
    first, last = years(rules, date.max)
    return first <= day.year <= last


def day_of(text: str, rules: RuleBook) -> date | None:
    """The day that a text names (``2026-11-29``); nothing if there is none, or none in question."""
    if not _DAY.fullmatch(text):
        return None
    try:
        day = date.fromisoformat(text)
    except ValueError:
        return None
    return day if within(day, rules) else None


def page_link(moment: datetime, key: int) -> str:
    """Where a page ends: the moment and the key of its last row, for an address."""
    text = f"{moment.astimezone(UTC).isoformat()}|{key}"
    return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")


def read_page_link(text: str, rules: RuleBook) -> tuple[datetime, int]:
    """The moment and the key of a page link. Raises ``BrokenLink`` for one not made here."""
    try:
        padded = text.encode("ascii") + b"=" * (-len(text) % 4)
        moment_text, _bar, key_text = (
            base64.b64decode(padded, altchars=b"-_", validate=True).decode("ascii").partition("|")
        )
        moment, key = datetime.fromisoformat(moment_text), key_of(key_text)
    except (ValueError, binascii.Error):
        raise BrokenLink(_BROKEN, field="cursor") from None
    if key is None or moment.utcoffset() is None or not within(moment, rules):
        raise BrokenLink(_BROKEN, field="cursor")
    return moment, key


def read_key(text: str) -> int:
    """The key in a page link that is only that. Raises ``BrokenLink``."""
    key = key_of(text)
    if key is None:
        raise BrokenLink(_BROKEN, field="cursor")
    return key


_BROKEN: Final = "This page link is broken; start again."
