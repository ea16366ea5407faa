"""Two reports of one event: found, linked, made one, and parted again."""

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone, translation
from tests.personas import City

from anmin.callbacks import planning
from anmin.callbacks.models import Callback
from anmin.channels.addresses import recipient_index
from anmin.channels.models import Message
from anmin.channels.queries import body_of
from anmin.kernel.errors import Conflict, NotAllowed, NotFound, Refusal
from anmin.matters import actions, follow, merging, public
from anmin.matters.actor import Actor
from anmin.matters.contacts import ContactFacts
from anmin.matters.likely import Likely, Report, likely
from anmin.matters.merged import goes_on_in, parts_of
from anmin.matters.models import Deadline, Entry, Link, Matter
from anmin.matters.news import drain
from anmin.matters.search import search
from anmin.matters.verify import verify
from anmin.measures.lake import refresh
from anmin.measures.queries import show

OTHER = ContactFacts("张建国", "+8613957700001", "锦湖街道文化小区5幢")


def pair(city: City) -> tuple[Matter, Matter]:
    """王秀英's report, and that of a neighbour of the same theft."""
    return city.incident(), city.incident(contact=OTHER)


def merged(city: City, first: Matter, second: Matter) -> Matter:
    return merging.merge(
        matter_id=second.pk, into_id=first.pk, actor=Actor.of(city.inspector), reason="同一起"
    )


def test_two_become_one_that_hears_of_both(city: City) -> None:
    first, second = pair(city)
    main = merged(city, first, second)
    second.refresh_from_db()
    assert (main.pk, second.state, second.stage, second.live) == (
        first.pk,
        "merged",
        "withdrawn",
        False,
    )
    assert goes_on_in(second) == first
    assert {one.contact.phone for one in actions.contacts_to_call(first)} == {
        "+8613857712345",
        OTHER.phone,
    }
    found = search(city.inspector, OTHER.phone)
    assert second.number in str(found)
    assert Deadline.objects.get(matter=second).met_at is not None
    assert Entry.objects.filter(matter=first).latest("seq").action == merging.TOOK_IN
    assert verify().sound
    with translation.override("zh-hans"):
        assert str(public.face(second).state) == "与另一件报告合并办理"
    assert public.face(second).live
    drain([planning.NEWS])
    assert not Callback.objects.filter(matter=second).exists()


def test_each_hears_of_the_number_and_page_that_he_knows(city: City) -> None:
    first, second = pair(city)
    for one in (first, second):
        follow.give(one)
    merged(city, first, second)
    reply = {"reply": "两起报警系同一案件，已立案。"}
    actions.move(matter_id=first.pk, code="answer", actor=Actor.of(city.duty_leader), inputs=reply)
    sent = Message.objects.filter(key__contains=":answer")
    told = {bytes(one.recipient_index): body_of(one) for one in sent}
    for phone, known, strange in (
        ("+8613857712345", first.number, second.number),
        (OTHER.phone, second.number, first.number),
    ):
        text = told[bytes(recipient_index("sms", phone))]
        assert f"/f/{known}" in text
        assert strange not in text


@pytest.mark.parametrize(
    "told", [{"category": "domestic"}, {"category": "noise", "details": {"minor_involved": True}}]
)
def test_what_was_reported_as_sensitive_stays_unsaid_in_a_whole_that_is_not(
    city: City, told: dict[str, Any]
) -> None:
    """A neighbour says noise, she says violence, or that a child is in it: whoever reads her
    telephone learns nothing."""
    first = city.incident(category="noise")
    second = city.incident(**told, contact=OTHER)
    for one in (first, second):
        follow.give(one)
    merged(city, first, second)
    assert [one.contact.phone for one in actions.contacts_to_call(first)] == ["+8613857712345"]
    before = Message.objects.count()  # of each report by itself
    actions.move(
        matter_id=first.pk,
        code="answer",
        actor=Actor.of(city.officer),
        inputs={"reply": "已到场处置，结果当面告知。"},
    )
    heard = Message.objects.order_by("pk").values_list("recipient_index", flat=True)[before:]
    assert [bytes(one) for one in heard] == [recipient_index("sms", "+8613857712345")]


def test_whoever_was_merged_on_the_way_is_heard_too(city: City) -> None:
    first, second = pair(city)
    third = city.incident(contact=OTHER._replace(phone="+8613957700002", name="赵"))
    merged(city, second, third)
    merged(city, first, second)
    first.refresh_from_db()
    assert parts_of(first) == [second, third]
    called = {one.contact.phone for one in actions.contacts_to_call(first)}
    assert called == {"+8613857712345", OTHER.phone, "+8613957700002"}
    merging.part(matter_id=third.pk, actor=Actor.of(city.inspector), reason="不是同一起")
    assert len(actions.contacts_to_call(first)) == 2
    merging.part(matter_id=second.pk, actor=Actor.of(city.inspector), reason="不是同一起")
    assert len(actions.contacts_to_call(first)) == 1
    assert verify().sound


def test_who_is_rated_only_links(city: City) -> None:
    first, second = pair(city)
    for who in (city.officer, city.duty_leader, city.operator):
        with pytest.raises(NotAllowed):
            merging.merge(
                matter_id=second.pk, into_id=first.pk, actor=Actor.of(who), reason="同一起"
            )
    second.refresh_from_db()
    assert second.state == "received"
    assert not Link.objects.exists()
    merging.link(
        matter_id=second.pk, relation="duplicate", other_id=first.pk, actor=Actor.of(city.officer)
    )
    again = merging.link(
        matter_id=second.pk, relation="duplicate", other_id=first.pk, actor=Actor.of(city.officer)
    )
    assert Link.objects.get() == again


@pytest.mark.parametrize(
    ("changes", "refusal"),
    [
        ({"reason": " "}, Refusal),
        ({"into_id": "same"}, Refusal),
        ({"into_id": "over"}, Conflict),
        ({"into_id": 0}, NotFound),
        ({"version": 99}, Conflict),
    ],
)
def test_what_does_not_fit_is_refused_and_changes_nothing(
    city: City, changes: dict[str, Any], refusal: type[Refusal]
) -> None:
    first, second = pair(city)
    targets = {"same": second.pk, "over": city.answered().pk}
    given = {"into_id": first.pk, "reason": "同一起", **changes}
    given["into_id"] = targets.get(given["into_id"], given["into_id"])
    before = list(Entry.objects.values_list("pk", flat=True))
    with pytest.raises(refusal):
        merging.merge(matter_id=second.pk, actor=Actor.of(city.inspector), **given)
    assert list(Entry.objects.values_list("pk", flat=True)) == before


def test_its_own_number_is_said_to_be_its_own(city: City) -> None:
    first, _second = pair(city)
    with pytest.raises(Refusal, match="本事项自己"):
        merging.merge(
            matter_id=first.pk, into_id=first.pk, actor=Actor.of(city.inspector), reason="同一起"
        )


def test_a_promise_that_was_broken_before_stays_broken(city: City) -> None:
    first, second = pair(city)
    third = city.incident()
    Deadline.objects.filter(matter=second).update(due_at=timezone.now() - timedelta(hours=1))
    merged(city, first, second)
    merged(city, first, third)  # in time: it counts for nothing
    actions.move(
        matter_id=first.pk,
        code="answer",
        actor=Actor.of(city.officer),
        inputs={"reply": "已立案。"},
    )
    refresh(full=True)
    for key in ("kept_in_time", "answered_in_time"):
        (figure,) = show(key).rows
        assert (figure.numerator, figure.denominator) == (1, 2), key


def test_parted_it_goes_on_with_its_own_deadline(city: City) -> None:
    first, second = pair(city)
    due = second.due_at
    merged(city, first, second)
    parted = merging.part(matter_id=second.pk, actor=Actor.of(city.inspector), reason="不是同一起")
    assert (parted.state, parted.due_at, parted.closed_at) == ("received", due, None)
    assert [one.contact.phone for one in actions.contacts_to_call(first)] == ["+8613857712345"]
    assert goes_on_in(parted) is None
    with pytest.raises(Conflict):
        merging.part(matter_id=second.pk, actor=Actor.of(city.inspector), reason="再来")
    merged(city, first, parted)  # and may be made one again
    assert verify().sound


def alike(city: City, **changes: Any) -> list[Likely]:
    facts: dict[str, Any] = {
        "kind": "incident",
        "category": "theft",
        "area_id": city.wenhua.pk,
        "opened_at": timezone.now() - timedelta(hours=2),
        "place": "文化小区3幢楼下",
        "summary": "电动车被盗",
    }
    return likely(city.officer, Report(**{**facts, **changes}))


@pytest.mark.parametrize(
    ("changes", "found"),
    [
        ({}, True),
        ({"place": "文化小区3幢", "summary": "电瓶车不见了"}, True),
        ({"category": "noise", "place": "安阳路", "summary": "半夜施工"}, False),
        ({"place": "安阳路12号", "summary": "钱包被偷"}, False),
        ({"opened_at": timezone.now() - timedelta(days=3)}, False),
        ({"area_id": None}, False),
        ({"kind": "rectification"}, False),
    ],
)
def test_what_may_be_the_same_is_found_by_place_time_and_words(
    city: City, changes: dict[str, Any], found: bool
) -> None:
    matter = city.incident()
    assert [one.matter for one in alike(city, **changes)] == ([matter] if found else [])


def test_a_topic_of_the_same_group_is_half_as_alike(city: City) -> None:
    matter = city.incident()
    before = {"opened_at": timezone.now() - timedelta(hours=6), "summary": ""}
    found = {
        category: [one.matter for one in alike(city, category=category, **before)]
        for category in ("theft", "burglary", "noise", "")
    }
    assert found == {"theft": [matter], "burglary": [matter], "noise": [], "": []}


def test_a_point_says_more_than_the_name_of_a_place(city: City) -> None:
    here = city.incident(longitude=120.64, latitude=27.78)
    near = alike(city, point=(120.6405, 27.78), place="别处")
    assert [one.matter for one in near] == [here]
    with translation.override("en"):
        why = alike(city, point=(120.6405, 27.78), place="别处")[0].why
    assert why[0] == "50 metres away"
    assert not alike(city, point=(120.65, 27.78), summary="")


def test_nobody_is_shown_what_he_may_not_see(city: City) -> None:
    city.incident(area=city.wenhua, unit=city.yuhai)
    assert not alike(city)
