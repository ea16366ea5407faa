"""Names of months and days in the languages that files come in: read, and proposed by themselves."""

from datetime import datetime

import pytest

from anmin.exchange import calendar_words
from anmin.exchange.calendar_words import FULL_MONTHS, MONTHS, SHORT_MONTHS
from anmin.exchange.dates import compile_format
from anmin.exchange.written import written

AT = [datetime(2026, 3, 1, 15, 5), datetime(2026, 5, 12, 9, 30), datetime(2026, 8, 31, 0, 0)]
COLUMNS = [
    ["2026年3月1日 下午3:05", "2026年5月12日 上午9:30", "2026年8月31日 凌晨12:00"],
    ["2026年3月1日下午3点05分", "2026年5月12日上午9点30分", "2026年8月31日凌晨12点00分"],
    ["2026年3月1日 星期日 15:05", "2026年5月12日 星期二 9:30", "2026年8月31日 星期一 0:00"],
    ["2026年三月1日 15:05", "2026年五月12日 09:30", "2026年八月31日 00:00"],
    ["01-3月-26 15:05", "12-5月-26 09:30", "31-8月-26 00:00"],
    ["1. März 2026 15:05 Uhr", "12. Mai 2026 09:30 Uhr", "31. August 2026 00:00 Uhr"],
    [
        "Sonntag, 1. März 2026 15:05",
        "Dienstag, 12. Mai 2026 09:30",
        "Montag, 31. August 2026 00:00",
    ],
    ["01-Mrz-2026 15:05", "12-Mai-2026 09:30", "31-Aug-2026 00:00"],
    ["1er mars 2026 15h05", "12 mai 2026 09h30", "31 août 2026 00h00"],
    ["1 MARS 2026 15:05", "12 MAI 2026 09:30", "31 AOÛT 2026 00:00"],
    ["1 de marzo de 2026 15:05", "12 de mayo de 2026 09:30", "31 de agosto de 2026 00:00"],
    ["1/mar/2026 3:05 p. m.", "12/may/2026 9:30 a. m.", "31/ago/2026 12:00 a. m."],
    ["March 1st, 2026 3:05 PM", "May 12th, 2026 9:30 AM", "August 31st, 2026 12:00 AM"],
]


@pytest.mark.parametrize("column", COLUMNS, ids=lambda column: column[0])
def test_a_column_of_named_months_is_read_without_being_told(column: list[str]) -> None:
    found = written(column)
    assert found is not None
    assert found.part == "moment"
    parsers = [compile_format(layout) for layout in found.formats]
    read = [next(filter(None, (parse(text) for parse in parsers)), None) for text in column]
    assert read == AT


def test_evening_and_noon_are_afternoon_and_midnight_in_the_evening_is_asked_for() -> None:
    parse = compile_format("%Y-%m-%d %p%I:%M")
    assert parse("2026-03-01 晚上8:30") == datetime(2026, 3, 1, 20, 30)
    assert parse("2026-03-01 中午12:10") == datetime(2026, 3, 1, 12, 10)
    assert parse("2026-03-01 晚上12:10") is None


@pytest.mark.parametrize(
    "text", ["12 Straßen 2026", "3 de copas de 2026", "mars attacks 2026", "5月"]
)
def test_what_only_looks_like_it_is_no_date(text: str) -> None:
    assert written([text] * 3) is None


def test_a_name_means_one_month_in_every_language() -> None:
    assert all(
        FULL_MONTHS[name] == SHORT_MONTHS[name] for name in FULL_MONTHS.keys() & SHORT_MONTHS
    )
    assert set(MONTHS.values()) == set(range(1, 13))
    for table in (calendar_words._FULL, calendar_words._SHORT):
        meant: dict[str, int] = {}
        for line in table.strip().splitlines():
            names = line.split()
            assert len(names) == 12
            for month, name in enumerate(names, 1):
                assert meant.setdefault(name, month) == month
