"""Telephone numbers as people write them, brought to one form (E.164).

A cell of a table or a box of a form holds what people keep: a number, two of them, a name in
brackets, an extension, what a spreadsheet made of it. `read_phones` reads all of that and tells
what it could not read, so that nobody is lost in silence; `normalise_phone` is for one number.
"""

import re
import unicodedata
from decimal import Decimal
from typing import Final, NamedTuple

EXTENSION: Final = ";ext="
"""What stands between a number and its extension (RFC 3966)."""

_FILLING: Final = re.compile(r"[\s().\-\u2010-\u2015\u2212·_]+")
_ABROAD: Final = re.compile(r"[1-9][0-9]{6,14}")
_MOBILE: Final = re.compile(r"1[3-9][0-9]{9}")
_SHARED: Final = re.compile(r"[48]00[0-9]{7}")
# Area codes 10 and 2x go with eight digits; the others have three digits and seven or eight.
_LANDLINE: Final = re.compile(r"(?:10|2[0-9])[2-9][0-9]{7}|[3-9][0-9]{2}[2-9][0-9]{6,7}")
_AREA: Final = re.compile(r"\+86((?:10|2[0-9])(?=[0-9]{8}$)|[3-9][0-9]{2}(?=[0-9]{7,8}$))")
_GLUED: Final = re.compile(r"(?:1[3-9][0-9]{9}){2,4}")

_QUOTES: Final = "'\"`´‘’“”＇"
_APART: Final = re.compile(r"[/\\、;,|\r\n\t]+|或者?|\bor\b|和|及", re.IGNORECASE)
_NO_DIGITS_IN_BRACKETS: Final = re.compile(
    r"[(\[{<【〈《][^()\[\]{}<>【】〈〉《》0-9]*[)\]}>】〉》]"
)
_EXTENDED: Final = re.compile(
    r"(?:转接?|分机号?|ext(?:ension)?\.?|x|#)\s*:?\s*([0-9]{1,6})\s*$", re.I
)
_EXTENSION_WORDS: Final = re.compile(r"(?:转接?|分机号?)\s*:?\s*(?=[0-9])")
_DANGLING: Final = re.compile(r"(?:转接?|分机号?|ext(?:ension)?\.?|x|#).*$", re.IGNORECASE)
_DASHED: Final = re.compile(r"(\(?0[0-9]{2,3}\)?[\s-]*[2-9][0-9]{6,7})\s*-\s*([0-9]{1,5})")
_WORDS: Final = re.compile(
    r"[\u3400-\u9fff\u3007:：]+|(?<![^\s()\u3400-\u9fff])[A-Za-z.']+(?![^\s:()])"
)
_DECIMALS: Final = re.compile(r"([0-9]{7,15})\.0+")
_POWER: Final = re.compile(r"[0-9](?:\.[0-9]+)?E\+?[0-9]{1,2}", re.IGNORECASE)
_SAID_NONE: Final = frozenset(
    [
        "无",
        "没有",
        "无电话",
        "没有电话",
        "无号码",
        "空",
        "不详",
        "不明",
        "未知",
        "不知",
        "不知道",
        "不清楚",
        "未留",
        "未留电话",
        "未提供",
        "未登记",
        "不愿提供",
        "拒绝提供",
        "匿名",
        "保密",
        "none",
        "null",
        "nil",
        "n/a",
        "na",
        "nan",
        "unknown",
        "no",
    ]
)
_TELLS_DIGITS: Final = 5
"""A left-over of so many digits may have been somebody's number."""


class Phones(NamedTuple):
    """What stood in a cell: its numbers in their order, and what could not be read of it.

    A number is E.164, with ``;ext=801`` where an extension goes with it. ``fault`` tells why
    ``left`` is no number: ``rounded`` (a spreadsheet threw digits away), ``local`` (a landline
    without area code), ``short``, ``long`` or ``unreadable``; it is empty if nothing is left.
    """

    numbers: tuple[str, ...] = ()
    left: str = ""
    fault: str = ""


_NOTHING: Final = Phones()


def read_phones(text: str, *, area_code: str | None = None) -> Phones:
    """Every number of a cell in its order, each once. Words that say "none" leave nothing.

    Takes what ``normalise_phone`` takes, several numbers apart by ``/``, ``、``, ``;``, ``,``,
    blanks or ``或``, names and remarks beside them, and numbers as spreadsheets spoil them. A
    landline without area code takes that of one before it in the cell, else ``area_code``.
    """
    if len(text) == 11 and text.isascii() and text.isdigit() and "13" <= text[:2] <= "19":
        return Phones(("+86" + text,))
    plain = unicodedata.normalize("NFKC", text).strip().strip(_QUOTES).strip()
    parts = [part for part in _APART.split(plain) if part.strip()]
    if says_none(plain) or (parts and all(map(says_none, parts))):
        return _NOTHING
    found: dict[str, None] = {}
    left: list[tuple[str, str]] = []
    for part in parts:
        for piece, number in _pieces(part, _area(found) or area_code):
            if number:
                found.setdefault(number)
            elif sum(map(str.isdigit, piece)) >= _TELLS_DIGITS or not found:
                left.append((piece, _fault(piece)))
    if not found and not left:  # a remark in brackets, a lone "or": not none, and no number
        left.append((plain, _fault(plain)))
    if found:
        left = [
            (piece, why) for piece, why in left if sum(map(str.isdigit, piece)) >= _TELLS_DIGITS
        ]
    return Phones(
        tuple(found), "; ".join(piece for piece, _why in left), left[0][1] if left else ""
    )


def normalise_phone(text: str, *, area_code: str | None = None) -> str | None:
    """The number in E.164 (``+8613812345678``), or ``None`` if there is none, or several.

    Takes full-width digits, spaces, dashes, brackets, an extension (dropped), ``+`` or ``00``
    before a country code. Without a country code the number is one of mainland China: a mobile
    number, a landline with its area code (``0577-65812345``), or a 400 or 800 number. Landlines
    without area code need ``area_code`` (``"0577"``); short numbers such as 110 give ``None``.
    """
    found = read_phones(text, area_code=area_code)
    return bare(found.numbers[0]) if len(found.numbers) == 1 and not found.left else None


def bare(number: str) -> str:
    """A number of ``Phones`` without its extension: what is looked up, and sent to."""
    return number.partition(EXTENSION)[0]


def says_none(text: str) -> bool:
    """Whether a cell says that there is no number: blank, a dash, ``无``, ``不详``."""
    return not any(map(str.isalnum, text)) or text.strip(" .。()").casefold() in _SAID_NONE


def _area(found: dict[str, None]) -> str | None:
    """The area code of the last landline found."""
    last = _AREA.match(bare(next(reversed(found)))) if found else None
    return f"0{last[1]}" if last else None


def _pieces(part: str, area_code: str | None) -> list[tuple[str, str | None]]:
    """The pieces of a part, each with its number if it is one."""
    part = _EXTENSION_WORDS.sub("#", part)
    part = _NO_DIGITS_IN_BRACKETS.sub(" ", part).strip(" " + _QUOTES)
    if not any(map(str.isalnum, part)) or says_none(part):
        return []
    number = _one(part, area_code)
    if number:
        return [(part, number)]
    words = _WORDS.sub(" ", part).strip()
    if words != part and (number := _one(words, area_code)):
        return [(words, number)]
    if _GLUED.fullmatch(glued := _FILLING.sub("", words)):
        return [
            (glued[at : at + 11], f"+86{glued[at : at + 11]}") for at in range(0, len(glued), 11)
        ]
    chunks = words.split() or [part]
    return _joined(chunks, area_code) if len(chunks) > 1 else [(part, None)]


def _joined(chunks: list[str], area_code: str | None) -> list[tuple[str, str | None]]:
    """Numbers among pieces between blanks; each takes as many pieces as make one."""
    told: list[tuple[str, str | None]] = []
    at = 0
    while at < len(chunks):
        for end in range(min(len(chunks), at + 6), at, -1):
            piece = " ".join(chunks[at:end])
            if number := _one(piece, area_code):
                told.append((piece, number))
                at = end
                break
        else:
            told.append((chunks[at], None))
            at += 1
    return told


def _one(text: str, area_code: str | None) -> str | None:
    """The one number that a text is, with its extension."""
    text = _unspoilt(text)
    extension = _EXTENDED.search(text)
    dashed = None if extension else _DASHED.fullmatch(text)
    if dashed:
        number = _e164(dashed[1], area_code)
        return number and f"{number}{EXTENSION}{dashed[2]}"
    number = _e164(_DANGLING.sub("", text), area_code)
    return f"{number}{EXTENSION}{extension[1]}" if number and extension else number


def _unspoilt(text: str) -> str:
    """What a spreadsheet showed otherwise, if no digit was lost: 13800000000.0, 1.3857712345E+10."""
    if whole := _DECIMALS.fullmatch(text):
        return whole[1]
    if _POWER.fullmatch(text):
        value = Decimal(text)
        if len(value.as_tuple().digits) >= 10 and value == value.to_integral_value():
            return str(int(value))
    return text


def _e164(text: str, area_code: str | None) -> str | None:
    plain = _FILLING.sub("", text)
    abroad = plain.startswith(("+", "00"))
    plain = plain.removeprefix("+") if plain.startswith("+") else plain.removeprefix("00")
    if not (plain.isascii() and plain.isdigit()):
        return None
    if abroad and not plain.startswith("86"):
        return f"+{plain}" if _ABROAD.fullmatch(plain) else None
    if abroad or (len(plain) > 11 and plain.startswith("86")):
        plain, has_area = plain[2:].removeprefix("0"), True
    elif area_code and len(plain) in (7, 8) and plain[0] in "23456789":
        plain, has_area = area_code.removeprefix("0") + plain, True
    else:
        has_area = plain.startswith("0")
        plain = plain.removeprefix("0")
    if _MOBILE.fullmatch(plain) or _SHARED.fullmatch(plain):
        return f"+86{plain}"
    return f"+86{plain}" if has_area and _LANDLINE.fullmatch(plain) else None


def _fault(piece: str) -> str:
    """Why a piece is no number."""
    if _POWER.fullmatch(piece.strip()):
        return "rounded"
    digits = "".join(filter(str.isdigit, piece))
    if not digits:
        return "unreadable"
    if len(digits) in (7, 8) and digits[0] in "23456789":
        return "local"
    return "short" if len(digits) < 11 else "long" if len(digits) > 11 else "unreadable"
