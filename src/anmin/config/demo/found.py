"""What the police of the demo city find or end themselves: disputes, findings of visits, outcomes of
minor violations, the tracing of a failing, and listed places - the page's own neighbourhood first."""

from typing import Any

from anmin.config.demo.brought import Brought, Told

COMMITTEE: dict[str, Any] = {"way": "peoples", "mediated_by": "文化社区人民调解委员会"}
POLICE = {"way": "public_security", "mediated_by": "锦湖派出所"}
SESSION = {"session": "双方各自陈述，分歧在赔偿数额。"}
DISPUTES = (
    Brought(
        "dispute", "neighbours", "楼道堆放杂物", 98, {"found": "community", "what": "楼上住户在楼道堆放杂物，多次劝说无效。"},
        (
            Told(97, "offer", "leader", COMMITTEE),
            Told(96, "begin", "leader"),
            Told(95, "meet", "leader", SESSION, day="session_on"),
            Told(94, "agree", "leader", {"form": "written", "agreement": "三日内清理楼道，今后不再堆放。"}, day="agreed_on"),
            Told(63, "check", "leader", {"held_first": "kept"}),
            Told(3, "check_again", "leader", {"held_second": "kept", "outcome": "fixed"}),
        ),
    ),
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
        "dispute", "wages", "拖欠装修工资", 40, {"found": "reported", "what": "装修完工两个月未付工资一万二千元。", "people": 6},
        (
            Told(39, "offer", "leader", COMMITTEE),
            Told(38, "begin", "leader"),
            Told(34, "agree", "leader", {"form": "written", "agreement": "分两期付清，月底前付六千元。"}, day="agreed_on"),
            Told(2, "check", "leader", {"held_first": "partly"}),
        ),
    ),
    Brought(
        "dispute", "land_house", "宅基地滴水争议", 20, {"found": "visit", "what": "新建房屋屋檐滴水落入邻家院内。"},
        (
            Told(18, "offer", "leader", COMMITTEE),
            Told(15, "decline", "leader", {"guidance": "可以依法向人民法院起诉，法律咨询可拨打12348。"}),
        ),
    ),
    Brought(
        "dispute", "property_manager", "电梯停运与物业费", 12, {"found": "reported", "what": "电梯停运半个月，业主拒交物业费。", "people": 40},
        (
            Told(11, "offer", "leader", COMMITTEE),
            Told(9, "begin", "leader"),
            Told(6, "part", "leader", SESSION, day="session_on"),
        ),
    ),
    Brought("dispute", "consumer", "健身卡退费", 1, {"found": "reported", "what": "健身房搬迁，要求退还剩余费用。"}),
)  # fmt: skip
VISITS = (
    Brought(
        "visit_finding", "visit_business", "园区夜间照明", 40,
        {"visited": "firm", "hosts": "锦湖工业园", "heard": "园区北门夜间没有照明，下班女工不敢走。"},
        (
            Told(38, "pass_on", "leader", {"passed_to": "瑞安市住房和城乡建设局"}),
            Told(26, "came_back", "leader"),
            Told(
                25, "answer", "leader",
                {"reply": "北门已装路灯三盏并亮灯。", "answered_by": "visit", "outcome": "fixed"},
            ),
        ),
        day="visited_on",
    ),
    Brought(
        "visit_finding", "visit_traffic", "校门口接送拥堵", 15,
        {"visited": "school", "hosts": "文化社区小学", "heard": "放学时段校门口车辆拥堵，孩子过街危险。"},
        (Told(14, "take_up", "leader"),),
        day="visited_on",
    ),
    Brought(
        "visit_finding", "visit_theft", "楼道灯坏、电动车被撬", 2,
        {"visited": "home", "heard": "单元楼道灯坏了两个月，电动车坐垫被撬。"}, day="visited_on",
    ),
)  # fmt: skip
ENDED = (
    ("violation_traffic", {"measure": "education", "ground": "first_time", "first_time": True}),
    ("violation_traffic", {"measure": "warning", "ground": "minor_act", "first_time": True}),
    ("violation_traffic", {"measure": "fine", "ground": "usual", "first_time": False, "fine": 50}),
    ("violation_order", {"measure": "education", "ground": "minor_act", "first_time": True}),
    ("violation_person", {"measure": "education", "ground": "mediated", "first_time": True}),
    ("violation_administration", {"measure": "fine", "ground": "lessened", "first_time": False, "fine": 200}),
)  # fmt: skip
OUTCOMES = tuple(
    Brought("violation_outcome", category, "", day + 0.4, facts, day="decided_on")
    for day, (category, facts) in zip(range(110, 0, -5), ENDED * 4, strict=False)
)
TRACED = (
    Brought(
        "accountability", "", "夜间出警迟缓", 30,
        {"failing": "接报后两小时未派人到场，回访核实属实。", "confirmed_by": "callback"},
        (
            Told(26, "hear", "inspector", {"statement": "当晚只有一组警力在岗。"}, day="heard_on"),
            Told(20, "find", "inspector", {"finding": "警力不足，未按预案请求支援。", "cause": "staffing"}),
            Told(
                15, "decide", "inspector",
                {"consequence": "arrangement", "reasons": "主要原因是排班。", "prevents": "周末夜班增加一组警力。"},
                agreed=True,
            ),
            Told(14, "tell", "inspector", day="told_on"),
        ),
        accused="chenli",
    ),
)  # fmt: skip
NEEDS = ["owners_committee", "property_manager", "technical"]
LOOKED_OVER: dict[str, Any] = {
    "people_checked": {"gate_guard": "ok", "patrols": "ok", "visitors": "lacking", "renters": "ok"},
    "physical_checked": {"fence": "ok", "gates": "ok", "sheds": "ok", "windows": "lacking"},
    "technical_checked": {
        "cameras_gate": "ok",
        "cameras_sheds": "ok",
        "lights": "ok",
        "stored": "ok",
    },
    "fire_checked": {"ways": "ok", "equipment": "ok", "charging": "lacking"},
}
COMMITTEE = {
    "owners_checked": {"elected": "lacking", "filed": "lacking", "guard_rules": "not_here"},
    "manager_checked": {"contract": "ok", "guarding": "ok", "reported": "ok"},
}
LISTINGS = (
    Brought(
        "listing", "listing_theft", "城北小区盗窃多发", 55,
        {
            "ground": "rise", "counted": 12, "usual": 9,
            "case": "当月盗窃十二起，此前通常九起；物业企业撤离，未成立业主委员会。",
        },
        (
            Told(54, "notify", "office", {"bodies": "小区业主、原物业企业、社区居民委员会"}, day="told_on"),
            Told(50, "hear", "office", {"reply": "物业企业已撤离，请求协助选聘。"}),
            Told(45, "list", "office", {"board_number": "5", "lacks": NEEDS}, agreed=True),
            Told(
                44, "order", "office",
                {"body": "community", "body_name": "社区居民委员会", "remedy": "devices", "task": "大门和车棚安装监控六处。"},
            ),
            Told(
                44, "order", "office",
                {"body": "owners", "body_name": "业主大会筹备组", "remedy": "owners_meet", "task": "召开首次业主大会，选举业主委员会。"},
            ),
            Told(
                44, "order", "office",
                {"body": "town", "body_name": "街道办事处", "remedy": "manager_found", "task": "组织选聘物业服务企业。"},
            ),
            Told(22, "order.report", "leader", {"report": "大门四处、车棚两处监控装好。"}),
            Told(
                20, "order.accept", "office",
                {"found": "六处画面清晰。", "outcome": "fixed"}, day="looked_on",
            ),
            Told(20, "reach", "leader", {"milestone": "监控六处装好"}, day="milestone_on"),
            Told(8, "look_over", "leader", LOOKED_OVER),
            Told(7, "look_over", "office", COMMITTEE),
            Told(
                6, "inspect", "office",
                {"inspection": "监控六处到位；业主委员会尚未成立；物业企业已进驻。"},
                day="inspected_on",
            ),
            Told(5, "go_on", "office", note="业主委员会尚未成立"),
        ),
    ),
    Brought(
        "listing", "listing_theft", "西门停车场车窗被砸", 8,
        {"ground": "hot_spot", "counted": 7, "usual": 2, "case": "两周内砸车窗盗窃七起，通常两起。"},
        (Told(6, "notify", "office", {"bodies": "停车场经营者"}, day="told_on"),),
    ),
)  # fmt: skip
