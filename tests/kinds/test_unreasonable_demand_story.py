"""陈立 proposes that a demand is unreasonable; 吴敏 finds it, 王秀英 appeals, and somebody else decides.

Nothing that she answered changes; nobody of the unit decides; nothing is left out of a figure silently.
"""

import re
from collections.abc import Iterator
from datetime import timedelta
from importlib.resources import files
from pathlib import Path
from typing import Any

import pytest
import time_machine
from django.test import Client
from django.utils import timezone

from anmin.callbacks.tests.conftest import TUESDAY
from anmin.channels.models import Message
from anmin.desk.notices.models import Notice
from anmin.desk.notices.tasks import tell
from anmin.evidence.log import atomic
from anmin.kernel.errors import NotAllowed, Refusal
from anmin.matters import demands, follow
from anmin.matters.actions import assign, move, open_matter
from anmin.matters.actor import Actor
from anmin.matters.categories import categories_of
from anmin.matters.demand_actions import appeal, propose
from anmin.matters.lapsing import lapse
from anmin.matters.merging import merge
from anmin.matters.messages import promised_now
from anmin.matters.models import Entry, Matter
from anmin.matters.verify import verify
from anmin.measures.lake import refresh
from anmin.measures.queries import show
from anmin.people.models import Account
from tests.journeys import Desk, errors, sent, text
from tests.personas import WANG, City, SignIn

WHY = {"why": "同一事实已经复核终结。", "evidence": "XF-2026-000001复核意见"}
GROUNDS = "该事项已于三月作出复核意见。"


@pytest.fixture(autouse=True)
def traveller(settings: Any, tmp_path: Path) -> Iterator[time_machine.Traveller]:
    settings.ANMIN_HOME = tmp_path
    with time_machine.travel(TUESDAY, tick=False) as moving:
        yield moving


@pytest.fixture
def second(city: City) -> Account:
    """朱宁, a second person at the inspectorate."""
    return Account.objects.create_user(
        "zhuning", "x", display_name="朱宁", role="inspector", unit=city.inspectorate
    )


def test_no_class_rests_on_what_the_police_owe_or_on_how_somebody_asks() -> None:
    """信访工作条例 31 (5) is the duty to act or to answer; disorder (26) takes nobody's demand away."""
    classes = categories_of("unreasonable_demand").values()
    assert {one.code: one.rests_on and one.rests_on.zh for one in classes} == {
        "own_procedure": "信访工作条例第三十一条第一项至第四项",
        "decided_finally": "信访工作条例第三十六条",
        "against_the_law": "信访工作条例第三十二条第三项",
    }


def test_the_appeal_is_never_called_what_the_law_calls_the_second_review() -> None:
    """After a 复核 (信访工作条例 36) nobody takes the petition any more; after this appeal all ways stay."""
    found = Path(str(files("anmin.matters.kinds.unreasonable_demand")))
    for path in (*found.rglob("*.po"), found / "rules.toml"):
        assert "复核" not in path.read_text("utf-8")


def ended(city: City, **changes: Any) -> Matter:
    return city.answered(category="noise", **changes)


def proposed(
    city: City, cause: Matter, category: str = "decided_finally", key: str = "k"
) -> Matter:
    actor = Actor.of(city.officer)
    return propose(cause=cause, actor=actor, category=category, details=WHY, key=f"{key}{cause.pk}")


def step(demand: Matter, code: str, who: Account, note: str = "", **inputs: str) -> Matter:
    return move(matter_id=demand.pk, code=code, actor=Actor.of(who), inputs=inputs, note=note)


def world() -> tuple[object, ...]:
    return (
        list(Matter.objects.order_by("pk").values_list("pk", "state", "version")),
        Entry.objects.count(),
    )


def citizen(matter: Matter) -> Client:
    with atomic():
        code = follow.give(matter)
    client = Client(headers={"Accept-Language": "zh-hans"})
    assert client.post("/f/", {"number": matter.number, "code": code}).status_code == 302
    return client


def appeals(client: Client, matter: Matter, demand: str, reason: str, status: int = 302) -> None:
    page = text(client.get(f"/f/{matter.number}"))
    key = re.search(rf'name="{demand}-key" value="(\w+)"', page)
    given = {f"{demand}-key": key[1] if key else "0" * 32, f"{demand}-reason": reason}
    answer = client.post(f"/f/{matter.number}", {**given, "appeal": demand})
    assert answer.status_code == status, errors(answer)


def test_from_the_proposal_to_the_appeal_through_the_pages(
    city: City, sign_in: SignIn, second: Account, traveller: time_machine.Traveller
) -> None:
    matter = ended(city)
    officer, inspector = Desk(sign_in, city.officer), Desk(sign_in, city.inspector)
    assert "提请认定" in officer.page(matter)
    address = f"/desk/matters/{matter.number}/unreasonable/"
    form = text(officer.client.get(address))
    assert "信访工作条例第三十六条" in form
    key = re.search(r'name="key" value="(\w+)"', form)
    assert key
    given = {"key": key[1], "category": "decided_finally", **WHY}
    assert officer.client.post(address, given | {"why": ""}).status_code == 422
    assert officer.client.post(address, given).status_code == 303
    assert officer.client.post(address, given).status_code == 303  # pressed twice
    [demand] = demands.about(matter)
    assert (demand.number[:2], demand.unit, demand.state) == ("RD", city.jinhu, "proposed")
    assert "下一步不由本单位办理" in officer.page(demand)
    officer.step(demand, "find", status=403, grounds="我们自己说了算")
    assert demand.number in text(inspector.client.get("/desk/matters/requests/"))
    assert demand.number not in text(officer.client.get("/desk/matters/requests/"))
    inspector.step(demand, "find", status=422)  # no grounds
    inspector.step(demand, "find", grounds=GROUNDS)
    assert demand.state == "found"
    told = sent(demand)[-1]
    assert all(
        one in told for one in (matter.number, GROUNDS, "30日", "不会被更改", "救济途径不受影响")
    )
    assert demand.number not in told
    client = citizen(matter)
    page = text(client.get(f"/f/{matter.number}"))
    assert all(
        one in page
        for one in ("可以提出异议", "不影响您的事项怎样办理", "信访工作条例第三十六条", GROUNDS)
    )
    assert WHY["evidence"] not in page
    before = world()
    assert "作出决定" not in page
    appeals(client, matter, demand.number, "", 422)
    assert world() == before
    appeals(client, matter, demand.number, "这次是新的事实。")
    demand.refresh_from_db()
    assert demand.state == "appealed"
    due = promised_now(demand)
    assert due is not None
    by = timezone.localtime(due.due_at)
    page = text(client.get(f"/f/{matter.number}"))
    assert f"您的异议将在{by:%Y}年{by.month}月{by.day}日 {by:%H:%M}前作出决定" in page
    appeals(client, matter, demand.number, "再说一次", 422)
    inspector.step(demand, "uphold", status=403, appeal_grounds="我已经定过了。")
    other = Desk(sign_in, second)
    assert demand.number in text(other.client.get("/desk/matters/requests/"))
    other.step(demand, "uphold", appeal_grounds="没有新的事实。")
    assert demand.state == "stands"
    assert "维持认定" in sent(demand)[-1]
    assert "没有新的事实。" in text(client.get(f"/f/{matter.number}"))
    story = officer.page(matter)
    assert story.count("不合理诉求认定：") == 4
    assert "认定不合理，已生效" in story
    tell()
    kinds = {(row.account.username, row.kind) for row in Notice.objects.select_related("account")}
    assert {("wumin", "to_decide"), ("zhuning", "to_decide"), ("zhouweiguo", "decided")} <= kinds
    assert verify().sound


def test_of_what_was_taken_back_nothing_is_unreasonable(city: City) -> None:
    matter = city.incident(category="noise")
    step(matter, "withdraw", city.inspector, note="报警人要求撤销")
    matter.refresh_from_db()
    assert not demands.may_propose(city.officer, matter)
    with pytest.raises(Refusal) as refused:
        proposed(city, matter)
    assert refused.value.code == "not_proposable"


def test_who_does_not_appeal_in_time_lets_it_stand(
    city: City, traveller: time_machine.Traveller
) -> None:
    demand = proposed(city, ended(city))
    step(demand, "find", city.inspector, grounds=GROUNDS)
    traveller.shift(timedelta(days=29))
    assert lapse() == 0
    traveller.shift(timedelta(days=2))
    assert lapse() == 1
    demand.refresh_from_db()
    assert demand.state == "stands"
    assert "认定不合理" not in "".join(sent(demand)[1:])


def test_what_nobody_decides_is_late_and_stands_nowhere(
    city: City, traveller: time_machine.Traveller
) -> None:
    demand = proposed(city, ended(city))
    traveller.shift(timedelta(days=60))
    assert lapse() == 0
    demand.refresh_from_db()
    assert demand.state == "proposed"
    assert demand.due_at is not None
    assert demand.due_at < timezone.now()


def test_only_another_hand_of_another_unit_decides(city: City, second: Account) -> None:
    """Not the inspector who works in the unit, nor who proposed it before he or she moved there."""
    near = Account.objects.create_user("near", "x", role="inspector", unit=city.jinhu)
    cause = ended(city)
    demand = proposed(city, cause)
    for who in (near, city.leader, city.duty_leader, city.programme, city.operator):
        before = world()
        with pytest.raises(NotAllowed):
            step(demand, "find", who, grounds="x")
        assert world() == before
    city.officer.role, city.officer.unit = "inspector", city.inspectorate
    city.officer.save()
    assert demands.waiting_for(city.officer) == []
    with pytest.raises(NotAllowed):
        step(demand, "find", city.officer, grounds="x")
    assert demands.waiting_count(city.inspector) == 1
    step(demand, "find", city.inspector, grounds="x")
    step(demand, "appeal", city.inspector, note="电话提出异议")
    assert demands.waiting_count(city.inspector) == 0
    for who in (city.inspector, near, city.officer):
        with pytest.raises(NotAllowed):
            step(demand, "overturn", who, appeal_grounds="x")
    assert step(demand, "overturn", city.leader, appeal_grounds="情况有变").state == "overturned"
    page = text(citizen(cause).get(f"/f/{cause.number}"))
    # What no longer holds is told without what a finding means for figures.
    assert ("情况有变" in page, "旁边只是另列" in page) == (True, False)


@pytest.mark.parametrize(
    "why",
    [
        "not_ended",
        "goes_on",
        "nobody",
        "twice",
        "same_class",
        "found",
        "other_unit",
        "order",
        "no_cause",
    ],
)
def test_nothing_is_proposed_where_it_would_not_be_fair(city: City, why: str) -> None:
    matter = ended(city, contact=None) if why == "nobody" else ended(city)
    who = city.officer
    if why == "not_ended":
        matter = city.incident()
    if why == "goes_on":
        matter = step(matter, "reopen", city.inspector, note="再核查")
    if why in ("twice", "same_class", "found"):
        first = proposed(city, matter, key="first")
        if why == "same_class":
            step(first, "not_confirm", city.inspector, grounds="查无实据")
        if why == "found":
            step(first, "find", city.inspector, grounds=GROUNDS)
    if why == "other_unit":
        who = city.other_officer
    cause: Matter | None = matter
    if why == "order":
        system = Actor.system("callbacks")
        cause = open_matter(
            kind="rectification", actor=system, category="noise", unit=city.jinhu, cause=matter
        )
    if why == "no_cause":
        cause = None
    before = world()
    with pytest.raises(Refusal):
        open_matter(
            kind="unreasonable_demand",
            actor=Actor.of(who),
            category="decided_finally",
            unit=city.jinhu,
            details=WHY,
            cause=cause,
            key="z",
        )
    assert world() == before


def test_another_class_may_be_proposed_after_one_was_not_confirmed(city: City) -> None:
    matter = ended(city)
    step(proposed(city, matter), "not_confirm", city.inspector, grounds="查无实据")
    assert demands.may_propose(city.officer, matter)
    assert proposed(city, matter, "against_the_law", key="other").state == "proposed"


def test_the_unit_takes_back_what_it_proposed_and_she_is_told(city: City) -> None:
    one, other = ended(city), ended(city)
    early = step(proposed(city, one), "withdraw", city.officer, note="提请有误")
    assert (early.state, sent(early)) == ("withdrawn", [])
    late = proposed(city, other)
    step(late, "find", city.inspector, grounds=GROUNDS)
    step(late, "take_back", city.duty_leader, note="群众说得有理")
    assert "已撤回" in sent(late)[-1]
    assert "认定" not in text(citizen(other).get(f"/f/{other.number}"))


def test_a_finding_is_revoked_where_a_court_sees_it_otherwise(
    city: City, traveller: time_machine.Traveller
) -> None:
    matter = ended(city)
    demand = proposed(city, matter)
    step(demand, "find", city.inspector, grounds=GROUNDS)
    traveller.shift(timedelta(days=31))
    assert lapse() == 1
    refresh(full=True)
    assert show("incident_reopened").total.demands == 1
    with pytest.raises(NotAllowed):
        step(demand, "revoke", city.officer, note="算了")
    step(demand, "revoke", city.leader, note="行政判决撤销")
    assert "已撤回" in sent(demand)[-1]
    refresh()
    assert show("incident_reopened").total.demands == 0
    assert verify().sound


def test_a_unit_rids_itself_of_no_proposal(city: City, second: Account) -> None:
    """It hands none to another unit, whose share of confirmed ones it would be, and none is merged."""
    one, other = proposed(city, ended(city)), proposed(city, ended(city))
    before = world()
    with pytest.raises(NotAllowed):
        assign(matter_id=one.pk, actor=Actor.of(city.duty_leader), unit=city.yuhai)
    with pytest.raises(Refusal):
        merge(matter_id=one.pk, into_id=other.pk, actor=Actor.of(second), reason="同一人")
    assert world() == before


def test_an_appeal_is_for_whoever_it_is_about(city: City) -> None:
    mine, hers = ended(city), ended(city)
    demand = proposed(city, hers)
    step(demand, "find", city.inspector, grounds=GROUNDS)
    before = world()
    client = citizen(mine)
    assert GROUNDS not in text(client.get(f"/f/{mine.number}"))
    appeals(client, mine, demand.number, "与我无关", 422)
    appeals(client, mine, "RD-0000-000000", "没有这个", 422)
    appeals(client, mine, mine.number, "拿自己的编号", 422)
    with pytest.raises(NotAllowed):
        appeal(cause=mine, number=demand.number, reason="x", key="x")
    assert world()[0] == before[0]
    assert client.get(f"/f/{demand.number}").status_code == 200  # asks for a code; there is none
    assert "查询码" in text(client.get(f"/f/{demand.number}"))


def test_who_left_no_number_to_be_texted_is_told_otherwise(city: City) -> None:
    matter = ended(city, contact=WANG._replace(phone=""))
    demand = proposed(city, matter)
    before = world()
    with pytest.raises(Refusal, match=r"."):
        step(demand, "find", city.inspector, grounds=GROUNDS)
    assert world() == before
    assert (
        step(demand, "find", city.inspector, grounds=GROUNDS, told_how="in_writing").state
        == "found"
    )
    with pytest.raises(
        Refusal, match=r"."
    ):  # what was told in writing is not taken back in silence
        step(demand, "take_back", city.officer, note="群众说得有理")
    back = {"appeal_told_how": "by_phone"}
    assert step(demand, "take_back", city.officer, note="说得有理", **back).state == "withdrawn"


def test_no_time_runs_out_on_whom_the_message_never_reached(
    city: City, traveller: time_machine.Traveller
) -> None:
    demand = proposed(city, ended(city))
    step(demand, "find", city.inspector, grounds=GROUNDS)
    Message.objects.filter(subject_ref=f"matter:{demand.number}").update(status="dead")
    traveller.shift(timedelta(days=31))
    assert lapse() == 0
    assert step(demand, "tell", city.inspector, told_how="in_writing").state == "found"
    traveller.shift(timedelta(days=29))
    assert lapse() == 0, "thirty days since it was told"
    traveller.shift(timedelta(days=2))
    assert lapse() == 1
    demand.refresh_from_db()
    assert demand.state == "stands"
    assert verify().sound
