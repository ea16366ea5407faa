"""What is never named: no message says what it is about or what was answered, and no hint shows it."""

import pytest
from django.utils import timezone, translation
from tests.journeys import sent
from tests.personas import City

from anmin.kernel.errors import Refusal
from anmin.matters import follow
from anmin.matters.actions import move
from anmin.matters.actor import Actor
from anmin.matters.categories import categories
from anmin.matters.likely import Report, known_alike
from anmin.matters.models import Matter
from anmin.matters.public import face
from anmin.matters.reactions import ask_citizen
from anmin.matters.telling import named

REPLY = "双方在幸福楼的争执已经劝解。"
UNNAMED = {"assault", "narcotics", "family_dispute", "domestic", "sexual"}


def answered(city: City, category: str) -> Matter:
    """An incident that its reporter follows by a code, answered."""
    matter = city.incident(category=category, summary="幸福楼争执")
    follow.give(matter)
    return move(
        matter_id=matter.pk,
        code="answer",
        actor=Actor.of(city.officer),
        inputs={"reply": REPLY},
    )


def test_which_topics_are_never_named_and_which_are_never_called_back() -> None:
    incidents = [one for one in categories().values() if one.kind == "incident"]
    assert {one.code for one in incidents if one.unnamed} == UNNAMED
    assert {one.code for one in incidents if one.sensitive} == {"domestic", "sexual"}
    assert all(one.unnamed for one in categories().values() if one.kind == "petition")


@pytest.mark.parametrize("category", ["assault", "narcotics", "family_dispute"])
def test_a_message_tells_that_there_is_an_answer_and_where(city: City, category: str) -> None:
    with translation.override("zh-hans"):
        matter = answered(city, category)
        told = sent(matter)[-1]
        assert f"/f/{matter.number}" in told
        for word in (categories()[category].label, "锦湖文化社区", "幸福楼", "劝解", "纠纷"):
            assert word not in told
        assert "请在查询页面查看。" in told
        assert named(matter)["where"] == ""
        assert (face(matter).about, REPLY in [one.text for one in face(matter).story]) == ("", True)


def test_what_is_named_is_still_answered_in_the_message(city: City) -> None:
    with translation.override("zh-hans"):
        told = sent(answered(city, "dispute"))[-1]
    assert (REPLY in told, "纠纷" in told) == (True, True)


def test_whoever_was_defrauded_gets_no_link_and_is_called_the_same_day(city: City) -> None:
    with translation.override("zh-hans"):
        told = sent(answered(city, "fraud"))[-1]
    assert ("http" in told, "本局官方网站" in told) == (False, True)
    assert categories()["fraud"].same_day


@pytest.mark.parametrize(("category", "hinted"), [("noise", True), ("narcotics", False)])
def test_no_hint_says_what_others_reported(city: City, category: str, hinted: bool) -> None:
    city.incident(category=category, summary="烧烤店放音响", place="文化路12号")
    report = Report(
        kind="incident",
        category=category,
        opened_at=timezone.now(),
        area_id=city.wenhua.pk,
        place="文化路12号",
        summary="烧烤店放音响",
    )
    assert bool(known_alike(report)) == hinted


def test_no_hint_says_to_the_metre_where_others_reported(city: City) -> None:
    """Somebody who moves a point about, to find the house, learns the cell of some 300 metres alone."""
    at = {"longitude": 120.6301, "latitude": 27.7801}
    city.incident(category="noise", summary="烧烤店放音响", place="", **at)

    def hinted(longitude: float, latitude: float) -> bool:
        point = (longitude, latitude)
        report = Report("incident", "noise", city.wenhua.pk, summary="烧烤店", point=point)
        return bool(known_alike(report))

    inside = [(120.6300 + n / 5000, 27.7801 + m / 5000) for n in range(15) for m in range(13)]
    assert all(hinted(*point) for point in inside)
    assert not any(hinted(120.6298 - n / 5000, 27.7801) for n in range(5))


@pytest.mark.parametrize(
    ("category", "asked", "linked"),
    [("theft", True, True), ("fraud", True, False), ("narcotics", False, True)],
)
def test_a_question_is_not_read_by_others_and_no_victim_of_fraud_opens_a_link(
    city: City, category: str, asked: bool, linked: bool
) -> None:
    matter = city.incident(category=category)
    officer = Actor.of(city.officer)
    move(matter_id=matter.pk, code="arrive", actor=officer)
    ask_citizen(matter_id=matter.pk, code="ask", question="是哪一天发生的？", actor=officer)
    told = sent(matter)[-1]
    assert ("哪一天" in told, "http" in told) == (asked, linked)


def test_of_violence_at_home_nobody_is_asked_by_message(city: City) -> None:
    matter = city.incident(category="domestic")
    officer = Actor.of(city.officer)
    move(matter_id=matter.pk, code="arrive", actor=officer)
    with pytest.raises(Refusal):
        ask_citizen(matter_id=matter.pk, code="ask", question="是哪一天发生的？", actor=officer)
    assert sent(matter) == []
