"""Incidents that a station took down itself, each at another point of its way, and what was put right."""

from typing import Any

from anmin.config.demo.brought.script import Brought, Told

HANDLED = {"clearance": "现场处置"}
INCIDENTS = (
    Brought("incident", "suspicious", "陌生人逐户敲门推销", 0.007, {"call_type": "窗口"}, who="officer", place="居民楼三单元"),
    Brought(
        "incident", "welfare", "老人独居两日未应门", 0.04, {"call_type": "电话"},
        (Told(0.035, "dispatch", "leader"),), who="officer", place="居民楼五楼",
    ),
    Brought(
        "incident", "disturbance", "烧烤摊占道争执", 0.08, {"call_type": "电话"},
        (Told(0.07, "dispatch", "leader"), Told(0.05, "arrive", "officer")), who="officer", place="夜市路口",
    ),
    Brought(
        "incident", "property_damage", "车门被划", 0.4, {"call_type": "窗口"},
        (
            Told(0.3, "arrive", "officer"),
            Told(0.2, "ask", "officer", {"question": "请问车辆昨晚停在第几号车位？"}),
        ),
        who="officer", place="小区地面车位",
    ),
    Brought(
        "incident", "noise", "装修中午施工", 0.6, {"call_type": "窗口"},
        (
            Told(0.5, "arrive", "officer"),
            Told(0.4, "mediators", "officer", {"mediated_first": "property_manager"}),
            Told(0.3, "handle", "officer", HANDLED),
        ),
        who="officer", place="居民楼二单元",
    ),
    Brought(
        "incident", "theft", "店内两部手机被盗", 34, {"call_type": "窗口"},
        (
            Told(33.9, "arrive", "officer"),
            Told(33.8, "loss", "officer", {"loss_yuan": 7600, "loss_source": "receipts"}),
            Told(33.5, "handle", "officer", {"clearance": "立案侦查"}),
            Told(33.4, "answer", "officer", {"reply": "已立案，进展会电话告知您。"}),
            Told(21, "solve", "leader", day="solved_on"),
            Told(
                19, "loss", "officer",
                {"loss_yuan": 7600, "loss_source": "receipts", "recovered_yuan": 3900, "recovered_how": "returned"},
            ),
        ),
        who="officer", place="沿街手机店",
    ),
    Brought(
        "incident", "noise", "广场舞音响扰民", 14, {"call_type": "窗口"},
        (
            Told(13.9, "handle", "officer", {"clearance": "劝导"}),
            Told(13.8, "answer", "officer", {"reply": "已劝导调低音量。"}),
            Told(9, "reopen", "inspector", note="抽查当晚未到现场，答复与记录不符。"),
            Told(
                7, "answer", "officer",
                {"reply": "已会同社区到场，约定二十一时后停止，当晚已核实。"},
            ),
        ),
        who="officer", place="社区广场",
    ),
    Brought(
        "incident", "other", "网购退款不成", 5, {"call_type": "窗口"},
        (
            Told(
                4.9, "refer", "leader",
                {"referral": "by_word", "reply": "属消费纠纷，可拨打12315，也可向人民法院起诉。"},
            ),
        ),
        who="officer", place="派出所窗口",
    ),
    Brought(
        "incident", "missing_person", "孩子放学未归", 11, {"call_type": "电话"},
        (Told(10.9, "withdraw", "inspector", note="报警人来电：孩子在同学家，已安全到家，要求撤销。"),), who="officer", place="学校门口",
    ),
)  # fmt: skip
UNHAPPY: dict[str, Any] = {"concerns": ["no_feedback"], "complaint": "报案以后没有人告诉我进展。"}
OF_THEFT, OF_NOISE = INCIDENTS[5].summary, INCIDENTS[6].summary
CALLED = "已电话联系，了解诉求。"
SAID = {"explanation": "已向您当面说明处理经过，并告知后续进展和联系人。"}
PUT_RIGHT = (
    Brought(
        "rectification", "noise", "督察检查发现未到场即答复", 9, {"concerns": ["not_solved"], "complaint": "晚上照样吵。"},
        (
            Told(8.8, "contact", "leader", note=CALLED),
            Told(6.5, "put_right", "leader", {**SAID, "measure": "会同社区与舞队约定时间和音量。"}),
        ),
        who="inspector", follows=OF_NOISE,
    ),
    Brought(
        "rectification", "theft", "督察检查发现未告知进展", 32, UNHAPPY,
        (
            Told(31.5, "contact", "leader", note=CALLED),
            Told(29, "explain", "leader", {**SAID, "finding": "回访前一日已电话告知。"}),
            Told(26, "return", "inspector", note="通话记录中没有这次告知，请再查。"),
            Told(20, "put_right", "leader", {**SAID, "measure": "逐案登记下次告知日期，由值班领导核对。"}),
        ),
        who="inspector", follows=OF_THEFT,
    ),
    Brought(
        "rectification", "theft", "督察检查发现笔录未告知权利", 27, {"concerns": ["not_explained"]},
        (
            Told(26.5, "contact", "leader", note=CALLED),
            Told(24, "explain", "leader", {**SAID, "finding": "权利告知书已签收，回访人记不清。"}),
        ),
        who="inspector", follows=OF_THEFT,
    ),
    Brought(
        "rectification", "theft", "督察检查重复交办", 25, UNHAPPY,
        (Told(24.5, "withdraw", "inspector", note="与前一件整改内容相同，合并办理。"),),
        who="inspector", follows=OF_THEFT,
    ),
    Brought(
        "rectification", "noise", "督察检查发现答复太简单", 1.5, {"concerns": ["not_explained"]},
        (Told(0.6, "contact", "leader", note=CALLED),),
        who="inspector", follows=OF_NOISE,
    ),
    Brought(
        "rectification", "noise", "督察检查发现记录不全", 0.5, {"concerns": ["not_careful"]},
        who="inspector", follows=OF_NOISE,
    ),
)  # fmt: skip
