"""What the stories of the kinds made for the test share: a telephone that was lost, a complaint."""

from typing import Any
from zoneinfo import ZoneInfo

from django.test import Client

from anmin.channels.models import Message
from anmin.channels.queries import body_of
from anmin.matters import actions, approvals
from anmin.matters.actor import Actor
from anmin.matters.models import (
    ApprovalRequest,
    Matter,
)
from anmin.people.models import Account
from tests.personas import City

ZONE = ZoneInfo("Asia/Shanghai")


def lost(city: City, **changes: Any) -> Matter:
    """王秀英's telephone, reported two hours ago."""
    facts = {
        "kind": "lost_property",
        "category": "telephone_lost",
        "summary": "手机遗失",
        "details": {"article": "黑色手机", "marks": "背面有划痕", "worth": 3000},
    }
    return city.incident(**{**facts, **changes})


def taken(matter: Matter, code: str, who: Account, note: str = "", **inputs: object) -> Matter:
    return actions.move(
        matter_id=matter.pk, code=code, actor=Actor.of(who), note=note, inputs=inputs
    )


def sent(matter: Matter) -> list[Message]:
    """What was told about a matter, in order."""
    return list(Message.objects.filter(subject_ref=f"matter:{matter.number}").order_by("pk"))


def code_of(message: Message) -> str:
    return body_of(message).rpartition("查询码：")[2]


def browser(account: Account) -> Client:
    client = Client(headers={"Accept-Language": "zh-hans"})
    client.force_login(account)
    return client


def complaint(city: City, **changes: Any) -> Matter:
    """A complaint about how somebody was served, taken in by the inspectorate."""
    facts: dict[str, Any] = {
        "kind": "complaint",
        "category": "conduct",
        "actor": Actor.of(city.inspector),
        "area": city.wenhua,
        "details": {"subject": "办证时态度冷淡"},
    }
    return actions.open_matter(**{**facts, **changes})


def asked(matter: Matter, who: Account, **changes: Any) -> ApprovalRequest:
    """More time for the search, asked for."""
    facts: dict[str, Any] = {
        "code": "longer",
        "reason": "查看监控",
        "inputs": {"looked": "车站"},
    }
    return approvals.ask(matter_id=matter.pk, actor=Actor.of(who), **{**facts, **changes})
