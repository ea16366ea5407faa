"""What was heard on a visit is answered back; what a minor violation ended with tells of nobody."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from django.utils import translation

from anmin.callbacks import planning
from anmin.callbacks.models import Callback
from anmin.kernel.errors import Refusal
from anmin.matters.actor import Actor
from anmin.matters.contacts import ContactFacts
from anmin.matters.correcting import Right, correct
from anmin.matters.lapsing import lapse
from anmin.matters.models import Contact, Matter
from anmin.matters.news import drain
from anmin.matters.verify import verify
from anmin.measures.lake import refresh
from anmin.measures.queries import show
from tests.journeys import Citizen, Desk, sent
from tests.personas import City, SignIn

MONDAY = datetime(2026, 3, 9, 2, 0, tzinfo=UTC)
AREA = "锦湖文化社区 (330381003099)"
NOBODY = {"contact_name": "", "contact_phone": "", "summary": ""}


@pytest.fixture(autouse=True)
def traveller() -> Iterator[time_machine.Traveller]:
    with translation.override("zh-hans"), time_machine.travel(MONDAY, tick=False) as moving:
        yield moving


def counted(key: str) -> tuple[float, float]:
    figure = show(key).rows[0]
    return figure.numerator, figure.denominator


def test_those_who_were_visited_hear_what_became_of_it(
    city: City, sign_in: SignIn, traveller: time_machine.Traveller
) -> None:
    desk = Desk(sign_in, city.duty_leader)
    heard = {
        "category": "visit_order",
        "summary": "园区夜间照明",
        "area": AREA,
        "d_visited": "firm",
        "d_hosts": "瑞安某机械厂",
        "d_heard": "园区北门夜间没有照明，下班女工不敢走。",
    }
    with pytest.raises(AssertionError, match="晚于现在"):
        desk.open("visit_finding", **heard, d_visited_on="2026-03-10")
    assert not Matter.objects.exists()
    matter = desk.open("visit_finding", **heard, d_visited_on="2026-03-06")
    assert matter.number[:2] == "ZF"
    desk.step(matter, "pass_on", passed_to="瑞安市住房和城乡建设局")
    assert "3月30日" in sent(matter)[-1]  # 10 … 13, 16 … 20, 23 … 27, 30 March
    traveller.shift(timedelta(days=7))
    desk.step(matter, "came_back")
    reply = "北门已装路灯三盏，三月十六日亮灯。"
    desk.step(matter, "answer", status=422, reply=reply, outcome="fixed")  # how, nobody said
    desk.step(matter, "answer", reply=reply, answered_by="visit", outcome="fixed")
    assert reply in sent(matter)[-1]
    assert reply in Citizen(matter).page()
    drain([planning.NEWS])
    assert Callback.objects.get(matter=matter).script == "visit_finding"
    refresh(full=True)
    assert counted("visit_finding_in_time") == (1, 1)
    assert counted("visit_finding_in_person") == (1, 1)
    assert verify().sound


def outcome(desk: Desk, **changes: object) -> Matter:
    given = {"category": "violation_traffic", "area": AREA, "d_decided_on": "2026-03-08"}
    return desk.open("violation_outcome", **{**given, **NOBODY, **changes})


def test_what_a_minor_violation_ended_with_tells_of_nobody_and_stands_when_nobody_contests_it(
    city: City, sign_in: SignIn, traveller: time_machine.Traveller
) -> None:
    desk, inspector = Desk(sign_in, city.duty_leader), Desk(sign_in, city.inspector)
    for wrong in (
        {"d_measure": "fine"},
        {"d_measure": "fine", "d_fine": "0"},
        {"d_measure": "warning", "d_fine": "50"},
        {"d_measure": "warning", "d_decided_on": "2026-03-10"},
    ):
        with pytest.raises(AssertionError):
            outcome(desk, **wrong)
    assert not Matter.objects.exists()
    # A name that is sent all the same is kept nowhere.
    named = {"summary": "张某某骑车逆行", "contact_phone": "13857712345"}
    taught = outcome(desk, d_measure="education", d_first_time="yes", **named)
    fined = outcome(desk, d_measure="fine", d_fine="50")
    wrong = outcome(desk, d_measure="fine", d_fine="200")
    assert (taught.summary, Contact.objects.exists()) == ("", False)
    assert "contact-title" not in desk.page(taught)
    for named in (Right(contact=ContactFacts("张某某", "13857712345")), Right(place="张某某家")):
        with pytest.raises(Refusal, match="请勿填写"):
            correct(
                matter_id=taught.pk,
                actor=Actor.of(city.inspector),
                right=named,
                reason="补登",
                planned=lambda *_given: False,
            )
    desk.step(wrong, "overturn", status=403, note="处罚有误")
    inspector.step(wrong, "contest")
    traveller.shift(timedelta(days=61))
    assert lapse() == 2  # the contested one waits
    for one, state in ((taught, "final"), (fined, "final"), (wrong, "contested")):
        one.refresh_from_db()
        assert one.state == state
    inspector.step(wrong, "overturn", note="处罚明显不当")
    refresh(full=True)
    assert counted("violation_outcome_educated") == (1, 2)
    assert counted("violation_outcome_fined") == (1, 2)
    assert verify().sound


def test_what_people_bring_is_ranked_among_the_concerns_of_a_place(
    city: City, sign_in: SignIn
) -> None:
    desk = Desk(sign_in, city.duty_leader)
    for number in range(12):
        topic = "visit_traffic" if number < 9 else "visit_order"
        desk.open(
            "visit_finding",
            category=topic,
            summary=f"第{number}次走访",
            area=AREA,
            d_visited="home",
            d_visited_on="2026-03-06",
            d_heard="情况",
            anyway="1",
        )
    city.incident()  # a call is not what somebody brought up
    refresh(full=True)
    assert counted("voiced_traffic") == (9, 12)
    page = sign_in(city.analyst).get("/desk/watch/concerns/?month=2026-03").content.decode()
    brought = page.partition("群众反映的事项")[2]  # which says it once, for all rows
    assert brought.index(">交通</th>") < brought.index(">秩序</th>")
    assert "群众反映：" not in brought
