"""What moves a deadline: dates worked by hand around holidays, extensions, pauses and reviews.

Days off in 2026: 25 to 27 September, 1 to 7 October; worked instead: 20 September, 10 October.
"""

from collections.abc import Iterable
from dataclasses import replace
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from anmin.matters.clock import (
    GIVEN_UP,
    OVER,
    Clock,
    Extension,
    Running,
    extend,
    next_due,
    reckoned,
    tick,
)
from anmin.matters.facts import MatterFacts
from anmin.matters.flow import Flow, Move, Stage, State
from anmin.matters.reckoning import reckoner

TOWN = ZoneInfo("Asia/Shanghai")


def finish_rule(matter: MatterFacts) -> str:
    return "petition.zhejiang.finish" if matter.details.get("local") else "petition.national.finish"


FLOW = Flow(
    "filed",
    {
        "filed": State(Stage.OPEN, "filed"),
        "accepted": State(Stage.WORKING, "accepted"),
        "examined": State(Stage.WAITING, "with an expert"),
        "answered": State(Stage.DONE, "answered"),
        "reviewed": State(Stage.WORKING, "under review"),
        "confirmed": State(Stage.DONE, "confirmed"),
    },
    (
        Move("accept", "filed", "accepted", "accept"),
        Move("examine", ("accepted", "reviewed"), "examined", "examine"),
        Move("found", "examined", "accepted", "found"),
        Move("lengthen", "accepted", "", "extend", extends="finish"),
        Move("answer", "accepted", "answered", "answer"),
        Move("review", "answered", "reviewed", "review"),
        Move("confirm", "reviewed", "confirmed", "confirm"),
    ),
)
CLOCKS = (
    Clock(
        "accept",
        "accepted",
        "petition.zhejiang.acceptance",
        frozenset({"accepted"}),
        pauses=frozenset({"examined"}),
    ),
    Clock(
        "finish",
        "finished",
        finish_rule,
        frozenset({"answered"}),
        pauses=frozenset({"examined"}),
        extension=Extension("petition.zhejiang.extension"),
        promise=True,
    ),
    Clock(
        "review",
        "reviewed",
        "petition.national.review",
        frozenset({"confirmed"}),
        starts="reviewed",
        restarts=frozenset({"review"}),
    ),
)


def day(month: int, number: int, hour: int = 10, year: int = 2026) -> datetime:
    return datetime(year, month, number, hour, tzinfo=TOWN)


def due(running: Running) -> date:
    """The day at whose end a clock is due."""
    local = running.due_at.astimezone(TOWN)
    assert local.time().replace(microsecond=0).isoformat() == "23:59:59"
    return local.date()


def lived(steps: Iterable[tuple[str, datetime]], *, local: bool = True) -> dict[str, Running]:
    """The clocks after these steps, each at its moment; the first is the opening."""
    reckon, running, state = reckoner(), {}, ""
    for code, at in steps:
        move = FLOW.move(code)
        state = move.to(state) if move else FLOW.start
        if move and move.extends:
            clock = next(one for one in CLOCKS if one.code == move.extends)
            longer = extend(clock, running[clock.code], day=at.date(), reckon=reckon)
            assert longer, "may be extended"
            running[clock.code] = longer
        view = MatterFacts("other", state, {"local": local})
        running |= tick(
            CLOCKS,
            FLOW,
            view,
            at=at,
            running=running,
            reckon=reckon,
            steps=frozenset({code}),
        )
    return running


OPEN = ("open", day(9, 21))
ACCEPTED = (OPEN, ("accept", day(9, 22)))


def test_the_rule_follows_the_facts() -> None:
    assert due(lived([OPEN])["finish"]) == date(2026, 10, 21)  # thirty days by the province
    assert due(lived([OPEN], local=False)["finish"]) == date(2026, 11, 20)  # sixty by the state


def test_working_days_go_around_a_festival() -> None:
    assert due(lived([OPEN])["accept"]) == date(2026, 9, 29)  # 22, 23, 24, 28, 29
    late = lived([("open", day(9, 30))])
    assert due(late["accept"]) == date(2026, 10, 13)  # 8, 9, 10 (worked), 12, 13


def test_an_extension_counts_from_the_old_deadline_whenever_it_is_granted() -> None:
    early = lived([*ACCEPTED, ("lengthen", day(9, 22))])
    late = lived([*ACCEPTED, ("lengthen", day(10, 20))])
    assert due(early["finish"]) == due(late["finish"]) == date(2026, 12, 20)  # 21 October and 60
    assert early["finish"].met_at is None
    assert [rule for rule, _day in early["finish"].extended] == ["petition.zhejiang.extension"]


def test_it_is_extended_as_often_as_declared_and_never_once_it_was_met() -> None:
    running = lived([*ACCEPTED, ("lengthen", day(9, 22))])["finish"]
    reckon = reckoner()
    assert extend(CLOCKS[1], running, day=date(2026, 9, 23), reckon=reckon) is None
    met = lived([*ACCEPTED, ("answer", day(9, 23))])["finish"]
    assert extend(CLOCKS[1], met, day=date(2026, 9, 24), reckon=reckon) is None
    assert extend(CLOCKS[0], running, day=date(2026, 9, 24), reckon=reckon) is None  # may not


def test_time_with_an_expert_is_not_counted() -> None:
    away = (*ACCEPTED, ("examine", day(9, 28)))
    paused = lived(away)
    assert paused["finish"].paused_at == day(9, 28)
    assert next_due(paused) is None  # nobody owes anything while it stands still
    back = lived([*away, ("found", day(10, 12))])
    assert back["finish"].paused_at is None
    assert back["finish"].stood == 14
    assert due(back["finish"]) == date(2026, 11, 4)  # 21 October and 14
    again = lived([*away, ("found", day(10, 12)), ("examine", day(10, 13)), ("found", day(10, 15))])
    assert due(again["finish"]) == date(2026, 11, 6)
    longer = lived([*ACCEPTED, ("lengthen", day(9, 23)), *away[2:], ("found", day(10, 12))])
    assert due(longer["finish"]) == date(2027, 1, 3)  # 20 December and 14


def test_working_days_stand_still_by_working_days() -> None:
    flow_start = Running("petition.zhejiang.acceptance", day(9, 21), day(9, 29), provisional=False)
    reckon = reckoner()
    stood = reckon.stood(flow_start.rule, flow_start.started_at, day(9, 23), day(10, 9))
    assert stood == 6  # 24, 28, 29, 30 September, 8, 9 October
    flow_start.stood = stood
    assert reckoned(flow_start, reckon).at.astimezone(TOWN).date() == date(2026, 10, 13)
    # Run: 22, 23 September; then 10 (worked), 12, 13 October: five.


def test_what_is_overdue_does_not_become_punctual_by_a_pause() -> None:
    late = lived([*ACCEPTED, ("examine", day(10, 25)), ("found", day(11, 25))])
    assert due(late["finish"]) == date(2026, 10, 21)
    assert late["finish"].paused_at is None
    ended = lived(
        [*ACCEPTED, ("examine", day(9, 28)), ("found", day(9, 30)), ("answer", day(10, 1))]
    )
    assert due(ended["finish"]) == date(2026, 10, 23)


def test_a_review_starts_its_own_clock_and_leaves_the_others_met() -> None:
    answered = (*ACCEPTED, ("answer", day(10, 14)))
    asked = lived([*answered, ("review", day(10, 30))])
    assert asked["finish"].met_at == day(10, 14)
    assert due(asked["review"]) == date(2026, 11, 29)  # the law moves no Sunday here
    assert next_due(asked) == asked["review"].due_at


def test_a_clock_with_a_start_of_its_own_begins_anew_by_the_step_declared() -> None:
    first = (*ACCEPTED, ("answer", day(10, 14)), ("review", day(10, 15)), ("confirm", day(10, 20)))
    assert lived(first)["review"].met_at == day(10, 20)
    reckon = reckoner()
    again = tick(
        CLOCKS,
        FLOW,
        MatterFacts("other", "reviewed"),
        at=day(11, 2),
        running=lived(first),
        reckon=reckon,
        steps=frozenset({"review"}),
    )
    assert set(again) == {"review"}
    assert again["review"].met_at is None
    assert due(again["review"]) == date(2026, 12, 2)


def test_a_paused_clock_of_a_matter_that_ends_is_met() -> None:
    away = lived([*ACCEPTED, ("examine", day(9, 28))])
    met = tick(
        CLOCKS,
        FLOW,
        MatterFacts("other", "answered"),
        at=day(10, 12),
        running=away,
        reckon=reckoner(),
    )
    assert met["finish"].met_at == day(10, 12)
    assert met["finish"].paused_at is None
    assert due(met["finish"]) == date(2026, 11, 4)


BY_FACT = Clock(
    "hearing",
    "heard",
    "petition.zhejiang.finish",
    frozenset({"answered"}),
    pauses=frozenset({"examined"}),
    extension=Extension("petition.zhejiang.extension"),
    due="hearing_on",
)


def told(
    running: dict[str, Running], state: str, at: datetime, *, gives_up: str = "", **facts: object
) -> dict[str, Running]:
    """The clock of a fact after a step that leads to the state."""
    view = MatterFacts("other", state, facts)
    return running | tick(
        (BY_FACT,), FLOW, view, at=at, running=running, reckon=reckoner(), gives_up=gives_up
    )


def test_a_fact_names_the_day_and_the_rule_stands_in_for_it() -> None:
    by_rule = told({}, "filed", day(9, 21))
    assert due(by_rule["hearing"]) == date(2026, 10, 21)  # thirty days
    named = told({}, "filed", day(9, 21), hearing_on="2026-10-08")
    assert due(named["hearing"]) == date(2026, 10, 8)
    hour = told({}, "filed", day(9, 21), hearing_on="2026-10-08T09:30:00+08:00")
    assert hour["hearing"].due_at == day(10, 8, 9) + timedelta(minutes=30)
    past = told({}, "filed", day(9, 21), hearing_on="2026-09-20")
    assert due(past["hearing"]) == date(2026, 10, 21)  # no promise is broken before it is made


def test_the_fact_moves_the_day_until_it_is_over_and_what_moved_it_before_stays() -> None:
    named = told({}, "filed", day(9, 21), hearing_on="2026-10-08")
    moved = told(named, "accepted", day(9, 22), hearing_on="2026-10-15")
    assert due(moved["hearing"]) == date(2026, 10, 15)
    assert told(moved, "accepted", day(9, 23), hearing_on="2026-10-15") == moved
    late = told(moved, "accepted", day(10, 16), hearing_on="2026-11-30")
    assert due(late["hearing"]) == date(2026, 10, 15)  # what is overdue stays so
    gone = told(moved, "accepted", day(9, 24))
    assert due(gone["hearing"]) == date(2026, 10, 21)
    longer = extend(BY_FACT, moved["hearing"], day=date(2026, 9, 24), reckon=reckoner())
    assert longer is not None
    assert due(longer) == date(2026, 12, 14)  # 15 October and 60
    paused = told(moved, "examined", day(10, 12), hearing_on="2026-10-15")
    back = told(paused, "accepted", day(10, 14), hearing_on="2026-10-15")["hearing"]
    assert (back.stood, due(back)) == (2, date(2026, 10, 17))
    assert Running.from_payload(back.as_payload()) == back


def test_how_a_promise_ended_that_was_not_met_is_kept() -> None:
    start = told({}, "filed", day(9, 21))
    met = told(start, "answered", day(9, 22))["hearing"]
    assert (met.ended, met.broken) == ("", False)
    given_up = told(start, "accepted", day(9, 22), gives_up="hearing")["hearing"]
    assert (given_up.ended, given_up.met_at, given_up.broken) == (GIVEN_UP, day(9, 22), True)
    assert Running.from_payload(given_up.as_payload()) == given_up
    later = told({"hearing": given_up}, "answered", day(9, 23))["hearing"]
    assert later == given_up  # an answer afterwards does not keep it
    both = told(start, "answered", day(9, 22), gives_up="hearing")["hearing"]
    assert both.broken
    over = told(start, "confirmed", day(9, 22))["hearing"]  # an end that does not meet it
    assert (over.ended, over.broken) == (OVER, False)
    late = told(start, "confirmed", day(12, 1))["hearing"]
    assert (late.ended, late.broken) == (OVER, True)


def test_what_was_given_up_is_remembered_when_it_starts_anew() -> None:
    start = lived([*ACCEPTED, ("answer", day(9, 23)), ("review", day(9, 24))])
    again = replace(start["review"], met_at=day(9, 25), ended=GIVEN_UP)
    anew = tick(
        CLOCKS,
        FLOW,
        MatterFacts("other", "reviewed"),
        at=day(9, 28),
        running={**start, "review": again},
        reckon=reckoner(),
        steps=frozenset({"review"}),
    )
    assert (anew["review"].missed, anew["review"].ended) == (1, "")


@given(
    rule=st.sampled_from(
        ["petition.zhejiang.acceptance", "petition.zhejiang.finish", "rectification.first_contact"]
    ),
    since=st.integers(0, 120),
    hours=st.integers(0, 900),
)
def test_a_pause_never_shortens_and_never_gives_more_than_it_took(
    rule: str, since: int, hours: int
) -> None:
    reckon, start = reckoner(), day(3, 2)
    before = reckon(rule, start).at
    paused = start + timedelta(hours=since)
    until = paused + timedelta(hours=hours)
    stood = reckon.stood(rule, start, paused, until)
    after = reckon.put_off(rule, start, before, stood).at
    assert after >= before
    lasted = (until.date() - paused.date()).days
    assert after - before <= timedelta(days=lasted + 12)  # a festival may lie behind it


@pytest.mark.parametrize("running", [lived(ACCEPTED)["finish"]])
def test_a_clock_survives_its_entry(running: Running) -> None:
    moved = (*ACCEPTED, ("lengthen", day(9, 23)), ("examine", day(9, 28)))
    for one in (running, lived(moved)["finish"], lived([*moved, ("found", day(10, 9))])["finish"]):
        assert Running.from_payload(one.as_payload()) == one
    assert "stood" not in running.as_payload()  # what was never moved says nothing of it
