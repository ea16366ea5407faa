"""One pass over a file before it is read: what it is, its digest, and how its text is encoded."""

import codecs
import hashlib
import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO

from anmin.exchange.problems import Unreadable

BLOCK = 1 << 20
BYTE_ORDER_MARK = "\ufeff"
UNREADABLE = "\udcff"
"""Stands where bytes were no text; it cannot occur in text."""
codecs.register_error("anmin.mark", lambda fault: (UNREADABLE, fault.end))  # type: ignore[attr-defined]
# A file whose bytes break the rules of its encoding more often than this was written in another.
FAULTS = 1000
FAULTY_SHARE = 0.01
# Text in GB18030 is nearly all of the old core set; other encodings misread as it are not.
CORE_SHARE = 0.8
CONVINCING = 100
PIECE = 4096
SAMPLE = 16
MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
USUAL = ("utf-8", "gb18030")
WIDE = re.compile(r"utf[-_ ]?(?:16|32)", re.IGNORECASE)
NOT_TEXT = (
    (b"\xd0\xcf\x11\xe0", "old_spreadsheet"),
    (b"%pdf", "pdf"),
    (b"\x1f\x8b", "compressed"),
    (b"<html", "web_page"),
    (b"<!doctype html", "web_page"),
    (b"<table", "web_page"),
)


@dataclass(frozen=True, slots=True)
class Probe:
    """What a file is: `kind` is "xlsx" or "csv"; `encoding` is a codec's name (empty for XLSX).

    `damaged` tells that some lines hold bytes that the encoding does not know.
    """

    kind: str
    size: int
    sha256: str
    encoding: str = ""
    damaged: bool = False


@dataclass(slots=True)
class _Candidate:
    """One encoding tried on the bytes as they stream by."""

    codec: str
    declared: bool = True
    faults: int = 0
    first: tuple[int, int] | None = None
    foreign: int = 0
    core: int = 0
    line: int = 1
    _decoder: codecs.IncrementalDecoder = field(init=False)

    def __post_init__(self) -> None:
        self._decoder = codecs.getincrementaldecoder(self.codec)()

    def feed(self, block: bytes, offset: int) -> None:
        """Decode a block that begins at `offset` of the file; count what is wrong."""
        if self.codec in USUAL and block.isascii() and not self._decoder.getstate()[0]:
            self.line += block.count(b"\n")
            return
        while self.faults <= FAULTS:
            try:
                self._weigh(self._decoder.decode(block))
            except UnicodeDecodeError as fault:
                start = offset + len(block) - len(fault.object)
                self._note(fault, start)
                offset = start + fault.end
                block = fault.object[fault.end :]
                self._decoder.reset()
            else:
                return

    def finish(self, size: int) -> None:
        """At the end: a character cut in half is a fault of the last line."""
        try:
            self._decoder.decode(b"", final=True)
        except UnicodeDecodeError as fault:
            self._note(fault, size - len(fault.object))

    def _note(self, fault: UnicodeDecodeError, start: int) -> None:
        self._weigh(fault.object[: fault.start].decode(self.codec, "replace"))
        self.faults += 1
        self.first = self.first or (start + fault.start, self.line)

    def _weigh(self, text: str) -> None:
        self.line += text.count("\n")
        if text.isascii():
            return
        beyond = _beyond_ascii(text)
        self.foreign += len(beyond)
        self.core += len(beyond.encode("gb2312", "ignore")) // 2

    @property
    def beyond_doubt(self) -> bool:
        """Enough characters beyond ASCII without a fault: UTF-8 is not met by chance."""
        return self.codec == "utf-8" and not self.faults and self.foreign >= CONVINCING

    @property
    def believable(self) -> bool:
        """Few faults; and for GB18030 that nobody declared, which takes nearly anything, the usual
        characters.
        """
        if self.faults > FAULTS or self.faults > FAULTY_SHARE * max(self.foreign, 1) + 1:
            return False
        usual = self.core >= CORE_SHARE * self.foreign
        return usual or self.declared or self.codec != "gb18030"


def probe(path: Path, *, encoding: str = "auto") -> Probe:
    """Look through a file once, in constant memory.

    A byte-order mark outweighs `encoding`; "auto" tries UTF-8, then GB18030.

    Raises:
        Unreadable: empty, not a table, or not text in the encoding, with the first wrong byte.
    """
    digest = hashlib.sha256()
    size = 0
    candidates: list[_Candidate] = []
    kind = ""
    with path.open("rb") as file:
        while block := file.read(BLOCK):
            if not size:
                kind = _kind(block, encoding)
                candidates = _candidates(block, encoding) if kind == "csv" else []
            digest.update(block)
            for candidate in candidates:
                candidate.feed(block, size)
            if candidates and candidates[0].beyond_doubt:
                del candidates[1:]
            size += len(block)
    if not size:
        raise Unreadable("empty")
    if kind == "xlsx":
        return Probe(kind, size, digest.hexdigest())
    for candidate in candidates:
        candidate.finish(size)
    chosen = _choose(candidates)
    return Probe(kind, size, digest.hexdigest(), chosen.codec, bool(chosen.faults))


def _beyond_ascii(text: str) -> str:
    """A sample of the characters beyond ASCII, enough to tell one encoding from another."""
    found: list[str] = []
    for start in range(0, len(text), PIECE):
        piece = text[start : start + PIECE]
        if not piece.isascii():
            found.append("".join(c for c in piece if c > "\x7f"))
            if len(found) == SAMPLE:
                break
    return "".join(found)


def _kind(head: bytes, encoding: str) -> str:
    if head.startswith(b"PK\x03\x04"):
        return "xlsx"
    start = head[:512].lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    for magic, code in NOT_TEXT:
        if start.startswith(magic):
            raise Unreadable(code)
    if not (_wide(head) or WIDE.match(encoding)):
        nul = head.count(b"\0")
        if nul > len(head) // 10:
            raise Unreadable("zero_bytes", offset=head.index(b"\0"))
    return "csv"


def _wide(head: bytes) -> str:
    """The encoding of text in units of two bytes: by its mark, else by where zero bytes stand."""
    for mark, codec in MARKS[1:]:
        if head.startswith(mark):
            return codec
    even, odd = head[::2].count(0), head[1::2].count(0)
    if min(even, odd) == 0 and max(even, odd) > len(head) // 10:
        return "utf-16-le" if odd else "utf-16-be"
    return ""


def _candidates(head: bytes, encoding: str) -> list[_Candidate]:
    for mark, codec in MARKS:
        if head.startswith(mark):
            return [_Candidate(codec)]
    if encoding == "auto" and (wide := _wide(head)):
        return [_Candidate(wide)]
    if encoding == "auto":
        return [_Candidate(codec, declared=False) for codec in USUAL]
    return [_Candidate(encoding)]


def _choose(candidates: Sequence[_Candidate]) -> _Candidate:
    flawless = [one for one in candidates if not one.faults and one.believable]
    believable = flawless or [one for one in candidates if one.believable]
    if believable:
        return believable[0]
    named = candidates[0]
    offset, line = named.first or (0, 1)
    if len(candidates) == 1:
        raise Unreadable("not_in_encoding", encoding=named.codec, offset=offset, line=line)
    raise Unreadable("no_usual_encoding", offset=offset, line=line)


def open_text(path: Path, found: Probe) -> IO[str]:
    """The file as text, line ends untouched; what is no text becomes `UNREADABLE`."""
    file = path.open(
        encoding=found.encoding, errors="anmin.mark" if found.damaged else "strict", newline=""
    )
    if file.read(1) != BYTE_ORDER_MARK:
        file.seek(0)
    return file
