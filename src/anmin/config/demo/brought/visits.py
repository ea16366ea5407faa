"""What was heard on visits, and what minor violations ended with."""

from itertools import cycle
from typing import Any

from anmin.config.demo.brought.script import Ago, Brought, Told

VISITS = (
    Brought(
        "visit_finding", "visit_business", "园区夜间照明", 40,
        {"visited": "firm", "hosts": "北门工业园（演示）", "heard": "园区北门夜间没有照明，下班女工不敢走。"},
        (
            Told(38, "pass_on", "leader", {"passed_to": "瑞安市住房和城乡建设局"}),
            Told(
                37.5, "order", "leader", {"task": "请为园区北门通道安装路灯。", "due_by": Ago(24)},
                to="WB-ZJJ", about="园区北门安装路灯",
            ),
            Told(37, "accept", "housing", order=1),
            Told(28, "report", "housing", {"report": "已安装路灯三盏，通电亮灯。"}, order=1),
            Told(27, "approve", "leader", {"found": "三盏灯均已亮。", "outcome": "fixed"}, day="looked_on", order=1),
            Told(26, "came_back", "leader"),
            Told(
                25, "answer", "leader",
                {"reply": "北门已装路灯三盏并亮灯。", "answered_by": "visit", "outcome": "fixed"},
            ),
        ),
        day="visited_on",
    ),
    Brought(
        "visit_finding", "visit_business", "厂区外道路积水", 13,
        {"visited": "firm", "hosts": "东河鞋材厂（演示）", "heard": "下雨后厂门口积水，货车绕行走人行道。"},
        (
            Told(11, "pass_on", "officer", {"passed_to": "锦湖街道办事处"}),
            Told(
                10.5, "order", "leader", {"task": "请疏通厂门口雨水口，雨天安排人员巡查。", "due_by": Ago(-4)},
                to="WB-JHJD", about="疏通厂门口雨水口",
            ),
            Told(5, "send_off", "street", {"not_theirs": "该路段雨水口由瑞安市综合行政执法局养护。"}, order=1),
        ),
        day="visited_on",
    ),
    Brought(
        "visit_finding", "visit_police", "报警回告太慢", 52,
        {"visited": "community", "hosts": "桃源居民小组（演示）", "heard": "居民说报警后一周没有人回告结果。"},
        (
            Told(50, "take_up", "leader"),
            Told(
                41, "answer", "leader",
                {"reply": "已要求民警当日回告。", "answered_by": "telephone", "outcome": "fixed"},
            ),
            Told(32, "reopen", "inspector", note="抽查仍有三起未回告，答复与实际不符。"),
            Told(
                15, "answer", "leader",
                {"reply": "三起已逐一回告并致歉，每周五由值班领导核对。", "answered_by": "meeting", "outcome": "partly"},
            ),
        ),
        day="visited_on",
    ),
    Brought(
        "visit_finding", "visit_traffic", "校门口接送拥堵", 15,
        {"visited": "school", "hosts": "河埭小学（演示）", "heard": "放学时段校门口车辆拥堵，孩子过街危险。"},
        (
            Told(14, "take_up", "leader"),
            Told(
                13.5, "order", "leader", {"task": "请在放学时段安排人员疏导，并施划临时停车位。", "due_by": Ago(-2)},
                to="WB-JHJD", about="校门口放学时段疏导",
            ),
            Told(13, "accept", "street", order=1),
            Told(9, "progress", "street", note="已安排四名志愿者，停车位正在勘查。", order=1),
            Told(1.5, "report", "street", {"report": "志愿者已到岗，施划临时停车位十二个。"}, order=1),
        ),
        day="visited_on",
    ),
    Brought(
        "visit_finding", "visit_other", "快递柜挡住通道", 22,
        {"visited": "home", "heard": "快递柜装在单元门口，轮椅过不去。"},
        (Told(20, "withdraw", "inspector", note="与社区登记的同一件，由社区办理，此处撤销。"),),
        day="visited_on",
    ),
    Brought(
        "visit_finding", "visit_theft", "楼道灯坏、电动车被撬", 2,
        {"visited": "home", "heard": "单元楼道灯坏了两个月，电动车坐垫被撬。"},
        (
            Told(
                1.6, "order", "leader", {"task": "请修复3幢2单元楼道照明，并检查相邻单元。", "due_by": Ago(-5)},
                to="WB-JHJD", about="修复楼道照明",
            ),
        ),
        day="visited_on", place="文苑小区",
    ),
)  # fmt: skip
ENDED: tuple[tuple[str, dict[str, Any]], ...] = (
    ("violation_traffic", {"measure": "education", "ground": "first_time", "first_time": True}),
    ("violation_traffic", {"measure": "warning", "ground": "minor_act", "first_time": True}),
    ("violation_traffic", {"measure": "fine", "ground": "usual", "first_time": False, "fine": 50}),
    ("violation_order", {"measure": "education", "ground": "minor_act", "first_time": True}),
    ("violation_person", {"measure": "education", "ground": "mediated", "first_time": True}),
    ("violation_administration", {"measure": "fine", "ground": "lessened", "first_time": False, "fine": 200}),
)  # fmt: skip
CONTESTED = (
    (33, 2, (Told(20, "contest", "inspector", note="当事人申请行政复议，称车辆已驶离。"),)),
    (
        64, 5,
        (
            Told(50, "contest", "inspector", note="当事人申请行政复议。"),
            Told(9, "overturn", "inspector", note="复议决定撤销：证据不足，罚款退还。"),
        ),
    ),
    (
        88, 5,
        (
            Told(70, "contest", "inspector", note="当事人提起诉讼。"),
            Told(26, "upheld", "inspector", note="判决驳回诉讼请求。"),
        ),
    ),
)  # fmt: skip
OUTCOMES = (
    *(
        Brought("violation_outcome", category, "", day + 0.4, facts, day="decided_on")
        for day, (category, facts) in zip(range(110, 0, -2), cycle(ENDED), strict=False)
    ),
    *(
        Brought("violation_outcome", ENDED[n][0], "", day, ENDED[n][1], steps, day="decided_on")
        for day, n, steps in CONTESTED
    ),
)
