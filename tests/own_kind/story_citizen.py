"""王秀英 is told what becomes of her telephone, follows it by a code and asks to look again."""

from collections.abc import Iterator
from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest
import time_machine
from django.conf import settings
from django.utils import timezone, translation

from anmin.channels.actions import opt_out
from anmin.channels.queries import body_of, recipient_of
from anmin.kernel.errors import NotAllowed, NotFound, Refusal
from anmin.matters import actions, citizen, correcting, follow, messages, public
from anmin.matters.actor import CITIZEN, Actor
from anmin.matters.contacts import ContactFacts, contact_marks, unseal
from anmin.matters.correcting import Right
from anmin.matters.models import (
    Contact,
    Entry,
    FollowCode,
    Matter,
)
from anmin.matters.verify import verify
from anmin.measures.lake import refresh
from anmin.measures.queries import show
from tests.own_kind.lost import browser, code_of, lost, sent, taken
from tests.personas import WANG, City

ZONE = ZoneInfo("Asia/Shanghai")


@pytest.fixture(autouse=True)
def in_chinese() -> Iterator[None]:
    with translation.override("zh-hans"):
        yield


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
    assert [one.code for one in citizen.steps_of_citizen(matter)] == ["look_again"]
    late = timezone.now() + timedelta(days=31)
    with pytest.raises(Refusal) as refused:
        actions.move(matter_id=matter.pk, code="look_again", actor=CITIZEN, note="x", at=late)
    assert refused.value.code == "too_late"
    with time_machine.travel(late):
        assert citizen.steps_of_citizen(matter) == []
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
