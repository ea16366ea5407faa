"""Texts of a file as the values that facts hold: numbers, yes and no, days, words of a list.

Pure Python without Django: it runs in the reading process.
"""

import re
import unicodedata
from collections.abc import Callable, Mapping
from zoneinfo import ZoneInfo

from anmin.exchange.dates import ISO_FORMATS, Clockface
from anmin.exchange.problems import RowRefused
from anmin.exchange.profile import Time

type Said = str | bool
type Read = Callable[[str, str], object]
"""The value of a text in a column of that title. Raises ``RowRefused``."""

YES = frozenset(["是", "有", "对", "真", "√", "✓", "✔", "y", "yes", "true", "t", "1", "on"])
NO = frozenset(
    ["否", "无", "没有", "不", "不是", "假", "×", "✗", "n", "no", "false", "f", "0", "off"]
)
APART = re.compile(r"[、，,；;|\n]")
"""What parts the members of a list."""
_GROUPED = re.compile(r"[+-]?\d{1,3}(?:[, ]\d{3})+(?:\.\d+)?")
_NUMBER = re.compile(r"[+-]?\d{1,18}(?:\.\d{1,18})?")


def number(text: str) -> str | None:
    """A number as figures alone, thousands run together; nothing if it is none."""
    plain = unicodedata.normalize("NFKC", text).strip().replace("\u2212", "-")
    if _GROUPED.fullmatch(plain):
        plain = plain.replace(",", "").replace(" ", "")
    return plain if _NUMBER.fullmatch(plain) else None


def _number(text: str, column: str) -> float:
    found = number(text)
    if found is None:
        raise RowRefused("no_number_here", column=column, value=text)
    return float(found)


def _whole(text: str, column: str) -> int:
    found = number(text)
    figures, _point, rest = (found or "").partition(".")
    if not figures or rest.strip("0"):
        raise RowRefused("no_whole_number", column=column, value=text)
    return int(figures)


def flag(text: str, words: Mapping[str, Said]) -> bool | None:
    """Whether a text says yes or no; nothing if neither."""
    said = words.get(text)
    if isinstance(said, bool):
        return said
    plain = unicodedata.normalize("NFKC", text).strip().casefold()
    return True if plain in YES else False if plain in NO else None


class Typed:
    """Reads the texts of one profile's facts by their sorts (`matters.fact_types.FactType`)."""

    def __init__(
        self,
        time: Time,
        words: Mapping[str, Mapping[str, Said]],
        terms: Mapping[str, Mapping[str, str]],
    ) -> None:
        """``terms`` are the codes of each fact's list by its codes and words in upper case."""
        self._time, self._words, self._terms = time, words, terms

    def reader(self, fact: str, sort: str, longest: int) -> Read:
        """What reads a fact of that sort; ``longest`` is the length of a text in a list."""
        words = self._words.get(fact, {})
        if sort == "whole":
            return _whole
        if sort == "number":
            return _number
        if sort == "flag":
            return lambda text, column: self._flag(text, column, words)
        if sort == "day":
            return self._day(fact)
        if sort == "term":
            return lambda text, column: self._term(fact, text, column)
        one: Read = lambda text, _column: text[:longest]  # noqa: E731
        if sort == "terms":
            one = lambda text, column: self._term(fact, text, column)  # noqa: E731

        def several(text: str, column: str) -> list[object]:
            members = (member.strip() for member in APART.split(text))
            return list(dict.fromkeys(one(member, column) for member in members if member))

        return several

    def _flag(self, text: str, column: str, words: Mapping[str, Said]) -> bool:
        said = flag(text, words)
        if said is None:
            raise RowRefused("no_yes_or_no", column=column, value=text)
        return said

    def _day(self, fact: str) -> Read:
        formats = self._time.formats_for.get(fact, self._time.formats)
        clock, zone = (
            Clockface((*formats, *ISO_FORMATS), self._time.zone),
            ZoneInfo(self._time.zone),
        )

        def read(text: str, column: str) -> str:
            moment = clock.moment(text)
            if moment is None:
                raise RowRefused("impossible_time", column=column, value=text)
            return moment.at.astimezone(zone).date().isoformat()

        return read

    def _term(self, fact: str, text: str, column: str) -> str:
        said = self._words.get(fact, {}).get(text)
        code = self._terms.get(fact, {}).get((said if isinstance(said, str) else text).upper())
        if code is None:
            raise RowRefused("unknown_word", column=column, value=text)
        return code
