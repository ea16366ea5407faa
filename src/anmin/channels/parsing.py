"""What a short reply from a phone means. Pure: no database, no Django models."""

import re
import unicodedata
from dataclasses import dataclass

_ANSWERS = {
    1: ("1", "一", "壹", "满意", "很满意", "非常满意", "satisfied", "very satisfied"),
    2: ("2", "二", "贰", "基本满意", "fairly satisfied"),
    3: ("3", "三", "叁", "不满意", "不满", "很不满意", "非常不满意", "dissatisfied", "unsatisfied"),
}
_STOP = ("stop", "t", "td", "退订", "td退订", "t退订", "拒收", "取消订阅", "unsubscribe")
_START = ("start", "恢复", "恢复订阅", "重新订阅", "resubscribe")

_AROUND = re.compile(r"^[\W_]+|[\W_]+$")
_WORD = re.compile(r"\d+|[^\W\d_]+")
# What people put around an answer and what does not change it.
_POLITE = re.compile(
    r"^(?:我的|我|回复|选择|选|答案|答|评价|是)+|(?:谢谢您|谢谢|感谢|了|吧|的|哦|啊|thanks)+$"
)


@dataclass(frozen=True, slots=True)
class Reading:
    """How a reply was understood; ``choice`` is 1, 2 or 3 when ``kind`` is answer."""

    kind: str
    choice: int | None = None


OTHER = Reading("other")


def _compact(text: str) -> str:
    # NFKC folds full-width forms and ①; blanks carry no meaning within an answer.
    folded = unicodedata.normalize("NFKC", text).casefold()
    return "".join(_AROUND.sub("", folded).split())


_WORDS = {
    **{_compact(word): Reading("answer", n) for n, words in _ANSWERS.items() for word in words},
    **{_compact(word): Reading("stop") for word in _STOP},
    **{_compact(word): Reading("start") for word in _START},
}


def read_reply(text: str) -> Reading:
    """Understand a reply (satisfied 1, fairly 2, dissatisfied 3; stop; start), or say ``other``.

    Only a reply that says one thing and nothing else counts: ``1``, ``１。``, ``满意，谢谢``,
    ``3 不满意``. Longer and contradictory texts go to a person, because a wrong guess would be
    recorded as somebody's opinion.
    """
    plain = _compact(text)
    for whole in (plain, _POLITE.sub("", plain)):
        if whole in _WORDS:
            return _WORDS[whole]
    words = [_POLITE.sub("", word) for word in _WORD.findall(plain)]
    readings = {_WORDS.get(word, OTHER) for word in words if word}
    return readings.pop() if len(readings) == 1 else OTHER
