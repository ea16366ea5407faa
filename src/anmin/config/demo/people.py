"""Who works in the demo city, and how to sign in as each of them."""

from django.contrib.auth.hashers import make_password

from anmin.people.actions import add_account
from anmin.people.models import Account
from anmin.people.roles import Role
from anmin.places.models import Unit, UnitKind

PASSWORD = "anmin-demo-2026"  # noqa: S105 - printed at every start of a demo city

BODIES = (
    ("WB-JHJD", "锦湖街道办事处", "Jinhu Subdistrict Office", UnitKind.TOWN),
    ("WB-MYZ", "马屿镇人民政府", "Mayu Town Government", UnitKind.TOWN),
    ("WB-ZJJ", "瑞安市住房和城乡建设局", "Rui'an Housing Authority", UnitKind.HOUSING),
    ("WB-XFJY", "瑞安市消防救援大队", "Rui'an Fire and Rescue", UnitKind.FIRE),
    ("WB-ZFJ", "瑞安市综合行政执法局", "Rui'an Urban Management", UnitKind.URBAN),
    ("WB-CBWY", "城北物业（演示）", "Chengbei Property Services (demo)", UnitKind.MANAGER),
    (
        "WB-WHYW",
        "文化小区业主委员会（演示）",
        "Wenhua Estate Owners' Committee (demo)",
        UnitKind.OWNERS,
    ),
    ("WB-WHTJ", "文化社区人民调解委员会", "Wenhua Mediation Committee", UnitKind.MEDIATION),
)
"""Bodies outside the police: code, name, English name, kind."""
# username, name, role, unit, what they would open first
STAFF = (
    ("linxiao", "林晓", Role.OPERATOR, "RA-ZH", "回访员 callback operator"),
    ("wangyan", "王燕", Role.OPERATOR, "RA-ZH", "回访员 callback operator"),
    ("zhouweiguo", "周卫国", Role.DUTY_LEADER, "RA-JH", "锦湖派出所值班领导 duty leader"),
    ("chenli", "陈立", Role.OFFICER, "RA-JH", "锦湖派出所民警 officer"),
    ("zhoujie", "周洁", Role.CLERK, "RA-JH", "锦湖派出所窗口 window clerk"),
    ("hanjing", "韩静", Role.CLERK, "RA-ZH", "涉案财物保管人 keeper of the store"),
    ("zhaoming", "赵明", Role.DUTY_LEADER, "RA-ZH", "指挥中心值班领导 duty leader"),
    ("wumin", "吴敏", Role.INSPECTOR, "RA-DC", "督察 inspectorate"),
    ("qianjin", "钱进", Role.INSPECTOR, "RA-DC", "督察，第二人 inspectorate, second person"),
    ("sunping", "孙平", Role.PROGRAMME, "RA-PA", "平安办 programme office"),
    ("hemiao", "何苗", Role.ANALYST, "RA", "分析员 analyst"),
    ("zhengju", "郑局", Role.LEADER, "RA", "局领导 bureau leader"),
    ("jinhujiedao", "李想", Role.PARTNER, "WB-JHJD", "锦湖街道办事处，合作单位 partner body"),
    ("zhujianju", "王建", Role.PARTNER, "WB-ZJJ", "住房和城乡建设局，合作单位 partner body"),
    ("admin", "管理员", Role.ADMIN, "RA", "系统管理员 administrator"),
)
HOLDERS = ("wumin", "qianjin")
"""Who open together what is sealed."""
SHOWN = (
    "linxiao",
    "zhouweiguo",
    "chenli",
    "zhoujie",
    "hanjing",
    "wumin",
    "qianjin",
    "sunping",
    "hemiao",
    "zhengju",
    "jinhujiedao",
    "admin",
)


def hire() -> dict[int, Account]:
    """Add the staff and a duty leader for every other station; returns duty leaders by unit."""
    for code, name, name_en, kind in BODIES:
        Unit.objects.create(code=code, name=name, name_en=name_en, kind=kind)
    units = {unit.code: unit for unit in Unit.objects.all()}
    leaders: dict[int, Account] = {}
    for username, name, role, code, _what in STAFF:
        account = add_account(
            username=username,
            display_name=name,
            role=role,
            unit=units[code],
        )
        if role is Role.DUTY_LEADER:
            leaders[units[code].pk] = account
    rest = [unit for unit in units.values() if unit.pk not in leaders]
    for unit in rest:
        if unit.kind in (UnitKind.STATION, UnitKind.TRAFFIC):
            leaders[unit.pk] = add_account(
                username=f"zb-{unit.code.lower()}",
                display_name=f"{unit.name}值班领导",
                role=Role.DUTY_LEADER,
                unit=unit,
            )
    # One slow hash for all: they share the password anyway.
    Account.objects.update(password=make_password(PASSWORD))
    return leaders


def sign_ins() -> list[tuple[str, str, str]]:
    """Username, password and what they are, for the people worth trying."""
    known = {username: what for username, _name, _role, _unit, what in STAFF}
    return [(username, PASSWORD, known[username]) for username in SHOWN]
