"""The people of these stories, on the two units they need."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

import pytest

from anmin.people.roles import Role

if TYPE_CHECKING:  # read before Django is set up
    from anmin.people.models import Account
    from anmin.places.models import Unit

PASSWORD = "correct horse battery staple"


@dataclass(frozen=True)
class Bureau:
    """A bureau with two stations, and one person of each role (all at Jinhu or above)."""

    bureau: "Unit"
    jinhu: "Unit"
    yuhai: "Unit"
    people: dict[Role, "Account"]

    def __getattr__(self, role: str) -> "Account":
        return self.people[Role(role)]


@pytest.fixture
def bureau(db: None) -> Bureau:
    """The whole bureau; everybody has the same password."""
    from anmin.people.models import Account
    from anmin.places.models import Unit

    top = Unit.objects.create(code="RA", name="瑞安市公安局", kind="bureau")
    jinhu = Unit.objects.create(code="RA-JH", name="锦湖派出所", kind="station", parent=top)
    yuhai = Unit.objects.create(code="RA-YH", name="玉海派出所", kind="station", parent=top)
    street = Unit.objects.create(code="WB-JH", name="锦湖街道办事处", kind="town")
    names = {
        Role.PARTNER: ("jiedao", "李想", street),
        Role.OPERATOR: ("linxiao", "林晓", top),
        Role.DUTY_LEADER: ("zhouweiguo", "周卫国", jinhu),
        Role.OFFICER: ("chenli", "陈立", jinhu),
        Role.CLERK: ("liuyan", "刘燕", jinhu),
        Role.INSPECTOR: ("wumin", "吴敏", top),
        Role.PROGRAMME: ("sunping", "孙平", top),
        Role.ANALYST: ("hemiao", "何苗", top),
        Role.LEADER: ("zhengju", "郑局", top),
        Role.ADMIN: ("admin", "管理员", top),
    }
    people = {
        role: Account.objects.create_user(
            username, PASSWORD, display_name=name, role=role, unit=unit
        )
        for role, (username, name, unit) in names.items()
    }
    return Bureau(top, jinhu, yuhai, people)
