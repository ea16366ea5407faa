"""The people and places of every story: one small bureau, one person for each role."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from anmin.matters.actions import move, open_matter
from anmin.matters.actor import Actor
from anmin.matters.contacts import ContactFacts
from anmin.matters.models import Matter
from anmin.people.models import Account
from anmin.people.roles import Role
from anmin.places.models import Area, Responsibility, Unit
from tests.kept import kept

PASSWORD = "安民-test-pass-2026"
WANG = ContactFacts("王秀英", "+8613857712345", "锦湖街道文化小区3幢")


@dataclass
class City:
    """A bureau with two stations, and who works there."""

    bureau: Unit
    command: Unit
    inspectorate: Unit
    jinhu: Unit
    yuhai: Unit
    town: Area
    wenhua: Area
    yuhai_town: Area
    operator: Account  # 林晓, command centre
    duty_leader: Account  # 周卫国, Jinhu station
    officer: Account  # 陈立, Jinhu station
    other_officer: Account  # 何军, Yuhai station
    inspector: Account  # 吴敏
    leader: Account  # 郑局
    analyst: Account  # 何苗
    programme: Account  # 孙平
    admin: Account

    def incident(self, **changes: Any) -> Matter:
        """A theft in 文化小区 reported by 王秀英 to Jinhu station two hours ago, or as today began.

        陈立 opens it; elsewhere than at Jinhu it is 周卫国, who hands matters out.
        """
        elsewhere, now = {"area", "unit"} & changes.keys(), timezone.now()
        facts: dict[str, Any] = {
            "kind": "incident",
            "actor": Actor.of(self.duty_leader if elsewhere else self.officer),
            "category": "theft",
            "summary": "电动车被盗",
            "place": "文化小区3幢楼下",
            "area": self.wenhua,
            "contact": WANG,
            "opened_at": max(
                now - timedelta(hours=2), timezone.localtime(now).replace(hour=0, minute=0)
            ),
        }
        return open_matter(**{**facts, **changes})

    def answered(self, **changes: Any) -> Matter:
        """The same, already answered by 陈立."""
        matter = self.incident(**changes)
        return move(
            matter_id=matter.pk,
            code="answer",
            actor=Actor.of(self.officer),
            inputs={"reply": "已立案，正在调取监控，有进展会告知您。"},
        )


@dataclass
class Body:
    """A body outside the police, and who works there."""

    unit: Unit
    partner: Account


def body(code: str = "WB-JH", name: str = "锦湖街道办事处", kind: str = "town") -> Body:
    """A body beside the bureau, with an account of its own."""
    unit = Unit.objects.create(code=code, name=name, kind=kind)
    partner = Account.objects.create_user(
        code.lower(), PASSWORD, display_name=f"{name}经办人", role=Role.PARTNER, unit=unit
    )
    return Body(unit, partner)


def order_to(body: Unit, parent: Matter, by: Account, **changes: Any) -> Matter:
    """An order to a body, given from a matter."""
    facts: dict[str, Any] = {
        "kind": "body_order",
        "summary": "请检查小区路灯",
        "details": {"task": "请在三日内检查并修复3号路口的路灯。"},
    }
    return open_matter(**{**facts, **changes}, actor=Actor.of(by), unit=body, parent=parent)


def _unit(code: str, name: str, name_en: str, kind: str, parent: Unit | None = None) -> Unit:
    return Unit.objects.create(code=code, name=name, name_en=name_en, kind=kind, parent=parent)


@pytest.fixture
def city(db: None) -> City:
    """The small bureau; every account has ``PASSWORD``."""
    return kept("city", small_bureau)


def small_bureau() -> City:
    """The same, for whoever is no test."""
    county = Area.objects.create(code="330381", name="瑞安市", level="county")
    town = Area.objects.create(code="330381003", name="锦湖街道", level="town", parent=county)
    wenhua = Area.objects.create(
        code="330381003099", name="锦湖文化社区", level="community", parent=town
    )
    yuhai_town = Area.objects.create(code="330381002", name="玉海街道", level="town", parent=county)
    bureau = _unit("RA", "瑞安市公安局", "Rui'an Public Security Bureau", "bureau")
    command = _unit("RA-ZH", "指挥中心", "Command Centre", "command", bureau)
    inspectorate = _unit("RA-DC", "督察大队", "Inspectorate", "inspectorate", bureau)
    programme = _unit("RA-PA", "平安办", "Safe City Office", "programme", bureau)
    jinhu = _unit("RA-JH", "锦湖派出所", "Jinhu Station", "station", bureau)
    yuhai = _unit("RA-YH", "玉海派出所", "Yuhai Station", "station", bureau)
    Responsibility.objects.create(area=county, unit=command)
    Responsibility.objects.create(area=town, unit=jinhu)
    Responsibility.objects.create(area=yuhai_town, unit=yuhai)

    def person(username: str, name: str, role: Role, unit: Unit) -> Account:
        return Account.objects.create_user(
            username, PASSWORD, display_name=name, role=role, unit=unit
        )

    return City(
        bureau=bureau,
        command=command,
        inspectorate=inspectorate,
        jinhu=jinhu,
        yuhai=yuhai,
        town=town,
        wenhua=wenhua,
        yuhai_town=yuhai_town,
        operator=person("linxiao", "林晓", Role.OPERATOR, command),
        duty_leader=person("zhouweiguo", "周卫国", Role.DUTY_LEADER, jinhu),
        officer=person("chenli", "陈立", Role.OFFICER, jinhu),
        other_officer=person("hejun", "何军", Role.OFFICER, yuhai),
        inspector=person("wumin", "吴敏", Role.INSPECTOR, inspectorate),
        leader=person("zhengju", "郑局", Role.LEADER, bureau),
        analyst=person("hemiao", "何苗", Role.ANALYST, bureau),
        programme=person("sunping", "孙平", Role.PROGRAMME, programme),
        admin=person("admin", "管理员", Role.ADMIN, bureau),
    )


SignIn = Callable[..., Any]


@pytest.fixture
def sign_in(settings: Any) -> SignIn:
    """A browser in which somebody is signed in, in Chinese unless told, second factor aside."""
    from django.test import Client

    settings.REQUIRE_SECOND_FACTOR = False

    def browser(account: Any, *, language: str = "zh-hans") -> Client:
        client = Client(headers={"Accept-Language": language})
        client.force_login(account)
        return client

    return browser
