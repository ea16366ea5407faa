"""Listed places, the page's own neighbourhood first: why, what each body has to do, what was checked."""

from typing import Any

from anmin.config.demo.brought.script import Ago, Brought, Told
from anmin.config.demo.map import ESTATE

COMMUNITY = {"body": "community", "body_name": "社区居民委员会"}
OWNERS = {"body": "owners", "body_name": "业主大会筹备组"}
TOWN = {"body": "town", "body_name": "街道办事处"}
MANAGER = {"body": "manager", "body_name": "物业服务企业"}


def checked(**lacking: tuple[str, ...]) -> dict[str, dict[str, str]]:
    """Checklists: in order at every point but those named."""
    return {
        name: {point: "lacking" if point in lacking[name] else "ok" for point in POINTS[name]}
        for name in lacking
    }


POINTS = {
    "people_checked": ("gate_guard", "patrols", "visitors", "renters"),
    "physical_checked": ("fence", "gates", "sheds", "windows"),
    "technical_checked": ("cameras_gate", "cameras_sheds", "lights", "stored"),
    "owners_checked": ("elected", "filed", "guard_rules"),
    "manager_checked": ("contract", "guarding", "reported"),
    "fire_checked": ("ways", "equipment", "charging"),
}
ALL_WELL = checked(**dict.fromkeys(POINTS, ()))


def ordered(days: float, to: dict[str, str], remedy: str, task: str, **more: Any) -> Told:
    """A body gets its task."""
    return Told(days, "order", "office", {**to, "remedy": remedy, "task": task, **more})


def done(order: int, days: float, report: str, found: str) -> tuple[Told, ...]:
    """A body says that it is done, and somebody has looked at it some days later."""
    return (
        Told(days, "report", "leader", {"report": report}, order=order),
        Told(
            days - 3,
            "accept",
            "office",
            {"found": found, "outcome": "fixed"},
            day="looked_on",
            order=order,
        ),
    )


def listed(days: float, number: str, bodies: str, reply: str, *lacks: str) -> tuple[Told, ...]:
    """The bodies were told and heard; with the head's word it stands on the board from that day."""
    return (
        Told(days + 9, "notify", "office", {"bodies": bodies}, day="told_on"),
        Told(days + 5, "hear", "office", {"reply": reply}),
        Told(
            days,
            "list",
            "office",
            {"board_number": number, "lacks": list(lacks)},
            note=f"已听取{reply.split('：')[0]}意见，隐患仍在。",
            agreed=f"同意列为{number}号挂牌整治，两个月内见效。",
        ),
    )


ESTATE_LISTING = Brought(
    "listing", "listing_theft", "小区盗窃多发", 70,
    {
        "ground": "rise", "counted": 12, "usual": 9, "since": Ago(119),
        "case": "六周内盗窃十二起，上年同期九起；物业服务企业撤离，没有业主委员会。",
    },
    (
        *listed(
            58, "5", "小区业主、原物业服务企业、社区居民委员会、街道办事处",
            "原物业服务企业：合同到期已撤离；社区：请求协助选聘物业、成立业主委员会。",
            "owners_committee", "property_manager", "technical",
        ),
        ordered(57, COMMUNITY, "devices", "大门和车棚安装监控六处。"),
        ordered(57, OWNERS, "owners_meet", "召开首次业主大会，选举业主委员会。"),
        ordered(57, TOWN, "manager_found", "组织选聘物业服务企业。"),
        Told(50, "begin", "leader", order=2),
        *done(1, 36, "大门四处、车棚两处监控装好。", "六处画面清晰，录像保存三十日。"),
        Told(33, "reach", "leader", {"milestone": "监控六处装好"}, day="milestone_on"),
        Told(
            24, "look_over", "leader", checked(people_checked=("visitors",), physical_checked=("windows",), technical_checked=()),
            note="派出所核查",
        ),
        Told(23, "look_over", "office", checked(fire_checked=("charging",)), note="消防救援站核查"),
        Told(22, "look_over", "office", checked(owners_checked=("elected", "filed"), manager_checked=("contract",)), note="街道办事处核查"),
        Told(
            21, "inspect", "office",
            {"inspection": "监控六处到位；业主委员会尚未成立；物业服务企业选聘中。"}, day="inspected_on",
        ),
        Told(20, "go_on", "office", note="业主委员会尚未成立，物业服务企业未进驻。"),
        *done(3, 12, "选聘的物业服务企业已签约进驻，夜间两人值守。", "大门有人值守，合同已备案。"),
        Told(9, "reach", "office", {"milestone": "物业服务企业进驻"}, day="milestone_on"),
        Told(6, "look_over", "office", checked(manager_checked=()), note="街道办事处核查"),
    ),
    who="office", area=ESTATE["code"], place="文苑小区",
)  # fmt: skip
LISTINGS = (
    ESTATE_LISTING,
    Brought(
        "listing", "listing_theft", "停车场车窗被砸", 8,
        {"ground": "hot_spot", "counted": 7, "usual": 2, "case": "两周内砸车窗盗窃七起，通常两起。"},
        (Told(6, "notify", "office", {"bodies": "停车场经营者"}, day="told_on"),),
        who="office", place="西门停车场（演示）",
    ),
    Brought(
        "listing", "listing_order_place", "夜市周边打架增多", 2,
        {"ground": "rise", "counted": 8, "usual": 3, "case": "四周内殴打伤害八起，通常三起，集中在零时前后。"},
        who="office", place="河滨夜市（演示）",
    ),
    Brought(
        "listing", "listing_fire", "出租房电动车上楼", 48,
        {"ground": "other_ground", "case": "两个月内楼道充电起火二起，无人伤亡。"},
        (
            Told(46, "notify", "office", {"bodies": "房东、社区居民委员会"}, day="told_on"),
            Told(41, "hear", "office", {"reply": "房东：已在楼下建充电棚，收回楼道插座。"}),
            Told(38, "spare", "office", note="充电棚已建成并现场看过，不再挂牌，三个月后复看。"),
        ),
        who="office", place="东安里出租房（演示）",
    ),
    Brought(
        "listing", "listing_theft", "批发市场扒窃多发", 117,
        {"ground": "hot_spot", "counted": 15, "usual": 6, "case": "一个月内扒窃十五起，通常六起。"},
        (
            *listed(105, "1", "市场管理公司、街道办事处", "市场管理公司：夜间无保安，愿意增加。", "guards", "technical"),
            ordered(104, MANAGER, "guarding", "出入口设岗，夜间每两小时巡逻一次。"),
            *done(1, 92, "设岗三处，巡逻八人。", "岗位在岗，巡逻有记录。"),
            Told(88, "look_over", "leader", ALL_WELL),
            Told(86, "inspect", "office", {"inspection": "岗位、监控、照明到位，无新问题。"}, day="inspected_on"),
            Told(80, "check_first", "leader", day="community_checked_on"),
            Told(70, "check_second", "office", day="town_checked_on"),
            Told(
                50, "delist", "office",
                {"result": "挂牌前一个月扒窃十五起，摘牌前一个月四起。"},
                note="三级核查均通过，群众走访无新反映。", agreed="扒窃明显下降，同意摘牌，三个月后复看。",
            ),
        ),
        who="office", place="南门批发市场（演示）",
    ),
    Brought(
        "listing", "listing_traffic", "弯道事故多发", 76,
        {"ground": "red_months", "case": "连续两个月平安指数红色，弯道事故九起，伤六人。"},
        (
            *listed(52, "4", "街道办事处、道路养护单位", "养护单位：弯道无警示灯，可以补装。", "technical"),
            ordered(51, {"body": "another", "body_name": "道路养护单位"}, "devices", "弯道装警示灯和减速带。"),
            *done(1, 34, "警示灯四盏、减速带两处装好。", "灯亮，减速带完好。"),
            Told(26, "look_over", "leader", ALL_WELL),
            Told(24, "inspect", "office", {"inspection": "警示灯、减速带到位。"}, day="inspected_on"),
            Told(15, "check_first", "leader", day="community_checked_on"),
            Told(8, "check_second", "office", day="town_checked_on"),
            Told(
                1, "delist", "office",
                {"result": "挂牌前一个月事故五起，近一个月一起。"},
                note="警示灯和减速带装好满一个月，三级核查通过。", asked=True,
            ),
        ),
        who="office", place="北山弯道（演示）",
    ),
    Brought(
        "listing", "listing_order_place", "棋牌室赌博举报增多", 62,
        {"ground": "rise", "counted": 11, "usual": 4, "case": "两个月内赌博举报十一起，通常四起。"},
        (
            *listed(40, "6", "房东、社区居民委员会", "社区：愿意每周会同查看。", "guards"),
            ordered(39, COMMUNITY, "guarding", "每周会同派出所查看两次。"),
            *done(1, 25, "四周查看八次，关停一家。", "登记完整，一家已关停。"),
            Told(18, "look_over", "leader", {**ALL_WELL, **checked(people_checked=("renters",))}),
            Told(16, "inspect", "office", {"inspection": "两家已停业；出租房屋登记缺三户。"}, day="inspected_on"),
            Told(5, "check_first", "leader", day="community_checked_on"),
        ),
        who="office", place="老街棋牌室一带（演示）",
    ),
    Brought(
        "listing", "listing_theft", "安置房小区电瓶被盗", 92,
        {"ground": "rise", "counted": 14, "usual": 5, "case": "两个月内电动车电瓶被盗十四起，通常五起。"},
        (
            *listed(72, "3", "社区居民委员会、物业服务企业", "物业服务企业：车棚无门，费用须表决。", "physical", "technical"),
            ordered(71, MANAGER, "gates", "两处车棚加装门禁。"),
            ordered(71, COMMUNITY, "devices", "车棚安装监控和照明。", due_by=Ago(4)),
            ordered(71, TOWN, "something_else", "老旧围墙拆除重建。"),
            Told(60, "drop", "office", note="围墙列入旧改项目，不再单独交办。", order=3),
            Told(44, "report", "leader", {"report": "一处车棚装好门禁。"}, order=1),
            Told(41, "send_back", "office", {"found": "另一处车棚没有装。"}, day="looked_on", order=1),
            Told(17, "extend", "office", {"extension_reason": "业主大会刚通过动用维修资金。"},
                note="资金到账和施工还需约一个月。", agreed="维修资金已表决通过，同意延长一次，到期必须完工。"),
            Told(6, "look_over", "leader", {**ALL_WELL, **checked(physical_checked=("sheds",), fire_checked=("charging",))}),
            Told(5, "inspect", "office", {"inspection": "一处车棚仍无门禁，充电桩未装。"}, day="inspected_on"),
            ordered(4, {"body": "fire", "body_name": "消防救援站"}, "fire_ways", "会同物业划定集中充电区，清理楼道。"),
            Told(2, "report", "leader", {"report": "监控四处、照明六盏装好。"}, order=2),
        ),
        who="office", place="东城安置房小区（演示）",
    ),
)  # fmt: skip
