"""王秀英 proposes something: it is answered with the reason, and she says whether others may read it."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from django.utils import translation

from anmin.callbacks import planning
from anmin.callbacks.models import Callback
from anmin.matters.messages import tell_delays
from anmin.matters.models import Entry, Matter
from anmin.matters.news import drain
from anmin.matters.verify import verify
from anmin.measures.lake import refresh
from anmin.measures.queries import show
from tests.journeys import Citizen, Desk, sent
from tests.personas import City, SignIn

MONDAY = datetime(2026, 3, 9, 2, 0, tzinfo=UTC)


@pytest.fixture(autouse=True)
def traveller() -> Iterator[time_machine.Traveller]:
    with translation.override("zh-hans"), time_machine.travel(MONDAY, tick=False) as moving:
        yield moving


def proposed(desk: Desk, **changes: object) -> Matter:
    given = {
        "category": "suggest_patrols",
        "summary": "夜间增加巡逻",
        "area": "锦湖文化社区 (330381003099)",
        "d_way": "online",
        "d_proposal": "建议凌晨在车棚附近增加巡逻。",
        **changes,
    }
    return desk.open("suggestion", **given)


def test_it_is_adopted_carried_out_and_published_if_she_agrees(
    city: City, sign_in: SignIn, traveller: time_machine.Traveller
) -> None:
    desk = Desk(sign_in, city.duty_leader)
    matter = proposed(desk)
    assert (matter.number[:2], matter.unit) == ("JY", city.jinhu)
    assert "3月30日" in sent(matter)[0]  # 10 … 13, 16 … 20, 23 … 27, 30 March
    traveller.shift(timedelta(hours=3))
    desk.step(matter, "take_up")
    citizen = Citizen(matter)
    assert ("研究中" in citizen.page(), citizen.steps()) == (True, [])
    desk.step(matter, "answer", status=422, reply="采纳。")  # not without the decision
    desk.step(
        matter,
        "answer",
        decision="partly",
        reply="采纳增加巡逻，暂不设岗亭，因警力不足。",
        carry_out_by="2026-04-01",
    )
    assert "暂不设岗亭" in sent(matter)[-1]
    page = citizen.page()
    assert ("部分采纳" in page, "2026年4月1日" in page) == (True, True)
    # Nobody is asked why for a consent, and it is taken back as easily.
    assert citizen.steps() == ["consent", "refuse_consent", "go_on"]
    assert citizen.page().count("公开时不带您的姓名") == 1  # what is agreed to is said, once
    assert citizen.do("consent").details["consent_publish"] is True
    assert citizen.steps() == ["refuse_consent", "go_on"]
    assert citizen.do("refuse_consent").details["consent_publish"] is False
    assert citizen.do("consent").details["consent_publish"] is True
    before = Entry.objects.count()
    desk.step(matter, "consent", status=403)  # whose unit is rated does not say so for her
    assert Entry.objects.count() == before
    desk.step(matter, "carry_out", carried_out="每晚两班车棚巡逻。")
    assert ("已落实" in sent(matter)[-1], matter.state) == (True, "answered")
    assert verify().sound
    drain([planning.NEWS])
    assert Callback.objects.get(matter=matter).script == "suggestion"
    refused = proposed(desk, summary="设岗亭", anyway="1")
    desk.step(refused, "answer", decision="not_adopted", reply="暂不采纳，因警力不足。")
    desk.step(refused, "carry_out", status=422, carried_out="没有。")
    assert "carried_out" not in refused.details
    refresh(full=True)
    for key, value in (
        ("suggestion_in_time", (2, 2)),
        ("suggestion_first_word_in_time", (2, 2)),
        ("suggestion_adopted", (1, 2)),
        ("suggestion_carried_out", (1, 1)),
        ("suggestion_reopened", (0, 2)),
    ):
        figure = show(key).rows[0]
        assert (figure.numerator, figure.denominator) == value, key


def test_a_delay_is_told_before_the_promise_breaks_and_another_look_is_promised(
    city: City, sign_in: SignIn, traveller: time_machine.Traveller
) -> None:
    desk = Desk(sign_in, city.duty_leader)
    matter = proposed(desk)
    traveller.move_to(datetime(2026, 3, 30, 11, 45, tzinfo=UTC))
    assert (tell_delays(), tell_delays()) == (1, 0)
    assert "无法在3月30日" in sent(matter)[-1]
    traveller.shift(timedelta(days=1))
    desk.step(matter, "answer", decision="adopted", reply="采纳。")
    Desk(sign_in, city.inspector).step(matter, "reconsider", note="答复过于简单")
    assert (matter.state, matter.reopened) == ("considered", 1)
    desk.step(matter, "answer", decision="adopted", reply="采纳，四月起增加巡逻。")
    refresh(full=True)
    for key, value in (("suggestion_in_time", (0, 1)), ("suggestion_reopened", (1, 1))):
        figure = show(key).rows[0]
        assert (figure.numerator, figure.denominator) == value, key


def test_she_asks_for_a_second_answer_once_within_thirty_days(
    city: City, sign_in: SignIn, traveller: time_machine.Traveller
) -> None:
    desk = Desk(sign_in, city.duty_leader)
    matter, late = proposed(desk), proposed(desk, summary="增设岗亭", anyway="1")
    for one in (matter, late):
        desk.step(one, "answer", decision="not_adopted", reply="暂不采纳。")
    citizen = Citizen(matter)
    page = citizen.page()
    assert "答复没有回应我的建议，请再研究" in page
    assert "2026年4月8日前要求再次答复一次" in page  # the thirtieth day after 9 March
    assert citizen.do("consent").details["consent_publish"] is True
    traveller.shift(timedelta(days=30))
    citizen.do("go_on", status=422)  # not without the reason
    citizen.do("go_on", "没有说明理由")
    assert (matter.state, matter.reopened, matter.details["asked_again"]) == ("considered", 1, True)
    # Promised anew: fifteen working days after 8 April, over the first of May.
    assert matter.due_at is not None
    assert matter.due_at.date().isoformat() == "2026-04-29"
    assert "没有说明理由" in citizen.page()
    desk.step(matter, "answer", decision="partly", reply="部分采纳：夜间增加巡逻。")
    assert "夜间增加巡逻" in sent(matter)[-1]
    assert citizen.steps() == ["consent", "refuse_consent"]  # once
    assert matter.details["consent_publish"] is None  # that was to the first answer
    assert citizen.do("go_on", "还是不行", status=422).state == "answered"
    traveller.shift(timedelta(days=1))
    assert Citizen(late).steps() == ["consent", "refuse_consent"]  # 9 April is a day too late
    assert verify().sound
