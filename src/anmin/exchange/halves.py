"""The halves and parts of a day that stand beside an hour: a.m., PM, 下午, 晚上.

An hour of 13 or more, or 0, tells its half itself, and must agree with what stands beside it
(15:30 PM, 下午15:30). An hour that two readings fit (晚上12点) is none.
"""

_MORNING = {hour: hour % 12 for hour in range(13)}
_AFTERNOON = {hour: hour if hour >= 12 else hour + 12 for hour in range(1, 24)}
_PARTS: dict[str, dict[int, int]] = {
    **dict.fromkeys(("am", "上午", "早上", "早晨", "清晨", "午前", "오전"), _MORNING),
    **dict.fromkeys(("pm", "下午", "午後", "오후"), _AFTERNOON),
    "凌晨": {**{hour: hour for hour in range(9)}, 12: 0},
    "中午": {10: 10, 11: 11, 12: 12, 1: 13, 2: 14, 13: 13, 14: 14},
    "傍晚": {hour: hour % 12 + 12 for hour in (4, 5, 6, 7, 8, 16, 17, 18, 19, 20)},
    "晚上": {hour: hour % 12 + 12 for hour in (*range(5, 12), *range(17, 24))},
}
WORDS = "|".join(word for word in _PARTS if not word.isascii())
"""The words that stand before or after an hour, as alternatives of an expression."""
LETTERS = r"[ap]\.? ?m\.?|[ap]"
"""How the halves are written in Latin letters."""


def hour_in(part: str, hour: int) -> int | None:
    """The hour of the day (24: its end) that an hour beside a part of the day means, if it is one."""
    told = part.lower()
    if told.isascii():
        told = "am" if told[0] == "a" else "pm"
    return _PARTS[told].get(hour)
