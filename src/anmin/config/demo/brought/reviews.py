"""Petitions after their reply: the review by the body above, and the second review, which is the last."""

from typing import Any

from anmin.config.demo.brought.script import Brought, Told

ABOVE = {"review_body": "瑞安市人民政府"}
ABOVE_THAT = {"second_body": "温州市人民政府"}
WORDS = {
    "upheld": "原答复事实清楚、依据正确，同意维持。",
    "changed": "原答复有不当之处，同意变更，请窗口照办。",
}
"""What the head says to a review, by its result."""


def replied(
    days: float, reply: str, reasons: str, outcome: str = "not_fixed", who: str = "leader"
) -> tuple[Told, ...]:
    """Accepted, answered in writing at that day, and delivered on the next."""
    given: dict[str, Any] = {"heard": "met", "reasons": reasons, "reply": reply, "outcome": outcome}
    return (
        Told(days + 20, "accept", who),
        Told(days, "reply", who, given),
        Told(days - 1, "deliver", who, day="delivered_on"),
    )


def asked(days: float, why: str, begun: float) -> tuple[Told, ...]:
    """A review is asked for, and the body above has received it."""
    return (
        Told(days, "ask_review", "citizen", note=why),
        Told(begun, "review_begins", "inspector", ABOVE, day="review_begun_on"),
    )


def decided(days: float, result: str, reply: str) -> tuple[Told, ...]:
    """The review is decided, and delivered on the next day."""
    given = {"review_result": result, "review_reply": reply}
    return (
        Told(
            days,
            "decide",
            "inspector",
            given,
            note=f"复查意见已拟好：{reply.removeprefix('经复查：')}",
            agreed=WORDS[result],
        ),
        Told(days - 1, "deliver", "inspector", day="delivered_on"),
    )


def asked_again(days: float, why: str, begun: float) -> tuple[Told, ...]:
    """A second review is asked for, and the body above that one has received it."""
    return (
        Told(days, "ask_again", "citizen", note=why),
        Told(begun, "second_begins", "inspector", ABOVE_THAT, day="second_begun_on"),
    )


REVIEWS = (
    Brought(
        "petition", "household_papers", "户口迁移材料被退回", 118,
        {"way": "visit", "purpose": "appeal", "people": 1, "demand": "材料齐全，请求准予迁入。"},
        (
            Told(115, "accept", "leader"),
            Told(62, "extend", "leader", {"extension_reason": "需要外地协查。"},
                note="协查函已发出，回函约需二十日。", agreed="协查确有必要，同意延期，请告知信访人。"),
            Told(
                54, "reply", "leader",
                {
                    "heard": "met", "reply": "缺少住所证明，暂不予办理。", "outcome": "not_fixed",
                    "reasons": "经查：迁入地住所证明未提交。依据户口登记条例，材料齐全后应予办理。",
                },
            ),
            Told(53, "deliver", "leader", day="delivered_on"),
            *asked(40, "住所证明已经补交。", 39),
            *decided(22, "upheld", "经复查：补交的证明系租赁合同，未经备案，予以维持。"),
            *asked_again(12, "仍然不服。", 11),
            Told(2, "hear", "inspector"),
        ),
    ),
    Brought(
        "petition", "compensation", "停车纠纷损失赔偿", 40,
        {"way": "online", "purpose": "appeal", "people": 1, "demand": "请求赔偿修车费用。"},
        (
            *replied(15, "赔偿属民事争议，已协调双方调解。", "经查：双方停车时剐蹭，责任已认定。", "partly"),
            Told(6, "ask_review", "citizen", note="对方没有履行。"),
        ),
    ),
    Brought(
        "petition", "public_order", "楼下棋牌室深夜扰民", 64,
        {"way": "letter", "purpose": "appeal", "people": 9, "demand": "请求关闭棋牌室。"},
        (
            *replied(40, "已责令二十二时后停业，不具备关闭条件。", "经查：经营者有营业执照，无赌博行为。", "partly"),
            *asked(22, "仍营业到凌晨。", 20),
        ),
    ),
    Brought(
        "petition", "entry_exit", "证件照片多次退回", 99,
        {"way": "visit", "purpose": "appeal", "people": 1, "demand": "请求说明退回理由并退还照相费。"},
        (
            *replied(75, "照片不合规格，费用由照相馆收取，不予退还。", "经查：三次退回理由均为背景不合规格。"),
            *asked(60, "退回时没有一次说清。", 58),
            *decided(25, "changed", "经复查：未一次性告知，变更原答复，由窗口免费重新采集照片。"),  # some days late
        ),
    ),
    Brought(
        "petition", "household_papers", "新生儿落户被要求补材料", 108,
        {"way": "online", "purpose": "appeal", "people": 2, "demand": "请求取消不必要的证明。"},
        (
            *replied(84, "须提供亲子鉴定，暂不予办理。", "经查：出生医学证明与登记不一致。"),
            *asked(70, "出生医学证明已经更正。", 68),
            *decided(42, "upheld", "经复查：更正前提出的申请材料不全，予以维持；更正后可重新申请。"),
            Told(14, "ask_again", "citizen", note="不应再次跑窗口。"),  # not brought above in time
        ),
    ),
    Brought(
        "petition", "police_enforcement", "摩托车被暂扣", 117,
        {"way": "letter", "purpose": "appeal", "people": 1, "demand": "请求返还摩托车。"},
        (
            *replied(94, "车辆无号牌，依法暂扣，补办后返还。", "经查：现场查获时未悬挂号牌。", who="inspector"),
            *asked(80, "号牌遗失，已经报失。", 78),
            *decided(52, "upheld", "经复查：暂扣程序合法，予以维持。"),
            *asked_again(30, "报失在先。", 28),
            Told(24, "hear", "inspector"),
            Told(20, "heard", "inspector"),
        ),
    ),
    Brought(
        "petition", "compensation", "误拖车辆的费用", 118,
        {"way": "visit", "purpose": "appeal", "people": 1, "demand": "请求退还拖车费和停车费。"},
        (
            *replied(96, "拖移有据，费用不予退还。", "经查：车辆停于禁停路段，标志清楚。"),
            *asked(86, "当日标志被施工围挡遮住。", 84),
            *decided(62, "upheld", "经复查：予以维持。"),
            *asked_again(45, "有现场照片。", 43),
            Told(
                16, "close", "inspector",
                {"second_result": "revoked", "second_reply": "经复核：照片可证标志被遮挡，撤销原意见，责令重新办理，退还费用。"},
                note="当日照片与围挡施工记录一致。", agreed="同意撤销，请交警大队一周内退款并当面致歉。",
            ),
        ),
    ),
)  # fmt: skip
