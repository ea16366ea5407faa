"""Disputes: offered, mediated, agreed and watched, not kept, gone on as a case, ended without."""

from typing import Any

from anmin.config.demo.brought.script import Ago, Brought, Told

COMMITTEE: dict[str, Any] = {"way": "peoples", "mediated_by": "社区人民调解委员会"}
POLICE: dict[str, Any] = {"way": "public_security", "mediated_by": "锦湖派出所"}
TRADE: dict[str, Any] = {"way": "trade", "mediated_by": "瑞安市道路交通事故人民调解委员会"}
SESSION = {"session": "双方各自陈述，分歧在赔偿数额。"}
COURT = {"guidance": "可以依法向人民法院起诉，法律咨询可拨打12348。"}


def written(agreement: str, by: float | None = None) -> dict[str, Any]:
    """An agreement on paper, to be kept by a day."""
    until = {} if by is None else {"perform_by": Ago(by)}
    return {"form": "written", "agreement": agreement, **until}


AGREED = (
    Brought(
        "dispute", "neighbours", "楼道堆放杂物", 98, {"found": "community", "what": "楼上住户在楼道堆放杂物，多次劝说无效。"},
        (
            Told(97, "offer", "leader", COMMITTEE),
            Told(96, "begin", "leader"),
            Told(95, "meet", "leader", SESSION, day="session_on"),
            Told(94, "agree", "leader", written("三日内清理楼道，今后不再堆放。", 91), day="agreed_on"),
            Told(63, "check", "leader", {"held_first": "kept"}),
            Told(3, "check_again", "leader", {"held_second": "kept", "outcome": "fixed"}),
        ),
    ),
    Brought(
        "dispute", "wages", "拖欠装修工资", 40, {"found": "reported", "what": "装修完工两个月未付工资一万二千元。", "people": 6},
        (
            Told(39, "offer", "leader", COMMITTEE),
            Told(38, "begin", "leader"),
            Told(34, "agree", "leader", written("分两期付清，月底前付六千元。", 4), day="agreed_on"),
            Told(2, "check", "leader", {"held_first": "partly"}),
        ),
    ),
    Brought(
        "dispute", "traffic_dispute", "电动车剐蹭赔偿", 27, {"found": "call", "what": "两车剐蹭，一方要求赔偿修车和误工费用。"},
        (
            Told(26, "offer", "officer", TRADE),
            Told(24, "begin", "officer"),
            Told(20, "agree", "officer", written("一次性赔偿一千八百元，十日内付清。", 10), day="agreed_on"),
            Told(9, "confirm", "officer", {"court_asked_on": Ago(12), "confirmed_on": Ago(9)}),
        ),
    ),
    Brought(
        "dispute", "neighbours", "空调外机噪声", 57, {"found": "reported", "what": "外机对着邻家卧室，夜间噪声大。"},
        (
            Told(55, "offer", "officer", COMMITTEE),
            Told(53, "begin", "officer"),
            Told(
                52, "order", "leader", {"task": "请查看外机安装是否违反市容规定。", "due_by": Ago(45)},
                to="WB-ZFJ", about="查看空调外机安装",
            ),
            Told(49, "withdraw", "leader", note="双方已商定移装外机，不再需要查看。", order=1),
            Told(48, "agree", "officer", {"form": "spoken", "agreement": "一个月内移装外机。"}, day="agreed_on"),
        ),  # nobody has asked in time whether it held
    ),
    Brought(
        "dispute", "contract", "店面转让定金", 52, {"found": "reported", "what": "转让不成，要求退还定金二万元。"},
        (
            Told(51, "offer", "leader", COMMITTEE),
            Told(49, "begin", "leader"),
            Told(41, "agree", "leader", written("分三期退还，每月十五日前付。", -20), day="agreed_on"),
            Told(4, "broke", "leader", {"breach": "第二期到期未付，电话不接。"}),
        ),
    ),
    Brought(
        "dispute", "property_manager", "地下车位漏水", 76, {"found": "community", "what": "车位长期漏水，业主要求赔偿漆面。", "people": 3},
        (
            Told(74, "offer", "leader", COMMITTEE),
            Told(72, "begin", "leader"),
            Told(66, "agree", "leader", written("物业企业一个月内修好并补漆。", 36), day="agreed_on"),
            Told(
                65, "order", "leader", {"task": "请查明车位漏水是否在保修期内。", "due_by": Ago(50)},
                to="WB-ZJJ", about="查明车位漏水责任",
            ),
            Told(60, "send_off", "housing", {"not_theirs": "已过保修期，由物业服务企业维修。"}, order=1),
            Told(58, "let_go", "leader", note="由物业服务企业按协议维修。", order=1),
            Told(34, "broke", "leader", {"breach": "只补漆，漏水未修。"}),
            Told(31, "resume", "leader"),
            Told(26, "agree", "leader", written("更换防水层，社区到场验收。", 12), day="agreed_on"),
        ),
    ),
)  # fmt: skip
NOT_AGREED = (
    Brought(
        "dispute", "compensation_dispute", "停车场推搡互殴", 50, {"found": "call", "what": "停车争执中互相推搡，一方手部擦伤。"},
        (
            Told(49.9, "offer", "leader", POLICE),
            Told(49.5, "begin", "leader"),
            Told(49, "part", "leader", SESSION, day="session_on"),
            Told(47, "again", "leader"),
            Told(46, "part", "leader", SESSION, day="session_on"),
            Told(45, "to_case", "leader"),
            Told(30, "decide", "leader", {"case_result": "双方各罚款二百元。", "outcome": "partly"}),
        ),
    ),
    Brought(
        "dispute", "compensation_dispute", "夜宵摊口角打砸", 44, {"found": "call", "what": "口角后掀翻摊位，损失一千余元。", "urgent": True},
        (
            Told(43.8, "offer", "officer", POLICE),
            Told(43, "begin", "officer"),
            Told(41, "part", "officer", SESSION, day="session_on"),
            Told(40, "to_case", "leader"),
            Told(14, "extend", "leader", note="须等待损失价格认定。", agreed="价格认定未出具，同意延长三十日。"),
        ),
    ),
    Brought(
        "dispute", "land_house", "宅基地滴水争议", 20, {"found": "visit", "what": "新建房屋屋檐滴水落入邻家院内。"},
        (Told(18, "offer", "leader", COMMITTEE), Told(15, "decline", "leader", COURT)),
    ),
    Brought(
        "dispute", "quarrel_at_home", "兄弟分摊赡养费", 47, {"found": "community", "what": "兄弟三人对老人赡养费分摊不一。", "people": 4},
        (
            Told(45, "offer", "leader", COMMITTEE),
            Told(43, "begin", "leader"),
            Told(38, "part", "leader", {"session": "长子不同意按月支付，老人未到场。"}, day="session_on"),
            Told(35, "again", "leader"),
            Told(29, "part", "leader", {"session": "分歧仍在数额，两方愿意起诉。"}, day="session_on"),
            Told(24, "fail", "leader", COURT),
        ),
    ),
    Brought(
        "dispute", "contract", "合伙开店退股", 19, {"found": "reported", "what": "三人合伙开店，一人要求退还股金。", "people": 3},
        (
            Told(17, "offer", "leader", COMMITTEE),
            Told(14, "begin", "leader"),
            Told(8, "meet", "leader", {"session": "核对账目，两笔进货款无凭据，约定下次带来。"}, day="session_on"),
        ),
    ),
    Brought(
        "dispute", "property_manager", "电梯停运与物业费", 12, {"found": "reported", "what": "电梯停运半个月，业主拒交物业费。", "people": 40},
        (
            Told(11, "offer", "leader", COMMITTEE),
            Told(9, "begin", "leader"),
            Told(
                8, "order", "leader",
                {"task": "请查明电梯停运原因，恢复运行，并在单元门口张贴维修安排。", "due_by": Ago(3)},
                to="WB-CBWY", about="恢复电梯运行",
            ),
            Told(7.5, "accept", "leader", order=1),
            Told(6, "part", "leader", SESSION, day="session_on"),
        ),
    ),
    Brought(
        "dispute", "consumer", "装修建材退货", 16, {"found": "passed_on", "what": "瓷砖色差，要求退货。"},
        (
            Told(14, "offer", "officer", COMMITTEE),
            Told(11, "withdraw", "inspector", note="商家已退货，双方撤回。"),
        ),
    ),
    Brought(
        "dispute", "neighbours", "屋顶种菜渗水", 3, {"found": "visit", "what": "楼顶住户种菜，下层天花板渗水。"},
        (Told(1, "offer", "officer", COMMITTEE),),
    ),
    Brought("dispute", "consumer", "健身卡退费", 1, {"found": "reported", "what": "健身房搬迁，要求退还剩余费用。"}),
)  # fmt: skip
DISPUTES = AGREED + NOT_AGREED
