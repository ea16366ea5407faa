"""What may be seen of personal data by those who do not need it.

Every function takes what people really type, and shows less when it does not understand.
"""

import re
import unicodedata
from typing import Final

from anmin.kernel.phones import bare, read_phones
from anmin.kernel.reference import BadNumber, parse_number

HIDDEN: Final = "****"

_COMPOUND_SURNAMES: Final = frozenset(
    [
        "欧阳",
        "司马",
        "上官",
        "诸葛",
        "夏侯",
        "东方",
        "皇甫",
        "尉迟",
        "公孙",
        "慕容",
        "令狐",
        "司徒",
        "司空",
        "长孙",
        "宇文",
        "轩辕",
        "端木",
        "独孤",
        "南宫",
        "澹台",
        "公冶",
        "宗政",
        "濮阳",
        "淳于",
        "单于",
        "太叔",
        "申屠",
        "仲孙",
        "钟离",
        "鲜于",
        "闾丘",
        "亓官",
        "呼延",
        "万俟",
        "闻人",
        "赫连",
        "拓跋",
        "百里",
        "东郭",
        "西门",
        "第五",
        "公西",
        "梁丘",
        "左丘",
    ]
)


def _digits(text: str) -> str:
    return "".join(c for c in unicodedata.normalize("NFKC", text) if c.isascii() and c.isdigit())


def mask_phone(text: str) -> str:
    """``138****5678``, without the country code 86; short numbers show two digits or none.

    Several numbers in one cell are masked one by one.
    """
    numbers = read_phones(text).numbers
    if len(numbers) > 1:
        return " / ".join(_mask_one(bare(one)) for one in numbers)
    return _mask_one(bare(numbers[0]) if numbers else text)


def _mask_one(text: str) -> str:
    digits = _digits(text).removeprefix("0086")
    if len(digits) > 11:
        digits = digits.removeprefix("86")
    if len(digits) >= 11:
        return f"{digits[:3]}{HIDDEN}{digits[-4:]}"
    if len(digits) >= 7:
        return HIDDEN + digits[-2:]
    return HIDDEN if text.strip() else ""


def mask_name(name: str) -> str:
    """``王某`` for 王小明, ``欧阳某`` for 欧阳小明, ``J. S.`` for John Smith."""
    plain = unicodedata.normalize("NFKC", name).strip()
    if not plain:
        return ""
    if plain.isascii() or unicodedata.name(plain[0], "").startswith(("LATIN", "CYRILLIC")):
        return " ".join(f"{word[0].upper()}." for word in re.findall(r"[^\W\d_]+", plain)) or HIDDEN
    return f"{_surname(plain)}某"


def _surname(plain: str) -> str:
    return plain[:2] if plain[:2] in _COMPOUND_SURNAMES and len(plain) > 2 else plain[:1]


def surname(name: str) -> str:
    """``王`` of 王小明, ``欧阳`` of 欧阳小明, ``Smith`` of John Smith; empty without a name."""
    plain = unicodedata.normalize("NFKC", name).strip()
    if not plain:
        return ""
    if plain.isascii() or unicodedata.name(plain[0], "").startswith(("LATIN", "CYRILLIC")):
        return plain.split()[-1]
    return _surname(plain)


def mask_identity_number(number: str) -> str:
    """``330***********14``: the province and the last two characters, never the birth date."""
    plain = "".join(c for c in unicodedata.normalize("NFKC", number) if c.isalnum())
    if len(plain) < 12:
        return HIDDEN if plain else ""
    return f"{plain[:3]}{'*' * (len(plain) - 5)}{plain[-2:]}"


# Province, city, county, town: each short and ending in its word. A 小区 or 园区 is not a 区.
_ADDRESS: Final = re.compile(
    r"(?:[\u4e00-\u9fff]{2,7}?(?:省|自治区|特别行政区))?"
    r"(?:[\u4e00-\u9fff]{2,7}?(?:市|自治州|地区|盟))?"
    r"(?:[\u4e00-\u9fff]{1,7}?(?:县|旗|市|(?<![小园社景校厂库住])区))?"
    r"(?:[\u4e00-\u9fff]{1,6}?(?:街道|镇|乡))?"
)


def mask_address(address: str) -> str:
    """Down to town or street office: ``浙江省瑞安市安阳街道****``; nothing if not understood."""
    plain = re.sub(r"\s+", "", unicodedata.normalize("NFKC", address))
    if not plain:
        return ""
    shown = _ADDRESS.match(plain)
    return (shown.group() if shown else "") + HIDDEN


_SEPARATORS: Final = r"[ \t.\-\u2010-\u2015\u2212·_/()（）]{0,3}"
_NUMERALS: Final = "0-9０-９零〇○一二三四五六七八九幺壹贰叁肆伍陆柒捌玖"
_CONTACT: Final = re.compile(
    # what looks like a number but is none of a person: kept as it is
    r"(?P<date>(?<![0-9])(?:19|20)[0-9]{2}([-/.])(?:0?[1-9]|1[0-2])\2(?:0?[1-9]|[12][0-9]|3[01])(?![0-9]))"
    r"|(?P<reference>(?<![A-Za-z0-9])[A-Z]{1,6}-[0-9]{4}-[0-9]{7,8}-[0-9A-Z](?![A-Za-z0-9]))"
    r"|(?P<amount>(?<![0-9])[0-9]{7,9}(?:\.[0-9]{1,2})?(?=\s?[元万]))"
    # what is taken out
    r"|(?P<mail>[\w.+-]+@[\w-]+(?:\.[\w-]+)+)"
    rf"|(?P<number>\+?[{_NUMERALS}](?:{_SEPARATORS}[{_NUMERALS}]){{6,}}(?:{_SEPARATORS}[XxＸｘ](?![A-Za-z]))?)"
)


def _mask_found(found: re.Match[str]) -> str:
    text = found.group()
    match found.lastgroup:
        case "date" | "amount":
            return text
        case "reference":
            try:
                parse_number(text)
            except BadNumber:
                return HIDDEN
            return text
        case "mail":
            return HIDDEN
    plain = "".join(c for c in unicodedata.normalize("NFKC", text) if c.isascii() and c.isalnum())
    if len(plain) == 18 or plain[-1:] in ("X", "x"):
        return mask_identity_number(plain)
    if len(plain) == 11 and plain[0] == "1":
        return mask_phone(plain)
    return HIDDEN + plain[-4:] if len(plain) >= 16 else HIDDEN


def mask_free_text(text: str) -> str:
    """The text with telephone, identity and card numbers and mail addresses taken out.

    Takes out every run of seven and more digits, full-width and Chinese ones too, with spaces,
    dots, dashes and brackets between them, except written dates, amounts in yuan and valid
    reference numbers. Names cannot be found this way: publication needs a reader.
    """
    return _CONTACT.sub(_mask_found, text)
