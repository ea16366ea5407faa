"""Pictures, drawn anew: what is kept are the points that one sees, and nothing else.

Where and when it was taken, with which camera, comments, further pictures and whatever was hung on
behind the end stay behind. Its turn is applied first.
"""

import io
import re
from collections.abc import Iterable
from contextlib import suppress
from typing import Final, NamedTuple

import structlog
from django.utils.translation import gettext as _
from PIL import Image, ImageDraw, ImageOps

from anmin.files.types import Type, Wrong

log = structlog.get_logger(__name__)
MOST_SCANS: Final = 200
"""Passes of a JPEG over its points: a camera makes ten. Each is as much work as the whole picture, and
takes some bytes of the file."""
_MARK: Final = re.compile(rb"\xff[^\x00\xd0-\xd7\xff]")
"""Where something begins in a JPEG; the points themselves have none of these."""
_SCAN, _END = 0xDA, 0xD9
_MODES: Final = {"L", "RGB", "RGBA"}


type Box = tuple[int, int, int, int]
"""What is covered: from the left, from the top, width, height, in thousandths of the picture."""
WHOLE: Final = 1000


class Drawn(NamedTuple):
    """A picture drawn anew, and a small one of it (JPEG)."""

    content: bytes
    small: bytes


def redraw(content: bytes, of: Type, *, megapixels: int, side: int) -> Drawn:
    """The same picture without anything but its points.

    ``megapixels`` is how large it may be, ``side`` how long the longer side of the small one is.
    Raises ``Wrong`` for one that is too large, cut off or damaged.
    """
    form = of.mime.removeprefix("image/").upper()
    plain = _points(content, form, megapixels)
    return Drawn(_written(plain, form), _written(_small(plain, side), "JPEG"))


def covered(content: bytes, boxes: Iterable[Box], *, side: int) -> bytes:
    """A picture of the storage with these boxes black in its points, at most ``side`` long (JPEG).

    A box covers every point that it touches. What lay under it is in no byte of what comes out.
    """
    with Image.open(io.BytesIO(content), formats=["JPEG", "PNG", "WEBP"]) as picture:
        plain = _over_white(_plain(picture))
    pen = ImageDraw.Draw(plain)
    for left, top, width, height in boxes:
        right, bottom = left + width, top + height
        pen.rectangle(
            (
                left * plain.width // WHOLE,
                top * plain.height // WHOLE,
                -(-right * plain.width // WHOLE) - 1,
                -(-bottom * plain.height // WHOLE) - 1,
            ),
            fill="black",
        )
    return _written(_small(plain, side), "JPEG")


def _points(content: bytes, form: str, megapixels: int) -> Image.Image:
    """The points alone; the picture as it came, which needs as much memory once more, is gone."""
    with _opened(content, form, megapixels) as picture:
        try:
            return _plain(picture)
        except Exception as fault:  # whatever damaged points make the library stumble over
            raise _damaged(fault) from None


def _opened(content: bytes, form: str, megapixels: int) -> Image.Image:
    if form == "WEBP" and _announced(content) > megapixels * 1_000_000:
        raise _too_large(megapixels)  # before the library takes memory for it
    if form == "JPEG" and _scans(content) > MOST_SCANS:
        raise _damaged(ValueError("scans"))
    try:
        picture: Image.Image = Image.open(io.BytesIO(content), formats=[form])
    except Image.DecompressionBombError:
        raise _too_large(megapixels) from None
    except Exception as fault:  # whatever a hostile head makes the library stumble over
        raise _damaged(fault) from None
    if picture.width * picture.height > megapixels * 1_000_000:
        raise _too_large(megapixels)
    return picture


def _scans(content: bytes) -> int:
    """How often a JPEG goes over its points, up to one too many; what is hung on behind does not count."""
    found, at = 0, 2
    while found <= MOST_SCANS and (mark := _MARK.search(content, at)):
        code = content[mark.end() - 1]
        if code == _END:
            break
        found += code == _SCAN
        at = mark.end() + max(2, int.from_bytes(content[mark.end() : mark.end() + 2]))
    return found


def _announced(content: bytes) -> int:
    """How many points a WebP says that it has, by its head; none where that is none of its heads."""
    head, at = content[12:16], content[20:30].ljust(10, b"\0")
    if head == b"VP8X":
        return (1 + int.from_bytes(at[4:7], "little")) * (1 + int.from_bytes(at[7:10], "little"))
    if head == b"VP8L":
        bits = int.from_bytes(at[1:5], "little")
        return (1 + (bits & 0x3FFF)) * (1 + (bits >> 14 & 0x3FFF))
    width, height = (int.from_bytes(at[n : n + 2], "little") & 0x3FFF for n in (6, 8))
    return width * height if head == b"VP8 " else 0


def _plain(picture: Image.Image) -> Image.Image:
    picture.load()
    turned = picture
    with suppress(Exception):  # what says how it is turned cannot be read: it stays as it lies
        ImageOps.exif_transpose(turned, in_place=True)
    if turned.mode in ("LA", "PA", "P") and (turned.mode != "P" or "transparency" in turned.info):
        turned = turned.convert("RGBA")
    elif turned.mode not in _MODES:
        turned = turned.convert("L" if turned.mode in ("1", "I", "F", "I;16") else "RGB")
    plain = Image.new(turned.mode, turned.size)
    plain.paste(turned)
    return plain


def _small(picture: Image.Image, side: int) -> Image.Image:
    share = min(1.0, side / max(picture.size))
    width, height = (max(1, round(length * share)) for length in picture.size)
    return _over_white(picture.resize((width, height), reducing_gap=2.0))


def _over_white(picture: Image.Image) -> Image.Image:
    if picture.mode != "RGBA":
        return picture.convert("RGB")
    ground = Image.new("RGB", picture.size, "white")
    ground.paste(picture, mask=picture.getchannel("A"))
    return ground


def _written(picture: Image.Image, form: str) -> bytes:
    if form == "JPEG" and picture.mode == "RGBA":
        picture = _over_white(picture)
    out = io.BytesIO()
    how = {"compress_level": 4} if form == "PNG" else {"quality": 90}
    picture.save(out, form, **how)
    return out.getvalue()


def _damaged(fault: Exception) -> Wrong:
    log.info("a picture could not be read", fault=type(fault).__name__)
    return Wrong(_("This picture is damaged or cut off. Send it again."))


def _too_large(megapixels: int) -> Wrong:
    return Wrong(
        _("This picture has too many points: at most %(most)s megapixels are kept.")
        % {"most": megapixels}
    )
