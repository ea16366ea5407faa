"""Files that the house cannot read: the name and the content in one token, sealed to a key.

A browser makes the same (``seal.js`` of the portal): four bytes with the length of the head, the head
(JSON: ``name``, ``size``), the content, zeros to the next full step.
"""

import json
import re
import unicodedata
from typing import Final

from anmin.kernel import sealing
from anmin.kernel.sealing import Unopened

TYPE: Final = "sealed"
"""What stands for the type of such a file."""
STEP: Final = 16_384
"""Files are padded to so many bytes: their length tells less of them."""
_HEAD: Final = 4
_LONGEST: Final = 120


def enclose(name: str, content: bytes, public: bytes) -> bytes:
    """A file as one token."""
    told = json.dumps({"name": name[:_LONGEST], "size": len(content)}, ensure_ascii=False)
    head = told.encode()
    plain = len(head).to_bytes(_HEAD) + head + content
    return sealing.enclose(plain + bytes(-len(plain) % STEP), public)


def whole(token: bytes) -> bool:
    """Whether a token has the shape of a file that was sealed."""
    return sealing.whole(token, STEP)


def disclose(plain: bytes) -> tuple[str, bytes]:
    """Name and content of what was opened. Raises ``Unopened`` for what is no file of ours."""
    try:
        begin = _HEAD + int.from_bytes(plain[:_HEAD])
        told = json.loads(plain[_HEAD:begin])
        name, size = str(told["name"]), int(told["size"])
    except (ValueError, KeyError, TypeError):
        raise Unopened("this sealed file was not made by the pages of this house") from None
    content = plain[begin : begin + size]
    if len(content) != size:
        raise Unopened("this sealed file is not whole")
    return name, content


def plain_name(name: str) -> str:
    """A name that is no path and hides nothing: whoever sent it wrote it."""
    text = "".join(one for one in unicodedata.normalize("NFC", name) if one.isprintable())
    clean = re.sub(r"[\\/:*?\"<>|]+", "_", text).strip(". ")
    return clean[-_LONGEST:] or "file"
