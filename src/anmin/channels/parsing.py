"""What a short reply from a phone means. Pure: no database, no Django models."""

import re
import unicodedata
from dataclasses import dataclass

_CHOICES = {
    1: ("1", "一", "壹", "①", "满意", "很满意", "非常满意", "satisfied"),
    2: ("2", "二", "贰", "②", "基本满意", "比较满意", "一般", "fairly satisfied"),
    3: ("3", "三", "叁", "③", "不满意", "很不满意", "非常不满意", "不满", "dissatisfied"),
}
_STOP = ("stop", "t", "td", "td", "退订", "unsubscribe", "取消订阅", "拒收")
_START = ("start", "恢复", "恢复订阅", "重新订阅", "unstop")

_FILLING = re.compile(r"[\s\W_]+")
_POLITE = re.compile(
    r"^(?:我|回复|选|选择|答|答案|answer|reply)+|(?:谢谢|了|吧|的|哦|啊|thanks|thank you)+$"
)


@dataclass(frozen=True, slots=True)
class Reading:
    """How a reply was understood; ``choice`` is 1, 2 or 3 when ``kind`` is answer."""

    kind: str
    choice: int | None = None


def _plain(text: str) -> str:
    # NFKC folds full-width digits and letters and ①; case and punctuation carry no meaning here.
    return _FILLING.sub(" ", unicodedata.normalize("NFKC", text).casefold()).strip()


_WORDS: dict[str, Reading] = {
    **{
        _plain(word): Reading("answer", choice)
        for choice, words in _CHOICES.items()
        for word in words
    },
    **{_plain(word): Reading("stop") for word in _STOP},
    **{_plain(word): Reading("start") for word in _START},
}


def read_reply(text: str) -> Reading:
    """Understand a reply, or say that it is other text.

    Only a reply that is nothing but one answer counts: ``1``, ``１。``, ``满意``, ``2 一般``.
    Contradictory or longer texts are ``other`` and go to a person, because a wrong guess would
    be recorded as somebody's opinion.
    """
    plain = _plain(text)
    words = plain.split() or [plain]
    for candidate in (plain, plain.replace(" ", ""), _POLITE.sub("", plain).strip()):
        if candidate in _WORDS:
            return _WORDS[candidate]
    # "1 满意", "3 不满意 3": several words that all say the same.
    readings = {_WORDS.get(_POLITE.sub("", word) or word) for word in words}
    if len(readings) == 1 and (reading := readings.pop()) is not None:
        return reading
    return Reading("other")
