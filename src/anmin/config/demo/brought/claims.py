"""Claims to property that citizens made: of every state, one checked once more."""

from typing import Any

from anmin.config.demo.brought.script import Ago, Brought, Told

PHONE: dict[str, Any] = {"way": "visit", "sort": "phone", "lost_on": Ago(40)}


def answered(finding: str, reply: str) -> dict[str, Any]:
    """What the check found, and what the claimant is told."""
    return {"finding": finding, "reply": reply}


NO = "您提供的情况与我们掌握的财物特征不能相互印证，暂不能返还。有购买凭证或报警回执的，可以持材料申请复核。"
CLAIMS = (
    Brought(
        "property_claim", "claim_property", "认领手机", 32, {**PHONE, "marks": "黑色，屏幕右下角有裂纹。"},
        (
            Told(31, "take_up", "officer"),
            Told(28, "refuse", "officer", answered("序列号不符，裂纹位置不符。", NO), note="特征不符", agreed="核查充分，同意不予返还"),
            Told(24, "reconsider", "inspector", note="认领人补交了购买发票，请重新核查。"),
            Told(21, "grant", "officer", answered("发票序列号与实物一致。", "请带身份证件到锦湖派出所领取，不收取任何费用。"), note="发票与实物一致", agreed="权属明确，同意返还"),
        ),
    ),
    Brought(
        "property_claim", "claim_property", "认领电动车", 19, {"way": "online", "sort": "e_bike", "marks": "蓝色小牛，坐垫换过。"},
        (
            Told(18, "take_up", "officer"),
            Told(14, "refuse", "officer", answered("未能说出车架号和坐垫下物品。", NO), note="特征说不清", agreed="同意不予返还"),
        ),
    ),
    Brought(
        "property_claim", "claim_property", "认领手提电脑", 9, {"way": "online", "sort": "laptop", "marks": "银色，贴有学校标签。"},
        (
            Told(8, "take_up", "officer"),
            Told(5, "ask", "officer", {"question": "请补充购买凭证或包装盒上的编号。"}),
        ),
    ),
    Brought(
        "property_claim", "claim_property", "认领手表", 4, {"way": "telephone", "sort": "watch", "marks": "表带为棕色皮质。"},
        (Told(3, "take_up", "officer"),),
    ),
    Brought("property_claim", "claim_property", "认领现金", 1.2, {"way": "online", "sort": "cash", "marks": "用橡皮筋扎着。"}),
    Brought(
        "property_claim", "claim_property", "认领项链", 13, {"way": "visit", "sort": "other", "marks": "金色，有吊坠。"},
        (Told(11, "withdraw", "citizen", note="已在家中找到。"),),
    ),
)  # fmt: skip
