"""More ways in which other houses write moments and lay out tables: in right, or told why not."""

import csv
import io
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from openpyxl import Workbook
from openpyxl.utils.datetime import CALENDAR_MAC_1904
from pydantic import ValidationError

from anmin.exchange.calendar_words import _FULL, _SHORT
from anmin.exchange.dates import compile_format
from anmin.exchange.problems import Unreadable
from anmin.exchange.profile import Time
from anmin.exchange.reasons import refusal, sentence
from anmin.exchange.tests.test_guess_forms import TYPES, Table, instants, utc

HEAD = ("Incident Number", "Received", "Call Type", "Address")
Row = Sequence[Any]


def put(folder: Path, rows: Sequence[Row], codec: str = "utf-8", mark: str = ",") -> Path:
    text = io.StringIO(newline="")
    csv.writer(text, delimiter=mark).writerows(rows)
    path = folder / "calls.csv"
    path.write_bytes(text.getvalue().encode(codec))
    return path


def book(folder: Path, rows: Sequence[Row], *, since_1904: bool = False) -> Path:
    made = Workbook()
    if since_1904:
        made.epoch = CALENDAR_MAC_1904
    sheet = made.active
    assert sheet is not None
    for row in rows:
        sheet.append(list(row))
    made.save(folder / "calls.xlsx")
    return folder / "calls.xlsx"


def calls(written: Callable[[datetime], object], moments: Sequence[datetime]) -> list[Row]:
    return [
        HEAD,
        *(
            (f"24-{n:05}", written(at), TYPES[n % 4], f"{n} Main St")
            for n, at in enumerate(moments)
        ),
    ]


def opened(found: Table) -> list[str]:
    return [one.opened for one in found.facts]


RUSSIAN = "января февраля марта апреля"
POLISH = "stycznia lutego marca kwietnia"


def named(months: str, at: datetime) -> str:
    return months.split()[at.month - 1]


def spoken(at: datetime) -> str:
    part = next(
        word
        for word, until in {"凌晨": 6, "上午": 11, "中午": 13, "下午": 18, "晚上": 24}.items()
        if at.hour < until
    )
    return f"{at.year}年{at.month}月{at.day}日 {part}{(at.hour - 1) % 12 + 1}:{at:%M:%S}"


FIGURES = "〇一二三四五六七八九"


def out(n: int) -> str:
    """A number below sixty as it is written out: 五, 十, 十二, 二十, 五十九."""
    tens, ones = divmod(n, 10)
    if not tens:
        return FIGURES[ones]
    return (FIGURES[tens] if tens > 1 else "") + "十" + (FIGURES[ones] if ones else "")


def written_out(at: datetime) -> str:
    year = "".join(FIGURES[int(one)] for one in str(at.year))
    return f"{year}年{out(at.month)}月{out(at.day)}日 {out(at.hour)}时{out(at.minute)}分{out(at.second)}秒"


WIDE = {ord(one): ord(one) + 0xFEE0 for one in "0123456789/:"} | {32: 0x3000}
WRITTEN: dict[str, Callable[[datetime], object]] = {
    "figures behind a day": lambda at: at.strftime("%m/%d/%Y %H%M%S hrs"),
    "compact iso": lambda at: at.strftime("%Y%m%dT%H%M%S"),
    "compact iso z": lambda at: at.astimezone(UTC).strftime("%Y%m%dT%H%M%SZ"),
    "compact, a blank": lambda at: at.strftime("%Y%m%d %H%M%S"),
    "db2": lambda at: at.strftime("%Y-%m-%d-%H.%M.%S.000000"),
    "oracle": lambda at: at.strftime("%d-%b-%y %I.%M.%S.000000000 %p").upper(),
    "ctime": lambda at: at.strftime("%a %b %e %H:%M:%S %Y"),
    "web log": lambda at: at.strftime("%d/%b/%Y:%H:%M:%S %z"),
    "thin blank": lambda at: f"{at.month}/{at.day}/{at.year}, {at:%I:%M:%S}\u202f{at:%p}",
    "fixed blank": lambda at: f"{at:%d/%m/%Y %I:%M:%S} {'ap'[at.hour > 11]}.\xa0m.",
    "no last dot": lambda at: f"{at:%m/%d/%Y %I:%M:%S} {'ap'[at.hour > 11]}.m",
    "one letter": lambda at: f"{at:%m/%d/%Y %I:%M:%S}{'ap'[at.hour > 11]}",
    "both clocks": lambda at: at.strftime("%m/%d/%Y %H:%M:%S %p"),
    "下午 of 24 hours": lambda at: f"{at:%Y-%m-%d} {'上下'[at.hour > 11]}午{at:%H:%M:%S}",
    "下午 behind": lambda at: f"{at:%Y-%m-%d %I:%M:%S} {'上下'[at.hour > 11]}午",
    "parts of the day": spoken,
    "written out": written_out,
    "full width": lambda at: at.strftime("%Y/%m/%d %H:%M:%S").translate(WIDE),
    "wide colon": lambda at: at.strftime("%Y-%m-%d %H：%M：%S"),
    "word between": lambda at: at.strftime("%d/%m/%Y à %H:%M:%S"),
    "at": lambda at: at.strftime("%B %d, %Y at %I:%M:%S %p"),
    "hours": lambda at: at.strftime("%d/%m/%Y %H:%M:%S h"),
    "weekday before": lambda at: at.strftime("%a %m/%d/%Y %H:%M:%S"),
    "weekday behind": lambda at: (
        f"{at:%Y-%m-%d} 星期{'一二三四五六日'[at.weekday()]} {at:%H:%M:%S}"
    ),
    "russian": lambda at: f"{at.day} {named(RUSSIAN, at)} {at.year} г. {at:%H:%M:%S}",
    "polish": lambda at: f"{at.day} {named(POLISH, at)} {at.year}, {at:%H:%M:%S}",
    "GMT+8": lambda at: (at.astimezone(UTC) + timedelta(hours=8)).strftime(
        "%Y-%m-%d %H:%M:%S GMT+8"
    ),
    "epoch us": lambda at: int(at.timestamp() * 1_000_000),
    "fraction after a colon": lambda at: at.strftime("%Y/%m/%d %H:%M:%S:000"),
    "excel, few decimals": lambda at: (
        f"{(at.replace(tzinfo=None) - datetime(1899, 12, 30)) / timedelta(days=1):.6f}"
    ),
}


@pytest.mark.parametrize("form", WRITTEN)
def test_a_moment_in_one_column(tmp_path: Path, form: str) -> None:
    moments = instants()
    found = Table(put(tmp_path, calls(WRITTEN[form], moments)))
    assert (found.rejected, found.doubts) == ([], set())
    assert opened(found) == [utc(at) for at in moments]


@pytest.mark.parametrize(
    ("text", "hour"),
    [
        ("中午11:30", 11),
        ("中午1:30", 13),
        ("晚上11:30", 23),
        ("凌晨12:30", 0),
        ("下午15:30", 15),
        ("早上9:30", 9),
        ("晚上1:30", None),
        ("晚上12:30", None),
        ("上午15:30", None),
        ("傍晚9:30", None),
    ],
)
def test_a_part_of_the_day_is_never_another_one(text: str, hour: int | None) -> None:
    moment = compile_format("%p%H:%M", needs_date=False)(text)
    assert (moment and moment.hour) == hour


def test_a_name_means_one_month() -> None:
    for table in (_FULL, _SHORT):
        meant: dict[str, int] = {}
        for line in table.strip().splitlines():
            for month, name in enumerate(line.split(), 1):
                assert meant.setdefault(name, month) == month, name


LAID_OUT: dict[str, Callable[[list[Row]], list[Row]]] = {
    "repeated header": lambda rows: [*rows[:12], rows[0], *rows[12:20], rows[0], *rows[20:]],
    "repeated header, few rows": lambda rows: [*rows[:4], rows[0], *rows[4:9]],
    "padded titles": lambda rows: [
        ("Calls for service", "", "", ""),
        ("Printed 03/25/2024", "", "", ""),
        *rows,
    ],
    "a mark behind each row": lambda rows: [rows[0], *((*row, "") for row in rows[1:])],
    "zeros kept for a spreadsheet": lambda rows: [
        rows[0],
        *((f'="{row[0]}"', *row[1:]) for row in rows[1:]),
    ],
    "header in two rows": lambda rows: [
        ("Incident Number", "Time", "", "Address"),
        ("", "Received", "Call Type", ""),
        *rows[1:],
    ],
    "groups above": lambda rows: [("Incident", "", "Where", ""), *rows],
}


@pytest.mark.parametrize("layout", LAID_OUT)
@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_a_table_is_found_in_its_file(tmp_path: Path, layout: str, kind: str) -> None:
    if kind == "xlsx" and layout.startswith("zeros"):
        return  # it would be a formula there
    moments = instants()
    rows = LAID_OUT[layout](calls(lambda at: at.strftime("%m/%d/%Y %H:%M:%S"), moments))
    found = Table({"csv": put, "xlsx": book}[kind](tmp_path, rows))
    assert found.rejected == []
    assert found.doubts <= {"day_month_order"}  # a few rows do not tell
    count = len(found.facts)
    assert count >= 8
    assert opened(found) == [utc(at) for at in moments[:count]]
    assert [one.external_id for one in found.facts] == [f"24-{n:05}" for n in range(count)]
    assert found.facts[1].place == "1 Main St"


@pytest.mark.parametrize("mark", ["^", "~", "\x01", "；"])
def test_other_marks_between_columns(tmp_path: Path, mark: str) -> None:
    moments = instants()
    rows = calls(lambda at: at.strftime("%Y-%m-%d %H:%M:%S"), moments)
    assert opened(Table(put(tmp_path, rows, mark=mark))) == [utc(at) for at in moments]


@pytest.mark.parametrize("codec", ["utf-16-le", "utf-16-be", "utf-32"])
@pytest.mark.parametrize("named", [False, True])
def test_wide_text_without_its_mark(tmp_path: Path, codec: str, *, named: bool) -> None:
    moments = instants()
    rows = calls(lambda at: at.strftime("%Y-%m-%d %H:%M:%S"), moments)
    said = {"encoding": codec} if named else {}
    assert opened(Table(put(tmp_path, rows, codec, "\t"), **said)) == [utc(at) for at in moments]


def test_days_of_a_workbook_are_counted_as_it_says(tmp_path: Path) -> None:
    moments = instants()
    first = datetime(1904, 1, 1)
    rows = calls(lambda at: (at.replace(tzinfo=None) - first) / timedelta(days=1), moments)
    assert opened(Table(book(tmp_path, rows, since_1904=True))) == [utc(at) for at in moments]


def test_columns_that_write_the_day_differently_are_read_each_in_its_way(tmp_path: Path) -> None:
    moments = instants(days=60)
    hour = timedelta(hours=1)
    rows = [
        ("Incident Number", "Received", "Cleared", "Type"),
        *(
            (f"24-{n}", f"{at:%m/%d/%Y %H:%M:%S}", f"{at + hour:%d/%m/%Y %H:%M:%S}", "Theft")
            for n, at in enumerate(moments)
        ),
    ]
    found = Table(put(tmp_path, rows))
    assert opened(found) == [utc(at) for at in moments]
    assert [one.details["cleared_at"] for one in found.facts] == [utc(at + hour) for at in moments]


def test_a_profile_cannot_read_one_text_as_two_days() -> None:
    with pytest.raises(ValidationError, match="different days"):
        Time(formats=("%m/%d/%Y %H:%M", "%d/%m/%Y %H:%M"))
    Time(formats=("%m/%d/%Y %H:%M", "%d.%m.%Y %H:%M"))


def test_a_day_taken_for_a_month_by_a_spreadsheet_is_told(tmp_path: Path) -> None:
    moments = [at.astimezone(ZoneInfo("Europe/London")) for at in instants(days=60)]

    def cell(at: datetime) -> object:
        local = at.replace(tzinfo=None)
        return local.replace(month=at.day, day=at.month) if at.day <= 12 else f"{at:%d/%m/%Y %H:%M}"

    swapped = Table(book(tmp_path, calls(cell, moments)), "Europe/London")
    assert "mixed_dates:Received" in swapped.doubts
    right = Table(book(tmp_path, calls(lambda at: at.replace(tzinfo=None), moments)))
    assert right.doubts == set()


def test_formulas_without_results_are_the_cause(tmp_path: Path) -> None:
    moments = instants()
    rows = calls(lambda at: at.replace(tzinfo=None), moments)
    rows[5] = (rows[5][0], "=NOW()", *rows[5][2:])
    found = Table(book(tmp_path, rows))
    assert len(found.facts) == len(moments) - 1
    assert [one.problem.code for one in found.rejected] == ["formula"]
    assert "Received" in sentence(found.rejected[0].problem)
    with pytest.raises(Unreadable) as caught:
        Table(book(tmp_path, calls(lambda at: "=NOW()", moments)))
    assert caught.value.code == "formulas"
    assert "Received" in str(refusal(caught.value))


def test_a_moment_that_is_blank_everywhere_is_the_cause(tmp_path: Path) -> None:
    with pytest.raises(Unreadable) as caught:
        Table(put(tmp_path, calls(lambda at: "", instants())))
    assert (caught.value.code, caught.value.particulars) == (
        "empty_moments",
        {"column": "Received"},
    )


def test_a_day_written_out_among_others_is_no_word_for_nothing(tmp_path: Path) -> None:
    rows = calls(lambda at: at.strftime("%Y-%m-%d %H:%M:%S"), instants())
    rows[5] = (rows[5][0], "二〇二六年十一月五日 上午九时", *rows[5][2:])
    found = Table(put(tmp_path, rows))
    assert "上午九时" in sentence(found.rejected[0].problem)
    assert len(found.rejected) == 1


def test_words_among_moments_stand_for_none(tmp_path: Path) -> None:
    moments = instants()
    rows = [
        ("Event ID", "Created", "Arrived", "Type"),
        *(
            (f"E{n:05}", f"{at:%Y-%m-%d %H:%M:%S}", at if n % 3 else word, "Theft")
            for n, (at, word) in enumerate(
                zip(moments, ["未到", "not sent", "——"] * 10, strict=True)
            )
        ),
    ]
    rows = [
        (
            *row[:2],
            f"{row[2]:%Y-%m-%d %H:%M:%S}" if isinstance(row[2], datetime) else row[2],
            row[3],
        )
        for row in rows
    ]
    found = Table(put(tmp_path, rows))
    assert found.columns["arrived_at"] == ["Arrived"]
    assert found.rejected == []
    assert sum("arrived_at" in one.details for one in found.facts) == 20


def test_the_time_of_day_of_a_call_is_not_that_of_an_arrival(tmp_path: Path) -> None:
    moments = [at.replace(second=0) for at in instants()]
    rows = [
        ("Número de incidente", "Fecha de llamada", "Hora", "Tipo", "Hora de llegada"),
        *(
            (
                f"24{n:05}",
                f"{at:%d/%m/%Y}",
                f"{at:%H:%M}",
                "Robo",
                f"{at + timedelta(minutes=8):%H:%M}",
            )
            for n, at in enumerate(moments)
        ),
    ]
    assert opened(Table(put(tmp_path, rows, mark=";"))) == [utc(at) for at in moments]


def test_numbers_that_only_count_the_rows_are_doubted(tmp_path: Path) -> None:
    moments = instants()
    rows = [("Inc", "Received", "Type")]
    rows += [(f"{n}", f"{at:%Y-%m-%d %H:%M:%S}", "Theft") for n, at in enumerate(moments, 1)]
    assert "counted_rows" in Table(put(tmp_path, rows)).doubts


def test_a_time_of_day_stays_with_its_own_day(tmp_path: Path) -> None:
    moments = [at.replace(second=0) for at in instants()]
    rows = [
        ("Incident Number", "Report Date", "Occurred Date", "Occurred Time"),
        *(
            (f"24-{n}", f"{at + timedelta(days=1):%m/%d/%Y}", f"{at:%m/%d/%Y}", f"{at:%H%M}")
            for n, at in enumerate(moments)
        ),
    ]
    assert opened(Table(put(tmp_path, rows))) == [utc(at) for at in moments]


@pytest.mark.parametrize("apart", [False, True])
def test_am_and_pm_in_a_column_of_their_own(tmp_path: Path, *, apart: bool) -> None:
    moments = [at.replace(second=0) for at in instants()]

    def row(number: str, at: datetime) -> Row:
        when = (f"{at:%m/%d/%Y}", f"{at:%I:%M}") if apart else (f"{at:%m/%d/%Y %I:%M}",)
        return (number, *when, f"{at:%p}", "Theft")

    rows: list[Row] = [
        ("Incident Number", *(("Date", "Time") if apart else ("Received",)), "AMPM", "Type")
    ]
    rows += [row(f"24-{n}", at) for n, at in enumerate(moments)]
    assert opened(Table(put(tmp_path, rows))) == [utc(at) for at in moments]


def test_hours_and_minutes_alone_are_no_time_of_day(tmp_path: Path) -> None:
    rows: list[Row] = [("Incident Number", "Date", "Hour", "Minute", "Type")]
    rows += [
        (f"24-{n}", f"{at:%m/%d/%Y}", at.hour, at.minute, "x") for n, at in enumerate(instants())
    ]
    assert "no_clock:received_at" in Table(put(tmp_path, rows)).doubts


def test_a_zero_among_seconds_is_no_moment(tmp_path: Path) -> None:
    rows: list[Row] = [("id", "created", "closed", "type")]
    rows += [
        (f"A{n}", int(at.timestamp()), (int(at.timestamp()) + 60) * (n % 4 > 0), "x")
        for n, at in enumerate(instants())
    ]
    found = Table(put(tmp_path, rows))
    assert (found.rejected, len(found.facts)) == ([], 30)


def test_a_title_that_says_utc_is_held_against_the_zone(tmp_path: Path) -> None:
    rows: list[Row] = [("Incident Number", "Received (UTC)", "Type")]
    rows += [(f"24-{n}", f"{at:%Y-%m-%d %H:%M:%S}", "x") for n, at in enumerate(instants())]
    path = put(tmp_path, rows)
    assert "utc_title:Received (UTC)" in Table(path).doubts
    assert Table(path, "UTC").doubts == {"no_category"}
