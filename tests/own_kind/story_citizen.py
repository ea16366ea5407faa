"""王秀英 is told what becomes of her telephone, follows it by a code and asks to look again."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import time_machine
from django.conf import settings
from django.test import Client
from django.utils import timezone, translation

from anmin.channels.actions import opt_out
from anmin.channels.models import Message
from anmin.channels.queries import body_of, recipient_of
from anmin.kernel.errors import Conflict, NotAllowed, NotFound, Refusal
from anmin.matters import actions, approvals, correcting, follow, messages, party_actions, public
from anmin.matters.actor import CITIZEN, Actor
from anmin.matters.contacts import ContactFacts, contact_marks, unseal
from anmin.matters.correcting import Right
from anmin.matters.models import (
    ApprovalRequest,
    Contact,
    Deadline,
    Entry,
    FollowCode,
    Matter,
)
from anmin.matters.parties import Named, PartyFacts
from anmin.matters.verify import verify
from anmin.measures.lake import refresh
from anmin.measures.queries import show
from anmin.people.models import Account
from tests.personas import WANG, City

ZONE = ZoneInfo("Asia/Shanghai")


@pytest.fixture(autouse=True)
def in_chinese() -> Iterator[None]:
    with translation.override("zh-hans"):
        yield


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


def test_the_opening_is_told_with_a_code_that_opens_it(city: City) -> None:
    matter = lost(city)
    message = sent(matter)[0]
    code, body = code_of(message), body_of(message)
    assert (len(code), matter.number in body, "锦湖派出所" in body) == (6, True, True)
    assert recipient_of(message) == WANG.phone
    assert code.encode() not in bytes(FollowCode.objects.get(matter=matter).digest)
    assert not any(code in str(one.payload) + one.note for one in Entry.objects.all())
    for said in (code, code.lower(), f" {code[:3]}-{code[3:]} "):
        assert follow.followed(matter.number, said, asked_from="a") == matter
    seen = public.face(matter)
    assert [str(one) for one, _value in seen.facts] == ["遗失物品"]  # not the secret marks
    assert seen.live


def test_a_wrong_code_opens_nothing_and_whoever_guesses_is_slowed(city: City) -> None:
    matter, other = lost(city), lost(city)
    code = code_of(sent(matter)[0])
    for turn in range(10):
        with pytest.raises(NotFound):
            follow.followed(matter.number, f"AAAA{turn:02}"[:6], asked_from="a")
    with pytest.raises(follow.TooMany):
        follow.followed(matter.number, code, asked_from="a")
    assert follow.followed(matter.number, code, asked_from="b") == matter  # not the neighbour
    assert follow.followed(other.number, code_of(sent(other)[0]), asked_from="a") == other
    for number, said in ((other.number, code), ("SW-1900-000001", code), (matter.number, "")):
        with pytest.raises(NotFound):
            follow.followed(number, said, asked_from="c")


def test_a_new_code_ends_the_old_one(city: City) -> None:
    matter = lost(city)
    old, old_pass = code_of(sent(matter)[0]), follow.pass_for(matter)
    assert follow.by_pass(old_pass) == matter
    with pytest.raises(NotAllowed):
        actions.give_follow_code(matter_id=matter.pk, actor=Actor.of(city.operator))
    assert follow.by_pass(old_pass) == matter
    shown = actions.give_follow_code(matter_id=matter.pk, actor=Actor.of(city.officer))
    assert shown == ""  # it goes to her own phone, not to whoever handles it
    new = code_of(sent(matter)[-1]).rstrip("。")
    assert follow.by_pass(old_pass) is None
    with pytest.raises(NotFound):
        follow.followed(matter.number, old, asked_from="a")
    assert follow.followed(matter.number, new, asked_from="a") == matter
    nobody = lost(city, contact=None)
    with pytest.raises(NotAllowed):  # who knows it could speak as the citizen
        actions.give_follow_code(matter_id=nobody.pk, actor=Actor.of(city.officer))
    spoken = actions.give_follow_code(
        matter_id=nobody.pk, actor=Actor.of(city.inspector), passphrase="春天 的 花"
    )
    with pytest.raises(NotFound):
        follow.followed(nobody.number, spoken, asked_from="a")
    opened = follow.followed(nobody.number, spoken, passphrase=" 春天  的 花", asked_from="a")
    assert opened == nobody
    assert verify().sound


def test_the_answer_is_told_word_for_word_unless_nobody_may_or_can_be(city: City) -> None:
    matter = lost(city)
    taken(matter, "find", city.officer, shelf="A3")
    taken(matter, "give", city.officer, answer="请带身份证{来}领取。", outcome="fixed")
    told = sent(matter)[-1]
    assert "请带身份证{来}领取。" in body_of(told)
    assert told.not_before >= timezone.now() - timedelta(minutes=1)
    entry = Entry.objects.get(matter=matter, action="give")
    assert entry.payload["told"]["told"] == 1
    assert public.face(matter).story[-1].text == "请带身份证{来}领取。"
    nobody = lost(city, contact=ContactFacts("无名", "", ""))
    assert not sent(nobody)
    opened = Entry.objects.get(matter=nobody, action="open")
    assert opened.payload["told"]["untold"] == messages.NO_PHONE
    opt_out(medium="sms", recipient=WANG.phone, via="phone")
    silent = lost(city)
    assert not sent(silent)
    opened = Entry.objects.get(matter=silent, action="open")
    assert opened.payload["told"]["untold"] == messages.OPTED_OUT


def test_an_outcome_is_said_and_a_failure_stays_on_record(city: City) -> None:
    matter = lost(city)
    for field, inputs in (
        ("outcome", {"answer": "未找到"}),
        ("outcome", {"answer": "未找到", "outcome": "declined"}),
    ):
        taken(matter, "find", city.officer, shelf="A3") if matter.state == "missing" else None
        matter.refresh_from_db()
        with pytest.raises(Refusal) as refused:
            taken(matter, "give", city.officer, **inputs)
        assert refused.value.field == field
    other = lost(city)
    gone = taken(other, "give_up", city.officer, answer="未找到。")
    assert (gone.outcome, gone.reopened) == ("not_fixed", 0)
    with pytest.raises(Refusal) as refused:  # the citizen says why
        actions.move(matter_id=gone.pk, code="look_again", actor=CITIZEN)
    assert refused.value.field == "note"
    with pytest.raises(NotAllowed):  # and takes no step that is not hers
        actions.move(matter_id=matter.pk, code="examine", actor=CITIZEN)
    again = actions.move(matter_id=gone.pk, code="look_again", actor=CITIZEN, note="我在广场见过它")
    assert (again.state, again.outcome, again.reopened, again.closed_at) == (
        "missing",
        "",
        1,
        None,
    )
    assert Entry.objects.filter(matter=gone).latest("seq").actor_role == "citizen"
    taken(again, "give_up", city.officer, answer="仍未找到。")
    with pytest.raises(Refusal) as refused:  # once
        actions.move(matter_id=gone.pk, code="look_again", actor=CITIZEN, note="再找一次")
    assert refused.value.code == "guarded"
    assert verify().sound
    happy = lost(city)
    taken(happy, "find", city.officer, shelf="A3")
    taken(happy, "give", city.officer, answer="请来领取。", outcome="fixed")
    partly = lost(city)
    taken(partly, "find", city.officer, shelf="A3")
    taken(partly, "give", city.officer, answer="只找到外壳。", outcome="partly")
    refresh(full=True)
    (figure,) = show("fixed_at_first").rows
    assert (figure.numerator, figure.denominator) == (1, 3)  # the reopened one has failed for good


def test_the_time_to_ask_again_ends(city: City) -> None:
    matter = taken(lost(city), "give_up", city.officer, answer="未找到。")
    assert [one.code for one in public.steps_of_citizen(matter)] == ["look_again"]
    late = timezone.now() + timedelta(days=31)
    with pytest.raises(Refusal) as refused:
        actions.move(matter_id=matter.pk, code="look_again", actor=CITIZEN, note="x", at=late)
    assert refused.value.code == "too_late"
    with time_machine.travel(late):
        assert public.steps_of_citizen(matter) == []
    matter.refresh_from_db()
    assert matter.state == "given_up"


def test_orders_to_others_are_shown_counted_and_waited_for(city: City) -> None:
    matter = lost(city)

    def order(where: str) -> Matter:
        return actions.open_matter(
            kind="search_order",
            actor=Actor.of(city.inspector),
            category="telephone_search",
            area=city.wenhua,
            unit=city.yuhai,
            details={"where": where},
            parent=matter,
        )

    first, second = order("车站"), order("市场")
    with pytest.raises(Refusal):  # an incident gives no such orders
        actions.open_matter(
            kind="search_order",
            actor=Actor.of(city.inspector),
            category="telephone_search",
            unit=city.yuhai,
            details={"where": "x"},
            parent=city.incident(),
        )
    matter.refresh_from_db()
    with pytest.raises(Refusal) as refused:
        taken(matter, "give_up", city.officer, answer="未找到。")
    assert refused.value.code == "guarded"
    taken(matter, "ask_others", city.officer)
    assert (public.face(matter).orders, public.face(matter).open_orders) == (2, 2)
    taken(first, "look", city.inspector, note="没有")
    matter.refresh_from_db()
    assert matter.state == "asked_others"
    taken(second, "look", city.inspector, note="没有")
    matter.refresh_from_db()
    assert (matter.state, public.face(matter).open_orders) == ("missing", 0)
    heard = Entry.objects.get(matter=matter, action="heard")
    assert (heard.actor, heard.actor_role) == (None, "system")
    taken(second, "again", city.inspector)
    with pytest.raises(Refusal):
        taken(matter, "give_up", city.officer, answer="未找到。")
    over = lost(city)
    taken(over, "give_up", city.officer, answer="未找到。")
    over.refresh_from_db()
    with pytest.raises(Refusal):
        actions.open_matter(
            kind="search_order",
            actor=Actor.of(city.inspector),
            category="telephone_search",
            unit=city.yuhai,
            details={"where": "x"},
            parent=over,
        )
    assert verify().sound


def test_a_delay_is_told_once_before_the_promise_breaks_and_never_at_night(city: City) -> None:
    matter = lost(city)
    clock = Deadline.objects.get(matter=matter, clock="search")
    for due in (3, 9, 15, 21):
        due_at = datetime.combine(timezone.localdate() + timedelta(days=9), datetime.min.time())
        Deadline.objects.filter(pk=clock.pk).update(
            due_at=(due_at + timedelta(hours=due)).replace(tzinfo=ZONE)
        )
        clock.refresh_from_db()
        before = told_at(matter, clock.due_at)
        assert before is not None
        assert 8 <= before.astimezone(ZONE).hour < 20
        assert before < clock.due_at


def told_at(matter: Matter, due: datetime) -> datetime | None:
    """When a job that runs every five minutes would tell of the delay, without doing it."""
    moment = due - timedelta(hours=16)
    while moment < due:
        if messages.due_for_word(moment).filter(matter=matter).exists():
            return moment
        moment += timedelta(minutes=5)
    return None


def test_the_delay_is_on_record_and_the_next_promise_is_told_of_again(city: City) -> None:
    matter = lost(city)
    clock = Deadline.objects.get(matter=matter, clock="search")
    noon = datetime.combine(timezone.localdate() + timedelta(days=1), datetime.min.time())
    noon = (noon + timedelta(hours=12)).replace(tzinfo=ZONE)
    Deadline.objects.filter(pk=clock.pk).update(due_at=noon + timedelta(hours=1))
    Matter.objects.update(due_at=noon + timedelta(hours=1))
    assert messages.tell_delays(now=noon - timedelta(hours=14)) == 0  # night
    assert messages.tell_delays(now=noon) == 1
    assert messages.tell_delays(now=noon + timedelta(minutes=5)) == 0
    assert str(matter.number) in body_of(sent(matter)[-1])
    matter.refresh_from_db()
    assert str(public.face(matter).story[-1].title) == "办理时间将超过承诺"
    done = lost(city)
    Deadline.objects.filter(matter=done).update(due_at=noon + timedelta(hours=1))
    taken(done, "give_up", city.officer, answer="未找到。")
    assert messages.tell_delays(now=noon) == 0  # it is over


def browser(account: Account) -> Client:
    client = Client(headers={"Accept-Language": "zh-hans"})
    client.force_login(account)
    return client


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


def test_the_desk_gives_orders_and_asks_what_became_of_it(city: City) -> None:
    matter = lost(city)
    inspector, officer = browser(city.inspector), browser(city.officer)
    there = f"/desk/matters/{matter.number}/"
    assert f"?kind=search_order&amp;parent={matter.number}" in inspector.get(there).content.decode()
    assert "?kind=search_order" not in officer.get(there).content.decode()  # not hers to give
    new = f"/desk/matters/new/?kind=search_order&parent={matter.number}"
    assert matter.number in inspector.get(new).content.decode()
    form = {
        "key": "a" * 32,
        "category": "telephone_search",
        "summary": "查找手机",
        "unit": "玉海派出所 (RA-YH)",
        "d_where": "车站",
        "opened_at": timezone.localtime().strftime("%Y-%m-%dT%H:%M"),
    }
    assert inspector.post(new, form).status_code == 303
    order = Matter.objects.get(kind="search_order")
    assert order.parent == matter
    assert matter.number in inspector.get(f"/desk/matters/{order.number}/").content.decode()
    shown = officer.get(there).content.decode()
    assert ("交其他单位协办" in shown, "1件未办结" in shown) == (True, True)
    taken(matter, "find", city.officer, shelf="A3")
    give = officer.get(there).content.decode()
    assert 'name="outcome"' in give
    assert "办理结果" in give


def test_each_is_told_in_the_language_asked_for(city: City) -> None:
    matter = lost(city, contact=WANG._replace(language="en"))
    body = body_of(sent(matter)[0])
    assert ("looks for what you lost" in body, sent(matter)[0].language) == (True, "en")
    taken(matter, "find", city.officer, shelf="A3")
    kept = Contact.objects.get(matter=matter)
    assert unseal(kept, number=matter.number).language == "en"
    same = contact_marks(settings.KEYRING, WANG)
    assert contact_marks(settings.KEYRING, WANG._replace(language="en")) == same
    several = WANG._replace(more=("+8613857712345", "+8613900000000"))
    assert ContactFacts.of(several.plain()) == several
    spoken = several._replace(language="en")
    assert ContactFacts.of(spoken.plain()) == spoken
    assert contact_marks(settings.KEYRING, several)[0] != same[0]


def test_a_guardian_is_told_and_nobody_whose_part_has_ended(city: City) -> None:
    guardian = ContactFacts("王强", "+8613700000009", "", (), "en")
    former = ContactFacts("李梅", "+8613700000008", "")
    matter = actions.open_matter(
        kind="complaint",
        category="conduct",
        actor=Actor.of(city.inspector),
        area=city.wenhua,
        details={"subject": "办证时态度冷淡"},
        contact=WANG,
        parties=[PartyFacts("guardian", contact=former)],
    )
    inspector = Actor.of(city.inspector)
    party_actions.end_party(matter_id=matter.pk, number=1, actor=inspector, reason="不是监护人")
    party_actions.name_party(
        matter_id=matter.pk, party=PartyFacts("guardian", contact=guardian), actor=inspector
    )
    taken(matter, "close", city.inspector, finding="已道歉。")
    (told,) = sent(matter)
    assert recipient_of(told) == guardian.phone
    assert ("what was found" in body_of(told), told.language) == (True, "en")
    assert verify().sound


def test_a_request_shows_nobody_a_fact_that_is_not_for_him(city: City) -> None:
    matter = actions.open_matter(
        kind="complaint",
        category="conduct",
        actor=Actor.of(city.inspector),
        area=city.wenhua,
        details={"subject": "办证时态度冷淡"},
    )
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


@pytest.mark.django_db(transaction=True)
def test_a_party_is_written_whole_or_not_at_all(
    city: City, monkeypatch: pytest.MonkeyPatch
) -> None:
    matter = actions.open_matter(
        kind="complaint",
        category="conduct",
        actor=Actor.of(city.inspector),
        area=city.wenhua,
        details={"subject": "办证时态度冷淡"},
    )

    def full(*_given: object) -> None:
        raise OSError("disk is full")

    monkeypatch.setattr(Named, "keep", full)
    guardian = PartyFacts("guardian", contact=WANG)
    with pytest.raises(OSError, match="full"):
        party_actions.name_party(
            matter_id=matter.pk, party=guardian, actor=Actor.of(city.inspector)
        )
    assert Entry.objects.filter(matter=matter).count() == 1
    assert verify().sound


def test_a_broken_promise_stays_broken_whatever_starts_it_anew(city: City) -> None:
    matter = lost(city)
    late = timezone.now() + timedelta(days=40)
    actions.move(
        matter_id=matter.pk,
        code="give_up",
        actor=Actor.of(city.officer),
        inputs={"answer": "未找到。"},
        at=late,
    )
    actions.move(
        matter_id=matter.pk, code="look_again", actor=CITIZEN, note="再找", at=late + timedelta(1)
    )
    clock = Deadline.objects.get(matter=matter, clock="search")
    assert (clock.missed, clock.met_at) == (1, None)
    taken(matter, "give_up", city.officer, answer="仍未找到。")
    kept = lost(city)
    taken(kept, "give_up", city.officer, answer="未找到。")
    actions.move(matter_id=kept.pk, code="look_again", actor=CITIZEN, note="再找")
    taken(kept, "give_up", city.officer, answer="仍未找到。")
    refresh(full=True)
    (figure,) = show("kept_in_time").rows
    assert (figure.numerator, figure.denominator) == (1, 2)
    assert verify().sound


def test_a_code_ends_with_the_contact_and_is_not_given_without_end(city: City) -> None:
    matter = lost(city)
    code = code_of(sent(matter)[0])
    right = Right(contact=ContactFacts("", "+8613900001111", ""))
    correcting.correct(
        matter_id=matter.pk,
        actor=Actor.of(city.inspector),
        right=right,
        reason="号码有误",
        planned=lambda _ids: set(),
    )
    with pytest.raises(NotFound):  # it went to somebody else
        follow.followed(matter.number, code, asked_from="a")
    with pytest.raises(NotAllowed):
        actions.give_follow_code(matter_id=matter.pk, actor=Actor.of(city.officer))
    other = lost(city)
    for _turn in range(5):
        actions.give_follow_code(matter_id=other.pk, actor=Actor.of(city.officer))
    with pytest.raises(Refusal) as refused:
        actions.give_follow_code(matter_id=other.pk, actor=Actor.of(city.officer))
    assert refused.value.code == "limit"


def test_a_request_falls_when_its_asker_may_not_or_the_matter_moved_on(city: City) -> None:
    def asked() -> tuple[Matter, ApprovalRequest]:
        matter = lost(city)
        request = approvals.ask(
            matter_id=matter.pk,
            code="longer",
            actor=Actor.of(city.officer),
            reason="查看监控",
            inputs={"looked": "车站"},
        )
        return matter, request

    matter, request = asked()
    taken(matter, "find", city.officer, shelf="A3")
    inspector = Actor.of(city.inspector)
    with pytest.raises(Conflict):
        approvals.agree(request_id=request.pk, actor=inspector, reason="同意")
    matter, request = asked()
    actions.assign(matter_id=matter.pk, actor=inspector, unit=city.yuhai)
    with pytest.raises(Conflict):
        approvals.agree(request_id=request.pk, actor=inspector, reason="同意")
    with pytest.raises(NotAllowed):
        approvals.withdraw(request_id=request.pk, actor=Actor.of(city.officer))
    matter, request = asked()
    city.officer.is_active = False
    city.officer.save()
    with pytest.raises(Conflict):
        approvals.agree(request_id=request.pk, actor=inspector, reason="同意")
    assert not Entry.objects.filter(action="longer").exists()


def test_what_the_second_person_says_is_for_the_house(city: City) -> None:
    matter = lost(city)
    request = approvals.ask(
        matter_id=matter.pk,
        code="longer",
        actor=Actor.of(city.officer),
        reason="查看监控",
        inputs={"looked": "车站"},
        key="k",
    )
    again = approvals.ask(
        matter_id=matter.pk,
        code="longer",
        actor=Actor.of(city.officer),
        reason="查看监控",
        key="k",
    )
    assert again == request
    approvals.agree(request_id=request.pk, actor=Actor.of(city.inspector), reason="内部意见")
    assert "内部意见" not in str(public.face(matter).story)
    assert (
        "内部意见" in browser(city.officer).get(f"/desk/matters/{matter.number}/").content.decode()
    )
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


def test_after_more_time_the_next_delay_is_told_of_again(city: City) -> None:
    matter = lost(city)
    noon = datetime.combine(timezone.localdate() + timedelta(days=1), datetime.min.time())
    noon = (noon + timedelta(hours=12)).replace(tzinfo=ZONE)
    due = noon + timedelta(hours=1)
    Deadline.objects.filter(matter=matter, clock="search").update(due_at=due)
    Matter.objects.update(due_at=due)
    assert messages.tell_delays(now=noon) == 1
    request = approvals.ask(
        matter_id=matter.pk,
        code="longer",
        actor=Actor.of(city.officer),
        reason="查看监控",
        inputs={"looked": "车站"},
    )
    with time_machine.travel(noon + timedelta(minutes=10)):
        approvals.agree(request_id=request.pk, actor=Actor.of(city.inspector), reason="同意")
    Deadline.objects.filter(matter=matter, clock="search").update(due_at=due + timedelta(hours=1))
    Matter.objects.update(due_at=due + timedelta(hours=1))
    assert messages.tell_delays(now=noon + timedelta(minutes=20)) == 1


def test_parties_are_named_shown_and_ended_on_the_desk(city: City) -> None:
    matter = actions.open_matter(
        kind="complaint",
        category="conduct",
        actor=Actor.of(city.inspector),
        area=city.wenhua,
        unit=city.yuhai,
        details={"subject": "办证时态度冷淡"},
    )
    there = f"/desk/matters/{matter.number}/"
    inspector, officer = browser(city.inspector), browser(city.other_officer)
    shown = officer.get(there).content.decode()
    assert ("登记当事人" in shown, "监护人" in shown, "被反映" in shown) == (True, True, False)
    guardian = {"key": "a" * 32, "role": "guardian", "contact_phone": "13700000009"}
    guardian["contact_name"] = "王强"
    for _turn in range(2):
        assert officer.post(f"{there}parties/", guardian).status_code == 303
    shown = officer.get(there).content.decode()
    assert ("137****0009" in shown, "13700000009" in shown) == (True, False)
    for wrong in ({}, {"role": "accused", "of_the_house": "chenli"}, {"role": "guardian"}):
        answer = officer.post(f"{there}parties/", {"key": "b" * 32, **wrong})
        assert answer.status_code in (400, 404, 422), wrong
    assert officer.post(f"{there}parties/1/reveal/", {"reason": " "}).status_code in (400, 422)
    shown = officer.post(f"{there}parties/1/reveal/", {"reason": "联系监护人"}).content.decode()
    assert ("王强" in shown, "13700000009" in shown.replace(" ", "")) == (True, True)
    assert officer.post(f"{there}parties/1/end/", {"reason": "不是监护人"}).status_code == 303
    assert officer.post(f"{there}parties/1/reveal/", {"reason": "x"}).status_code == 404
    accused = {"key": "c" * 32, "role": "accused", "of_the_house": "hejun"}
    assert inspector.post(f"{there}parties/", accused).status_code == 303
    assert officer.get(there).status_code == 404  # it is about him: he finds it no more
    assert verify().sound
