"""The template that people download, fill in and send back."""

from datetime import UTC, datetime
from pathlib import Path

import openpyxl
import pytest
from tests.personas import City

from anmin.exchange.imports import import_file
from anmin.exchange.template import HELP, template_columns, write_template
from anmin.matters.categories import categories
from anmin.matters.models import Matter

FILLED = {
    "警情编号": "JQ330381202603010001",
    "报警时间": "2026-03-01 08:30:00",
    "警情类别": "邻里纠纷",
    "社区代码": "锦湖文化社区",
    "管辖单位": "锦湖派出所",
    "联系电话": "0577-65812345",
}


def test_the_csv_opens_in_a_spreadsheet(tmp_path: Path) -> None:
    write_template(tmp_path / "t.csv")
    assert (tmp_path / "t.csv").read_bytes() == (
        b"\xef\xbb\xbf" + ",".join(template_columns()).encode() + b"\r\n"
    )


def test_the_workbook_explains_and_checks(tmp_path: Path) -> None:
    write_template(tmp_path / "t.xlsx")
    book = openpyxl.load_workbook(tmp_path / "t.xlsx")
    assert book.sheetnames == ["警情", "填写说明", "分类"]
    assert [cell.value for cell in book["警情"][1]] == template_columns()
    explained = {row[0].value: row[1].value for row in book["填写说明"].iter_rows(min_row=2)}
    assert explained == HELP
    listed = [(row[0].value, row[1].value) for row in book["分类"].iter_rows(min_row=2)]
    assert listed == [(one.zh, one.code) for one in categories().values()]
    checks = {str(one.sqref): one for one in book["警情"].data_validations.dataValidation}
    column = "ABCDEFGHIJKLMNOP"[list(HELP).index("警情类别")]
    choice = checks[f"{column}2:{column}5001"]
    assert (choice.type, choice.formula1) == ("list", f"分类!$A$2:$A${len(listed) + 1}")
    assert len(checks) == 7


@pytest.mark.parametrize("as_date", [False, True], ids=["text", "date cells"])
def test_the_filled_workbook_comes_in(city: City, tmp_path: Path, as_date: bool) -> None:
    path = tmp_path / "t.xlsx"
    write_template(path)
    book = openpyxl.load_workbook(path)
    sheet = book["警情"]
    for title, text in FILLED.items():
        sheet.cell(2, list(HELP).index(title) + 1).value = text
    if as_date:
        cell = sheet.cell(2, list(HELP).index("报警时间") + 1)
        cell.value, cell.number_format = datetime(2026, 3, 1, 8, 30), "yyyy/m/d h:mm"
    book.save(path)
    result = import_file(path, profile="template_zh", actor=city.admin)
    assert (result.read, result.created) == (1, 1)
    matter = Matter.objects.get()
    assert matter.external_id == "JQ330381202603010001"
    assert matter.opened_at == datetime(2026, 3, 1, 0, 30, tzinfo=UTC)
    assert (matter.category, matter.unit, matter.area) == ("dispute", city.jinhu, city.wenhua)


def test_what_became_of_a_case_may_stand_in_further_columns(city: City, tmp_path: Path) -> None:
    path = tmp_path / "c.csv"
    path.write_text(
        "警情编号,报警时间,警情类别,社区代码,管辖单位,涉案金额（元）,损失依据,追回金额,追回方式,是否破案,破案日期,劝阻调解单位\n"
        "J1,2026-03-01 08:30:00,盗窃,锦湖文化社区,锦湖派出所,3200,票据、转账记录,1200,追回并返还,是,2026-03-05,\n"
        "J2,2026-03-01 09:30:00,噪声扰民,锦湖文化社区,锦湖派出所,,,,,,,业主委员会\n",
        "utf-8",
    )
    result = import_file(path, profile="template_zh", actor=city.admin)
    assert (result.created, result.rejected) == (2, 0)
    theft, noise = (Matter.objects.get(external_id=one).details for one in ("J1", "J2"))
    assert (theft["loss_yuan"], theft["loss_source"]) == (3200, "receipts")
    assert (theft["recovered_yuan"], theft["recovered_how"]) == (1200, "returned")
    assert (theft["solved"], theft["solved_on"]) == (True, "2026-03-05")
    assert noise["mediated_first"] == "owners_committee"
