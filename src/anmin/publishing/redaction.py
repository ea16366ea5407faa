"""What of a text the public does not read: proposed by rules that are data (``redaction.toml``).

A hiding is a place in the text and the rule that found it; what stands there instead is the rule's.
Rules are a net, not a reader: the second person reads.
"""

import re
import tomllib
import unicodedata
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from functools import cache
from pathlib import Path
from typing import Any, Final

from anmin.kernel.bilingual import Words
from anmin.publishing.content import Content, room_of

FILE: Final = Path(__file__).with_name("redaction.toml")
BETWEEN: Final = r"[\s·•.\-_‐‑–—]{0,2}"
"""What may stand between the characters of a name that is still that name."""
SHORTEST: Final = 2
LEAST_LATIN: Final = 3
"""Letters of a Latin name that was cut off."""


class BadRedaction(ValueError):  # noqa: N818 - what the file is
    """The file of rules cannot be used."""


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule. Without ``pattern`` it stands for words that the house knows (``Known``)."""

    code: str
    pattern: re.Pattern[str] | None
    shown: Words
    why: Words
    law: bool
    source: str


@dataclass(frozen=True, slots=True)
class Known:
    """Words that the house knows should not be read, and the rule that says why."""

    text: str
    rule: str


@dataclass(frozen=True, slots=True)
class Hiding:
    """One place of a text that the public does not read."""

    path: str
    start: int
    end: int
    rule: str

    @property
    def key(self) -> str:
        """What names it in its text."""
        return f"{self.path}:{self.start}:{self.end}:{self.rule}"

    def plain(self) -> dict[str, Any]:
        """The same for the database."""
        return asdict(self)


@dataclass(frozen=True, slots=True)
class Segment:
    """A piece of a passage: as it is, or hidden."""

    text: str
    hiding: Hiding | None = None
    rule: Rule | None = None
    shown: str = ""
    lifted: str = ""


@cache
def _table() -> tuple[dict[str, Rule], list[re.Pattern[str]]]:
    data = tomllib.loads(FILE.read_text("utf-8"))
    found: dict[str, Rule] = {}
    for row in data["rule"]:
        if row["code"] in found:
            raise BadRedaction(f"{FILE.name}: {row['code']} a second time")
        pattern = re.compile(row["pattern"]) if "pattern" in row else None
        found[row["code"]] = Rule(
            row["code"],
            pattern,
            Words(**row["shown"]),
            Words(**row["why"]),
            row["law"],
            row["source"],
        )
    return found, [re.compile(one) for one in data["keep"]]


def rules() -> Mapping[str, Rule]:
    """The rules by their codes, in order; a pattern that is none stops the start."""
    return _table()[0]


def propose(content: Content, known: Iterable[Known] = ()) -> list[Hiding]:
    """The hidings of a text, in its order; of two that overlap the earlier, then the longer."""
    words = _patterns(known)
    found: list[Hiding] = []
    for path, text in content.passages():
        found += _in(path, text, words)
    return found


type _Words = tuple[str, re.Pattern[str], re.Pattern[str]]


def _in(path: str, text: str, words: Sequence[_Words]) -> list[Hiding]:
    folded, full = _folded(text), len(text) >= room_of(path) - 1
    patterns = [(code, cut if full else whole) for code, whole, cut in words]
    kept = [one.span() for keep in _table()[1] for one in keep.finditer(folded)]
    order = list(rules())
    spans = [
        (one.start(), -one.end(), order.index(code), code)
        for code, pattern in (
            *patterns,
            *((r.code, r.pattern) for r in rules().values() if r.pattern),
        )
        for one in pattern.finditer(folded)
        if one.end() > one.start() and not _is_kept(one.span(), kept, code)
    ]
    found: list[Hiding] = []
    for start, minus_end, _place, code in sorted(_under_law(spans)):
        if found and start < found[-1].end:
            if -minus_end > found[-1].end:  # the tail of an overlapping one is not left to be read
                found.append(Hiding(path, found[-1].end, -minus_end, code))
            continue
        found.append(Hiding(path, start, -minus_end, code))
    return found


type _Span = tuple[int, int, int, str]
"""Where it begins, minus where it ends, the place of its rule among them, the rule."""


def _under_law(spans: Iterable[_Span]) -> Iterator[_Span]:
    """The same, but what touches a place that the law hides is the law's altogether.

    Else whoever marks a word around a name, or writes digits before an identity number, could lift
    that and would show what nobody may show.
    """
    group: list[_Span] = []
    for span in sorted(spans):
        if group and span[0] >= max(-one[1] for one in group):
            yield from _of_one_rule(group)
            group = []
        group.append(span)
    yield from _of_one_rule(group)


def _of_one_rule(group: Sequence[_Span]) -> Iterator[_Span]:
    """Spans that overlap: as they are, where either all are the law's or none is."""
    laws = [one for one in group if rules()[one[3]].law]
    if not laws or len(laws) == len(group):
        yield from group
        return
    first = min(laws, key=lambda one: one[2])
    yield (group[0][0], min(one[1] for one in group), *first[2:])


def _is_kept(span: tuple[int, int], kept: Sequence[tuple[int, int]], code: str) -> bool:
    """Whether what looks like a number is a date, a sum, or a number of a publication."""
    if code not in ("number", "phone", "card", "identity"):
        return False
    return any(start <= span[0] and span[1] <= end for start, end in kept)


def _patterns(known: Iterable[Known]) -> list[_Words]:
    made: list[_Words] = []
    for one in dict.fromkeys(known):
        name = _folded(one.text).strip()
        if len(name) < SHORTEST:
            continue
        if name.isascii():
            parts, between = [re.escape(part) for part in name.split()], r"[\s.\-_]+"
            pattern = r"\b" + between.join(parts) + r"\b"
            begun = r"\b" + _begun(list(" ".join(name.split())), r"\s*", LEAST_LATIN)
            made.append((one.rule, *_both(pattern, begun, re.IGNORECASE)))
            continue
        letters = [letter for letter in name if not letter.isspace()]
        begun = _begun(letters, BETWEEN, SHORTEST)
        made.append((one.rule, *_both(BETWEEN.join(map(re.escape, letters)), begun)))
    return made


def _both(whole: str, begun: str, flags: int = 0) -> tuple[re.Pattern[str], re.Pattern[str]]:
    """The pattern of words, and of the same where the passage may have been cut off within them."""
    return re.compile(whole, flags), re.compile(f"{whole}|{begun}", flags)


def _begun(letters: Sequence[str], between: str, least: int) -> str:
    """The pattern of words that are cut off where the passage ends: so many of their letters at least."""
    tail = ""
    for letter in reversed(letters[least:]):
        tail = f"(?:{between}{re.escape(letter)}{tail})?"
    return between.join(map(re.escape, letters[:least])) + tail + r"(?=[\s….]*\Z)"


def _folded(text: str) -> str:
    """Full-width characters as half-width ones, and digits of any script as ours, each at its place."""
    return "".join(map(_plain_form, text))


def _plain_form(one: str) -> str:
    if one.isascii():
        return one
    plain = unicodedata.normalize("NFKC", one)
    return str(unicodedata.decimal(plain, plain)) if len(plain) == 1 else one


def shown_for(hiding: Hiding) -> str:
    """What the public reads instead, in the language of the passage."""
    words = rules()[hiding.rule].shown
    return words.en if hiding.path.startswith("en.") else words.zh


def applied(content: Content, hidings: Iterable[Hiding], lifted: Collection[str] = ()) -> Content:
    """The text as the public reads it. ``lifted``: keys of the hidings that do not count."""
    by_path: dict[str, list[Hiding]] = {}
    for one in hidings:
        if one.key not in lifted:
            by_path.setdefault(one.path, []).append(one)
    texts = dict(content.passages())
    return content.replaced(
        {
            path: "".join(
                one.text if one.hiding is None else one.shown
                for one in segments(path, texts[path], found)
            )
            for path, found in by_path.items()
        }
    )


def segments(
    path: str, text: str, hidings: Iterable[Hiding], lifted: Mapping[str, str] | None = None
) -> Iterator[Segment]:
    """A passage in pieces, hidden ones with their rule; ``lifted`` has reasons by the key."""
    at = 0
    for one in sorted((h for h in hidings if h.path == path), key=lambda h: h.start):
        if one.start > at:
            yield Segment(text[at : one.start])
        why = (lifted or {}).get(one.key, "")
        yield Segment(text[one.start : one.end], one, rules()[one.rule], shown_for(one), why)
        at = one.end
    if at < len(text):
        yield Segment(text[at:])
