"""What one person asks for and another agrees to, or not."""

from collections.abc import Iterator
from zoneinfo import ZoneInfo

import pytest
from django.utils import translation

from anmin.kernel.errors import Conflict, NotAllowed
from anmin.matters import actions, approvals, public
from anmin.matters.actor import Actor
from anmin.matters.models import (
    ApprovalRequest,
    Deadline,
    Entry,
    Matter,
)
from tests.own_kind.lost import asked, browser, complaint, lost, taken
from tests.personas import City

ZONE = ZoneInfo("Asia/Shanghai")


@pytest.fixture(autouse=True)
def in_chinese() -> Iterator[None]:
    with translation.override("zh-hans"):
        yield


def test_a_second_person_says_yes_or_no_on_the_desk(city: City) -> None:
    matter = lost(city)
    due = Deadline.objects.get(matter=matter, clock="search").due_at
    officer, inspector = browser(city.officer), browser(city.inspector)
    there = f"/desk/matters/{matter.number}/"

    def ask(key: str) -> ApprovalRequest:
        form = {"key": key * 32, "version": "", "looked": "车站", "note": "查看监控"}
        answer = officer.post(f"{there}step/longer/", form)
        assert answer.status_code == 303, answer.content.decode()
        return ApprovalRequest.objects.latest("pk")

    form = {"key": "0" * 32, "version": "", "looked": "车站"}
    assert officer.post(f"{there}step/longer/", form).status_code == 422  # without the reason
    first = ask("1")
    shown = officer.get(there).content.decode()
    assert ("等待审批" in shown, "撤回" in shown, 'value="agree"' in shown) == (True, True, False)
    word = f"{there}requests/{first.pk}/"
    for said in ("agree", "refuse", "?"):
        answer = officer.post(word, {"word": said, "reason": "x"})
        assert answer.status_code in (400, 403, 422)
    assert officer.post(word, {"word": "withdraw"}).status_code == 303
    second = ask("2")
    listed = inspector.get("/desk/matters/requests/").content.decode()
    assert (matter.number in listed, "查看监控" in listed, "车站" in listed) == (True, True, True)
    assert "待我审批" in inspector.get("/desk/matters/").content.decode()
    word = f"{there}requests/{second.pk}/"
    assert inspector.post(word, {"word": "agree", "reason": " "}).status_code in (400, 422)
    assert inspector.post(word, {"word": "refuse", "reason": "先查车站"}).status_code == 303
    assert Deadline.objects.get(matter=matter, clock="search").due_at == due
    third = ask("3")
    elsewhere = city.incident()
    wrong = f"/desk/matters/{elsewhere.number}/requests/{third.pk}/"
    assert inspector.post(wrong, {"word": "agree", "reason": "x"}).status_code == 404
    word = f"{there}requests/{third.pk}/"
    assert browser(city.other_officer).post(word, {"word": "agree"}).status_code == 404
    assert inspector.post(word, {"word": "agree", "reason": "同意"}).status_code == 303
    assert Deadline.objects.get(matter=matter, clock="search").due_at > due
    story = officer.get(there).content.decode()
    assert ("已提请审批" in story, "未获批准" in story, "已撤回申请" in story) == (True,) * 3


def test_a_request_shows_nobody_a_fact_that_is_not_for_him(city: City) -> None:
    matter = complaint(city)
    taken(matter, "look", city.officer)
    approvals.ask(
        matter_id=matter.pk,
        code="widen",
        actor=Actor.of(city.officer),
        reason="范围需扩大",
        inputs={"suspicion": "怀疑有人打过招呼"},
    )
    there = f"/desk/matters/{matter.number}/"
    for who, shown in ((city.duty_leader, False), (city.officer, False), (city.inspector, True)):
        page = browser(who).get(there).content.decode()
        assert ("范围需扩大" in page, "怀疑有人打过招呼" in page) == (True, shown), who


def test_a_request_falls_when_its_asker_may_not_or_the_matter_moved_on(city: City) -> None:
    def anew() -> tuple[Matter, ApprovalRequest]:
        matter = lost(city)
        return matter, asked(matter, city.officer)

    matter, request = anew()
    taken(matter, "find", city.officer, shelf="A3")
    inspector = Actor.of(city.inspector)
    with pytest.raises(Conflict):
        approvals.agree(request_id=request.pk, actor=inspector, reason="同意")
    matter, request = anew()
    actions.assign(matter_id=matter.pk, actor=inspector, unit=city.yuhai)
    with pytest.raises(Conflict):
        approvals.agree(request_id=request.pk, actor=inspector, reason="同意")
    with pytest.raises(NotAllowed):
        approvals.withdraw(request_id=request.pk, actor=Actor.of(city.officer))
    matter, request = anew()
    city.officer.is_active = False
    city.officer.save()
    with pytest.raises(Conflict):
        approvals.agree(request_id=request.pk, actor=inspector, reason="同意")
    assert not Entry.objects.filter(action="longer").exists()


def test_what_the_second_person_says_is_for_the_house(city: City) -> None:
    matter = lost(city)
    request = asked(matter, city.officer, key="k")
    again = asked(matter, city.officer, key="k")
    assert again == request
    approvals.agree(request_id=request.pk, actor=Actor.of(city.inspector), reason="内部意见")
    assert "内部意见" not in str(public.face(matter).story)
    shown = browser(city.officer).get(f"/desk/matters/{matter.number}/").content.decode()
    assert shown.count("内部意见") == 1
    actions.add_note(matter_id=matter.pk, actor=Actor.of(city.officer), text="x", key="same")
    with pytest.raises(Conflict):
        approvals.ask(
            matter_id=matter.pk,
            code="longer",
            actor=Actor.of(city.duty_leader),
            reason="再查",
            inputs={"looked": "市场"},
            key="same",
        )
