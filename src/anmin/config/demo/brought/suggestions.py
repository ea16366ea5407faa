"""Suggestions: taken up, asked about, answered with the reason, carried out, considered once more."""

from anmin.config.demo.brought.script import Ago, Brought, Told

SUGGESTIONS = (
    Brought(
        "suggestion", "suggest_patrols", "车棚凌晨增加巡逻", 45, {"way": "online", "proposal": "建议凌晨增加巡逻。"},
        (
            Told(44.5, "take_up", "leader"),
            Told(
                35, "answer", "leader",
                {"decision": "adopted", "reply": "采纳，自下周起每晚两班。", "carry_out_by": Ago(21)},
            ),
            Told(34, "consent", "citizen"),
            Told(20, "carry_out", "leader", {"carried_out": "每晚两班车棚巡逻。"}),
        ),
    ),
    Brought(
        "suggestion", "suggest_traffic", "学校门口错峰放学", 30, {"way": "forum", "proposal": "建议分年级错峰放学。"},
        (
            Told(29.8, "take_up", "leader"),
            Told(
                18, "answer", "leader",
                {"decision": "partly", "reply": "高峰增派警力，放学时间由学校决定。", "carry_out_by": Ago(4)},
            ),
            Told(17, "refuse_consent", "citizen"),
        ),
    ),
    Brought(
        "suggestion", "suggest_windows", "周末开放窗口", 58, {"way": "letter", "proposal": "建议周末办证。"},
        (
            Told(40, "answer", "leader", {"decision": "not_adopted", "reply": "警力所限暂不开放，可网上预约。"}),
            Told(33, "reconsider", "inspector", note="回访三人均反映工作日请不出假，请再研究预约办理。"),
            Told(
                16, "answer", "leader",
                {"decision": "partly", "reply": "每月第一个周六上午开放，凭网上预约办理。", "carry_out_by": Ago(-6)},
            ),
            Told(14, "consent", "citizen"),
        ),
    ),
    Brought(
        "suggestion", "suggest_windows", "自助机移到门外", 25, {"way": "letter", "proposal": "建议把自助机移到门外，夜间也能用。"},
        (Told(12, "answer", "leader", {"decision": "not_adopted", "reply": "门外无雨棚和监控，证件有遗失风险，暂不移动。"}),),
    ),
    Brought(
        "suggestion", "suggest_prevention", "反诈宣传进菜市场", 6, {"way": "visit", "proposal": "建议在菜市场宣传。"},
        (Told(5.7, "take_up", "leader"),),
    ),
    Brought(
        "suggestion", "suggest_traffic", "夜间路口改闪黄灯", 11, {"way": "telephone", "proposal": "建议车少的路口夜间改闪黄灯。"},
        (
            Told(10.6, "take_up", "officer"),
            Told(2, "ask", "officer", {"question": "请问是哪几个路口，大约几点以后？"}),
        ),
    ),
    Brought(
        "suggestion", "suggest_other", "公园增设饮水点", 15, {"way": "online", "proposal": "建议公园增设饮水点。"},
        (Told(13, "withdraw", "inspector", note="建议人已向园林部门提出，请求撤回。"),),
    ),
    Brought("suggestion", "suggest_policing", "公开联系方式", 0.3, {"way": "online", "proposal": "建议公开社区民警电话。"}),
)  # fmt: skip
