"""What people brought to the demo city besides calls: petitions, suggestions, services at windows.

Each is a short script of steps on days before today, taken by the people whose steps they are, when
the pretended time comes to them; so there are some of each kind in several states.
"""

import random
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from anmin.matters.services import services_of

SERVICES_FROM, SERVICES_A_DAY = 30, 2


@dataclass(frozen=True)
class Told:
    """One step: on which day before today, by whom, with what. ``agreed``: with the head's word.

    ``day`` names the fact that holds the day of the step.
    """

    days_ago: float
    code: str
    who: str
    given: dict[str, Any] = field(default_factory=dict)
    note: str = ""
    agreed: bool = False
    day: str = ""


@dataclass(frozen=True)
class Brought:
    """One matter: what it is about, and what happens with it. ``day``: the fact that holds its day."""

    kind: str
    category: str
    summary: str
    days_ago: float
    facts: dict[str, Any]
    steps: tuple[Told, ...] = ()
    accused: str = ""
    day: str = ""


REPLY = {
    "heard": "met",
    "reasons": "经查：相关记录和现场情况已核实。依据户口登记条例，材料齐全的应予办理。",
}
UPHELD = {
    "review_result": "upheld",
    "review_reply": "经复查，予以维持。",
}
LED = {
    "procedure": "administrative",
    "guidance": "对处罚决定不服的，可自收到之日起六十日内向瑞安市人民政府申请行政复议。",
}
PETITIONS = (
    Brought(
        "petition", "household_papers", "户口迁移材料被退回", 100,
        {"way": "visit", "purpose": "appeal", "people": 1, "demand": "材料齐全，请求准予迁入。"},
        (
            Told(97, "accept", "leader"),
            Told(60, "extend", "leader", {"extension_reason": "需要外地协查。"}, agreed=True),
            Told(44, "reply", "leader", {**REPLY, "reply": "缺少住所证明，暂不予办理。", "outcome": "not_fixed"}),
            Told(43, "deliver", "leader", {}, day="delivered_on"),
            Told(30, "ask_review", "citizen", note="住所证明已经补交。"),
            Told(29, "review_begins", "inspector", {"review_body": "瑞安市人民政府"}, day="review_begun_on"),
            Told(20, "decide", "inspector", UPHELD, agreed=True),
            Told(12, "ask_again", "citizen", note="仍然不服。"),
            Told(11, "second_begins", "inspector", {"second_body": "温州市人民政府"}, day="second_begun_on"),
            Told(2, "hear", "inspector"),
        ),
    ),
    Brought(
        "petition", "traffic_order", "路口信号灯时间太短", 50,
        {"way": "letter", "purpose": "proposal", "people": 6, "demand": "请求延长行人绿灯。"},
        (
            Told(48, "accept", "leader"),
            Told(30, "reply", "leader", {**REPLY, "reply": "已延长行人绿灯八秒。", "outcome": "fixed"}),
        ),
    ),
    Brought(
        "petition", "compensation", "停车纠纷损失赔偿", 40,
        {"way": "online", "purpose": "appeal", "people": 1, "demand": "请求赔偿修车费用。"},
        (
            Told(38, "accept", "leader"),
            Told(15, "reply", "leader", {**REPLY, "reply": "赔偿属民事争议，已协调双方调解。", "outcome": "partly"}),
            Told(6, "ask_review", "citizen", note="对方没有履行。"),
        ),
    ),
    Brought(
        "petition", "public_order", "对行政处罚决定不服", 26,
        {"way": "letter", "purpose": "appeal", "people": 1, "demand": "请求撤销处罚。"},
        (Told(22, "lead", "inspector", LED),),
    ),
    Brought(
        "petition", "petition_other", "社保补缴问题", 24,
        {"way": "passed_on", "purpose": "appeal", "people": 3, "demand": "请求补缴社保。"},
        (
            Told(
                23, "refuse", "inspector",
                {"refusal": "社保补缴不属公安机关职责，请向瑞安市人力资源和社会保障局提出。"},
            ),
        ),
    ),
    Brought(
        "petition", "petition_other", "停车场被锁", 3,
        {"way": "telephone", "purpose": "appeal", "people": 1, "demand": "请求协调开放停车场。"},
        (
            Told(
                2, "transfer", "inspector",
                {"passed_to": "瑞安市公安局交通警察大队", "passed_ground": "停车秩序由交通警察大队管理。"},
            ),
        ),
    ),
    Brought(
        "petition", "petition_other", "同一事项再次来访", 18,
        {"way": "visit", "purpose": "appeal", "people": 1, "demand": "请求重新处理。"},
        (Told(15, "refuse", "inspector", {"refusal": "该事项正在规定期限内办理，不重复受理。"}),),
    ),
    Brought(
        "petition", "police_conduct", "反映窗口态度", 9,
        {
            "way": "letter", "purpose": "accusation", "people": 1,
            "demand": "请求核查。", "accusation": "反映办证时态度生硬、推诿。",
        },
        (Told(6, "accept", "inspector"),),
        accused="chenli",
    ),
    Brought(
        "petition", "entry_exit", "护照加急被拒", 8,
        {"way": "online", "purpose": "appeal", "people": 1, "demand": "请求加急办理。"},
        (Told(5, "accept", "leader"),),
    ),
    Brought(
        "petition", "household_papers", "姓名变更申请未答复", 1,
        {"way": "visit", "purpose": "appeal", "people": 1, "demand": "请求答复。"},
    ),
)  # fmt: skip
SUGGESTIONS = (
    Brought(
        "suggestion", "suggest_patrols", "车棚凌晨增加巡逻", 45, {"way": "online", "proposal": "建议凌晨增加巡逻。"},
        (
            Told(44.5, "take_up", "leader"),
            Told(35, "answer", "leader", {"decision": "adopted", "reply": "采纳，自下周起每晚两班。"}),
            Told(34, "consent", "citizen"),
            Told(20, "carry_out", "leader", {"carried_out": "每晚两班车棚巡逻。"}),
        ),
    ),
    Brought(
        "suggestion", "suggest_traffic", "学校门口错峰放学", 30, {"way": "forum", "proposal": "建议分年级错峰放学。"},
        (
            Told(29.8, "take_up", "leader"),
            Told(18, "answer", "leader", {"decision": "partly", "reply": "高峰增派警力，放学时间由学校决定。"}),
        ),
    ),
    Brought(
        "suggestion", "suggest_windows", "周末开放窗口", 25, {"way": "letter", "proposal": "建议周末办证。"},
        (Told(12, "answer", "leader", {"decision": "not_adopted", "reply": "警力所限暂不开放，可网上预约。"}),),
    ),
    Brought(
        "suggestion", "suggest_prevention", "反诈宣传进菜市场", 6, {"way": "visit", "proposal": "建议在菜市场宣传。"},
        (Told(5.7, "take_up", "leader"),),
    ),
    Brought("suggestion", "suggest_policing", "公开联系方式", 0.3, {"way": "online", "proposal": "建议公开社区民警电话。"}),
)  # fmt: skip
GIVEN = {"result": "已办结，证照已交付。"}


def windows(rng: random.Random) -> Iterator[Brought]:
    """What people came to the window for, some of it done on the spot, the latest still open."""
    services = services_of("window_service")
    for day in range(SERVICES_FROM, 0, -1):
        for _n in range(SERVICES_A_DAY):
            service, asked = rng.choice(services), day + rng.random() / 4
            if service.on_the_spot:
                end: tuple[Told, ...] = (Told(asked - 0.01, "at_once", "leader", GIVEN),)
            else:
                done, visits = asked - rng.uniform(1, 6), rng.choice((1, 1, 1, 2))
                granted = (Told(done + 0.5, "grant", "leader"),) if service.licence else ()
                finished = Told(done, "finish", "leader", {**GIVEN, "visits": visits})
                end = (*granted, finished) if done > 1 else ()
            yield Brought(
                "window_service",
                service.code,
                f"窗口办理{service.window.zh}",
                asked,
                {"way": "window"},
                end,
            )
