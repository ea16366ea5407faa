"""Petitions up to their reply: accepted or not, passed on, asked about, taken up after all."""

from typing import Any

from anmin.config.demo.brought.script import Brought, Told

REASONS = "经查：相关记录和现场情况已核实。依据户口登记条例，材料齐全的应予办理。"
HEARD: dict[str, Any] = {"heard": "met", "reasons": REASONS}
TRAFFIC: dict[str, Any] = {
    "passed_to": "瑞安市公安局交通警察大队",
    "passed_ground": "停车秩序由交通警察大队管理。",
}
PETITIONS = (
    Brought(
        "petition", "traffic_order", "路口信号灯时间太短", 50,
        {"way": "letter", "purpose": "proposal", "people": 6, "demand": "请求延长行人绿灯。"},
        (
            Told(48, "accept", "leader"),
            Told(
                30, "reply", "leader",
                {
                    "heard": "telephoned", "reply": "已延长行人绿灯八秒。", "outcome": "fixed",
                    "reasons": "经查：该路口行人绿灯为十六秒，现场测得老人过街需二十二秒。依据道路交通安全法，可予调整。",
                },
            ),
            Told(28, "deliver", "leader", day="delivered_on"),
        ),
    ),
    Brought(
        "petition", "public_order", "对行政处罚决定不服", 26,
        {"way": "letter", "purpose": "appeal", "people": 1, "demand": "请求撤销处罚。"},
        (
            Told(
                22, "lead", "inspector",
                {
                    "procedure": "administrative",
                    "guidance": "对处罚决定不服的，可自收到之日起六十日内向瑞安市人民政府申请行政复议。",
                },
            ),
        ),
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
        "petition", "petition_other", "同一事项再次来访", 18,
        {"way": "visit", "purpose": "appeal", "people": 1, "demand": "请求重新处理。"},
        (Told(15, "refuse", "inspector", {"refusal": "该事项正在规定期限内办理，不重复受理。"}),),
    ),
    Brought(
        "petition", "petition_other", "停车场被锁", 3,
        {"way": "telephone", "purpose": "appeal", "people": 1, "demand": "请求协调开放停车场。"},
        (Told(2, "transfer", "inspector", TRAFFIC),),
    ),
    Brought(
        "petition", "traffic_order", "小区门口违停堵路", 9,
        {"way": "online", "purpose": "appeal", "people": 4, "demand": "请求清理门口违停车辆。"},
        (
            Told(7, "transfer", "inspector", TRAFFIC),
            Told(4, "object", "inspector", note="交警大队提出：该路段在小区内部，由物业管理，不属道路。"),
        ),
    ),
    Brought(
        "petition", "traffic_order", "货车夜间停放挡住视线", 24,
        {"way": "letter", "purpose": "appeal", "people": 2, "demand": "请求禁止货车在弯道停放。"},
        (Told(22, "transfer", "inspector", TRAFFIC),),  # nobody objects in time
    ),
    Brought(
        "petition", "traffic_order", "非机动车道被占用", 33,
        {"way": "telephone", "purpose": "appeal", "people": 1, "demand": "请求恢复非机动车道。"},
        (
            Told(31, "transfer", "inspector", TRAFFIC),
            Told(28, "taken", "inspector", day="taken_on"),
        ),
    ),
    Brought(
        "petition", "police_conduct", "反映窗口态度", 9,
        {
            "way": "letter", "purpose": "accusation", "people": 1,
            "demand": "请求核查。", "accusation": "反映办证时态度生硬、推诿。",
        },
        (Told(6, "accept", "inspector"),),
        about="chenli", who="inspector",
    ),
    Brought(
        "petition", "entry_exit", "护照加急被拒", 8,
        {"way": "online", "purpose": "appeal", "people": 1, "demand": "请求加急办理。"},
        (Told(5, "accept", "leader"),),
    ),
    Brought(
        "petition", "public_order", "夜市占道争吵处置", 13,
        {"way": "visit", "purpose": "appeal", "people": 2, "demand": "请求说明当晚处置经过。"},
        (
            Told(11, "accept", "leader"),
            Told(3, "ask", "officer", {"question": "请补充当晚的大致时间和摊位位置，便于调取记录。"}),
        ),
    ),
    Brought(
        "petition", "police_inaction", "丢失电动车未回告", 46,
        {"way": "online", "purpose": "appeal", "people": 1, "demand": "请求告知案件进展。"},
        (
            Told(44, "refuse", "inspector", {"refusal": "未提供报警时间和车辆信息，无法核实，请补充后再提出。"}),
            Told(31, "take_up", "inspector", note="已补充报警回执，属本局职责，应予受理。"),
            Told(30, "accept", "inspector"),
            Told(
                9, "reply", "inspector",
                {
                    "heard": "telephoned", "reply": "案件仍在办理，今后每月电话告知一次进展。", "outcome": "partly",
                    "reasons": "经查：接警和立案记录完整，立案后两个月未告知进展，回告不到位。",
                },
            ),
            Told(8, "deliver", "inspector", day="delivered_on"),
        ),
    ),
    Brought(
        "petition", "compensation", "处警中花盆被碰倒", 21,
        {"way": "telephone", "purpose": "appeal", "people": 1, "demand": "请求赔偿花盆二只。"},
        (
            Told(19, "accept", "leader"),
            Told(12, "withdraw", "inspector", note="已当面协商一致，信访人书面撤回。"),
        ),
    ),
    Brought(
        "petition", "household_papers", "姓名变更申请未答复", 1,
        {"way": "visit", "purpose": "appeal", "people": 1, "demand": "请求答复。"},
    ),
)  # fmt: skip
