"""Tip-offs: sealed and unopened, under verification, asked about, founded and
passed on, rewarded, unfounded, handed over.

Whoever told them is nobody: what is told stands here, and in the city only under its seal.
"""

from anmin.config.demo.brought.script import Brought, Told


def _told(days_ago: float, tip: str, *steps: Told) -> Brought:
    return Brought("tip_off", "", "", days_ago, {"tip": tip}, steps)


TIPS = (
    _told(0.4, "演示：夜里有人往河里倒废油，车牌只记得尾号。"),
    _told(
        9,
        "演示：沿街棋牌室周末聚众赌博，后门有人望风。",
        Told(8, "open_seal", "holders"),
        Told(5, "remark", "inspector", {"remark": "演示：已安排外围了解。"}),
    ),
    _told(
        20,
        "演示：某仓库存放来路不明的电动车电池。",
        Told(18, "open_seal", "holders"),
        Told(3, "ask", "inspector", {"question": "演示：大约几点进出货？从哪个门？"}),
    ),
    _told(
        70,
        "演示：有人冒用他人身份证办理流动人口登记。",
        Told(68, "open_seal", "holders"),
        Told(60, "ask", "inspector", {"question": "演示：是哪个窗口，哪一周？"}),
        Told(57, "tell_more", "teller", {"addition": "演示：上月第二周，三号窗口。"}),
        Told(40, "find_founded", "inspector", {"finding": "演示：经查属实，已依规处理，感谢您的举报。"}),
        Told(38, "grant", "inspector", {"reward": 800}, "线索属实", agreed="同意"),
    ),
    _told(
        95,
        "演示：工地夜间偷运渣土，未批先倒。",
        Told(94, "open_seal", "holders"),
        Told(50, "find_founded", "inspector", {"finding": "演示：经查属实，已另行立项办理。"}),
        Told(49, "pass_on", "inspector", {"passed_as": "演示：已另行立项"}),
    ),
    _told(
        100,
        "演示：小区保安私自收停车费。",
        Told(99, "open_seal", "holders"),
        Told(60, "extend", "inspector", {"extension_ground": "evidence"}, "尚需取证", agreed="同意"),
        Told(15, "find_unfounded", "inspector", {"finding": "演示：经查为业主大会决定的收费，有公示。"}),
    ),
    _told(
        30,
        "演示：某村干部收钱给人办低保。",
        Told(28, "open_seal", "holders"),
        Told(27, "hand_over", "inspector", {"handed_to": "演示：市监察委员会", "finding": "演示：此事归监察机关管，已依法移送。"}),
    ),
    _told(
        55,
        "演示：听说有人倒卖演出票。",
        Told(53, "open_seal", "holders"),
        Told(21, "find_unverifiable", "inspector", {"finding": "演示：线索不足，无法查实；如有新情况请再告诉我们。"}),
    ),
)  # fmt: skip
