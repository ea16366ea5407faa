"""The plain Chinese template for download: an empty table to fill in, as CSV or XLSX."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import xlsxwriter

from anmin.exchange.sheets import CsvSheet
from anmin.matters.categories import categories

SAMPLE = Path(__file__).parent / "samples" / "seattle_911_sample.csv"
"""A real export to try things out with: 673 events of the Seattle police, of two days of 2016."""
ROWS = 5000
"""How many rows of the workbook check what is typed."""
TIMES = ("报警时间", "派警时间", "到场时间", "处置完毕时间", "答复时间", "更新时间")
HELP = {
    "警情编号": "必填。接处警系统中的唯一编号。同一编号再次导入时，以较新的内容更新，不会重复。",
    "报警时间": "必填。年-月-日 时:分:秒，如 2026-03-01 08:30:00，按北京时间。",
    "派警时间": "可空。",
    "到场时间": "可空。不早于报警时间。",
    "处置完毕时间": "可空。不早于到场时间。",
    "答复时间": "可空。告知报警人结果的时间；与“答复内容”一并填写后，该警情才算已答复。",
    "答复内容": "可空。告诉了报警人什么，不超过 2000 字。",
    "警情类别": "必填。从下拉列表中选择。",
    "发生地址": "可空。写到小区、路段即可，不写门牌号。",
    "社区代码": "可空。12 位统计用区划代码，也可写社区名称。",
    "管辖单位": "可空。单位代码或名称；不填时按社区和类别确定。",
    "经度": "可空。十进制度，WGS84 或 CGCS2000。",
    "纬度": "可空。",
    "报警人": "可空。加密保存，仅在回访时显示。",
    "联系电话": "可空。加密保存。没有电话的警情无法回访。",
    "更新时间": "可空。本行内容最后修改的时间；较旧的导出不会覆盖较新的内容。",
}
"""The columns of the template in their order, and what to fill in."""
NEEDED = frozenset({"警情编号", "报警时间", "警情类别"})


def template_columns() -> list[str]:
    """The column titles; those that are needed bear a mark that reading ignores."""
    return [f"{title}*" if title in NEEDED else title for title in HELP]


def write_template(path: Path) -> None:
    """Write the empty template as CSV (UTF-8 with mark) or XLSX, by the file's ending."""
    if path.suffix.lower() == ".xlsx":
        _write_workbook(path)
    else:
        with CsvSheet(path) as sheet:
            sheet.write(template_columns())


def _write_workbook(path: Path) -> None:
    with xlsxwriter.Workbook(path) as book:
        text = book.add_format({"num_format": "@"})
        head = book.add_format({"bold": True, "bg_color": "#E8EEF7", "border": 1})
        sheet = book.add_worksheet("警情")
        sheet.freeze_panes(1, 1)
        for column, title in enumerate(template_columns()):
            # Text cells: numbers keep all their digits, times stay as they are typed.
            sheet.set_column(column, column, max(12, 2.2 * len(title) + 6), text)
            sheet.write_string(0, column, title, head)
        for title, check in _checks():
            column = list(HELP).index(title)
            sheet.data_validation(1, column, ROWS, column, check)
        _explain(book, head)


def _checks() -> Iterator[tuple[str, dict[str, Any]]]:
    """What the workbook accepts in a column. Text cells are checked as text."""
    labels = "分类!$A$2:$A$" + str(len(categories()) + 1)
    yield (
        "警情类别",
        {
            "validate": "list",
            "source": f"={labels}",
            "error_title": "警情类别",
            "error_message": "请从列表中选择。",
        },
    )
    for title in TIMES:
        first = f"{chr(ord('A') + list(HELP).index(title))}2"
        yield (
            title,
            {
                "validate": "custom",
                "value": f"=ISNUMBER(DATEVALUE({first})+TIMEVALUE({first}))",
                "ignore_blank": True,
                "error_title": title,
                "error_message": "请按“2026-03-01 08:30:00”的格式填写。",
                "error_type": "warning",
            },
        )


def _explain(book: Any, head: Any) -> None:
    """The sheets that explain: every column, and the categories."""
    wrap = book.add_format({"text_wrap": True, "valign": "top"})
    sheet = book.add_worksheet("填写说明")
    sheet.set_column(0, 0, 16)
    sheet.set_column(1, 1, 70, wrap)
    for row, (title, text) in enumerate([("列", "怎样填"), *HELP.items()]):
        sheet.write_string(row, 0, title, head if row == 0 else None)
        sheet.write_string(row, 1, text, head if row == 0 else wrap)
    sheet = book.add_worksheet("分类")
    sheet.set_column(0, 1, 18)
    for column, title in enumerate(("警情类别", "代码")):
        sheet.write_string(0, column, title, head)
    for row, category in enumerate(categories().values(), start=1):
        sheet.write_string(row, 0, category.zh)
        sheet.write_string(row, 1, category.code)
