"""Holidays by law, for years whose yearly announcement is not out (or not known) yet.

Source: 全国年节及纪念日放假办法 (State Council order 795, in force since 2025-01-01), articles 2 and
6: the days of each festival, and that a day which falls on a weekend is made up on a working day.
Which working days are swapped to make longer breaks is decided by the yearly announcement and
cannot be computed; the *number* of working days in a year can.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

from lunardate import LunarDate

LAW_SINCE: Final = 2025
"""The first year to which these articles apply."""

FIRST_YEAR: Final = 1901
LAST_YEAR: Final = 2099
"""The years for which the lunar calendar is tabulated."""

_DAY: Final = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Festival:
    """A festival and the days off that the law gives for it in one year."""

    name: str
    name_en: str
    days: tuple[date, ...]


def qingming(year: int) -> date:
    """The day in Beijing on which the sun reaches 15° of ecliptic longitude (4, 5 or 6 April).

    The usual century formula for solar terms; against the sun's computed longitude it is right
    in every year from 1901 to 2099.
    """
    n = year % 100
    return date(year, 4, int(n * 0.2422 + (4.81 if year >= 2000 else 5.59)) - n // 4)


def _lunar(year: int, month: int, day: int) -> date:
    found: date = LunarDate(year, month, day).to_solar_date()
    return found


def festivals(year: int) -> tuple[Festival, ...]:
    """The seven festivals of a year (1901–2099) in the order of their dates."""
    new_year = _lunar(year, 1, 1)
    found = (
        Festival("元旦", "New Year's Day", (date(year, 1, 1),)),
        Festival("春节", "Spring Festival", tuple(new_year + _DAY * n for n in range(-1, 3))),
        Festival("清明节", "Qingming Festival", (qingming(year),)),
        Festival("劳动节", "Labour Day", (date(year, 5, 1), date(year, 5, 2))),
        Festival("端午节", "Dragon Boat Festival", (_lunar(year, 5, 5),)),
        Festival("中秋节", "Mid-Autumn Festival", (_lunar(year, 8, 15),)),
        Festival("国庆节", "National Day", tuple(date(year, 10, day) for day in (1, 2, 3))),
    )
    return tuple(sorted(found, key=lambda festival: festival.days[0]))


def days_off(year: int) -> Iterator[tuple[date, Festival]]:
    """Every day off of a year by law alone, the made-up days included.

    A festival day that falls on a weekend, or on a day that another festival already has, is
    made up on the next weekday after its festival that is not off already.
    """
    taken: set[date] = set()
    owed: list[tuple[Festival, int]] = []
    for festival in festivals(year):
        lost = [day for day in festival.days if day.weekday() >= 5 or day in taken]
        owed.append((festival, len(lost)))
        yield from ((day, festival) for day in festival.days if day not in taken)
        taken.update(festival.days)
    for festival, count in owed:
        day = festival.days[-1]
        for _ in range(count):
            while day.weekday() >= 5 or day in taken:
                day += _DAY
            taken.add(day)
            yield day, festival
