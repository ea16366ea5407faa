"""Who works in the demo city, and how to sign in as each of them."""

from django.contrib.auth.hashers import make_password

from anmin.people.actions import add_account
from anmin.people.models import Account
from anmin.people.roles import Role
from anmin.places.models import Unit, UnitKind

PASSWORD = "anmin-demo-2026"  # noqa: S105 - printed at every start of a demo city

# username, name, role, unit, what they would open first
STAFF = (
    ("linxiao", "林晓", Role.OPERATOR, "RA-ZH", "回访员 callback operator"),
    ("wangyan", "王燕", Role.OPERATOR, "RA-ZH", "回访员 callback operator"),
    ("zhouweiguo", "周卫国", Role.DUTY_LEADER, "RA-JH", "锦湖派出所值班领导 duty leader"),
    ("chenli", "陈立", Role.OFFICER, "RA-JH", "锦湖派出所民警 officer"),
    ("zhoujie", "周洁", Role.CLERK, "RA-JH", "锦湖派出所窗口 window clerk"),
    ("zhaoming", "赵明", Role.DUTY_LEADER, "RA-ZH", "指挥中心值班领导 duty leader"),
    ("wumin", "吴敏", Role.INSPECTOR, "RA-DC", "督察 inspectorate"),
    ("sunping", "孙平", Role.PROGRAMME, "RA-PA", "平安办 programme office"),
    ("hemiao", "何苗", Role.ANALYST, "RA", "分析员 analyst"),
    ("zhengju", "郑局", Role.LEADER, "RA", "局领导 bureau leader"),
    ("admin", "管理员", Role.ADMIN, "RA", "系统管理员 administrator"),
)
SHOWN = (
    "linxiao",
    "zhouweiguo",
    "chenli",
    "zhoujie",
    "wumin",
    "sunping",
    "hemiao",
    "zhengju",
    "admin",
)


def hire() -> dict[int, Account]:
    """Add the staff and a duty leader for every other station; returns duty leaders by unit."""
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
