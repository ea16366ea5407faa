"""Hostile files: their names, their contents, and how a browser would send them."""

import io
import zipfile
from collections.abc import Iterator, Sequence

from tests.hostile.values import LIGHTER, SHARE

BOUNDARY = "hostile-walk"
WRAPPING = f"multipart/form-data; boundary={BOUNDARY}"
NAMES: Sequence[bytes] = (
    b"",
    b".csv",
    b"..",
    b"../../../../etc/passwd",
    b"a\x00.csv",
    b"C:\\x\\a.csv",
    "安".encode() * 200 + b".csv",
    b"a" * 4000 + b".xlsx",
    b"\xff\xfe.csv",
    b"\xed\xa0\x80.csv",
    "\u202evsc.a".encode(),
    b"a;b=c.csv",
    b"<script>.csv",
    b"a.xlsx",
    b"a.csv.gz",
    b"a",
)
HEAD = "编号,报警时间,类别\n"


def _book(sheet: str, *, styles: str = "", more: int = 0) -> bytes:
    """A workbook with this XML as its only sheet."""
    space = 'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'
    rel = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
    kind = "application/vnd.openxmlformats-officedocument.spreadsheetml"
    parts = {
        "[Content_Types].xml": (
            '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
            '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.'
            'relationships+xml"/><Override PartName="/xl/workbook.xml" ContentType="'
            f'{kind}.sheet.main+xml"/><Override PartName="/xl/worksheets/sheet1.xml" '
            f'ContentType="{kind}.worksheet+xml"/></Types>'
        ),
        "_rels/.rels": (
            '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
            f'<Relationship Id="a" Type="{rel}/officeDocument" Target="xl/workbook.xml"/>'
            "</Relationships>"
        ),
        "xl/workbook.xml": (
            f'<workbook {space} xmlns:r="{rel}"><sheets><sheet name="a" sheetId="1" r:id="b"/>'
            "</sheets></workbook>"
        ),
        "xl/_rels/workbook.xml.rels": (
            '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
            f'<Relationship Id="b" Type="{rel}/worksheet" Target="worksheets/sheet1.xml"/>'
            f'<Relationship Id="c" Type="{rel}/styles" Target="styles.xml"/></Relationships>'
        ),
        "xl/worksheets/sheet1.xml": f"<worksheet {space}><sheetData>{sheet}</sheetData></worksheet>",
        "xl/styles.xml": f"<styleSheet {space}>{styles}</styleSheet>",
    }
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as file:
        for name, text in parts.items():
            file.writestr(name, text)
        if more:
            file.writestr("xl/media/big", b"\0" * more)
    return out.getvalue()


def _row(*cells: str) -> str:
    said = "".join(f'<c t="inlineStr"><is><t>{cell}</t></is></c>' for cell in cells)
    return f"<row>{said}</row>"


def _rows(*cells: str) -> str:
    return _row("编号", "报警时间", "类别") + _row(*cells)


CONTENTS: Sequence[bytes] = (
    b"",
    b"\x00",
    b"\x00" * 4096,
    b"\xff\xfe",
    b"\xef\xbb\xbf",
    b"PK\x03\x04",
    b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\x00" * 600,
    bytes(range(256)) * 20,
    b"\n" * 5000,
    b"," * 3_000 + b"\n1",
    HEAD.encode() + b'"' + b"x" * 200_000,
    HEAD.encode() + b"1,0001-01-01,\x00\n2,9999-12-31T23:59,\xed\xa0\x80\n",
    HEAD.encode("gb18030") + b"\xff\xff,\x81,\n",
    HEAD.encode("utf-16") + b"\x00",
    (HEAD + "=cmd|' /C calc'!A0,45000.5,1e309\n").encode(),
    b"y,w,y,\n1,2,3,4\n",
    b"y,w\nNaN,-1\ninf,1e309\n" + "１,²\n".encode(),
    b"variable,level,total\ny,1,-5\ny,1,nan\n\x00,,\n",
    "姓名,电话,街道\n,,\n".encode() * 3,
    b"y,w\n" + b"1," * 3_000,
    _book(""),
    _book(_rows("1", "_xD800_", "_x0000_")),
    _book('<row r="99999999999"><c r="ZZZZZ1" t="n"><v>1e999</v></c></row>'),
    _book('<row><c t="s"><v>-1</v></c><c t="d"><v>0000-00-00</v></c><c s="9"><v>x</v></c></row>'),
    _book(_rows("1", "x", "y"), styles="<numFmts><numFmt/></numFmts><cellXfs><xf/></cellXfs>"),
    _book(_rows("1", "x", "y"), more=5_000_000),
    _book("<row><c><v>1</v>")[:-30],
    _book('<!DOCTYPE a [<!ENTITY b SYSTEM "file:///etc/passwd">]><row><c><v>&b;</v></c></row>'),
)

TOMLS: Sequence[bytes] = (
    b"a = " + b"[" * 20_000,
    b"a = " + b"9" * 5000,
    b'source = "x"\nholiday = 1',
    b'source = "x"\nholiday = []',
    b'source = "\\u0000"\n[[holiday]]\nname = "x"\nname_en = "x"\nfrom = 0001-01-01\nto = 0001-01-01',
    b'source = "x"\n[[holiday]]\nname = "x"\nname_en = "x"\nfrom = 9999-12-31\nto = 9999-12-31',
    b'source = "x"\n[[holiday]]\nname = "x"\nname_en = "x"\nfrom = 2027-01-01T00:00:00Z\nto = 1e309',
    "第一条 一。\n第九条 九。\n".encode(),
    "第九千九百九十九条 一。\n".encode() * 2,
    "第七条之９９９９９９９９９９９９９ 一。\n".encode(),
)
"""Hostile announcements and texts of laws."""


def uploads(field: str, fields: Sequence[tuple[str, str]], turn: int) -> Iterator[bytes]:
    """Bodies that send each hostile content, and a good one under each hostile name.

    Each of them, or this turn's share.
    """
    step = SHARE * 2 if LIGHTER else SHARE
    for at, content in enumerate(CONTENTS[turn % step :: step]):
        name = b"a.xlsx" if content.startswith(b"PK") else b"a.csv"
        yield body(field, fields, NAMES[at % 5] if at % 7 == 6 else name, content)
    for name in NAMES[turn % step :: step]:
        yield body(field, fields, name, b"y,w\n1,2\n0,1\n")
    yield body(field, fields, b"a.csv", b"y,w\n1,2\n", twice=True)


def body(
    field: str,
    fields: Sequence[tuple[str, str]],
    name: bytes,
    content: bytes,
    *,
    twice: bool = False,
) -> bytes:
    """A form with one file, as bytes."""
    mark = f"--{BOUNDARY}\r\n".encode()
    said = [
        mark
        + f'Content-Disposition: form-data; name="{one}"\r\n\r\n'.encode()
        + value.encode("utf-8", "surrogatepass")
        for one, value in fields
        if one != field
    ]
    file = (
        mark
        + f'Content-Disposition: form-data; name="{field}"; filename="'.encode()
        + name
        + b'"\r\nContent-Type: text/csv\r\n\r\n'
        + content
    )
    return b"\r\n".join([*said, file, *([file] if twice else []), f"--{BOUNDARY}--\r\n".encode()])
