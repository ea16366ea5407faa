"""Texts as words that an index finds again, in Chinese and in Latin letters. Pure: no database.

Chinese is written without blanks, so an index keeps each pair of neighbours: 安阳路12号 as
``安阳 阳路 路12 12号``. Whatever stands there in one piece is found as those pairs in a row. Letters
and digits are one word as long as they stand together, and each is a word of its own as well.
"""

import re
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import pairwise

BREAK = "⁂"
"""Stands between pieces that must not be read as one; no text has it left after folding."""
LONGEST = 32
"""Characters of a word that are kept."""
BEGINNING = 4
"""From so many characters on a word is also found by its beginning."""
_HAN = r"\u3005-\u3007\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7af\uf900-\ufaff\U00020000-\U0003ffff"
_UNIT = re.compile(rf"[{_HAN}]|(?:(?![{_HAN}])[^\W_])+")
_IS_HAN = re.compile(rf"[{_HAN}]")


@dataclass(frozen=True, slots=True)
class Piece:
    """What was typed in one piece: pairs that stand in a row, or one word."""

    pairs: tuple[str, ...] = ()
    word: str = ""
    too_short: str = ""

    @property
    def by_beginning(self) -> bool:
        """Whether longer words that begin like this one are meant, too."""
        return len(self.word) >= BEGINNING


def usual(text: str) -> str:
    """Full-width letters, digits and signs as the usual ones."""
    return unicodedata.normalize("NFKC", text)


def folded(text: str) -> str:
    """As ``usual``, and without capitals."""
    return usual(text).casefold()


def tokens(texts: Iterable[str]) -> list[str]:
    """Everything that an index keeps of some texts, in order: pairs first, then words."""
    kept: list[str] = []
    words: dict[str, None] = {}
    for text in texts:
        last = ""
        for run in _runs(folded(text)):
            if run[0] == last or (kept and not last):
                kept.append(BREAK)
            last = run[-1]
            kept += map("".join, pairwise(run))
            words.update(dict.fromkeys(unit for unit in run if not _IS_HAN.match(unit)))
    return [*kept, BREAK, *words] if words else kept


def pieces(text: str) -> list[Piece]:
    """What was typed into a search box, piece by piece; all of them have to be found."""
    found = []
    for run in _runs(folded(text)):
        if len(run) > 1:
            found.append(Piece(pairs=tuple(map("".join, pairwise(run)))))
        elif _IS_HAN.match(run[0]) or len(run[0]) < 2:
            found.append(Piece(too_short=run[0]))
        else:
            found.append(Piece(word=run[0]))
    return found


def _runs(text: str) -> Iterator[list[str]]:
    """The characters and words of a text that stand together without a gap."""
    run: list[str] = []
    end = 0
    for found in _UNIT.finditer(text):
        if run and found.start() != end:
            yield run
            run = []
        run.append(found[0][:LONGEST])
        end = found.end()
    if run:
        yield run
