"""陈立 handles a theft; others may or may not touch it; nothing is lost or rewritten."""

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone
from tests.personas import WANG, City

from anmin.kernel.errors import Conflict, NotAllowed, NotFound, Refusal
from anmin.matters import actions, each, queries
from anmin.matters.actor import CITIZEN, Actor
from anmin.matters.categories import category_choices
from anmin.matters.models import Contact, Deadline, Entry, Matter
from anmin.matters.reactions import answer_question, ask_citizen, question_for, read_answer
from anmin.matters.verify import verify
from anmin.people.models import AccessLog


def state_of_the_world() -> tuple[object, ...]:
    """Everything a refused action must leave alone."""
    return (
        list(Matter.objects.order_by("pk").values_list("pk", "state", "version", "head", "unit")),
        Entry.objects.count(),
        list(Deadline.objects.order_by("pk").values_list("matter", "clock", "due_at", "met_at")),
    )


def test_a_theft_is_received_handled_and_answered(city: City) -> None:
    matter = city.incident()
    assert matter.unit == city.jinhu
    assert matter.number.startswith(f"JQ-{timezone.localdate(matter.opened_at).year}-")
    assert (matter.state, matter.stage, matter.version) == ("received", "open", 1)
    assert matter.due_at is not None

    actor = Actor.of(city.officer)
    actions.move(matter_id=matter.pk, code="dispatch", actor=actor)
    actions.move(matter_id=matter.pk, code="arrive", actor=actor)
    matter = actions.move(
        matter_id=matter.pk, code="answer", actor=actor, inputs={"reply": "已立案。"}
    )
    matter.refresh_from_db()
    assert (matter.state, matter.stage, matter.version) == ("answered", "done", 4)
    assert matter.closed_at is not None
    assert matter.due_at is None
    assert matter.details["reply"] == "已立案。"
    assert Deadline.objects.get(matter=matter).met_at == matter.closed_at
    steps = list(matter.entries.order_by("seq").values_list("seq", "action", "to_state"))
    assert steps == [
        (1, "open", "received"),
        (2, "dispatch", "dispatched"),
        (3, "arrive", "arrived"),
        (4, "answer", "answered"),
    ]
    assert verify().sound


def test_none_closes_without_an_answer_to_the_reporter(city: City) -> None:
    matter = city.incident()
    before = state_of_the_world()
    for inputs in ({}, {"reply": ""}, {"reply": "  "}):
        with pytest.raises(Refusal) as refused:
            actions.move(
                matter_id=matter.pk, code="answer", actor=Actor.of(city.officer), inputs=inputs
            )
        assert refused.value.field == "reply"
    assert state_of_the_world() == before


@pytest.mark.parametrize(
    "who", ["other_officer", "operator", "leader", "analyst", "programme", "admin"]
)
def test_a_step_by_the_wrong_person_changes_nothing(city: City, who: str) -> None:
    matter = city.incident()
    before = state_of_the_world()
    actor = Actor.of(getattr(city, who))
    with pytest.raises(NotAllowed):
        actions.move(matter_id=matter.pk, code="dispatch", actor=actor)
    with pytest.raises(NotAllowed):
        actions.assign(matter_id=matter.pk, actor=actor, unit=city.yuhai)
    assert state_of_the_world() == before


def test_a_citizen_or_stranger_opens_and_moves_nothing(city: City) -> None:
    matter = city.incident()
    before = state_of_the_world()
    for call in (
        lambda: city.incident(kind="rectification", actor=CITIZEN),
        lambda: city.incident(actor=Actor.of(city.analyst)),
        lambda: actions.move(matter_id=matter.pk, code="dispatch", actor=CITIZEN),
        lambda: actions.add_note(matter_id=matter.pk, actor=CITIZEN, text="x"),
    ):
        with pytest.raises(NotAllowed):
            call()
    assert state_of_the_world() == before


def test_a_step_that_does_not_start_here_is_a_conflict(city: City) -> None:
    matter = city.answered()
    before = state_of_the_world()
    with pytest.raises(Conflict, match=r"Answered|已答复"):
        actions.move(matter_id=matter.pk, code="dispatch", actor=Actor.of(city.officer))
    with pytest.raises(NotFound):
        actions.move(matter_id=matter.pk, code="fly", actor=Actor.of(city.officer))
    assert state_of_the_world() == before


def test_two_officers_at_once_one_is_told(city: City) -> None:
    matter = city.incident()
    actor = Actor.of(city.officer)
    actions.move(matter_id=matter.pk, code="dispatch", actor=actor, version=1)
    before = state_of_the_world()
    with pytest.raises(Conflict):
        actions.move(matter_id=matter.pk, code="arrive", actor=actor, version=1)
    assert state_of_the_world() == before


def test_repeating_with_the_same_key_changes_nothing(city: City) -> None:
    matter = city.incident(key="form-1")
    assert city.incident(key="form-1").pk == matter.pk
    actor = Actor.of(city.officer)
    actions.move(matter_id=matter.pk, code="dispatch", actor=actor, key="k1")
    before = state_of_the_world()
    actions.move(matter_id=matter.pk, code="dispatch", actor=actor, key="k1")
    assert state_of_the_world() == before


def test_bad_facts_name_the_field(city: City) -> None:
    before = state_of_the_world()
    for field, changes in {
        "category": {"category": "nonsense"},
        "opened_at": {"opened_at": timezone.now() + timedelta(hours=1)},
        "call_type": {"details": {"call_type": "x" * 500}},
        "shoe_size": {"details": {"shoe_size": 42}},
    }.items():
        with pytest.raises(Refusal) as refused:
            city.incident(**changes)
        assert refused.value.field == field
    assert state_of_the_world() == before


def test_hand_over_goes_to_a_unit_or_to_one_of_its_people(city: City) -> None:
    matter = city.incident()
    leader = Actor.of(city.duty_leader)
    actions.assign(matter_id=matter.pk, actor=leader, account=city.officer)
    with pytest.raises(Refusal) as refused:
        actions.assign(matter_id=matter.pk, actor=leader, account=city.other_officer)
    assert refused.value.field == "account"
    actions.assign(matter_id=matter.pk, actor=leader, unit=city.yuhai, note="案发地在玉海")
    matter.refresh_from_db()
    assert (matter.unit, matter.assignee) == (city.yuhai, None)
    with pytest.raises(NotFound):
        queries.find_matter(city.officer, matter.number)
    assert queries.find_matter(city.other_officer, matter.number) == matter
    assert verify().sound


def test_what_is_over_stays_with_the_unit_that_is_rated_by_it(city: City) -> None:
    matter = city.answered()
    leader, before = Actor.of(city.duty_leader), list(Matter.objects.values())
    with pytest.raises(NotAllowed) as refused:
        actions.assign(matter_id=matter.pk, actor=leader, unit=city.yuhai)
    assert refused.value.field == "unit"
    assert each.assign_many(matter_ids=[matter.pk], actor=leader, unit=city.yuhai)
    assert (list(Matter.objects.values()), matter.entries.count()) == (before, 2)
    actions.assign(matter_id=matter.pk, actor=leader, account=city.officer)
    actions.assign(matter_id=matter.pk, actor=Actor.of(city.inspector), unit=city.yuhai)
    assert Matter.objects.get(pk=matter.pk).unit == city.yuhai


def test_reopening_starts_the_clock_anew(city: City) -> None:
    matter = city.answered()
    reopen: dict[str, Any] = {"matter_id": matter.pk, "code": "reopen", "note": "答复有误"}
    with pytest.raises(NotAllowed):  # its citizen may be about to be asked
        actions.move(actor=Actor.of(city.duty_leader), **reopen)
    matter.refresh_from_db()
    assert (matter.stage, matter.entries.count()) == ("done", 2)
    actions.move(actor=Actor.of(city.inspector), **reopen)
    matter.refresh_from_db()
    assert (matter.stage, matter.closed_at) == ("working", None)
    assert matter.due_at is not None
    assert Deadline.objects.get(matter=matter).met_at is None
    assert verify().sound


def test_a_contact_is_sealed_and_every_look_is_on_record(city: City) -> None:
    matter = city.incident()
    row = Contact.objects.get(matter=matter)
    for text in (WANG.name, WANG.phone, WANG.address):
        assert text.encode() not in bytes(row.sealed)
        assert not Entry.objects.filter(payload__icontains=text).exists()
    looks = AccessLog.objects.filter(action="reveal_contact")
    with pytest.raises(Refusal):
        actions.reveal_contact(matter=matter, actor=Actor.of(city.duty_leader), reason=" ")
    for who in (city.other_officer, city.analyst, city.leader):
        with pytest.raises(NotAllowed):
            actions.reveal_contact(matter=matter, actor=Actor.of(who), reason="好奇")
    assert not looks.exists()
    seen = actions.reveal_contact(matter=matter, actor=Actor.of(city.duty_leader), reason="回电")
    assert seen == WANG
    assert looks.count() == 1


def test_the_citizen_answers_a_question_by_a_link_once(city: City) -> None:
    matter = city.incident()
    actor = Actor.of(city.officer)
    actions.move(matter_id=matter.pk, code="arrive", actor=actor)
    asked = ask_citizen(matter_id=matter.pk, code="ask", actor=actor, question="车架号是多少？")
    assert (asked.state, asked.stage) == ("asked", "waiting")
    from anmin.channels.queries import body_of, latest_message

    body = body_of(latest_message(f"matter:{matter.number}"))
    token = body.rsplit("/", 1)[1]
    assert question_for(token).question == "车架号是多少？"
    with pytest.raises(Refusal):
        answer_question(token=token, text=" ")
    answer_question(token=token, text="LX2026001")
    matter.refresh_from_db()
    assert matter.state == "arrived"
    assert matter.entries.latest("seq").actor_role == "citizen"
    assert read_answer(matter.reactions.get()) == "LX2026001"
    with pytest.raises(NotFound):
        answer_question(token=token, text="again")
    assert verify().sound


def test_nobody_to_ask_is_refused_and_nothing_moves(city: City) -> None:
    matter = city.incident(contact=None)
    actor = Actor.of(city.officer)
    actions.move(matter_id=matter.pk, code="arrive", actor=actor)
    before = state_of_the_world()
    with pytest.raises(Refusal):
        ask_citizen(matter_id=matter.pk, code="ask", actor=actor, question="车架号？")
    assert state_of_the_world() == before


@pytest.mark.parametrize(
    "question",
    [
        "您有一笔退款，请登录 http://evil.example/pay 。",
        "请到evil.cn/pay核对",
        "请到WWW.Evil.top办理",
        "见evil.com",
        "对本所满意请回复1",
        "Please press 5: was the officer excellent?",
        "请给满意评价",
    ],
)
def test_a_question_carries_neither_address_nor_praise(city: City, question: str) -> None:
    matter = city.incident()
    actor = Actor.of(city.officer)
    actions.move(matter_id=matter.pk, code="arrive", actor=actor)
    before = state_of_the_world()
    with pytest.raises(Refusal) as refused:
        ask_citizen(matter_id=matter.pk, code="ask", actor=actor, question=question)
    assert refused.value.field == "question"
    assert state_of_the_world() == before


@pytest.mark.parametrize(
    "question",
    [
        "车是什么牌子？3.5米以上吗？",
        "Was it a red bike, e.g. Giant? Ok.thanks",
        "王先生，几点.在哪里？",
    ],
)
def test_a_plain_question_is_asked(city: City, question: str) -> None:
    matter = city.incident()
    actor = Actor.of(city.officer)
    actions.move(matter_id=matter.pk, code="arrive", actor=actor)
    assert (
        ask_citizen(matter_id=matter.pk, code="ask", actor=actor, question=question).state
        == "asked"
    )


def test_a_forged_row_or_history_is_found(city: City) -> None:
    good, row, note, cut = (city.incident(key=f"m{n}") for n in range(4))
    actions.add_note(matter_id=note.pk, actor=Actor.of(city.officer), text="现场无监控")
    actions.add_note(matter_id=cut.pk, actor=Actor.of(city.officer), text="删我")
    assert verify().sound
    Matter.objects.filter(pk=row.pk).update(state="answered", stage="done")
    Entry.objects.filter(matter=note, seq=2).update(note="现场有监控")
    Entry.objects.filter(matter=cut, seq=2).delete()
    verdict = verify()
    assert (verdict.matters, verdict.entries) == (4, 5)
    assert verdict.mismatches == 2
    assert verdict.broken_chains == 1
    named = {one.name for one in verdict.findings}
    assert named == {row.number, note.number, cut.number}
    assert good.number not in named


def test_every_category_has_words() -> None:
    assert all(label for _code, label in category_choices())


def test_a_step_that_somebody_overtakes_looks_again(
    city: City, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Between reading and writing a colleague writes a note: the step is taken all the same."""
    matter = city.incident()
    officer, leader = Actor.of(city.officer), Actor.of(city.duty_leader)
    prepare = actions.prepare

    def overtaken(*args: Any, **kwargs: Any) -> Any:
        monkeypatch.setattr(actions, "prepare", prepare)
        actions.add_note(matter_id=matter.pk, actor=leader, text="我也在看。")
        return prepare(*args, **kwargs)

    monkeypatch.setattr(actions, "prepare", overtaken)
    actions.move(matter_id=matter.pk, code="dispatch", actor=officer)
    told = list(matter.entries.order_by("seq").values_list("action", flat=True))
    assert told == ["open", "note", "dispatch"]

    monkeypatch.setattr(actions, "prepare", overtaken)
    seen = Matter.objects.get(pk=matter.pk).version
    with pytest.raises(Conflict):  # who says what was seen is asked to look
        actions.move(matter_id=matter.pk, code="arrive", actor=officer, version=seen)
    told = list(matter.entries.order_by("seq").values_list("action", flat=True))
    assert told == ["open", "note", "dispatch", "note"]
    assert verify().sound
