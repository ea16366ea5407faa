"""Telephone numbers as people write them, brought to one form (E.164)."""

import re
from typing import Final

_WIDE: Final = str.maketrans("０１２３４５６７８９＋（）", "0123456789+()")
_EXTENSION: Final = re.compile(r"(?:转|分机|ext\.?|x|#).*$", re.IGNORECASE)
_FILLING: Final = re.compile(r"[\s().\-\u2010-\u2015\u2212－·/]+")
_ABROAD: Final = re.compile(r"[1-9][0-9]{6,14}")
_MOBILE: Final = re.compile(r"1[3-9][0-9]{9}")
_SHARED: Final = re.compile(r"[48]00[0-9]{7}")
# Area codes 10 and 2x go with eight digits; the others have three digits and seven or eight.
_LANDLINE: Final = re.compile(r"(?:10|2[0-9])[2-9][0-9]{7}|[3-9][0-9]{2}[2-9][0-9]{6,7}")


def normalise_phone(text: str, *, area_code: str | None = None) -> str | None:
    """The number in E.164 (``+8613812345678``), or ``None`` if it cannot be one.

    Takes full-width digits, spaces, dashes, brackets, an extension (dropped), ``+`` or ``00``
    before a country code. Without a country code the number is one of mainland China: a mobile
    number, a landline with its area code (``0577-65812345``), or a 400 or 800 number. Landlines
    without area code need ``area_code`` (``"0577"``); short numbers such as 110 give ``None``.
    """
    if len(text) == 11 and text.isascii() and text.isdigit() and "13" <= text[:2] <= "19":
        return "+86" + text
    plain = _FILLING.sub("", _EXTENSION.sub("", text.translate(_WIDE).strip()))
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
