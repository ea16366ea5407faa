"""Failings traced to what led to them: heard, found, decided, appealed against, or not confirmed."""

from typing import Any

from anmin.config.demo.brought.script import Brought, Told

OFFICER, STATION, COMMAND = "chenli", "RA-JH", "RA-ZH"


def follows(consequence: str, reasons: str, prevents: str) -> dict[str, Any]:
    """What is decided, why, and what keeps it from happening again."""
    return {"consequence": consequence, "reasons": reasons, "prevents": prevents}


def heard(days: float, statement: str) -> Told:
    """What those concerned say."""
    return Told(days, "hear", "inspector", {"statement": statement}, day="heard_on")


def found(days: float, finding: str, cause: str) -> Told:
    """What the inspectorate found, and what led to it."""
    return Told(days, "find", "inspector", {"finding": finding, "cause": cause})


TRACED = (
    Brought(
        "accountability", "", "夜间出警迟缓", 30,
        {"failing": "接报后两小时未派人到场，回访核实属实。", "confirmed_by": "callback"},
        (
            heard(26, "当晚只有一组警力在岗。"),
            found(20, "警力不足，未按预案请求支援。", "staffing"),
            Told(
                15, "decide", "inspector",
                follows("arrangement", "主要原因是排班。", "周末夜班增加一组警力。"),
                note="排班表和当晚警力记录已核对。", agreed="不追究个人，本周起增加夜班警力。",
            ),
            Told(14, "tell", "inspector", day="told_on"),
        ),
        about=OFFICER, who="inspector",
    ),
    Brought(
        "accountability", "", "立案后未回告", 85,
        {"failing": "立案两个月未告知报案人进展，信访事项已认定。", "confirmed_by": "petition"},
        (
            heard(80, "案件多，没有提醒。"),
            found(70, "系统没有到期提醒，民警漏记。", "tools"),
            Told(
                60, "decide", "inspector",
                follows("talk", "主要是没有提醒，个人也有疏漏。", "立案满三十日自动提醒承办人。"),
                note="承办人承认疏漏，此前无同类情形。", agreed="同意谈话提醒，提醒功能一个月内上线。",
            ),
            Told(58, "tell", "inspector", day="told_on"),
        ),  # nobody appeals in time
        about=STATION, who="inspector",
    ),
    Brought(
        "accountability", "", "误拖车辆", 78,
        {"failing": "禁停标志被施工围挡遮住仍拖移车辆，复核认定有误。", "confirmed_by": "petition"},
        (
            heard(73, "现场未注意标志被遮。"),
            found(64, "占道施工未会同核查标志。", "rules"),
            Told(
                55, "decide", "inspector",
                follows("criticism", "未核对现场即拖移。", "拖移前拍照核对标志，占道施工前会同核查。"),
                note="信访复核已认定拖移有误。", agreed="同意通报批评，费用先行退还。",
            ),
            Told(54, "tell", "inspector", day="told_on"),
            Told(40, "appeal", "inspector", {"appeal": "施工单位未通知，通报批评过重。"}),
            Told(
                22, "answer_appeal", "inspector",
                {"appeal_result": "changed", "appeal_reasons": "施工单位确未通知，变更为改进制度。"},
                note="施工单位书面承认未通知。", agreed="申诉有理，同意变更。",
            ),
        ),
        about=COMMAND, who="inspector",
    ),
    Brought(
        "accountability", "", "接警登记地址错误", 49,
        {"failing": "地址登记错误，民警到错小区，迟到四十分钟。", "confirmed_by": "check"},
        (
            heard(45, "来电人口音重，没有复述地址。"),
            found(38, "没有复述核对，培训未覆盖方言。", "training"),
            Told(
                29, "decide", "inspector",
                follows("training", "培训缺失为主。", "接警员方言培训，地址必须复述。"),
                note="调听录音，接警员没有复述地址。", agreed="以培训为主，下月底前全员完成。",
            ),
            Told(28, "tell", "inspector", day="told_on"),
            Told(7, "appeal", "inspector", {"appeal": "当日系统定位失灵，请求一并认定。"}),
        ),
        about=COMMAND, who="inspector",
    ),
    Brought(
        "accountability", "", "窗口一次未说清材料", 27,
        {"failing": "三次退回照片，没有一次说清，复查认定属实。", "confirmed_by": "petition"},
        (
            heard(21, "窗口没有告知单。"),
            found(10, "窗口无一次性告知单，新人上岗未培训。", "rules"),
        ),
        about=STATION, who="inspector",
    ),
    Brought(
        "accountability", "", "处警记录缺照片", 66,
        {"failing": "督察抽查五份处警记录，二份没有现场照片。", "confirmed_by": "check"},
        (heard(61, "执法记录仪当晚故障，已报修。"),),  # not decided in time
        about=STATION, who="inspector",
    ),
    Brought(
        "accountability", "", "未按时移交物品", 43,
        {"failing": "当事人称扣押手机未按时返还。", "confirmed_by": "callback"},
        (
            heard(39, "已在期限内返还，有签收单。"),
            Told(
                31, "clear", "inspector",
                {"finding": "签收单和监控可证按时返还，当事人记错日期。"},
                note="签收单、监控和当事人说法已逐一核对。", agreed="没有过失，向民警和当事人分别说明。",
            ),
        ),
        about=OFFICER, who="inspector",
    ),
    Brought(
        "accountability", "", "噪声警情两次未到场", 4,
        {"failing": "同一晚两次报警均未到场，回访核实属实。", "confirmed_by": "callback"},
        about=STATION, who="inspector",
    ),
)  # fmt: skip
