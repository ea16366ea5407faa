"""What a short reply from a phone means. Pure: no database, no Django models."""

import re
import unicodedata
from dataclasses import dataclass

_ANSWERS = {
    1: ("1", "一", "壹", "满意", "很满意", "非常满意", "satisfied", "very satisfied"),
    2: ("2", "二", "贰", "基本满意", "fairly satisfied"),
    3: ("3", "三", "叁", "不满意", "不满", "很不满意", "非常不满意", "dissatisfied", "unsatisfied"),
}
_TRADITIONAL = str.maketrans(
    "滿満貳參叄選謝復覆擇評價訂閱發別請們沒銷", "满满贰叁叁选谢复复择评价订阅发别请们没销"
)
_STOP = (
    "stop",
    "stopall",
    "stop all",
    "t",
    "td",
    "退订",
    "td退订",
    "t退订",
    "拒收",
    "取消订阅",
    "取消",
    "退出",
    "不要再发",
    "不要再发了",
    "别再发",
    "别再发了",
    "别发了",
    "unsubscribe",
    "optout",
    "opt out",
    "cancel",
    "quit",
    "end",
    "revoke",
)
_START = ("start", "恢复", "恢复订阅", "重新订阅", "resubscribe", "unstop")

_AROUND = re.compile(r"^[\W_]+|[\W_]+$")
_WORD = re.compile(r"\d+|[^\W\d_]+")
# What people put around an answer and what does not change it.
_POLITE = re.compile(
    r"^(?:我的|我要|我|请您|请|回复|回|选择|选|答案|答|评价|是)+"
    r"|(?:谢谢您|谢谢|多谢|感谢|(?:您|你们|你)?辛苦|了|吧|的|哦|啊|thanks|thankyou|please|pls)+$"
)
# A digit, or a word of the three, closed off by a mark; what follows is said beside it. A blank is
# no such mark: “3 楼太吵” speaks of the third floor.
_FIRST = re.compile(r"^\s*([^\s,;:。!?、\n]{1,8}?)\s*(?:[,;:。!?\n]|\.(?!\d))\s*(\S.*)$", re.DOTALL)
_LISTED = re.compile(r"[123一二三][、.,:)]")
# 退订 means one thing wherever it stands, unless it is taken back or asked about.
_UNSUBSCRIBE = re.compile(r"退订|拒收|取消订阅|unsubscribe|opt[\s-]?out")
_NOT_STOP = re.compile(r"(?:不|没|未|别|取消|勿|撤销)(?:要|想|是|会|用|有)?\s*(?:退订|拒收)")
_STOP_FIRST = re.compile(
    r"^\s*(?:回复|回|请回复|请)?\s*[“”\"'(（【\[]?(td|t|stop|stopall)(?![a-z0-9])"
)
_SPARING = re.compile(
    r"^(?:\W|please|pls|thanks|thank\s?you|all|now|messages?|texts?|texting|sending|sms|this|it|me)*$"
)


@dataclass(frozen=True, slots=True)
class Reading:
    """How a reply was understood; ``choice`` is 1, 2 or 3 when ``kind`` is answer.

    ``words``: something is said beside a stop that a person must read.
    """

    kind: str
    choice: int | None = None
    words: bool = False


OTHER = Reading("other")


def _fold(text: str) -> str:
    # NFKC folds full-width forms and ①; ❶, ⓵ and the digits of other scripts are digits all the
    # same. What has no width (a mark of order, a byte order mark) stands within no word.
    plain = unicodedata.normalize("NFKC", text).casefold().translate(_TRADITIONAL)
    return "".join(
        str(unicodedata.digit(one, one)) for one in plain if unicodedata.category(one) != "Cf"
    )


def _compact(text: str) -> str:
    # Blanks carry no meaning within an answer.
    return "".join(_AROUND.sub("", _fold(text)).split())


_WORDS = {
    **{_compact(word): Reading("answer", n) for n, words in _ANSWERS.items() for word in words},
    **{_compact(word): Reading("stop") for word in _STOP},
    **{_compact(word): Reading("start") for word in _START},
}
_NUMERALS = "".join(word for word, one in _WORDS.items() if one.choice and len(word) == 1)
_ASKED = re.compile(r"\?[\W_]*$")
"""A question is no answer: “满意？” may mean the opposite."""
_PLEASED = frozenset("👍👌🙏😊😀🙂😄😁☺👏🌹🌷💐❤🤝")
_GRADES = sorted((word for word, one in _WORDS.items() if one.choice), key=len, reverse=True)


def read_reply(text: str) -> Reading:
    """Understand a reply (satisfied 1, fairly 2, dissatisfied 3; stop; start), or say ``other``.

    Only an answer that says one thing and nothing else counts: ``1``, ``１。``, ``满意，谢谢``,
    ``3 不满意``. Longer, asking and contradictory texts (a cross face beside a 1) go to a person
    (see ``suggested``), because a wrong guess would be recorded as somebody's opinion. The wish for
    no more messages counts with whatever words beside it.
    """
    reading = _read_words(text)
    if reading.choice and (_ASKED.search(_fold(text)) or not _face_fits(text, reading.choice)):
        return OTHER
    return reading


def _face_fits(text: str, choice: int) -> bool:
    """Whether signs that show a mood, if there are any, go with the answer."""
    signs = {one for one in _fold(text) if unicodedata.category(one) == "So"}
    return not signs & (_PLEASED - {"🙏"}) if choice == 3 else signs <= _PLEASED


def _read_words(text: str) -> Reading:
    """What the words and figures mean, whatever marks and signs stand beside them."""
    plain = _compact(text)
    for whole in (plain, _POLITE.sub("", plain)):
        if whole in _WORDS:
            return _WORDS[whole]
        if (told := _told_twice(whole)) is not None:
            return told
    read = map(_read_word, _WORD.findall(plain))
    readings = {one for one in read if one is not None}
    if len(readings) == 1 and (only := readings.pop()) != OTHER:
        return only
    return _stop_with_words(_fold(text)) or OTHER


def _read_word(word: str) -> Reading | None:
    """What a word means by itself, as it stands or without politeness; nothing if it is only that."""
    bare = _POLITE.sub("", word)
    return _WORDS.get(word) or (_WORDS.get(bare, OTHER) if bare else None)


def _told_twice(word: str) -> Reading | None:
    """An answer in figure and words, or in the same words again: 三不满意, 满意满意."""
    rest = word.lstrip(_NUMERALS)
    if len(word) - len(rest) > 1 or not rest:
        return None
    told = {_WORDS[one] for one in word[: len(word) - len(rest)]}
    while grade := next((one for one in _GRADES if len(one) > 1 and rest.startswith(one)), ""):
        told.add(_WORDS[grade])
        rest = rest[len(grade) :]
    return told.pop() if len(told) == 1 and not rest else None


def suggested(text: str) -> int | None:
    """The answer that a longer text begins with (``3，来得太晚``), for a person to confirm."""
    return _read_words(text).choice or _answer_with_words(_fold(text))


def _stop_with_words(folded: str) -> Reading | None:
    if _UNSUBSCRIBE.search(folded) and not _NOT_STOP.search(folded):
        return Reading("stop", words=True)
    first = _STOP_FIRST.match(folded)
    if first is None:
        return None
    rest = folded[first.end() :]
    # English sentences begin with “stop”, and a T may be a shirt: only what spares words counts.
    if first[1] == "td" or _SPARING.match(rest):
        return Reading("stop", words=not _SPARING.match(rest))
    return None


def _answer_with_words(folded: str) -> int | None:
    parts = _FIRST.match(folded)
    if parts is None:
        return None
    said, beside = _WORDS.get(_POLITE.sub("", _compact(parts[1]))), parts[2]
    if said is None or said.kind != "answer" or _LISTED.search(beside):
        return None
    others = {_WORDS[found].choice for found in _grades_in(_compact(beside))}
    return said.choice if others <= {said.choice} else None


def _grades_in(compact: str) -> list[str]:
    """The words of the three answers in a text, the longest first: 不满意 holds no 满意."""
    found = []
    for word in _GRADES:
        if len(word) > 1 and word in compact:
            found.append(word)
            compact = compact.replace(word, " ")
    return found
