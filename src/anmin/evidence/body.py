"""The body of a record as bytes: which rows of which tables were written, with a mac each.

A version byte, then one section for each table: the length of its label and the label, the number
of rows, the bytes of all names, the primary keys (8 bytes each, little-endian), the macs (16 bytes
each; zeros for a row that was removed), the names (a length byte and UTF-8 each). A row takes 24
bytes, and those of its name.
"""

import struct
from collections.abc import Iterable, Iterator, Mapping
from typing import Final, NamedTuple, Self

import numpy as np
from numpy.typing import NDArray

VERSION: Final = b"\x01"
MAC: Final = 16
GONE: Final = bytes(MAC)
"""Stands for the mac of a row that was removed."""
NAME: Final = 60
"""Bytes that are kept of a name."""

_COUNTS = struct.Struct("<II")


class Note(NamedTuple):
    """What is known of one row: its mac, and a short name that tells no personal data."""

    mac: bytes
    name: str = ""

    @classmethod
    def gone(cls) -> Self:
        """That the row was removed."""
        return cls(GONE)


class Section(NamedTuple):
    """The rows of one table; ``macs`` has two columns of eight bytes, zero where removed."""

    label: str
    pks: NDArray[np.int64]
    macs: NDArray[np.uint64]
    names: bytes

    def named(self) -> list[str]:
        """The names, in the order of the rows; empty ones where none were given."""
        if not self.names:
            return [""] * len(self.pks)
        found, at = [], 0
        for _row in range(len(self.pks)):
            end = at + 1 + self.names[at]
            found.append(self.names[at + 1 : end].decode())
            at = end
        return found


class Malformed(ValueError):  # noqa: N818
    """The bytes are not the body of a record."""


def encode(tables: Mapping[str, Mapping[int, Note]]) -> bytes:
    """The body for the rows of each table, by label and primary key. O(rows)."""
    parts = [VERSION]
    for label, rows in tables.items():
        if not rows:
            continue
        name = label.encode()
        names = _names([note.name for note in rows.values()])
        parts += [
            bytes([len(name)]),
            name,
            _COUNTS.pack(len(rows), len(names)),
            struct.pack(f"<{len(rows)}q", *rows),
            b"".join([note.mac for note in rows.values()]),
            names,
        ]
    return b"".join(parts)


def _names(names: Iterable[str]) -> bytes:
    if not any(names):
        return b""
    cut = [name.encode()[:NAME].decode(errors="ignore").encode() for name in names]
    return b"".join([bytes([len(one)]) + one for one in cut])


def decode(body: bytes) -> Iterator[Section]:
    """The sections of a body. Raises ``Malformed`` on anything that ``encode`` does not write."""
    if body[:1] != VERSION:
        raise Malformed("an unknown version")
    at = 1
    while at < len(body):
        start = at + 1 + body[at]
        if start + _COUNTS.size > len(body):
            raise Malformed("it ends too early")
        label = body[at + 1 : start].decode("ascii", "replace")
        count, length = _COUNTS.unpack_from(body, start)
        pks = start + _COUNTS.size
        macs, names = pks + 8 * count, pks + (8 + MAC) * count
        at = names + length
        if at > len(body):
            raise Malformed("it ends too early")
        yield Section(
            label,
            np.frombuffer(body, "<i8", count, pks),
            np.frombuffer(body, "<u8", 2 * count, macs).reshape(count, 2),
            body[names:at],
        )
