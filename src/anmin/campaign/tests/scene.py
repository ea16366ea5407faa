"""A small programme of the bureau of every story, as TOML and as a workbook."""

import io
import tomllib
from datetime import date
from typing import Any

import xlsxwriter
from tests.personas import City

from anmin.campaign import actions
from anmin.campaign.models import Version
from anmin.campaign.sheets import COLUMNS
from anmin.people.models import Account

SMALL = """
[programme]
code = "p1"
title = "创满意"
title_en = "For satisfaction"
start = 2026-11-01
end = 2027-03-31
planned = 5
source = "2011年的报纸"

[[activity]]
code = "order"
title = "大整治"
slogan = "安全分"
lead = "RA-JH"

[[item]]
code = "B1"
activity = "order"
title = "警情"
phrase = "既管大案又管小案"
lead = "RA-JH"
partners = ["RA-YH"]
proof = "evidence"
measure = "matter_incident"
where = "category=theft,robbery; unit=RA-JH"
target = 40

[[item]]
code = "B2"
activity = "order"
title = "按时答复"
lead = "RA-JH"
proof = "indicator"
measure = "answered_in_time"
target = "90%"

[[item]]
code = "B3"
activity = "order"
title = "制定规范"
lead = "RA-JH"
end = 2026-12-31
proof = "milestone"

[[item]]
code = "B4"
activity = "order"
title = "待定"
lead = "RA-YH"
"""


def changed(*parts: tuple[str, str]) -> bytes:
    """The small programme with each part replaced by another."""
    text = SMALL
    for before, after in parts:
        assert before in text, before
        text = text.replace(before, after, 1)
    return text.encode()


def as_workbook(text: str = SMALL, *, chinese: bool = True) -> bytes:
    """The same programme as a workbook, with Chinese headings or those of TOML."""
    given, out = tomllib.loads(text), io.BytesIO()
    book = xlsxwriter.Workbook(out, {"in_memory": True})
    day = book.add_format({"num_format": "yyyy-mm-dd"})
    for table, columns in COLUMNS.items():
        sheet = book.add_worksheet(table)
        rows = given.get(table, [])
        for place, (name, heading) in enumerate(columns.items()):
            sheet.write_string(0, place, heading if chinese else name)
            for number, row in enumerate([rows] if isinstance(rows, dict) else rows, 1):
                _write(sheet, number, place, row.get(name), day)
    book.close()
    return out.getvalue()


def _write(sheet: Any, row: int, column: int, value: Any, day: Any) -> None:
    if isinstance(value, date):
        sheet.write_datetime(row, column, value, day)
    elif isinstance(value, list):
        sheet.write_string(row, column, "、".join(value))
    elif value is not None:
        sheet.write(row, column, value)


def in_force(city: City, content: bytes = SMALL.encode()) -> Version:
    """Loaded by 孙平 and approved by 郑局."""
    version = actions.load(name="p.toml", content=content, by=city.programme)
    return decided(version, city.leader)


def decided(version: Version, by: Account, *, keep: bool = True) -> Version:
    """What a second person said to a version."""
    return actions.decide(
        programme=version.programme.code,
        number=version.number,
        keep=keep,
        reason="" if keep else "再核一遍",
        by=by,
    )
