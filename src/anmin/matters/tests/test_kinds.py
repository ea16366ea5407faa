"""Every registered kind lives up to the contract; a new kind is tested by being there."""

import dataclasses
import itertools
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.utils import timezone, translation

from anmin.matters.clock import Clock, Running, next_due, tick
from anmin.matters.facts import MatterFacts
from anmin.matters.flow import LIVE, Approval, Flow, Move, Stage, State
from anmin.matters.kind import ByCitizen, Details, Kind, Public, fact
from anmin.matters.kinds_page import kinds_markdown
from anmin.matters.owning import Bodies
from anmin.matters.party_roles import PartyRole, Who
from anmin.matters.reckoning import reckoner
from anmin.matters.registry import all_kinds, discover, kind_of, rectifying_kind, register
from anmin.people.policy import rated_roles
from anmin.people.roles import Role

discover()
KINDS = pytest.mark.parametrize("kind", all_kinds(), ids=lambda kind: kind.code)
DOCS = Path(__file__).parents[4] / "docs"


@KINDS
def test_every_state_is_reached_and_every_life_can_end(kind: Kind) -> None:
    for state in kind.flow.states:
        after = kind.flow.reachable(state)
        assert any(not kind.flow.stage(s).live for s in after)
    assert kind.flow.reachable(kind.flow.start) == set(kind.flow.states)


@KINDS
def test_what_its_citizen_reads_stands_once_and_is_said_to_him(kind: Kind) -> None:
    """A fact beside the state it ended in is called by another word; a promise is not said of a third person."""
    facts = kind.details.model_fields
    for language in ("en", "zh-hans"):
        with translation.override(language):
            over = (state for state in kind.flow.states.values() if not state.stage.live)
            states = {str(state.outside) for state in over}
            for name in (*kind.public.fields, *kind.public.reporter):
                assert str(facts[name].title) not in states, name
    if kind.by_citizen:
        with translation.override("en"):
            promise = next(str(clock.outside) for clock in kind.clocks if clock.promise)
        assert "reporter" not in promise
        assert "those who" not in promise


@KINDS
def test_somebody_can_take_every_step(kind: Kind) -> None:
    roles = {role.value for role in Role} | {"citizen", "system"}
    for edge in kind.flow.moves:
        assert edge.by, f"{edge.code} belongs to nobody"
        assert set(edge.by) <= roles
    assert set(kind.opened_by) <= roles


@KINDS
def test_no_step_of_the_rated_ends_a_matter_whose_citizen_is_not_asked(kind: Kind) -> None:
    asked = kind.follow_up.states if kind.follow_up else ()
    if kind.bodies is Bodies.ALWAYS:  # its unit is no part of the police, and is not rated
        return
    for edge in kind.flow.moves:
        ends = [state for state in edge.targets if not kind.flow.stage(state).live]
        if kind.sets_aside:  # what a unit says of a citizen it may take back itself
            ends = [state for state in ends if kind.flow.stage(state) != Stage.WITHDRAWN]
        if set(ends) - set(asked):
            assert not set(edge.by) & rated_roles(), edge.code


@KINDS
def test_a_live_matter_always_owes_something_by_a_moment(kind: Kind) -> None:
    """On every path of up to six steps, a live state has a running deadline."""
    now = timezone.now()

    def walk(state: str, running: dict, step: str, depth: int) -> None:
        running = {**running, **entered(kind, state, running, step, at=now)}
        live = kind.flow.stage(state).live
        owes = next_due(running) is not None or any(one.paused_at for one in running.values())
        assert owes == live, f"{state} owes {running}"
        if depth:
            for edge in kind.flow.moves_from(state):
                walk(edge.to(state), running, edge.code, depth - 1)

    walk(kind.flow.start, {}, "", 5)


def entered(
    kind: Kind, state: str, running: dict, step: str = "", *, at: datetime
) -> dict[str, Running]:
    """The clocks that entering a state changes."""
    view = MatterFacts("noise", state)
    return tick(
        kind.clocks,
        kind.flow,
        view,
        at=at,
        running=running,
        reckon=reckoner(),
        steps=frozenset({step}),
    )


@KINDS
@pytest.mark.parametrize("category", ["theft", "noise"])
def test_its_clocks_compute(kind: Kind, category: str) -> None:
    start = timezone.now()
    for clock in kind.clocks:
        rule = clock.rule_for(MatterFacts(category, kind.flow.start))
        assert rule or not clock.promise
        assert not rule or reckoner()(rule, start).at > start


@KINDS
def test_the_public_face_holds_no_personal_data(kind: Kind) -> None:
    assert not set(kind.public.fields) & kind.details.personal_fields()
    assert set(kind.public.when) <= set(kind.flow.states)


@KINDS
def test_its_words_exist_in_both_languages(kind: Kind) -> None:
    words = [
        kind.label,
        *(state.label for state in kind.flow.states.values()),
        *(state.outside for state in kind.flow.states.values()),
        *(tell.text for tell in kind.tells),
        *(edge.label for edge in kind.flow.moves),
        *(clock.label for clock in kind.clocks),
        *(party.label for party in kind.parties),
        *(info.title for info in kind.details.model_fields.values()),
        *(part for figure in kind.figures for part in (figure.label, figure.how_made)),
    ]
    for word in words:
        with translation.override("en"):
            english = str(word)
        with translation.override("zh-hans"):
            chinese = str(word)
        assert english != chinese, f"{english!r} has no Chinese"


@KINDS
def test_its_details_make_a_schema_and_survive_a_round_trip(kind: Kind) -> None:
    assert kind.details.model_json_schema()["properties"]
    assert kind.clean({}) == {} or kind.clean(kind.clean({})) == kind.clean({})


@KINDS
def test_observed_states_exist(kind: Kind) -> None:
    if kind.observe is None:
        return
    facts = ("dispatched_at", "arrived_at", "cleared_at", "answered_at", "reply")
    for size in range(len(facts) + 1):
        for known in itertools.combinations(facts, size):
            assert kind.observe(dict.fromkeys(known, "x")) in kind.flow.states


def test_exactly_one_kind_rectifies() -> None:
    assert [kind.code for kind in all_kinds() if kind.rectifies] == [rectifying_kind().code]


def test_the_kinds_page_is_fresh() -> None:
    assert (DOCS / "kinds.md").read_text("utf-8") == kinds_markdown()


def test_a_kind_is_not_registered_twice() -> None:
    before, known = all_kinds(), kind_of("incident")
    for one in (
        known,
        dataclasses.replace(known, prefix="XX"),
        dataclasses.replace(known, code="another"),
    ):
        with pytest.raises(ValueError, match="twice"):
            register(one)
    assert all_kinds() == before


def test_a_flow_with_a_dead_end_or_a_lost_state_stops_the_start() -> None:
    states = {"a": State(Stage.OPEN, "a"), "b": State(Stage.WORKING, "b")}
    with pytest.raises(ValueError, match="never end"):
        Flow("a", states, (Move("go", "a", "b", "go"), Move("back", "b", "a", "back")))
    ended = {**states, "b": State(Stage.DONE, "b"), "c": State(Stage.OPEN, "c")}
    with pytest.raises(ValueError, match="nothing reaches"):
        Flow("a", ended, (Move("go", "a", "b", "go"), Move("out", "c", "b", "out")))
    with pytest.raises(ValueError, match="does not have"):
        Flow("a", states, (Move("go", "a", "z", "go"),))
    with pytest.raises(ValueError, match="twice"):
        Flow("a", ended, (Move("go", "a", "b", "go"), Move("go", "b", "c", "go")))


def test_personal_details_can_never_be_declared_public() -> None:
    incident = kind_of("incident")
    with pytest.raises(ValueError, match="personal data"):
        dataclasses.replace(incident, public=Public(fields=("reply",)))
    with pytest.raises(ValueError, match="clock"):
        dataclasses.replace(
            incident, clocks=(Clock("x", "x", rule="incident.answer", stops=frozenset({"?"})),)
        )


def test_what_is_for_some_is_never_public_and_a_part_is_declared_once() -> None:
    class Facts(Details):
        known: str = fact("Known", "", seen_by={Role.INSPECTOR})
        reply: str = fact("Reply", "", seen_by={Role.INSPECTOR}, told=True)

    bare = dataclasses.replace(
        kind_of("incident"),
        flow=Flow(
            "a",
            {"a": State(Stage.OPEN, "a"), "b": State(Stage.DONE, "b")},
            (Move("x", "a", "b", "x"),),
        ),
        clocks=(),
        follow_up=None,
        public=Public(),
        observe=None,
    )
    accused = PartyRole("accused", "Accused", frozenset({Who.ACCOUNT}), concerned=True)
    for wrong, why in (
        ({"details": Facts}, "for all"),
        ({"details": Facts, "public": Public(fields=("known",))}, "never public"),
        ({"parties": (accused, accused)}, "twice"),
        ({"parties": (accused,), "observe": dict}, "files bring it"),
    ):
        with pytest.raises(ValueError, match=why):
            dataclasses.replace(bare, **wrong)
    with pytest.raises(ValueError, match="does not work"):
        PartyRole("accused", "Accused", concerned=True)
    with pytest.raises(ValueError, match="nobody can be"):
        PartyRole("accused", "Accused", frozenset())
    assert dataclasses.replace(bare, parties=(accused,)).concerns
    assert Facts.hidden_from(Role.OFFICER) == {"known", "reply"}
    assert Facts.hidden_from(Role.INSPECTOR) == set()


@pytest.mark.parametrize(
    ("asked", "why"),
    [
        ({"asks": ("no_such",)}, "are asked"),
        ({"words": "no_such"}, "are asked"),
        ({"sets": {"no_such": 1}}, "are asked"),
        ({}, "are not asked"),
        ({"asks": ("demand", "known")}, "is not kept so"),
    ],
)
def test_what_citizens_are_asked_is_kept_and_is_all_that_opening_needs(
    asked: dict[str, Any], why: str
) -> None:
    class Facts(Details):
        demand: str = fact("Demand", "")
        way: str = fact("Way", "")
        known: str = fact("Known", "", seen_by={Role.INSPECTOR})

    states = {"a": State(Stage.OPEN, "a"), "b": State(Stage.DONE, "b")}
    bare = dataclasses.replace(
        kind_of("incident"),
        details=Facts,
        flow=Flow("a", states, (Move("x", "a", "b", "x"),)),
        clocks=(),
        follow_up=None,
        public=Public(),
        observe=None,
        by_citizen=None,
        asks=("demand",),
    )
    with pytest.raises(ValueError, match=why):
        dataclasses.replace(bare, by_citizen=ByCitizen("t", "h", **asked))
    sound = ByCitizen("t", "h", words="demand", sets={"way": "online"})
    assert dataclasses.replace(bare, by_citizen=sound).by_citizen == sound


def test_what_is_sealed_leaks_by_no_declaration() -> None:
    class Facts(Details):
        tip: str = fact("Tip", "", sealed=True)
        told: str = fact("Told", "", sealed=True, told=True)

    class Plain(Details):
        tip: str = fact("Tip", "", sealed=True)

    def kind(*moves: Move, **changes: object) -> Kind:
        states = {"a": State(Stage.OPEN, "a"), "b": State(Stage.DONE, "b")}
        given = {
            "details": Plain,
            "flow": Flow("a", states, (Move("x", "a", "b", "x"), *moves)),
            "clocks": (),
            "follow_up": None,
            "public": Public(),
            "observe": None,
            **changes,
        }
        return dataclasses.replace(kind_of("incident"), **given)

    asked = Approval(by=frozenset({Role.INSPECTOR}))
    for made in (
        lambda: kind(details=Facts),
        lambda: kind(public=Public(fields=("tip",))),
        lambda: kind(Move("y", "a", "b", "y", takes=("tip",), approval=asked)),
        lambda: kind(Move("y", "a", "b", "y", sets={"tip": "x"})),
        lambda: kind(observe=dict),
        lambda: kind(imported=True),
        lambda: kind(follow_up=kind_of("rectification").follow_up),
        lambda: kind(unasked=frozenset({"category"})),
    ):
        with pytest.raises(ValueError, match="incident: "):
            made()
    sealing = kind(Move("y", "a", "b", "y", takes=("tip",)))
    assert (sealing.keeps_sealed, sealing.importable) == (True, False)


def test_a_clock_that_is_met_stays_met_until_the_matter_is_reopened() -> None:
    kind = kind_of("incident")
    start = timezone.now()
    running = entered(kind, "received", {}, at=start)
    later = start + timedelta(hours=1)
    met = entered(kind, "answered", running, "answer", at=later)
    assert met["answer"].met_at == later
    assert entered(kind, "answered", met, "answer", at=later) == {}
    reopened = entered(kind, "handled", met, "reopen", at=later)
    assert reopened["answer"].met_at is None
    assert reopened["answer"].started_at == later
    assert {Stage.OPEN, Stage.WORKING, Stage.WAITING} == LIVE
