"""Whose the next step is, what is not offered twice, and what of a matter's page stays away."""

from typing import Any

import pytest
from django.utils import timezone
from tests.personas import City, SignIn

from anmin.matters import approvals
from anmin.matters.actions import move
from anmin.matters.actor import Actor
from anmin.matters.models import Matter
from anmin.matters.opening import open_matter
from anmin.people.models import Account


@pytest.fixture
def listing(city: City) -> Matter:
    """A place that is to be listed; the programme office takes the next step."""
    return open_matter(
        kind="listing",
        actor=Actor.of(city.programme),
        category="listing_theft",
        summary="小区盗窃多发",
        area=city.wenhua,
        unit=city.jinhu,
        details={"ground": "rise", "counted": 12, "usual": 9, "case": "六周内盗窃十二起。"},
    )


def page(sign_in: SignIn, who: Account, matter: Matter) -> str:
    answer = sign_in(who).get(f"/desk/matters/{matter.number}/")
    text: str = answer.content.decode()
    return text


def step(city: City, matter: Matter, code: str, **inputs: Any) -> None:
    move(matter_id=matter.pk, code=code, actor=Actor.of(city.programme), inputs=inputs)


def test_a_step_that_is_not_the_readers_says_whose_it_is(
    city: City, sign_in: SignIn, listing: Matter
) -> None:
    theirs = page(sign_in, city.duty_leader, listing)
    assert "等待下列角色办理：平安办。" in theirs
    assert "交其他单位协办" not in theirs  # nothing was ordered, and this reader orders nothing
    mine = page(sign_in, city.programme, listing)
    assert "等待下列角色办理" not in mine
    assert "交其他单位协办" in mine


def test_what_waits_for_an_answer_is_not_asked_for_again(
    city: City, sign_in: SignIn, listing: Matter
) -> None:
    today = timezone.localdate()
    step(city, listing, "notify", bodies="物业服务企业", told_on=today)
    step(city, listing, "hear", reply="已经撤离。")
    asks = f"/desk/matters/{listing.number}/step/list/"
    assert asks in page(sign_in, city.programme, listing)
    asked = approvals.ask(
        matter_id=listing.pk,
        code="list",
        actor=Actor.of(city.programme),
        reason="隐患仍在",
        inputs={"board_number": "7", "lacks": ["technical"]},
    )
    waiting = page(sign_in, city.programme, listing)
    assert asks not in waiting
    assert "隐患仍在" in waiting
    approvals.refuse(request_id=asked.pk, actor=Actor.of(city.leader), reason="再听一次")
    assert asks in page(sign_in, city.programme, listing)


def test_checklists_stand_together_however_short_and_orders_are_told_by_what_they_ask(
    city: City, sign_in: SignIn, listing: Matter
) -> None:
    Matter.objects.filter(pk=listing.pk).update(
        state="listed", stage="working", details={**listing.details, "fire_checked": {"ways": "ok"}}
    )
    order = open_matter(
        kind="listing_order",
        actor=Actor.of(city.programme),
        category="",
        summary="物业服务企业：大门设岗",
        area=listing.area,
        details={
            "body": "manager", "body_name": "物业服务企业", "remedy": "guarding", "task": "大门设岗。",
        },
        parent=listing,
    )  # fmt: skip
    shown = page(sign_in, city.programme, listing)
    assert '<p class="long-fact"><span class="muted">消防检查' in " ".join(shown.split())
    story = shown.partition('id="story-title"')[2]
    assert f"{order.number} 物业服务企业：大门设岗" in story
    assert (
        "物业服务企业：大门设岗"
        in sign_in(city.programme)
        .get(f"/desk/matters/{listing.number}/dossier/")
        .content.decode()
        .partition("办理经过")[2]
        .partition("</ol>")[0]
    )
