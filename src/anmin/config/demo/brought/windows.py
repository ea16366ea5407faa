"""Services at windows: many of every day's, and one of each that did not go straight."""

import random
from collections.abc import Iterator
from typing import Any

from anmin.config.demo.brought.script import Ago, Brought, Told
from anmin.matters.categories import category
from anmin.matters.services import services_of

FROM, A_DAY = 30, 2
GIVEN = {"result": "已办结，证照已交付。"}
AT_WINDOW = {"way": "window"}
EXAMINED: dict[str, Any] = {
    "wait_for": "appraisal",
    "wait_reason": "消防设施需委托机构鉴定，约需二十日。",
    "wait_until": Ago(-9),
}
AT_WINDOWS = (
    Brought(
        "window_service", "residence_permit", "申领居住证", 3.2, AT_WINDOW,
        (Told(2.9, "ask_papers", "clerk", {"papers": "居住地住址证明：租房合同或社区出具的证明。"}),), who="clerk",
    ),
    Brought(
        "window_service", "residence_permit", "居住证签注", 12, AT_WINDOW,
        (
            Told(11, "ask_papers", "clerk", {"papers": "就业证明：劳动合同或单位证明。"}),
            Told(7, "papers_in", "clerk"),
            Told(4, "finish", "clerk", {**GIVEN, "visits": 2}),
        ),
        who="clerk",
    ),
    Brought(
        "window_service", "hotel_licence", "民宿特种行业许可", 19, AT_WINDOW,
        (Told(11, "hear", "leader", EXAMINED),), who="clerk",
    ),
    Brought(
        "window_service", "hotel_licence", "旅馆变更法定代表人", 15, AT_WINDOW,
        (Told(3, "grant", "leader"),), who="clerk",
    ),
    Brought(
        "window_service", "hotel_licence", "青年旅舍许可", 36, AT_WINDOW,
        (
            Told(
                17, "longer", "officer", {"longer_reason": "内部平面图改动，须重新现场核查。"},
                note="原图核查已完成，改动部分需再看一次现场。", agreed="改动涉及疏散通道，同意延长。",
            ),
        ),
        who="clerk",
    ),
    Brought(
        "window_service", "passport", "普通护照加注", 9, AT_WINDOW,
        (Told(9, "send_elsewhere", "clerk", {"result": "加注由瑞安市公安局出入境接待大厅办理，可网上预约。"}),), who="clerk",
    ),
    Brought(
        "window_service", "residence_permit", "居住未满半年申领居住证", 17, {"way": "online"},
        (
            Told(
                13, "refuse", "officer",
                {"result": "依据居住证暂行条例第二条，须居住半年以上；居住登记满半年后可再申请。"},
                note="居住登记距申请日不满半年，已向申请人说明。", agreed="依据准确，告知书写明救济途径后送达。",
            ),
            Told(11, "deliver", "clerk", day="delivered_on"),
        ),
        who="clerk",
    ),
    Brought(
        "window_service", "id_card", "换领身份证", 14, AT_WINDOW,
        (Told(12, "withdraw", "inspector", note="旧证已找到，申请人撤回。"),), who="clerk",
    ),
    Brought(
        "window_service", "id_card", "身份证地址印错", 29, AT_WINDOW,
        (
            Told(21, "finish", "clerk", {**GIVEN, "visits": 1}),
            Told(18, "again", "inspector", note="住址少印门牌号，由窗口更正重制，不再收费。"),
            Told(6, "finish", "clerk", {"result": "已更正重制，送证上门。", "visits": 1}),
        ),
        who="clerk",
    ),
    Brought("window_service", "passport", "老年人上门采集护照照片", 16, {"way": "at_home"}, who="clerk"),  # late
)  # fmt: skip


def windows(rng: random.Random) -> Iterator[Brought]:
    """What people came to the window for, some of it done on the spot, the latest still open."""
    services = services_of("window_service")
    for day in range(FROM, 0, -1):
        for _n in range(A_DAY):
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
                f"办理{category(service.code).zh}",
                asked,
                AT_WINDOW,
                end,
            )
