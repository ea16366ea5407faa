"""One description, four files: what stands in each, how it is laid out, and that it is always the same."""

import csv
import shutil
import subprocess
from datetime import UTC, date, datetime
from io import BytesIO
from pathlib import Path
from zipfile import ZipFile

import docx as python_docx
import pytest
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml.ns import qn
from openpyxl import load_workbook
from pydantic import ValidationError
from pypdf import PdfReader

from anmin.documents import cells
from anmin.documents.description import (
    Basis,
    Column,
    Document,
    Fact,
    Facts,
    Heading,
    Measured,
    Number,
    PageBreak,
    Paragraph,
    Signing,
    Table,
    Text,
    Words,
)
from anmin.documents.layout import BODY, CHARACTERS, LEFT, LINES, TEXT_SIZE, TOP, signature_indents
from anmin.documents.numbering import chinese, numbering
from anmin.documents.writers import docx, pdf, sheet

SATISFIED = Measured(numerator=412, denominator=450, value=412 / 450, low=0.8863, high=0.9383)
HIDDEN = Measured(hidden="样本过少，不予显示")
WORDS = Words(
    value="数值",
    interval="95%区间",
    of="件数",
    numerator="分子",
    denominator="分母",
    low="下限",
    high="上限",
)


def brief(**changes: object) -> Document:
    table = Table(
        title="回访指标",
        columns=(Column(title="指标", weight=2), Column(title="", sort="measured")),
        rows=(
            (Text(text="满意率"), SATISFIED),
            (Text(text="=1+1"), HIDDEN),
            (
                Text(text="接报"),
                Measured(numerator=12, value=12, low=6.2, high=20.96, percent=False),
            ),
        ),
        note="区间为威尔逊区间。",
    )
    said: dict[str, object] = {
        "code": "daily",
        "language": "zh-hans",
        "issuer": "瑞安市公安局",
        "title": "公共安全服务日报",
        "number": "2026年第314期",
        "addressee": "局领导",
        "blocks": (
            Heading(text="接报情况"),
            Paragraph(text="当日接报214起。"),
            Heading(level=2, text="回访"),
            Heading(level=2, text="整改"),
            Heading(text="指标"),
            table,
            Facts(
                facts=(Fact(label="数量", value=Number(value=7)), Fact(label="率", value=SATISFIED))
            ),
            PageBreak(),
            Paragraph(text="{{ 7*7 }} #panic() <b>&"),
            Signing(labels=("领取人",), dated="日期"),
        ),
        "signature": "瑞安市公安局",
        "dated": date(2026, 11, 10),
        "copies": "抄送：市委办公室。",
        "basis": Basis(
            start=date(2026, 11, 10),
            end=date(2026, 11, 10),
            cutoff=datetime(2026, 11, 11, tzinfo=UTC),
            revision=4,
        ),
        "words": WORDS,
    }
    return Document.model_validate(said | changes)


@pytest.fixture(scope="module")
def document() -> Document:
    return brief()


def test_a_description_is_data_that_comes_back_to_the_letter(document: Document) -> None:
    assert Document.of_json(document.as_json()) == document
    assert Document.of_json(document.as_json()).as_json() == document.as_json()


def test_a_hidden_figure_has_no_number_and_a_row_fits_its_columns() -> None:
    with pytest.raises(ValidationError, match="has no numbers"):
        Measured(hidden="too few", value=0.5)
    with pytest.raises(ValidationError, match="does not fit"):
        Table(columns=(Column(title="n", sort="number"),), rows=((Text(text="7"),),))


@pytest.mark.parametrize(
    ("number", "words"), [(1, "一"), (10, "十"), (12, "十二"), (20, "二十"), (99, "九十九")]
)
def test_headings_are_counted_in_words(number: int, words: str) -> None:
    assert chinese(number) == words


def test_headings_begin_anew_below_the_next_one_above() -> None:
    told = numbering("zh-hans")
    levels = (1, 2, 2, 3, 4, 4, 1, 2, 3)
    assert [told(level) for level in levels] == [
        "一、", "（一）", "（二）", "1.", "（1）", "（2）", "二、", "（一）", "1.",
    ]  # fmt: skip
    english = numbering("en")
    assert [english(level) for level in (1, 2, 2, 1)] == ["1. ", "1.1. ", "1.2. ", "2. "]


def test_the_page_is_that_of_the_standard() -> None:
    assert (TOP, LEFT, BODY, LINES, CHARACTERS) == (37, 28, (156, 225), 22, 28)
    # 28 characters of 三号 fill the line to within half a character
    assert abs(CHARACTERS * TEXT_SIZE * 25.4 / 72 - BODY[0]) < TEXT_SIZE * 25.4 / 72 / 2
    # the day begins two characters after the signature, which ends two from the right
    assert signature_indents("瑞安市公安局锦湖派出所", "2026年11月10日") == (2.0, 4.0)
    assert signature_indents("公安局", "2026年11月10日") == (8.0, 2.0)


@pytest.mark.parametrize(
    ("cell", "words"),
    [
        (SATISFIED, "91.6% (88.6–93.8%, 412/450)"),
        (HIDDEN, "样本过少，不予显示"),
        (Measured(numerator=12, value=12, low=6, high=21, percent=False), "12 (6–21)"),
        (Number(value=1234.5, decimals=1), "1,234.5"),
        (Number(), "—"),
    ],
)
def test_a_figure_never_stands_alone(cell: Measured | Number, words: str) -> None:
    assert cells.in_words(cell, "zh-hans") == words


def test_word_has_the_layout_of_an_official_document(document: Document) -> None:
    word = python_docx.Document(BytesIO(docx.write(document)))
    section = word.sections[0]
    assert section.page_width is not None
    assert [
        round(one.mm) for one in (section.page_width, section.top_margin, section.left_margin)
    ] == [210, 37, 28]  # type: ignore[union-attr]
    assert round(section.page_width.mm - section.left_margin.mm - section.right_margin.mm) == 156  # type: ignore[union-attr]
    texts = {one.text: one for one in word.paragraphs}
    faces = {
        text: texts[text].style.element.rPr.find(qn("w:rFonts")).get(qn("w:eastAsia"))  # type: ignore[union-attr]
        for text in ("公共安全服务日报", "一、接报情况", "（二）整改", "当日接报214起。")
    }
    assert list(faces.values()) == ["方正小标宋简体", "黑体", "楷体_GB2312", "仿宋_GB2312"]
    assert texts["公共安全服务日报"].style.font.size.pt == 22  # type: ignore[union-attr]
    assert texts["当日接报214起。"].paragraph_format.first_line_indent.pt == 32  # type: ignore[union-attr]
    assert "二、指标" in texts
    assert "局领导：" in texts
    assert texts["2026年11月10日"].alignment == WD_ALIGN_PARAGRAPH.RIGHT
    odd, even = section.footer.paragraphs[0], section.even_page_footer.paragraphs[0]
    assert (odd.alignment, even.alignment) == (WD_ALIGN_PARAGRAPH.RIGHT, WD_ALIGN_PARAGRAPH.LEFT)
    assert word.settings.odd_and_even_pages_header_footer
    rows = [[cell.text for cell in row.cells] for row in word.tables[0].rows]
    assert rows[0] == ["指标", "数值", "95%区间", "件数"]
    assert rows[1] == ["满意率", "91.6%", "88.6–93.8%", "412/450"]
    assert rows[2] == ["=1+1", "样本过少，不予显示", "—", "—"]
    assert "{{ 7*7 }} #panic() <b>&" in texts


def test_only_a_notice_has_the_red_head() -> None:
    def reds(found: Document) -> str:
        with ZipFile(BytesIO(docx.write(found))) as parts:
            return parts.read("word/document.xml").decode()

    assert "C00000" not in reds(brief())
    assert reds(brief(red_head=True)).count("C00000") == 2  # the name and the line


def test_a_pdf_says_the_same_and_reads_nothing_as_a_program(document: Document) -> None:
    pages = PdfReader(BytesIO(pdf.write(document))).pages
    text = "".join(page.extract_text() for page in pages)
    assert [round(float(one) / 72 * 25.4) for one in pages[0].mediabox[2:]] == [210, 297]
    for said in (
        "公共安全服务日报",
        "一、接报情况",
        "（二）整改",
        "91.6%",
        "88.6–93.8%",
        "412/450",
    ):
        assert said in text.replace("\n", "")
    assert "{{ 7*7 }} #panic() <b>&" in text
    assert len(pages) == 2


def test_a_sheet_has_numbers_as_numbers_and_no_formula(document: Document) -> None:
    book = load_workbook(BytesIO(sheet.write(document)))
    table = book["回访指标"]
    head, first, second, third = table.iter_rows(values_only=True)
    assert head == ("指标", "数值", "下限", "上限", "分子", "分母")
    assert first == ("满意率", pytest.approx(412 / 450), 0.8863, 0.9383, 412, 450)
    assert second == ("=1+1", "样本过少，不予显示", None, None, None, None)
    assert third == ("接报", 12, 6.2, 20.96, 12, None)
    assert (table["A3"].data_type, table["B2"].number_format, table["B4"].number_format) == (
        "s",
        "0.0%",
        "#,##0",
    )
    assert table.freeze_panes == "A2"
    facts = {row[0]: row[1] for row in book.worksheets[0].iter_rows(values_only=True)}
    assert facts["数量"] == 7
    assert facts["率"] == "91.6% (88.6–93.8%, 412/450)"


def test_tables_alone_as_csv(document: Document) -> None:
    lines = "".join(sheet.csv_lines(document))
    rows = list(csv.reader(lines.removeprefix("\ufeff").splitlines()))
    assert rows[1] == ["指标", "数值", "下限", "上限", "分子", "分母"]
    assert rows[3][0] == "'=1+1"


@pytest.mark.parametrize("write", [docx.write, pdf.write, sheet.write])
def test_the_same_description_is_the_same_file(document: Document, write: object) -> None:
    assert callable(write)
    assert write(document) == write(Document.of_json(document.as_json()))


def test_english_has_its_own_numbers_and_days() -> None:
    found = brief(language="en", title="Daily brief")
    texts = [one.text for one in python_docx.Document(BytesIO(docx.write(found))).paragraphs]
    assert "1. 接报情况" in texts
    assert "10 November 2026" in texts


@pytest.mark.skipif(shutil.which("soffice") is None, reason="LibreOffice is not here")
def test_libreoffice_reads_it(document: Document, tmp_path: Path) -> None:
    made = tmp_path / "a.docx"
    made.write_bytes(docx.write(document))
    command = [
        "soffice",
        "--headless",
        f"-env:UserInstallation=file://{tmp_path}/lo",
        "--convert-to",
        "pdf",
    ]
    subprocess.run(
        [*command, "--outdir", str(tmp_path), str(made)], check=True, capture_output=True
    )
    pages = PdfReader(tmp_path / "a.pdf").pages
    assert len(pages) == 2
    assert "公共安全服务日报" in pages[0].extract_text()
    assert "— 2 —" in pages[1].extract_text()
