"""Documents, looked at as data: nothing in them is run, drawn or unpacked to disk."""

import io
import re
import zipfile
import zlib
from typing import Final

from django.utils.translation import gettext as _

_PARTS: Final = 5_000
_TABLE: Final = 2**20
_MACROS: Final = re.compile(r"macroEnabled|vbaProject|activeX", re.IGNORECASE)
_MARKUP: Final = re.compile(
    r"[\s\ufeff]*(?:<!--.*?-->\s*)*<\s*(?:!doctype|\?xml|html|head|body|svg|script|iframe|math)",
    re.IGNORECASE | re.DOTALL,
)
_CONTROL: Final = re.compile("[\x00-\x08\x0b\x0e-\x1f\x7f\ufffd]")


def is_pdf(content: bytes) -> str:
    """What is wrong with a PDF; empty if nothing is."""
    if not content.startswith(b"%PDF-"):
        return _("This file has a PDF inside, but is none itself.")
    if b"%%EOF" not in content[-2048:]:
        return _("This PDF is cut off: its end is missing. Send it again.")
    return ""


def is_office(content: bytes, mime: str, most: int) -> str | None:
    """What is wrong with a Word or Excel file of this type; none if it is no such file at all.

    ``most`` is how many bytes it may have once unpacked.
    """
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as packed:
            parts = packed.infolist()
            table = next((one for one in parts if one.filename == "[Content_Types].xml"), None)
            if table is None:
                return None
            if len(parts) > _PARTS or sum(one.file_size for one in parts) > most:
                return _("Once unpacked this document is too large.")
            with packed.open(table) as file:
                told = file.read(_TABLE).decode("utf-8", "replace")
    except (zipfile.BadZipFile, zlib.error, OSError, ValueError, NotImplementedError, RuntimeError):
        return _("This document is damaged or cut off. Send it again.")
    if f"{mime}.main+xml" not in told and not _MACROS.search(told):
        return None
    if _MACROS.search(told) or any(_MACROS.search(one.filename) for one in parts):
        return _("This document has macros in it. Save it without macros, or as PDF.")
    return "" if content.startswith(b"PK\x03\x04") else _("There is something before the document.")


def is_text(content: bytes) -> bool:
    """Whether a content is plain text: read by people, and no page or picture of a browser."""
    codes = ("utf-16",) if content[:2] in (b"\xff\xfe", b"\xfe\xff") else ("utf-8", "gb18030")
    for code in codes:
        try:
            text = content.decode(code)
        except UnicodeDecodeError:
            continue
        return not _CONTROL.search(text) and not _MARKUP.match(text)
    return False
