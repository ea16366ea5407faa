"""王秀英's petition, from the counter to the second review, through the pages that people use."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from django.utils import timezone, translation

from anmin.callbacks import planning
from anmin.callbacks.models import Callback
from anmin.desk.notices.kinds import occasions
from anmin.matters import lapsing, merging
from anmin.matters.actor import Actor
from anmin.matters.citizen import explained
from anmin.matters.models import Deadline, Entry, Matter
from anmin.matters.news import drain
from anmin.matters.steps import step_of
from anmin.matters.verify import verify
from anmin.measures.lake import refresh
from anmin.measures.queries import show
from tests.journeys import Citizen, Desk, sent, text
from tests.personas import City, SignIn

MONDAY = datetime(2026, 3, 9, 2, 0, tzinfo=UTC)


@pytest.fixture(autouse=True)
def traveller() -> Iterator[time_machine.Traveller]:
    """Monday, 9 March 2026, ten in the morning."""
    with translation.override("zh-hans"), time_machine.travel(MONDAY, tick=False) as moving:
        yield moving


def registered(desk: Desk, **changes: object) -> Matter:
    given = {
        "category": "household_papers",
        "summary": "户口迁移被拒",
        "area": "锦湖文化社区 (330381003099)",
        "d_way": "visit",
        "d_purpose": "appeal",
        "d_people": "1",
        "d_demand": "请求准予迁入，材料齐全。",
        **changes,
    }
    return desk.open("petition", **given)


def due(matter: Matter, clock: str) -> str:
    row = Deadline.objects.get(matter=matter, clock=clock)
    return timezone.localtime(row.due_at).strftime("%m-%d")


def test_the_whole_way_with_more_time_a_review_and_a_second_one(
    city: City, sign_in: SignIn, traveller: time_machine.Traveller
) -> None:
    counter, desk, head = (
        Desk(sign_in, who) for who in (city.duty_leader, city.inspector, city.leader)
    )
    matter = registered(counter)
    assert (matter.number[:2], matter.unit, matter.state) == ("XF", city.jinhu, "registered")
    assert "3月24日" in sent(matter)[0]  # by when it is told whether it is accepted
    citizen = Citizen(matter)
    assert "已登记，将告知您怎样办理" in citizen.page()
    assert "2026年3月24日" in citizen.page()

    traveller.shift(timedelta(days=3))
    counter.step(matter, "accept")
    assert (due(matter, "finish"), "5月11日" in sent(matter)[1]) == ("05-11", True)

    traveller.shift(timedelta(days=30))
    asked = {"extension_reason": "需要外地协查。", "note": "协查未回"}
    counter.step(matter, "extend", **asked)
    assert due(matter, "finish") == "05-11"  # nothing moves before the head agrees
    head.agree(matter)
    assert (due(matter, "finish"), matter.state) == ("06-10", "accepted")
    # The day is told, the reason is read where the code is asked for.
    assert ("6月10日" in sent(matter)[2], "需要外地协查" in sent(matter)[2]) == (True, False)
    assert "需要外地协查。" in citizen.page()

    traveller.shift(timedelta(days=20))
    counter.step(matter, "reply", status=422, reply="不予支持。", outcome="not_fixed")
    unheard = {"reasons": "经查。", "reply": "不予支持。", "outcome": "not_fixed"}
    counter.step(matter, "reply", status=422, **unheard)
    counter.step(
        matter,
        "reply",
        heard="met",
        reasons="经查：迁入地无合法稳定住所。依据户口登记条例。",
        reply="不予支持。",
        outcome="not_fixed",
    )
    assert (matter.state, matter.outcome) == ("replied", "not_fixed")
    page = citizen.page()
    assert ("经查：迁入地无合法稳定住所。" in page, "请求复查" in page) == (True, True)
    longer = page[page.index("办理期限已延长") :]
    assert "由2026年5月11日 23:59延长至2026年6月10日 23:59" in longer
    assert "可自收到书面答复之日起30日内在查询页面请求上一级机关复查" in sent(matter)[-1]
    for said in sent(matter):
        assert not any(word in said for word in ("户籍证件", "锦湖文化社区", "不予支持", "户口"))
    for words in ("可在收到书面意见后第30日（含当日）前请求复查", "第三十五条", "送达日期尚未登记"):
        assert words in page

    # While nobody has put down when it was delivered, nobody is too late.
    now = timezone.now()
    traveller.shift(timedelta(days=90))
    assert citizen.steps() == ["ask_review"]
    traveller.move_to(now + timedelta(days=5))
    before = Entry.objects.count()
    counter.step(matter, "deliver", status=422, delivered_on="2026-04-01")
    for never in ("2026-05-07", "9999-12-31"):
        counter.step(matter, "deliver", status=422, delivered_on=never)
    assert Entry.objects.count() == before
    counter.step(matter, "deliver", delivered_on="2026-05-06")
    page = citizen.page()
    assert ("可在2026年6月5日（含当日）前" in page, "尚未登记" in page) == (True, False)
    with translation.override("en"):
        told = explained(matter, step_of(matter, "ask_review"))
    assert [one[:66] for one in told] == [
        "You can ask for a review until 5 June 2026, this day included. The"
    ]
    # Thirty days from the delivery, not from the reply that was written five days before.
    traveller.move_to(datetime(2026, 6, 4, 2, 0, tzinfo=UTC))
    assert citizen.steps() == ["ask_review"]
    citizen.do("ask_review", "", status=422)
    assert citizen.do("ask_review", "住所证明已经提交，没有看。").state == "review_asked"
    page = counter.page(matter)
    for words in ("办结后继续办理", "1次、请求复查", "<ins>2026年5月6日"):
        assert words in page
    assert ("重新办理" in page, "<ins>2026-05-06" in page) == (False, False)
    assert "asked_on" in occasions(Entry.objects.filter(matter=matter).latest("seq"))
    # The review counts from when the body above has the request, and nobody reviews himself.
    assert not Deadline.objects.filter(matter=matter, clock="review").exists()
    assert due(matter, "hand_up") == "06-09"
    traveller.shift(timedelta(days=2))
    received = {"review_body": "瑞安市人民政府", "review_begun_on": "2026-06-05"}
    for wrong in ({"review_body": " 锦湖 派出所"}, {"review_begun_on": "2026-06-07"}):
        desk.step(matter, "review_begins", status=422, **{**received, **wrong})
    desk.step(matter, "review_begins", **received)
    assert due(matter, "review") == "07-05"
    assert "7月5日" in sent(matter)[-1]
    assert "2026年7月5日" in citizen.page()

    opinion = {
        "review_result": "upheld",
        "review_reply": "予以维持。",
        "note": "复查完毕",
    }
    desk.step(matter, "decide", **opinion)
    assert matter.state == "review"
    head.agree(matter)
    assert (matter.state, "予以维持。" in citizen.page()) == ("reviewed", True)
    assert "30日内在查询页面请求复查机关的上一级机关复核" in sent(matter)[-1]
    page = citizen.page()
    for words in ("可在收到书面意见后第30日（含当日）前请求复核", "第三十六条", "送达日期尚未登记"):
        assert words in page
    # The delivery of the first reply is not that of the review, nor can it be put down as that.
    counter.step(matter, "deliver", status=422, delivered_on="2026-05-06")

    assert citizen.do("ask_again", "仍不服。").state == "second_asked"
    above = {"second_body": "温州市公安局", "second_begun_on": "2026-06-06"}
    desk.step(matter, "second_begins", status=422, **{**above, "second_body": "瑞安市人民政府"})
    desk.step(matter, "second_begins", **above)
    desk.step(matter, "hear")
    assert "2026" in citizen.page()
    traveller.shift(timedelta(days=7))
    desk.step(matter, "heard")
    assert due(matter, "second_review") == "07-13"
    last = {
        "second_result": "changed",
        "second_reply": "变更复查意见，准予迁入。",
        "note": "复核完毕",
    }
    desk.step(matter, "close", **last)
    head.agree(matter)
    assert (matter.state, matter.reopened, citizen.steps()) == ("closed", 2, [])
    page = citizen.page()
    assert ("变更复查意见，准予迁入。" in page, "温州市公安局" in page) == (True, True)
    assert verify().sound

    drain([planning.NEWS])
    assert Callback.objects.filter(matter=matter, closed_at=None).count() == 1
    refresh(full=True)
    for key, value in (
        ("petition_in_time", (1, 1)),
        ("petition_acceptance_in_time", (1, 1)),
        ("petition_review_in_time", (1, 1)),
        ("petition_reopened", (1, 1)),
        ("petition_reviewed_upheld", (1, 1)),
    ):
        figure = show(key).rows[0]
        assert (figure.numerator, figure.denominator) == value, key


def test_the_time_for_a_review_is_over_and_then_nothing_is_asked(
    city: City, sign_in: SignIn, traveller: time_machine.Traveller
) -> None:
    counter = Desk(sign_in, city.duty_leader)
    matter = registered(counter)
    counter.step(matter, "accept")
    counter.step(matter, "reply", heard="met", reasons="经查。", reply="支持。", outcome="fixed")
    counter.step(matter, "deliver", delivered_on=timezone.localdate().isoformat())
    citizen = Citizen(matter)
    traveller.move_to(datetime(2026, 4, 8, 15, 59, tzinfo=UTC))  # the last minute of the last day
    assert citizen.steps() == ["ask_review"]
    traveller.shift(timedelta(minutes=2))
    before = Entry.objects.count()
    assert citizen.steps() == []
    citizen.do("ask_review", "不服。", status=422)
    assert Entry.objects.count() == before


def test_what_is_not_accepted_or_goes_another_way_is_told_with_the_reason(
    city: City, sign_in: SignIn
) -> None:
    desk = Desk(sign_in, city.inspector)
    refused = registered(desk, summary="一")
    desk.step(refused, "refuse", status=422)
    desk.step(refused, "refuse", refusal="不属公安机关职责，请向住建局提出。")
    assert ("不予受理" in sent(refused)[-1], "住建局" in sent(refused)[-1]) == (True, False)
    assert ("请向住建局提出" in Citizen(refused).page(), refused.outcome) == (True, "declined")
    led = registered(desk, summary="二")
    desk.step(led, "accept")
    desk.step(led, "lead", procedure="administrative", guidance="请于六十日内申请行政复议。")
    assert (led.state, "依法另有处理程序" in sent(led)[-1]) == ("own_procedure", True)
    assert "请于六十日内申请行政复议。" in Citizen(led).page()
    assert "行政复议、裁决、确认、许可、处罚等行政程序" in Citizen(led).page()
    # A duty leader decides neither of these alone.
    theirs = registered(desk, summary="三")
    counter = Desk(sign_in, city.duty_leader)
    counter.step(theirs, "refuse", status=403, refusal="不属本单位。")
    assert theirs.state == "registered"


def test_a_notice_that_no_message_brings_is_given_another_way_before_it_counts(
    city: City, sign_in: SignIn
) -> None:
    """The fifteen days are for telling whoever brought it, not for a state of ours."""
    counter = Desk(sign_in, city.duty_leader)
    matter = registered(counter, contact_phone="")
    before = Entry.objects.count()
    counter.step(matter, "accept", status=422)
    assert (matter.state, Entry.objects.count()) == ("registered", before)
    assert Deadline.objects.get(matter=matter, clock="acceptance").met_at is None
    counter.step(matter, "accept", notice="handed")
    assert (matter.state, matter.details["notice"], sent(matter)) == ("accepted", "handed", [])
    assert Deadline.objects.get(matter=matter, clock="acceptance").met_at is not None
    # Nor is more time asked for before it is said how the reason will be told.
    longer = {"extension_reason": "需要外地协查。", "note": "协查未回"}
    counter.step(matter, "extend", status=422, **longer)
    counter.step(matter, "extend", **longer, notice="posted")
    before = due(matter, "finish")
    Desk(sign_in, city.leader).agree(matter)
    assert (due(matter, "finish") != before, matter.details["notice"]) == (True, "posted")


def test_a_lower_unit_objects_is_agreed_with_or_has_it(
    city: City, sign_in: SignIn, traveller: time_machine.Traveller
) -> None:
    desk = Desk(sign_in, city.inspector)
    names = ("一", "二", "三")
    back, gone, kept = (registered(desk, summary=one, anyway="1") for one in names)
    lower = {"passed_to": "瑞安市公安局交通警察大队", "passed_ground": "交通管理职责"}
    desk.step(back, "transfer", status=422, passed_to="瑞安市公安局交通警察大队")
    for one in (back, gone, kept):
        desk.step(one, "transfer", **lower)
        assert ("已经转送" in sent(one)[-1], "交通" in sent(one)[-1]) == (True, False)
        assert "瑞安市公安局交通警察大队" in Citizen(one).page()
    assert due(gone, "objection") == "03-16"  # 10, 11, 12, 13, 16 March
    traveller.shift(timedelta(days=2))
    desk.step(back, "object", status=422)
    for one in (back, kept):
        desk.step(one, "object", note="属派出所职责")
        assert (one.state, "属派出所职责" in Citizen(one).page()) == ("objected", False)
    # It comes back with our word alone, and its time ran on meanwhile.
    desk.step(back, "return", note="核实同意")
    assert (back.state, due(back, "acceptance")) == ("registered", "03-24")
    desk.step(kept, "insist", note="属该大队职责")
    assert kept.state == "unconfirmed"
    desk.step(kept, "return", note="经协调收回办理")
    assert kept.state == "registered"
    traveller.move_to(datetime(2026, 3, 16, 15, 0, tzinfo=UTC))
    assert lapsing.lapse() == 0
    traveller.shift(timedelta(hours=1))
    Deadline.objects.filter(matter=back, clock="objection").update(met_at=None, ended="")
    Matter.objects.filter(pk=back.pk).update(due_at=timezone.now() - timedelta(hours=1))
    assert (lapsing.lapse(), lapsing.lapse()) == (1, 0)
    # Silence ends nothing: it stays ours until that unit has confirmed it.
    gone.refresh_from_db()
    assert (gone.state, gone.live, due(gone, "acceptance")) == ("unconfirmed", True, "03-24")
    assert Entry.objects.filter(matter=gone).latest("seq").actor_label == "clock"
    desk.step(gone, "taken", status=422)
    desk.step(gone, "taken", status=422, taken_on="2026-03-20")
    desk.step(gone, "taken", taken_on="2026-03-16")
    assert (gone.state, gone.live) == ("passed_on", False)


def test_what_is_about_the_police_goes_to_the_inspectorate_whoever_writes_it_down(
    city: City, sign_in: SignIn
) -> None:
    counter = Desk(sign_in, city.duty_leader)
    about = {"category": "police_conduct", "summary": "反映民警态度"}
    matter = registered(counter, **about)
    assert matter.unit == city.inspectorate
    assert counter.client.get(f"/desk/matters/{matter.number}/").status_code == 404
    before = Matter.objects.count()
    address = "/desk/matters/new/?kind=petition"
    form = {"key": "k", "opened_at": "2026-03-09T09:00", "d_way": "visit", "d_demand": "x", **about}
    for unit in ("锦湖派出所 (RA-JH)", "玉海派出所 (RA-YH)"):
        answer = counter.client.post(address, {**form, "unit": unit})
        assert (answer.status_code, "由督察部门办理" in text(answer)) == (422, True)
    assert Matter.objects.count() == before
    # One that turns out to be about the police leaves the station with that.
    other = registered(counter, summary="补办身份证")
    desk = Desk(sign_in, city.inspector)
    right = {
        "key": "c",
        "version": other.version,
        "category": "police_inaction",
        "note": "反映推诿",
    }
    assert desk.client.post(f"/desk/matters/{other.number}/correct/", right).status_code == 303
    other.refresh_from_db()
    assert (other.category, other.unit) == ("police_inaction", city.inspectorate)
    assert verify().sound


def test_repeated_demands_become_one(city: City, sign_in: SignIn) -> None:
    desk = Desk(sign_in, city.inspector)
    first = registered(desk)
    again = registered(desk, anyway="1")
    merging.merge(
        matter_id=again.pk, into_id=first.pk, actor=Actor.of(city.inspector), reason="同一诉求"
    )
    desk.step(first, "accept")
    assert "已受理" in Citizen(first).page()
    again.refresh_from_db()
    assert not again.live
    refresh(full=True)
    assert show("petition_acceptance_in_time").rows[0].denominator == 1
