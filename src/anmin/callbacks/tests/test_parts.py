"""A whole is one callback, and several people: each is called, and hears, about his or her own report."""

from typing import Any

import pytest
from django.utils import translation
from tests.personas import City

from anmin.callbacks import actions, amending, quality, queries
from anmin.callbacks.callees import people_called, who_answered
from anmin.callbacks.erasing import erase_words
from anmin.callbacks.models import Answer, Callback, Draw, QualityCheck
from anmin.callbacks.planning import NEWS
from anmin.callbacks.tests.scene import world
from anmin.callbacks.unhappy import order_of
from anmin.channels.actions import opt_out
from anmin.evidence.log import atomic
from anmin.kernel.errors import Refusal
from anmin.matters import merging
from anmin.matters.actions import contact_for_message, move
from anmin.matters.actor import Actor
from anmin.matters.contacts import ContactFacts
from anmin.matters.models import Matter
from anmin.matters.news import drain
from anmin.people.models import AccessLog

pytestmark = pytest.mark.usefixtures("clock")  # nobody is called at night
LI = ContactFacts("李建国", "+8613957700001")
WANG = "+8613857712345"
UNHAPPY = actions.Said("dissatisfied", "no", ["no_feedback"], "没有下文", consent_contact=True)


def whole(city: City, **part: Any) -> tuple[Callback, Matter]:
    """王秀英's report of a noise, that of a neighbour (``part``), made one and answered."""
    first = city.incident(category="noise")
    second = city.incident(**{"contact": LI, **part})
    merging.merge(
        matter_id=second.pk, into_id=first.pk, actor=Actor.of(city.inspector), reason="同一起"
    )
    given = {"code": "answer", "actor": Actor.of(city.officer), "inputs": {"reply": "已处置。"}}
    move(matter_id=first.pk, **given)
    drain([NEWS])
    callback = Callback.objects.select_related("matter").get(matter=first)
    Callback.objects.filter(pk=callback.pk).update(status="calling", not_before=callback.planned_at)
    actions.take(callback_id=callback.pk, operator=city.operator)
    return callback, second


@pytest.mark.parametrize(
    "part",
    [
        {"category": "domestic"},
        {"details": {"minor_involved": True}},
        {"details": {"in_progress": True}},
    ],
)
def test_whom_a_rule_would_spare_alone_is_not_called_as_a_part(
    city: City, part: dict[str, Any]
) -> None:
    callback, _second = whole(city, **part)
    assert [one.contact.phone for one in people_called(callback)] == [WANG]
    assert not actions.later_to_call(callback_id=callback.pk, operator=city.operator)
    view = queries.callback_view(callback_id=callback.pk, operator=city.operator)
    assert (len(view.people), len(view.openings)) == (1, 1)


def test_who_asked_to_be_left_in_peace_is_not_called_as_a_part(city: City) -> None:
    callback, _second = whole(city)
    assert len(people_called(callback)) == 2
    opt_out(medium="sms", recipient=LI.phone, via="sms")
    assert [one.contact.phone for one in people_called(callback)] == [WANG]


def test_each_hears_his_own_name_and_report_and_each_look_is_on_record(city: City) -> None:
    callback, second = whole(city, category="theft")
    with translation.override("zh-hans"):
        view = queries.callback_view(callback_id=callback.pk, operator=city.operator)
        assert "王先生或女士" in view.opening[0] or "王" in view.opening[0]
        hers, his = (" ".join(view.opening_to(name, n)) for n, name in enumerate(("", LI.name)))
    assert ("李" in hers, "王" in his, "李建国" in his) == (False, False, True)
    topics = callback.matter.topic, second.topic
    assert topics[0] is not None
    assert topics[1] is not None
    with translation.override("zh-hans"):
        assert topics[0].label in hers
        assert topics[1].label in his
        assert topics[0].label not in his
    actions.reveal_phone(callback_id=callback.pk, operator=city.operator)
    (later,) = actions.later_to_call(callback_id=callback.pk, operator=city.operator)
    assert (later.contact.phone, later.matter) == (LI.phone, second)
    shown = AccessLog.objects.order_by("pk").values_list("subject", flat=True)
    assert list(shown) == [callback.matter.number, second.number]


def test_what_follows_goes_to_whoever_answered(city: City, other_operator: Any) -> None:
    callback, second = whole(city)
    before, given = world(), {"callback_id": callback.pk, "operator": city.operator, "key": "k"}
    for nobody_of_them in (None, -1, 2):
        with pytest.raises(Refusal) as refused:
            actions.record_answer(**given, said=UNHAPPY, answered_by=nobody_of_them)
        assert refused.value.field == "answered_by"
    assert world() == before
    answer = actions.record_answer(**given, said=UNHAPPY, answered_by=1)
    order = order_of(answer)
    assert order is not None
    assert contact_for_message(order).phone == LI.phone
    # asked again, blind: the same person, and nobody else
    draw = Draw.objects.create(
        purpose="recall", day=answer.at, share=1, seed_sealed=b"", published_at=answer.at
    )
    check = QualityCheck.objects.create(draw=draw, callback=callback, checker=other_operator)
    check.callback.refresh_from_db()
    shown = quality.reveal_recall_phone(check=check, operator=other_operator)
    assert (shown.name, shown.phone) == (LI.name, LI.phone)
    assert AccessLog.objects.latest("pk").subject == second.number
    view = quality.recall_view(check=check, operator=other_operator)
    assert (len(view.people), "王" in "".join(view.opening)) == (1, False)
    # put right within minutes, it is still his answer
    again = amending.amend(
        answer_id=answer.pk,
        operator=city.operator,
        said=actions.Said("dissatisfied", "no", ["attitude"], "", consent_contact=True),
        key="k2",
    )
    assert who_answered(again).phone == LI.phone
    assert {bool(one.spoken_to) for one in Answer.objects.all()} == {True}
    order = order_of(again)
    assert order is not None
    assert contact_for_message(order).phone == LI.phone


def test_the_second_call_is_to_whoever_was_unhappy_in_the_first(city: City) -> None:
    callback, _second = whole(city)
    given = {"callback_id": callback.pk, "operator": city.operator, "said": UNHAPPY}
    actions.record_answer(**given, answered_by=1, key="k")
    later = Callback(matter=callback.matter, round=2, closing=callback.closing + 1)
    assert [one.contact.phone for one in people_called(later)] == [LI.phone]
    merging.part(matter_id=_second.pk, actor=Actor.of(city.inspector), reason="不是同一起")
    assert people_called(later) == []  # not she, who said nothing of that
    assert not who_answered(Answer.objects.get()).phone


def test_when_its_time_is_over_nothing_tells_who_answered(city: City) -> None:
    callback, _second = whole(city)
    given = {"callback_id": callback.pk, "operator": city.operator, "said": UNHAPPY}
    answer = actions.record_answer(**given, answered_by=1, key="k")
    assert answer.spoken_to
    with atomic():
        erase_words([callback.matter_id])
    answer.refresh_from_db()
    assert (bytes(answer.spoken_to), bytes(answer.text)) == (b"", b"")
