"""陈立 looks for a telephone, 吴敏 grants more time, 林晓 asks the owner: a kind that nobody planned.

Run by ``test_own_kind`` in a process whose ``ANMIN_KINDS`` names the folder beside this file.
"""

import io
from datetime import timedelta

import pytest
from django.core.management import call_command
from django.test import Client
from django.utils import timezone, translation

from anmin.callbacks import planning
from anmin.callbacks.models import Callback
from anmin.callbacks.scripts import script
from anmin.faces.answers import answers_for
from anmin.kernel.errors import Refusal
from anmin.matters import actions, approvals
from anmin.matters.actor import Actor
from anmin.matters.categories import category_choices
from anmin.matters.models import Deadline, Matter
from anmin.matters.news import drain
from anmin.matters.registry import kind_of
from anmin.matters.tests.test_kinds import (  # noqa: F401 - every test of every kind is its, too
    test_a_live_matter_always_owes_something_by_a_moment,
    test_every_state_is_reached_and_every_life_can_end,
    test_its_clocks_compute,
    test_its_details_make_a_schema_and_survive_a_round_trip,
    test_its_words_exist_in_both_languages,
    test_no_step_of_the_rated_ends_a_matter_whose_citizen_is_not_asked,
    test_somebody_can_take_every_step,
    test_the_public_face_holds_no_personal_data,
)
from anmin.matters.verify import verify
from anmin.measures.lake import refresh
from anmin.measures.queries import show
from anmin.measures.registry import registry
from anmin.people.models import Account
from tests.personas import City


@pytest.fixture
def lost(city: City) -> Matter:
    """王秀英 lost her telephone two hours ago."""
    return city.incident(
        kind="lost_property",
        category="telephone_lost",
        summary="手机遗失",
        details={"article": "黑色手机", "marks": "背面有划痕", "worth": 3000},
    )


def browser(account: Account, language: str) -> Client:
    client = Client(headers={"Accept-Language": language})
    client.force_login(account)
    return client


def taken(lost: Matter, code: str, who: Account, **inputs: object) -> Matter:
    return actions.move(matter_id=lost.pk, code=code, actor=Actor.of(who), inputs=inputs)


@pytest.mark.django_db
def test_it_brings_its_words_rules_topics_texts_and_script() -> None:
    kind = kind_of("lost_property")
    with translation.override("zh-hans"):
        assert str(kind.label) == "失物"
        assert category_choices("lost_property") == [
            ("telephone_lost", "手机遗失"),
            ("purse_lost", "钱包遗失"),
        ]
    assert script("lost_property").version == 1
    assert [one.key for one in answers_for("lost_property", "answer", "purse_lost")] == [
        "lost_and_found"
    ]
    assert not answers_for("incident", "answer", "purse_lost")
    out = io.StringIO()
    call_command("makemigrations", check=True, dry_run=True, stdout=out)
    assert "No changes" in out.getvalue()


def test_it_opens_with_its_own_topics_and_facts_only(city: City, lost: Matter) -> None:
    assert lost.number.startswith("SW-")
    for field, changes in (
        ("category", {"category": "theft"}),
        ("category", {"category": ""}),
        ("article", {"details": {}}),
        ("colour", {"details": {"article": "x", "colour": "red"}}),
    ):
        given = {"kind": "lost_property", "category": "purse_lost", "details": {"article": "x"}}
        with pytest.raises(Refusal) as refused:
            city.incident(**{**given, **changes})
        assert refused.value.field == field
    with pytest.raises(Refusal):
        city.incident(category="purse_lost")  # nor is it one of another kind


def test_its_life_with_more_time_an_expert_and_a_callback(city: City, lost: Matter) -> None:
    clock = Deadline.objects.get(matter=lost, clock="search")
    assert clock.rule == "lost_property.search.dear"  # it is worth much
    due = clock.due_at
    for turn in (1, 2):
        request = approvals.ask(
            matter_id=lost.pk,
            code="longer",
            actor=Actor.of(city.officer),
            reason="查看监控",
            inputs={"looked": f"车站{turn}"},
        )
        approvals.agree(request_id=request.pk, actor=Actor.of(city.inspector), reason="同意")
    clock.refresh_from_db()
    assert clock.due_at == due + timedelta(days=10)
    taken(lost, "find", city.officer, shelf="A3")
    taken(lost, "examine", city.officer)
    later = timezone.now() + timedelta(days=3)
    actions.move(matter_id=lost.pk, code="back", actor=Actor.of(city.officer), at=later)
    clock.refresh_from_db()
    assert clock.due_at == due + timedelta(days=13)
    done = taken(lost, "give", city.officer, answer="已找到，请来领取。", outcome="fixed")
    assert (done.stage, done.details["shelf"]) == ("done", "A3")
    assert verify().sound

    drain([planning.NEWS])
    planned = Callback.objects.get(matter=lost)
    assert (planned.script, planned.script_version, planned.exclusion) == ("lost_property", 1, "")


def test_giving_up_and_looking_again_starts_the_search_anew(city: City, lost: Matter) -> None:
    taken(lost, "give_up", city.officer, answer="未找到。")
    again = actions.move(
        matter_id=lost.pk, code="look_again", actor=Actor.of(city.inspector), note="再找一次"
    )
    clocks = {one.clock: one for one in Deadline.objects.filter(matter=lost)}
    assert clocks["search"].met_at is None
    assert clocks["first"].met_at is not None
    assert again.due_at == clocks["search"].due_at
    assert verify().sound


@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_the_desk_shows_it(city: City, lost: Matter, language: str) -> None:
    officer = browser(city.officer, language)
    for address in (
        "/desk/",
        "/desk/day/",
        "/desk/matters/",
        "/desk/matters/?kind=lost_property",
        "/desk/matters/?category=purse_lost",
        f"/desk/matters/{lost.number}/",
        "/desk/matters/new/?kind=lost_property",
    ):
        assert officer.get(address).status_code == 200, address
    leader = browser(city.duty_leader, language)
    assert "SW-" in leader.get("/desk/matters/list.csv?view=all").getvalue().decode("utf-8-sig")
    page = officer.get(f"/desk/matters/{lost.number}/").content.decode()
    assert ("黑色手机" in page, "SW-" in page) == (True, True)
    form = officer.get("/desk/matters/new/?kind=lost_property").content.decode()
    assert "purse_lost" in form
    assert 'value="theft"' not in form


def test_every_figure_is_made_with_it_there(city: City, lost: Matter) -> None:
    taken(lost, "find", city.officer, shelf="A3")
    city.answered(opened_at=timezone.now() - timedelta(hours=3))
    refresh(full=True)
    for key, indicator in registry.indicators.items():
        for by in ((), *((name,) for name in indicator.dimensions)):
            assert show(key, by=by) is not None
    kept = {
        figure.dimensions.get("kind"): figure for figure in show("kept_in_time", by=("kind",)).rows
    }
    assert "incident" in kept
    assert kept["lost_property"].denominator == 0  # nothing of it is due yet
    done = taken(lost, "give", city.officer, answer="已找到，请来领取。", outcome="fixed")
    refresh()
    kept = {
        figure.dimensions.get("kind"): figure for figure in show("kept_in_time", by=("kind",)).rows
    }
    own = kept["lost_property"]
    assert (own.numerator, own.denominator) == (1, 1)
    assert done.stage == "done"
