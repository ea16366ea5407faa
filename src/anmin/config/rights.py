"""The table of rights, as a file that an inspector reads: ``rights.csv``.

One line for each address, method and kind of object: what each role is answered. A test asks every
address of the installation as every role and holds the answers against it
(``tests/test_rights.py``); here it decides which methods an address takes at all.
"""

import csv
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from django.http import HttpRequest, HttpResponseBase, HttpResponseNotAllowed

from anmin.people.roles import Role

FILE = Path(__file__).with_name("rights.csv")
NOBODY = "nobody"
WHO = (*(role.value for role in Role), NOBODY)
METHODS = ("GET", "POST")
COMMAND = "CLI"
"""The method of a command at the console that names with ``--by`` who gives it."""

ANSWERS = {
    "yes": "可以。读取的，页面打开；写入的，已办成",
    "shown": "可以：给出所求的联系方式或原话，逐次留痕，数据没有改变",
    "refused": "所填齐全仍不予办理（表单退回，说明原因），什么也没有改变",
    "nothing": "有答复（或转到别的页面），但什么也没有改变",
    "no": "拒绝（403），什么也没有改变",
    "gone": "如同不存在（404），什么也没有改变",
    "sign-in": "先登录",
    "signature": "须有约定的签名（401）",
}
"""What a cell may say, with its meaning for the reader of the page."""

WHOSE = {
    "-": "不涉及具体对象",
    "own": "本单位的（或本人的）",
    "other": "其他单位的（或他人的）",
    "sealed": "本单位的、密封的（只限一个角色）",
}
"""Whose the object is that is asked for."""


@dataclass(frozen=True, slots=True)
class Right:
    """One line: an address, a method, whose object, and what each role is answered."""

    address: str
    method: str
    whose: str
    meaning: str
    answers: Mapping[str, str]

    @property
    def key(self) -> tuple[str, str, str]:
        """What there is one line of."""
        return self.address, self.method, self.whose


@cache
def table() -> dict[tuple[str, str, str], Right]:
    """Every line of the file. Raises ``ValueError`` for one that cannot be read, or is doubled."""
    found: dict[tuple[str, str, str], Right] = {}
    with FILE.open(encoding="utf-8", newline="") as file:
        for number, row in enumerate(csv.DictReader(file, strict=True), start=2):
            right = Right(
                row["address"],
                row["method"],
                row["whose"],
                row["说明"],
                {who: row[who] for who in WHO},
            )
            strange = set(right.answers.values()) - set(ANSWERS)
            if strange or right.method not in (*METHODS, COMMAND) or right.whose not in WHOSE:
                raise ValueError(f"rights.csv, line {number}: {sorted(strange)} {right.key}")
            if right.key in found:
                raise ValueError(f"rights.csv, line {number}: {right.key} a second time")
            if not right.meaning:
                raise ValueError(f"rights.csv, line {number}: say in 说明 what it is")
            found[right.key] = right
    return found


@cache
def methods() -> dict[str, frozenset[str]]:
    """The methods that each address takes."""
    taken: dict[str, set[str]] = {}
    for address, method, _whose in table():
        if method == COMMAND:
            continue
        taken.setdefault(address, set()).add(method)
    return {address: frozenset(found) for address, found in taken.items()}


class Methods:
    """Answers 405 where the table names no such method, before any page looks at what was sent."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self._get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        return self._get_response(request)

    def process_view(
        self, request: HttpRequest, view: object, args: object, kwargs: object
    ) -> HttpResponseBase | None:
        """Refuse other methods; HEAD is GET without its body."""
        match = request.resolver_match
        taken = methods().get(match.route, frozenset(METHODS)) if match else frozenset(METHODS)
        asked = "GET" if request.method == "HEAD" else request.method
        return None if asked in taken else HttpResponseNotAllowed(sorted(taken))


def rights_page() -> str:
    """``docs/rights.md``: the table for reading, by the part of the house."""
    parts = [
        "# 权限表\n\n由 `src/anmin/config/rights.csv` 生成（`make docs`），请勿在此修改。"
        "每一格都由测试核对：以每个角色访问每个地址，答复须与表中一致；"
        "被拒绝的操作，数据库前后逐表比对，除访问日志外没有任何变化。\n\n"
        "The table of rights: what each role is answered at each address. Every cell is tested.\n",
        "| 格中的词 | 含义 |\n|---|---|",
        "\n".join(f"| `{word}` | {meaning} |" for word, meaning in ANSWERS.items()) + "\n",
        "| whose | 对象 |\n|---|---|",
        "\n".join(f"| `{word}` | {meaning} |" for word, meaning in WHOSE.items()) + "\n",
    ]
    section = ""
    for right in table().values():
        if (room := _room(right.address)) != section:
            section = room
            head = " | ".join(("地址", "方法", "对象", "说明", *WHO))
            parts.append(f"\n## {room}\n\n| {head} |\n|{'---|' * (4 + len(WHO))}")
        cells = (
            f"`{right.address.replace('|', chr(92) + '|')}`",
            right.method,
            right.whose,
            right.meaning,
            *(right.answers[who] for who in WHO),
        )
        parts.append(f"| {' | '.join(cells)} |")
    return "\n".join(parts) + "\n"


def _room(address: str) -> str:
    if address.startswith("anmin "):
        return "commands (--by)"
    first, _slash, rest = address.partition("/")
    if first == "desk":
        return f"desk/{rest.partition('/')[0]}" if "/" in rest else "desk"
    return first if first in {"accounts", "hooks", "language"} else "portal, health"
