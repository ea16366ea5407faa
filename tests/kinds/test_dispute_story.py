"""王秀英 quarrels with a neighbour: mediation if both want it, an agreement, and whether it held."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from django.utils import translation

from anmin.callbacks import planning
from anmin.callbacks.models import Callback
from anmin.matters.models import Entry, Matter
from anmin.matters.news import drain
from anmin.matters.verify import verify
from anmin.measures.lake import refresh
from anmin.measures.queries import show
from tests.journeys import Citizen, Desk, sent
from tests.personas import City, SignIn

MONDAY = datetime(2026, 3, 9, 2, 0, tzinfo=UTC)
TALK = {"session_on": "2026-03-09", "session": "双方各执一词。"}


@pytest.fixture(autouse=True)
def traveller() -> Iterator[time_machine.Traveller]:
    with translation.override("zh-hans"), time_machine.travel(MONDAY, tick=False) as moving:
        yield moving


def quarrel(desk: Desk, **changes: object) -> Matter:
    given = {
        "category": "neighbours",
        "summary": "楼道堆物",
        "area": "锦湖文化社区 (330381003099)",
        "d_what": "楼上在楼道堆放杂物，多次劝说无效。",
        **changes,
    }
    return desk.open("dispute", **given)


def mediated(desk: Desk, way: str = "peoples", **changes: object) -> Matter:
    matter = quarrel(desk, **changes)
    desk.step(matter, "offer", way=way, mediated_by="文化社区人民调解委员会")
    desk.step(matter, "begin")
    return matter


def test_an_agreement_is_watched_until_it_has_held(
    city: City, sign_in: SignIn, traveller: time_machine.Traveller
) -> None:
    desk = Desk(sign_in, city.duty_leader)
    matter = quarrel(desk, d_minor_involved="yes")
    assert (matter.number[:2], matter.unit) == ("JF", city.jinhu)
    assert "3月12日" in sent(matter)[0]  # 10, 11, 12 March
    desk.step(matter, "offer", way="peoples", mediated_by="文化社区人民调解委员会")
    assert "须双方自愿" in sent(matter)[-1]
    before = Entry.objects.count()
    desk.step(matter, "begin", status=422)  # the guardian was not told
    assert Entry.objects.count() == before
    desk.step(matter, "begin", guardian_told="yes")
    desk.step(matter, "part", **{**TALK, "session_on": "2026-03-10"}, status=422)  # tomorrow
    desk.step(matter, "part", **TALK)
    desk.step(matter, "to_case", status=422)  # people's mediation leads to no case
    desk.step(matter, "again")
    agreed = {"form": "written", "agreement": "三日内清理楼道。", "agreed_on": "2026-03-09"}
    desk.step(matter, "agree", **agreed, perform_by="2026-03-12")
    assert ("起30日内" in sent(matter)[-1], "清理楼道" in sent(matter)[-1]) == (True, False)
    assert "三日内清理楼道" in Citizen(matter).page()
    desk.step(matter, "check", status=422, held_first="kept")  # on the day itself
    traveller.shift(timedelta(days=30))
    # 8 April is the thirtieth day, 9 April is one too many.
    desk.step(matter, "confirm", status=422, court_asked_on="2026-04-09")
    desk.step(matter, "confirm", court_asked_on="2026-04-08", confirmed_on="2026-04-08")
    desk.step(matter, "check", status=422, held_first="not_kept")
    desk.step(matter, "check", held_first="kept")
    desk.step(matter, "check_again", status=422, held_second="kept", outcome="fixed")
    traveller.shift(timedelta(days=60))
    desk.step(matter, "check_again", held_second="kept", outcome="fixed")
    assert (matter.state, matter.outcome) == ("held", "fixed")
    assert verify().sound
    drain([planning.NEWS])
    callback = Callback.objects.get(matter=matter)
    assert (callback.script, callback.claimed) == ("dispute", "minor")  # nobody is called yet
    refresh(full=True)
    for key, value in (
        ("dispute_in_time", (1, 1)),
        ("dispute_agreed", (1, 1)),
        ("dispute_held", (1, 1)),
        ("dispute_first_check_in_time", (1, 1)),
        ("dispute_second_check_in_time", (1, 1)),
    ):
        figure = show(key).rows[0]
        assert (figure.numerator, figure.denominator) == value, key


def test_what_police_mediation_does_not_settle_goes_on_as_a_case(
    city: City, sign_in: SignIn, traveller: time_machine.Traveller
) -> None:
    desk = Desk(sign_in, city.duty_leader)
    matter = mediated(desk, "public_security")
    desk.step(matter, "part", **TALK)
    second = matter.deadlines.get(clock="second")
    assert f"{second.due_at.astimezone(UTC):%m-%d}" == "03-18"  # 10 … 13, 16, 17, 18 March
    desk.step(matter, "fail", status=422, guidance="可以起诉。")
    desk.step(matter, "again")
    desk.step(matter, "part", **TALK)
    desk.step(matter, "again", status=422)
    Desk(sign_in, city.officer).step(matter, "to_case", status=403)
    desk.step(matter, "to_case")
    assert "4月8日" in sent(matter)[-1]  # thirty days from 9 March
    desk.step(matter, "decide", case_result="双方各罚款二百元。", outcome="partly")
    assert ("已作出处理" in sent(matter)[-1], "罚款" in sent(matter)[-1]) == (True, False)
    drain([planning.NEWS])
    assert Callback.objects.get(matter=matter).script == "dispute"
    assert verify().sound


def test_nobody_is_mediated_with_against_their_will_and_a_breach_is_no_end(
    city: City, sign_in: SignIn, traveller: time_machine.Traveller
) -> None:
    desk = Desk(sign_in, city.duty_leader)
    refused = quarrel(desk)
    desk.step(refused, "offer", way="peoples", mediated_by="文化社区人民调解委员会")
    desk.step(refused, "decline", status=422)  # not without the other ways
    desk.step(refused, "decline", guidance="可以向人民法院起诉。")
    assert ("可以向人民法院起诉" in sent(refused)[-1], refused.outcome) == (True, "declined")
    broken = mediated(desk, anyway="1")
    agreed = {"form": "spoken", "agreement": "每月轮流清扫。", "agreed_on": "2026-03-09"}
    desk.step(broken, "agree", **agreed)
    desk.step(broken, "broke", breach="没有清扫。")
    desk.step(broken, "resume")
    traveller.shift(timedelta(days=2))
    desk.step(broken, "agree", **{**agreed, "agreed_on": "2026-03-11"})
    clocks = {one.clock: one for one in broken.deadlines.all()}
    # April 20 is the fortieth day after March 11, and the month to settle has run anew from March 9.
    assert f"{clocks['first_check'].due_at.astimezone(UTC):%m-%d}" == "04-20"
    assert clocks["first_check"].met_at is None
    desk.step(broken, "broke", breach="又没有清扫。")
    desk.step(broken, "fail", guidance="可以向人民法院起诉。")
    refresh(full=True)
    for key, value in (("dispute_agreed", (1, 1)), ("dispute_held", (0, 1))):
        figure = show(key).rows[0]
        assert (figure.numerator, figure.denominator) == value, key


def test_a_step_that_the_kind_of_mediation_does_not_have_is_not_offered(
    city: City, sign_in: SignIn
) -> None:
    desk = Desk(sign_in, city.duty_leader)
    for way, offered, missing in (
        ("peoples", "/step/fail/", "/step/to_case/"),
        ("public_security", "/step/to_case/", "/step/fail/"),
    ):
        matter = mediated(desk, way, anyway="1")
        desk.step(matter, "part", **TALK)
        page = desk.page(matter)
        assert (offered in page, missing in page) == (True, False)


def test_her_word_that_an_agreement_is_not_kept_brings_it_back(
    city: City, sign_in: SignIn, traveller: time_machine.Traveller
) -> None:
    desk = Desk(sign_in, city.duty_leader)
    matter = mediated(desk)
    citizen = Citizen(matter)
    assert citizen.steps() == []  # nothing is agreed yet
    agreed = {"form": "written", "agreement": "三日内清理楼道。", "agreed_on": "2026-03-09"}
    desk.step(matter, "agree", **agreed)
    assert citizen.steps() == ["not_kept"]
    citizen.do("not_kept", status=422)  # not without what is not kept
    citizen.do("not_kept", "楼道还堆着纸箱")
    assert (matter.state, matter.live) == ("broken", True)
    breach = matter.deadlines.get(clock="breach")
    assert breach.due_at.date().isoformat() == "2026-03-16"  # five working days after 9 March
    assert "楼道还堆着纸箱" in desk.page(matter)
    desk.step(matter, "resume")
    desk.step(matter, "agree", **agreed)
    traveller.shift(timedelta(days=30))
    desk.step(matter, "check", held_first="kept")
    assert citizen.steps() == ["not_kept"]
    traveller.shift(timedelta(days=60))
    desk.step(matter, "check_again", held_second="kept", outcome="fixed")
    assert (citizen.steps(), "2026年7月7日前" in citizen.page()) == (["go_on"], True)
    traveller.shift(timedelta(days=30))
    citizen.do("go_on", "又开始堆放")
    assert (matter.state, matter.reopened, matter.closed_at) == ("broken", 1, None)
    refresh(full=True)
    figure = show("dispute_held").rows[0]
    assert (figure.numerator, figure.denominator) == (0, 1)
    desk.step(matter, "fail", guidance="可以向人民法院起诉。")
    assert citizen.steps() == []  # the other ways are the law's
    assert verify().sound
