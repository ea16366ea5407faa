"""Somebody who is nobody: a name, numbers and an address that stand nowhere else, in every spelling that people use."""

import html
import json
import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Final
from urllib.parse import unquote

FREE: Final = "虋龘"
"""What stands in free words of no shape: no rule could find it, so it must never come near."""
HAN: Final = "零一二三四五六七八九"
SMALL: Final = str.maketrans({**dict(zip(HAN, "0123456789", strict=True)), "〇": "0", "幺": "1"})
WIDE: Final = {ord(one): ord(one) + 0xFEE0 for one in "0123456789"}
CIRCLED: Final = str.maketrans("0123456789", "⓪①②③④⑤⑥⑦⑧⑨")
ARABIC: Final = str.maketrans("0123456789", "٠١٢٣٤٥٦٧٨٩")
BIG: Final = str.maketrans("0123456789", "零壹贰叁肆伍陆柒捌玖")
GAP: Final = r"[\W_]{0,3}"


def spaced(word: str) -> str:
    """The pattern of a word with whatever may stand between its characters."""
    return GAP.join(map(re.escape, word))


NEEDLES: Final = {
    "name": re.compile(spaced("犇羴")),
    "Latin name, mail or account": re.compile("qzxvwk", re.IGNORECASE),
    "telephone": re.compile(spaced("1997777")),
    "identity number": re.compile(spaced("33038119770707")),
    "address": re.compile(spaced("麤靐路") + GAP + r"\d"),
    "plate": re.compile(spaced("浙cqz7"), re.IGNORECASE),
    "serial number": re.compile("snqzx", re.IGNORECASE),
    "free words": re.compile(FREE),
}


@dataclass(frozen=True)
class Somebody:
    """The person of a matter; each number makes another."""

    serial: int

    @cached_property
    def name(self) -> str:
        """Han for most, Latin for every fifth."""
        if self.serial % 5 == 4:
            return f"{chr(65 + self.serial % 26)}nna Qzxvwk"
        return f"犇羴{chr(0x4E00 + self.serial % 5000)}"

    @property
    def phone(self) -> str:
        """Eleven digits."""
        return f"1997777{self.serial % 10_000:04d}"

    @property
    def address(self) -> str:
        """Down to the flat."""
        return f"麤靐路{77 + self.serial % 900}号3幢502室"

    @property
    def thing(self) -> str:
        """The serial number of what is theirs."""
        return f"SNQZX{self.serial:05d}"

    @property
    def plain(self) -> str:
        """All of it in a line, as one would say it."""
        return f"{self.name}，{self.phone}，住{self.address}，证件33038119770707{self.serial % 1000:03d}X"

    def spelled(self) -> Iterator[str]:
        """Each of these in one of the spellings that people use; the number says in which."""
        for place, forms in enumerate((self._names(), self._phones(), self._others())):
            yield forms[(self.serial + place) % len(forms)]

    def _names(self) -> list[str]:
        name = self.name
        if name.isascii():
            return [name, name.upper(), name.replace(" ", "  "), name.lower()]
        between = (" ", "·", "\u3000", "\u200b", "-", "_", ". ", "\u00ad")
        return [name, *(one.join(name) for one in between)]

    def _phones(self) -> list[str]:
        phone = self.phone
        parts = (phone[:3], phone[3:7], phone[7:])
        between = (" ", "-", ".", "–", "—", "\u3000", "\u200b", "_", " - ", "/", "\u2011", "~", "*")
        tables = (WIDE, CIRCLED, ARABIC, BIG, str.maketrans("0123456789", HAN))
        return [
            phone,
            f"+86{phone}",
            f"0086 {phone}",
            f"({parts[0]}) {parts[1]}-{parts[2]}",
            " ".join(phone),
            phone.translate(str.maketrans("0123456789", HAN)).replace("一", "幺"),
            parts[0] + "".join(parts[1:]).translate(str.maketrans("0123456789", HAN)),
            *(one.join(parts) for one in between),
            *(phone.translate(table) for table in tables),
        ]

    def _others(self) -> list[str]:
        digits, mail = f"33038119770707{self.serial % 1000:03d}X", f"qzxvwk{self.serial}"
        house, plate = 77 + self.serial % 900, f"QZ7{self.serial % 90 + 10}"
        return [
            digits,
            f"{digits[:6]} {digits[6:14]} {digits[14:]}",
            f"{digits[:6]}-{digits[6:14]}-{digits[14:]}",
            digits.translate(WIDE),
            f"{mail}@example.com",
            f"{mail}＠example．com",
            f"{mail}(at)example.com",
            f"微信号：{mail}",
            f"vx {mail}",
            f"QQ:{mail}",
            f"浙C·{plate}",
            f"浙C{plate}",
            f"浙C-{plate}",
            f"浙Ｃ{plate}",
            self.address,
            " ".join(self.address),
            f"麤靐路 {house} 号",
            f"麤靐路{str(house).translate(WIDE)}号",
        ]

    def told(self) -> str:
        """A sentence with the person in it, spelled somehow."""
        return "；".join(self.spelled())

    def words(
        self,
        longest: int | None = None,
        *,
        free: bool = True,
        numbers: bool = True,
        named: bool = True,
    ) -> str:
        """What somebody writes down: the person plain and spelled, and words of no shape.

        Bodies outside the police get no ``numbers``: the house refuses them. Not ``named``: numbers alone.
        """
        parts = [FREE] if free else []
        if not named:
            return "；".join([*parts, *list(self.spelled())[1:]])[: longest or 400]
        parts += [self.plain, *self.spelled()] if numbers else [f"{self.name}住{self.address}"]
        said = ""
        for part in parts:  # as many as there is room for: nobody's field ends within a name
            said += f"{part}；" if len(said) + len(part) < (longest or 400) else ""
        return said or (FREE if free else self.name)


def around(held: str) -> str:
    """The first marker in a text with what stands around it."""
    plain = normal(held)
    hits = (one for needle in NEEDLES.values() if (one := needle.search(plain)))
    return next((plain[max(0, one.start() - 60) : one.end() + 60] for one in hits), held[:200])


def normal(text: str) -> str:
    """A text as a reader reads it: entities and escapes undone, widths folded, nothing unseen."""
    text = html.unescape(html.unescape(unquote(text)))
    if "\\u" in text:
        text = re.sub(r"\\u([0-9a-fA-F]{4})", lambda found: chr(int(found[1], 16)), text)
    text = unicodedata.normalize("NFKC", text).translate(SMALL)
    return "".join(_shown(one) for one in text)


def _shown(one: str) -> str:
    if one.isascii():
        return one
    if unicodedata.category(one) == "Cf":
        return ""
    at = BIG_DIGITS.find(one)
    return str(at) if at >= 0 else str(unicodedata.decimal(one, one))


BIG_DIGITS: Final = "零壹贰叁肆伍陆柒捌玖"


def found_in(held: str | bytes) -> list[str]:
    """Which markers stand in a text, or in the bytes of something that is none."""
    if isinstance(held, str):
        plain = normal(held)
        return [what for what, needle in NEEDLES.items() if needle.search(plain)]
    return [what for what, one in BYTES if one in held]


def _bytes() -> Iterator[tuple[str, bytes]]:
    words = {"name": "犇羴", "address": "麤靐", "free words": FREE, "telephone": "1997777"}
    words |= {"account": "qzxvwk", "serial number": "SNQZX", "identity number": "33038119770707"}
    for what, word in words.items():
        for code in ("utf-8", "utf-16-le", "utf-16-be", "gb18030"):
            yield what, word.encode(code)
        yield what, json.dumps(word)[1:-1].encode()


BYTES: Final = tuple(dict.fromkeys(_bytes()))
