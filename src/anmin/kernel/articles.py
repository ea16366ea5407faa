"""Articles of laws: how a source names them, how a text is split into them, what digest each has.

A text is plain text or Markdown as it is published: an article begins a line with 第…条. Nothing
is guessed: a number that is missing, doubled or out of order is refused with its line, because
the text of the article before it would otherwise swallow what stood there.
"""

import hashlib
import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final, NamedTuple

from anmin.kernel.errors import Refusal

_NUMERALS: Final = ("〇零○", "一", "二两", "三", "四", "五", "六", "七", "八", "九")
_DIGITS: Final = {char: n for n, chars in enumerate(_NUMERALS) for char in chars}
_TENS: Final = {"十": 10, "百": 100, "千": 1000}
_NUMBER: Final = rf"(?:[{''.join(_DIGITS)}{''.join(_TENS)}]{{1,9}}|[0-9０-９]{{1,4}})"
_MARKS: Final = r"[\s>#*_\-\u200b\ufeff]*"
_HEADING: Final = re.compile(rf"{_MARKS}第\s*({_NUMBER})\s*条(?:\s*之\s*({_NUMBER}))?(.*)")
_APART: Final = re.compile(r"[\s*_【\[:：]|$")
_REFERENCE: Final = re.compile(r"[、，,。；;）)和至或及以与的中之]|第|规定|所[列述称]")
_PART: Final = re.compile(rf"{_MARKS}第\s*{_NUMBER}\s*(?:编|分编|章|节)(?:[\s*_:：].*)?")
_LEFT_OUT: Final = re.compile(rf"{_MARKS}(?:[（(]\s*[以下中]*略\s*[)）]|[….·]{{2,}}){_MARKS}")
_APPENDIX: Final = re.compile(rf"{_MARKS}附\s*[件表录](?:\s*{_NUMBER})?(?:[\s:：*_].*)?")
_ITEM: Final = re.compile(rf"([、和至]?)第?({_NUMBER})(?:条之({_NUMBER})|条)?(?:第{_NUMBER}款)?")
_CITED: Final = re.compile(
    rf"(?P<law>《[^》]+》|[\u4e00-\u9fff]+?)\s*"
    rf"(?P<articles>第{_NUMBER}(?:条之{_NUMBER}|条)?(?:第{_NUMBER}款)?"
    rf"(?:[、和至]第?{_NUMBER}(?:条之{_NUMBER}|条)?(?:第{_NUMBER}款)?)*)"
)
_SAME: Final = str.maketrans(dict.fromkeys("“”„‟«»「」『』＂", '"') | dict.fromkeys("‘’‚‛＇", "'"))
_UNSEEN: Final = re.compile(r"[\s\u200b-\u200f\u2060\ufeff*_#>]+")


class BadLawText(Refusal):
    """The text of a law cannot be used; the message names file, line and what is wrong."""

    default_code = "bad_law_text"


class Article(NamedTuple):
    """The number of an article; ``inserted`` is that of 第…条之…, else 0."""

    number: int
    inserted: int = 0

    def __str__(self) -> str:
        return f"第{chinese(self.number)}条" + (
            f"之{chinese(self.inserted)}" if self.inserted else ""
        )


@dataclass(frozen=True, slots=True)
class Citation:
    """An article of a law, or the whole text where ``article`` is empty."""

    law: str
    article: Article | None = None

    def __str__(self) -> str:
        return f"{self.law} {self.article}" if self.article else self.law


@dataclass(frozen=True, slots=True)
class Passage:
    """What one article says, and on which line of its file it begins."""

    line: int
    text: str

    @property
    def digest(self) -> str:
        """See ``digest_of``."""
        return digest_of(self.text)


def number_of(text: str) -> int:
    """The number that Chinese numerals or digits say: 一百零三, 二〇二六, 23, ２３. Raises
    ``ValueError`` for anything else."""
    plain = unicodedata.normalize("NFKC", text)
    if plain.isdecimal():
        return int(plain)
    if not plain or any(char not in _DIGITS and char not in _TENS for char in plain):
        raise ValueError(f"{text!r} is no number")
    if not any(char in _TENS for char in plain):
        return int("".join(str(_DIGITS[char]) for char in plain))
    total, digit = 0, 0
    for char in plain:
        if char in _TENS:
            total += (digit or 1) * _TENS[char]
            digit = 0
        else:
            digit = _DIGITS[char]
    return total + digit


def chinese(number: int) -> str:
    """A number from 0 to 9999 as laws write it: 一百零三."""
    if not 0 <= number <= 9999:
        raise ValueError(f"{number} is not from 0 to 9999")
    words, skipped = "", False
    for unit, name in ((1000, "千"), (100, "百"), (10, "十"), (1, "")):
        digit = number // unit % 10
        if digit:
            words += ("零" if skipped and words else "") + "零一二三四五六七八九"[digit] + name
        skipped = not digit
    return words.removeprefix("一") if 10 <= number < 20 else words or "零"


def law_key(name: str) -> str:
    """By what a law is found: its name without 《》, 中华人民共和国, spaces, signs or width."""
    plain = unicodedata.normalize("NFKC", re.sub(r"[（(].*", "", name)).casefold()
    return "".join(filter(str.isalnum, plain)).removeprefix("中华人民共和国")


def citations(source: str, *, law: bool) -> tuple[Citation, ...]:
    """What a rule's source names. ``law``: a part without an article is a whole text.

    ``公安机关办理行政案件程序规定 第一百八十八至一百九十条；反家庭暴力法 第五条`` names four articles.
    """
    found: dict[Citation, None] = {}
    for part in re.split("[；;]", source):
        cited = [one for match in _CITED.finditer(part) for one in _articles(match)]
        name = re.sub(r"\s*[（(].*", "", part).strip()
        if not cited and law and name:
            cited = [Citation(name)]
        found |= dict.fromkeys(cited)
    return tuple(found)


def _articles(match: re.Match[str]) -> Iterator[Citation]:
    if "条" not in match["articles"]:
        return
    law, last = match["law"].strip("《》"), Article(0)
    for joint, number, inserted in _ITEM.findall(match["articles"]):
        article = Article(number_of(number), number_of(inserted) if inserted else 0)
        if joint == "至":
            for between in range(last.number + 1, article.number):
                yield Citation(law, Article(between))
        yield Citation(law, article)
        last = article


def digest_of(text: str) -> str:
    """SHA-256 of a text, the same whatever its spaces, lines, width, quotes or Markdown marks."""
    plain = unicodedata.normalize("NFKC", text.translate(_SAME)).translate(_SAME)
    return hashlib.sha256(_UNSEEN.sub("", plain).encode()).hexdigest()


def split(text: str, file: str) -> dict[Article, Passage]:
    """The articles of a text, in order; empty if it has none (a standard, a notice).

    Headings of chapters belong to no article, and an appendix ends the last one. Where articles
    are left out, a line ``（略）`` or ``……`` says so. ``BadLawText`` names ``file`` and the line.
    """
    lines = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    begins = _headings(lines)
    found: dict[Article, Passage] = {}
    before, after = Article(0), -1
    for place, (n, article, rest) in enumerate(begins):
        if not _follows(before, article) and not _skips(before, article, lines[after + 1 : n]):
            raise BadLawText(f"{file}, line {n + 1}: {_out_of_order(before, article, found)}")
        end = begins[place + 1][0] if place + 1 < len(begins) else len(lines)
        found[article] = Passage(n + 1, "\n".join(_body(rest, lines[n + 1 : end])))
        before, after = article, n
    return found


def _headings(lines: list[str]) -> list[tuple[int, Article, str]]:
    """Lines that begin an article: where, which, and what follows on the line.

    A line may also begin with an article that is only referred to. Most texts set headings apart
    by a space; what is not set apart in them counts only as the article that must come next.
    """
    met: list[tuple[int, Article, str]] = []
    for n, line in enumerate(lines):
        if met and _APPENDIX.fullmatch(line):  # a model contract there has articles of its own
            break
        if match := _HEADING.fullmatch(line):
            article = Article(number_of(match[1]), number_of(match[2]) if match[2] else 0)
            met.append((n, article, match[3]))
    set_apart = 2 * sum(bool(_APART.match(rest)) for _n, _article, rest in met) >= len(met)
    found: list[tuple[int, Article, str]] = []
    for n, article, rest in met:
        if not _APART.match(rest):
            before = found[-1][1] if found else Article(0)
            if _REFERENCE.match(rest) or (set_apart and not _follows(before, article)):
                continue
        found.append((n, article, rest))
    return found


def _follows(before: Article, article: Article) -> bool:
    return article in (Article(before.number + 1), Article(before.number, before.inserted + 1))


def _skips(before: Article, article: Article, between: list[str]) -> bool:
    return article > before and any(_LEFT_OUT.fullmatch(line) for line in between)


def _out_of_order(before: Article, article: Article, found: dict[Article, Passage]) -> str:
    if article in found:
        return f"{article} stands here a second time; the first is on line {found[article].line}"
    if article < before:
        return f"{article} comes after {before}"
    missing = Article(before.number + 1)
    return (
        f"{missing} is missing before {article}; where articles are left out, a line （略） says so"
    )


def _body(first: str, rest: list[str]) -> Iterator[str]:
    yield first.lstrip(" \t\u3000*_:：").rstrip()
    for line in rest:
        if _APPENDIX.fullmatch(line):
            return
        if not _PART.fullmatch(line) and not _LEFT_OUT.fullmatch(line) and line.strip():
            yield line.strip()
