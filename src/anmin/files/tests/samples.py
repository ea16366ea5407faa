"""Files as people send them, and as nobody should."""

import io
import struct
import zipfile
import zlib
from typing import Any

from PIL import Image

WHERE = "Wenhua estate 3"
"""What the camera wrote into a photo, beside the place on earth."""


def photo(form: str = "JPEG", *, size: tuple[int, int] = (60, 40), turned: int = 0) -> bytes:
    """A photo with everything that a telephone writes into it; its left half is red."""
    picture = Image.new("RGB", size, "blue")
    picture.paste("red", (0, 0, size[0] // 2, size[1]))
    exif = Image.Exif()
    exif[0x010F] = "Telephone"
    exif[0x010E] = WHERE
    exif[0x0112] = turned or 1
    gps = exif.get_ifd(0x8825)
    gps[1], gps[2], gps[3], gps[4] = "N", (27.0, 46.0, 42.0), "E", (120.0, 39.0, 11.0)
    out = io.BytesIO()
    picture.save(out, form, exif=exif, **({"comment": b"GPS"} if form == "JPEG" else {}))
    return out.getvalue()


def office(main: str, *, parts: dict[str, bytes] | None = None) -> bytes:
    """A Word or Excel file with this main type."""
    out = io.BytesIO()
    table = f'<Types><Override PartName="/x.xml" ContentType="{main}"/></Types>'
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as packed:
        packed.writestr("[Content_Types].xml", table)
        for name, content in (parts or {"x.xml": b"<x/>"}).items():
            packed.writestr(name, content)
    return out.getvalue()


DOCX_MAIN = "application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"
XLSX_MAIN = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"
MACRO_MAIN = "application/vnd.ms-word.document.macroEnabled.main+xml"
PDF = b"%PDF-1.7\n1 0 obj\n<<>>\nendobj\ntrailer\n<<>>\nstartxref\n9\n%%EOF\n"


def bomb() -> bytes:
    """A PNG of a few kilobytes that says it has 400 megapixels."""

    def chunk(kind: bytes, told: bytes) -> bytes:
        body = kind + told
        return struct.pack(">I", len(told)) + body + struct.pack(">I", zlib.crc32(body))

    head = struct.pack(">IIBBBBB", 20_000, 20_000, 8, 2, 0, 0, 0)
    points = zlib.compress(bytes(1_000_000), 9)
    return (
        b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", points) + chunk(b"IEND", b"")
    )


def archive() -> bytes:
    """A plain archive."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as packed:
        packed.writestr("run.exe", b"MZ")
    return out.getvalue()


GIF = b"GIF89a\x01\x00\x01\x00\x00\x00\x00;"
HTML = b"<html><script>alert(1)</script></html>"
SVG = b"<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>"
HEIC = b"\x00\x00\x00\x18ftypheic\x00\x00\x00\x00mif1heic" + bytes(50)
HOSTILE: dict[str, tuple[str, bytes]] = {
    "empty": ("a.jpg", b""),
    "page called a photo": ("a.jpg", HTML),
    "page behind blanks": ("a.txt", b"\n\t <!-- x -->\n" + HTML),
    "page with a mark before it": ("a.txt", b"\xef\xbb\xbf" + HTML),
    "drawing with a script": ("a.png", SVG),
    "drawing in xml": ("a.txt", b"<?xml version='1.0'?>" + SVG),
    "text called a photo": ("a.jpg", "报告".encode()),
    "photo called a document": ("a.pdf", photo()),
    "document called a photo": ("a.png", PDF),
    "another sort of picture": ("a.gif", GIF),
    "telephone's own format": ("a.heic", HEIC),
    "program": ("a.txt", b"MZ\x90\x00" + bytes(200)),
    "archive": ("a.zip", archive()),
    "archive called a document": ("a.docx", archive()),
    "page before a document": ("a.docx", HTML + office(DOCX_MAIN)),
    "page before a pdf": ("a.pdf", HTML + PDF),
    "photo cut off": ("a.jpg", photo(size=(600, 400))[:-900]),
    "only a photo's head": ("a.jpg", photo()[:40]),
    "picture cut off": ("a.png", photo("PNG")[:-40]),
    "pdf cut off": ("a.pdf", PDF[:-8]),
    "document cut off": ("a.docx", office(DOCX_MAIN)[:-30]),
    "document with macros": ("a.docx", office(MACRO_MAIN)),
    "macros hidden": ("a.docx", office(DOCX_MAIN, parts={"word/vbaProject.bin": b"x"})),
    "document that unpacks without end": (
        "a.xlsx",
        office(XLSX_MAIN, parts={"x.xml": bytes(210 * 2**20)}),
    ),
    "picture that draws without end": ("a.png", bomb()),
}


def sends(content: bytes, name: str = "photo.jpg", **changes: Any) -> dict[str, Any]:
    """The arguments of ``keep``."""
    return {"name": name, "chunks": [content], "request": "r1", "label": "matter", **changes}
