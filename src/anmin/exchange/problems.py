"""What can be wrong with a file or a row, as a code with its particulars.

The readers run in a process of their own that knows no language; `reasons` turns a problem into
a sentence for the person who reads it.
"""

from typing import NamedTuple

type Particular = str | int | tuple[str, ...]
"""A word, a number, or several words, which the sentence lists."""


class Problem(NamedTuple):
    """Why one row is not taken: a code of `reasons.ROWS` and the words its sentence needs."""

    code: str
    particulars: dict[str, Particular] = {}


class RowRefused(Exception):  # noqa: N818  (an answer, not a fault)
    """A row that is not taken, from deep within its mapping."""

    def __init__(self, code: str, **particulars: Particular) -> None:
        super().__init__(code)
        self.problem = Problem(code, particulars)


class Unreadable(Exception):  # noqa: N818  (an answer, not a fault)
    """Why a whole file is not read: a code of `reasons.FILES` and its particulars."""

    def __init__(self, code: str, **particulars: Particular) -> None:
        super().__init__(code, particulars)
        self.code = code
        self.particulars = particulars

    def __reduce__(self) -> tuple[object, ...]:
        return _rebuild, (self.code, self.particulars)


def _rebuild(code: str, particulars: dict[str, Particular]) -> Unreadable:
    return Unreadable(code, **particulars)
