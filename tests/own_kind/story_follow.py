"""Who guesses at a code locks nobody out; and whoever is part of another report can still speak up."""

from datetime import timedelta

import pytest
import time_machine
from django.test import Client
from django.utils import timezone, translation

from anmin.evidence.bookkeeping import ahead
from anmin.kernel.errors import NotAllowed, NotFound, Refusal
from anmin.matters import actions, citizen, follow, merging, public
from anmin.matters.actor import CITIZEN, Actor
from anmin.matters.contacts import ContactFacts
from anmin.matters.models import Entry, FollowCode, Matter
from anmin.matters.verify import verify
from anmin.people import limits
from anmin.people.models import Tally
from tests.own_kind.lost import code_of, lost, sent, taken
from tests.personas import City

OTHER = ContactFacts("张建国", "+8613957700001", "锦湖街道文化小区5幢")


def test_a_stranger_who_guesses_from_everywhere_locks_nobody_out(city: City) -> None:
    matter = lost(city)
    code = code_of(sent(matter)[0])
    counted = limits.take("follow miss of", matter.number, limit=follow.OF)
    Tally.objects.filter(key=counted.key).update(count=follow.OF.most)  # so many came already
    assert follow.followed(matter.number, code, asked_from="home", near="here") == matter
    for turn in range(follow.CALM.most):  # each address has a few tries all the same
        with pytest.raises(NotFound):
            follow.followed(matter.number, f"AAAAA{turn + 2}", asked_from="bot", near="farm")
    with pytest.raises(follow.TooMany):
        follow.followed(matter.number, code, asked_from="bot", near="farm")
    for turn in range(follow.CALM.most, follow.CALM_NEAR.most):
        with pytest.raises(NotFound):
            follow.followed(matter.number, "AAAAAA", asked_from=f"bot {turn}", near="farm")
    with pytest.raises(follow.TooMany):  # and so has what one provider hands a customer
        follow.followed(matter.number, code, asked_from="fresh", near="farm")
    assert follow.followed(matter.number, code, asked_from="home", near="here") == matter
    assert list(ahead()) == []  # nothing that looks as if somebody had put it there
    calm = lost(city)
    assert follow.followed(calm.number, code_of(sent(calm)[0]), asked_from="bot", near="farm")


def test_after_one_in_ten_thousand_of_all_codes_the_next_is_longer_and_never_ends(
    city: City,
) -> None:
    matter = lost(city)
    code = code_of(sent(matter)[0])
    assert len(follow.ALPHABET) ** follow.LENGTH >= follow.EVER * 10_000
    FollowCode.objects.update(wrong=follow.EVER - 1)
    with pytest.raises(NotFound):
        follow.followed(matter.number, "AAAAAA", asked_from="bot")
    with pytest.raises(follow.Spent):
        follow.followed(matter.number, code, asked_from="home")
    page = Client().post("/f/", {"number": matter.number, "code": code})
    assert page.status_code == 429
    actions.give_follow_code(matter_id=matter.pk, actor=Actor.of(city.officer))
    longer = code_of(sent(matter)[-1]).rstrip("。")
    assert (len(longer), FollowCode.objects.get(matter=matter).longer) == (follow.LONGER, True)
    with pytest.raises(NotFound):
        follow.followed(matter.number, code, asked_from="home")
    assert follow.followed(matter.number, longer, asked_from="home") == matter
    assert len(code_of(sent(lost(city))[0])) == follow.LENGTH
    assert verify().sound


def given_up(city: City) -> tuple[Matter, Matter]:
    """The report of a neighbour that became part of another, which was given up."""
    part, whole = lost(city, contact=OTHER), lost(city)
    merging.merge(
        matter_id=part.pk, into_id=whole.pk, actor=Actor.of(city.inspector), reason="同一部手机"
    )
    taken(whole, "give_up", city.officer, answer="未找到。")
    part.refresh_from_db()
    return part, whole


def test_the_reporter_of_a_merged_matter_lets_the_other_go_on(city: City) -> None:
    part, whole = given_up(city)
    neighbour = Client(headers={"Accept-Language": "zh-hans"})
    code = code_of(sent(part)[0])
    assert neighbour.post("/f/", {"number": part.number, "code": code}).status_code == 302
    page = neighbour.get(f"/f/{part.number}").content.decode()
    with translation.override("zh-hans"):
        state = str(whole.type.flow.state("given_up").outside)
    assert (state in page, 'value="look_again"' in page) == (True, True)
    form = {"step": "look_again", "reason": "我在菜场看见过", "key": "b" * 32}
    for _twice in range(2):
        assert neighbour.post(f"/f/{part.number}", form).status_code in (302, 422)
    whole.refresh_from_db()
    part.refresh_from_db()
    assert (whole.state, whole.reopened, part.state) == ("missing", 1, "merged")
    entry = Entry.objects.get(matter=whole, action="look_again")
    assert (entry.note, entry.actor_role) == ("我在菜场看见过", "citizen")
    page = neighbour.get(f"/f/{part.number}").content.decode()
    assert ("我在菜场看见过" in page, whole.number in page) == (True, False)
    own = public.face(whole)  # the other reporter sees that it goes on, not who says what
    assert not any("菜场" in line.text for line in own.story)
    assert own.live
    assert citizen.steps_of_citizen(part) == []
    assert verify().sound


def test_whoever_is_part_of_another_does_what_lets_it_go_on_and_nothing_else(city: City) -> None:
    part, whole = given_up(city)
    before = Entry.objects.count()
    for code in ("find", "give_up", "nothing"):
        with pytest.raises(Refusal):
            citizen.take_step(matter_id=part.pk, code=code, reason="x", key=f"k {code}")
    with pytest.raises(NotAllowed):
        actions.move(matter_id=whole.pk, code="give_up", actor=CITIZEN, note="x")
    with time_machine.travel(timezone.now() + timedelta(days=31)), pytest.raises(Refusal):
        citizen.take_step(matter_id=part.pk, code="look_again", reason="x", key="late")
    assert Entry.objects.count() == before


def test_a_new_code_of_a_report_goes_to_its_own_reporter_alone(city: City) -> None:
    part, whole = lost(city, contact=OTHER), lost(city, contact=None)
    merging.merge(
        matter_id=part.pk, into_id=whole.pk, actor=Actor.of(city.inspector), reason="同一部手机"
    )
    with pytest.raises(NotAllowed):
        actions.give_follow_code(matter_id=whole.pk, actor=Actor.of(city.officer))
    assert not [one for one in sent(whole) if one.template == "step" and "code" in one.key]
