"""An Office file as what it is: XML parts in a zip archive, opened with care and streamed."""

import struct
import zipfile
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from posixpath import dirname, join, normpath
from typing import IO, NamedTuple
from xml.parsers import expat

from anmin.exchange.problems import Unreadable
from anmin.kernel.trouble import trouble_of

PIECE = 1 << 16
MOST_PARTS = 10_000
MOST_BYTES = 8 << 30
# No honest sheet shrinks further than this; the smallest parts do by chance and do no harm.
MOST_SHRUNK = 300
HARMLESS = 16 << 20
BROKEN = (
    zipfile.BadZipFile,
    zlib.error,
    expat.ExpatError,
    EOFError,
    OSError,
    ValueError,
    NotImplementedError,
    LookupError,
    ArithmeticError,
    RuntimeError,
    struct.error,
)

type Start = Callable[[str, dict[str, str]], None]


class Relation(NamedTuple):
    """What one part says of another: its kind, the id it is known by, and its name."""

    kind: str
    key: str
    target: str


class Archive:
    """The parts of an Office file.

    Raises `Unreadable` on opening when the archive is damaged, encrypted, or far larger inside
    than outside; on reading when a part is missing or damaged.
    """

    def __init__(self, path: Path) -> None:
        try:
            self._zip = zipfile.ZipFile(path)
        except BROKEN as fault:
            raise _told(fault) from None
        self._parts = {part.filename.lower(): part for part in self._zip.infolist()}
        parts = self._parts.values()
        total = sum(part.file_size for part in parts)
        swollen = any(
            part.file_size > HARMLESS and part.file_size > MOST_SHRUNK * part.compress_size
            for part in parts
        )
        if any(part.flag_bits & 1 for part in parts):
            self._refuse("encrypted")
        if len(parts) > MOST_PARTS or total > MOST_BYTES or swollen:
            self._refuse("zip_bomb", megabytes=total >> 20)

    def _refuse(self, code: str, **particulars: int) -> None:
        self.close()
        raise Unreadable(code, **particulars)

    def close(self) -> None:
        """Close the file."""
        self._zip.close()

    def size(self, part: str) -> int:
        """Bytes of a part, unpacked; 0 if it is not there."""
        found = self._parts.get(part.lower())
        return found.file_size if found else 0

    @contextmanager
    def open(self, part: str) -> Iterator[IO[bytes]]:
        """A part as bytes; whatever breaks while it is read is `Unreadable`."""
        if part.lower() not in self._parts:
            raise Unreadable("no_workbook")
        try:
            with self._zip.open(self._parts[part.lower()]) as file:
                yield file
        except BROKEN as fault:
            raise _told(fault) from None

    def walk(self, part: str, start: Start) -> None:
        """Read a part's elements, one call each with the plain names of element and attributes."""

        def plain(name: str, attributes: dict[str, str]) -> None:
            start(local(name), {local(key): value for key, value in attributes.items()})

        parser = xml_parser()
        parser.StartElementHandler = plain
        with self.open(part) as file:
            while piece := file.read(PIECE):
                parser.Parse(piece, False)
            parser.Parse(b"", True)

    def relations(self, part: str) -> list[Relation]:
        """Which other parts a part ("" for the archive itself) refers to."""
        folder, _slash, name = part.rpartition("/")
        found: list[Relation] = []

        def start(element: str, attributes: dict[str, str]) -> None:
            if element == "Relationship" and attributes.get("TargetMode") != "External":
                target = normpath(join("/", dirname(part), attributes.get("Target", "")))
                kind = attributes.get("Type", "").rpartition("/")[2]
                found.append(Relation(kind, attributes.get("Id", ""), target.lstrip("/")))

        self.walk(f"{folder}/_rels/{name}.rels".lstrip("/"), start)
        return found


def _told(fault: Exception) -> Exception:
    """A damaged workbook, unless it is the machine that fails: a full disk is no fault of a file."""
    return fault if trouble_of(fault) else Unreadable("damaged_workbook")


def local(name: str) -> str:
    """A name without its prefix."""
    return name.rpartition(":")[2]


def xml_parser() -> expat.XMLParserType:
    """An XML parser that refuses documents with declarations of their own (entity bombs)."""
    parser = expat.ParserCreate()
    parser.buffer_text = True
    parser.StartDoctypeDeclHandler = _refuse_doctype
    return parser


def _refuse_doctype(*_declaration: object) -> None:
    raise Unreadable("damaged_workbook")
