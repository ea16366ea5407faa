"""How an official document looks: GB/T 9704-2012, the layout of official documents of the Party and state.

Lengths in millimetres, sizes of type in points (三号 is 16, 二号 22, 四号 14, 小四 12).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

PAGE: Final = (210.0, 297.0)
TOP: Final = 37.0
"""天头, GB/T 9704-2012 5.2.1."""
LEFT: Final = 28.0
"""订口, the same."""
BODY: Final = (156.0, 225.0)
"""版心, the same."""
RIGHT: Final = PAGE[0] - LEFT - BODY[0]
BOTTOM: Final = PAGE[1] - TOP - BODY[1]
LINES: Final = 22
CHARACTERS: Final = 28
"""Lines of a page and characters of a line, 5.2.3."""
LINE: Final = BODY[1] / LINES
"""From line to line, in millimetres."""
LINE_POINTS: Final = round(LINE / 25.4 * 72, 2)
PAGE_NUMBER_BELOW: Final = 7.0
"""The page number stands so far below the body, 7.5."""

TEXT_SIZE: Final = 16.0
TITLE_SIZE: Final = 22.0
PAGE_NUMBER_SIZE: Final = 14.0
TABLE_SIZE: Final = 10.5
NOTE_SIZE: Final = 9.0
RED: Final = "C00000"
"""The line and the name at the head of a document that goes out under the authority's name."""


@dataclass(frozen=True, slots=True)
class Face:
    """A typeface by its names: the one of the standard first, then what stands in for it."""

    chinese: tuple[str, ...]
    latin: str

    @property
    def names(self) -> tuple[str, ...]:
        """Latin first: what it lacks is Chinese."""
        return (self.latin, *self.chinese)


_SONG: Final = ("Noto Serif CJK SC", "Source Han Serif SC", "SimSun", "Songti SC")
_SANS: Final = ("Noto Sans CJK SC", "Source Han Sans SC", "Microsoft YaHei", "PingFang SC")
LATIN: Final = "Times New Roman"

BODY_FACE: Final = Face(("FangSong_GB2312", "仿宋_GB2312", "FangSong", "STFangsong", *_SONG), LATIN)
TITLE_FACE: Final = Face(("FZXiaoBiaoSong-B05S", "方正小标宋简体", "STZhongsong", *_SONG), LATIN)
FIRST_FACE: Final = Face(("SimHei", "STHeiti", *_SANS), LATIN)
SECOND_FACE: Final = Face(
    ("KaiTi_GB2312", "楷体_GB2312", "KaiTi", "STKaiti", "AR PL UKai CN", *_SONG), LATIN
)
PAGE_FACE: Final = Face(("SimSun", "Songti SC", *_SONG), LATIN)

OF_LEVEL: Final = (FIRST_FACE, SECOND_FACE, BODY_FACE, BODY_FACE)
"""Typefaces of headings by their level, 7.3.3."""

IN_WORD: Final = {
    BODY_FACE: "仿宋_GB2312",
    TITLE_FACE: "方正小标宋简体",
    FIRST_FACE: "黑体",
    SECOND_FACE: "楷体_GB2312",
    PAGE_FACE: "宋体",
}
"""By what name Word asks for each."""


def width_of(text: str) -> float:
    """How wide a text is, in Chinese characters: what is Latin takes half of one."""
    return sum(0.5 if ord(one) < 0x2E80 else 1 for one in text)


def signature_indents(signature: str, day: str) -> tuple[float, float]:
    """How far from the right, in characters, a signature and the day below it end (7.3.5.2).

    The signature ends two characters from the right and the day begins two characters after it; where the
    day is too long for that, the day ends two characters from the right.
    """
    longer = width_of(signature) - width_of(day)
    if longer >= 2:
        return 2.0, longer
    return max(4 - longer, 0.0), 2.0
