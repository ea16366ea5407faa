"""Numbers before headings as GB/T 9704-2012 has them: 一、（一）1.（1）; in English 1. 1.1. 1.1.1."""

from __future__ import annotations

from collections.abc import Callable

DIGITS = "〇一二三四五六七八九"
CIRCLES = 4
"""Levels of headings."""


def chinese(number: int) -> str:
    """A number up to 99 as counting words: 一, 十, 十二, 二十三."""
    if not 0 < number < 100:
        raise ValueError(f"{number} headings are too many for one level")
    tens, ones = divmod(number, 10)
    return (
        (DIGITS[tens] if tens > 1 else "") + ("十" if tens else "") + (DIGITS[ones] if ones else "")
    )


def numbering(language: str) -> Callable[[int], str]:
    """What gives each heading its number, asked for one after the other with their levels."""
    counts = [0] * CIRCLES

    def next_number(level: int) -> str:
        counts[level - 1] += 1
        counts[level:] = [0] * (CIRCLES - level)
        here = counts[level - 1]
        if language != "zh-hans":
            return ".".join(str(one or 1) for one in counts[:level]) + ". "
        return (f"{chinese(here)}、", f"（{chinese(here)}）", f"{here}.", f"（{here}）")[level - 1]

    return next_number


def chinese_year(year: int) -> str:
    """A year digit by digit."""
    return "".join(DIGITS[int(one)] for one in str(year))
