"""The figures that a kind has by being there, on matters counted by hand."""

from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path
from typing import Any

import pytest

from anmin.matters.in_the_lake import timed_clocks
from anmin.matters.models import Deadline, Matter
from anmin.matters.outcome import Outcome
from anmin.matters.registry import all_kinds, kind_of
from anmin.measures.figures import Figure
from anmin.measures.lake import refresh
from anmin.measures.queries import show
from anmin.measures.registry import registry

pytestmark = pytest.mark.django_db
OPENED = datetime(2026, 9, 1, 4, tzinfo=UTC)
_numbers = count(1)


@pytest.fixture(autouse=True)
def _home(settings: Any, tmp_path: Path) -> None:
    settings.ANMIN_HOME = tmp_path


def made(kind: str, times: int, **fields: Any) -> list[Matter]:
    """So many matters of a kind that stand like that, as the system of record brought them."""
    given = {
        "state": "answered",
        "stage": "done",
        "category": "theft",
        "source": "test",
        "opened_at": OPENED,
        "closed_at": OPENED,
        "facts_at": OPENED,
        **fields,
    }
    rows = [Matter(number=f"X-{next(_numbers)}", kind=kind, **given) for _n in range(times)]
    return Matter.objects.bulk_create(rows)


def parts(key: str) -> tuple[float | None, int | None]:
    found: Figure = show(key).total
    return found.numerator, found.denominator


def test_what_was_fixed_in_part_or_not_is_told_of_all_that_were_not_declined() -> None:
    for outcome, times in (("fixed", 5), ("partly", 3), ("not_fixed", 2), ("declined", 4), ("", 6)):
        made("visit_finding", times, category="visit_living", outcome=outcome)
    refresh(full=True)
    assert parts("visit_finding_partly_fixed") == (3, 10)
    assert parts("visit_finding_not_fixed") == (2, 10)


def test_a_kind_whose_steps_cannot_say_so_has_no_such_figure() -> None:
    for kind in all_kinds():
        possible = {one for move in kind.flow.moves for one in move.outcomes}
        assert (f"{kind.code}_partly_fixed" in registry.indicators) == (Outcome.PARTLY in possible)
        assert (f"{kind.code}_not_fixed" in registry.indicators) == (Outcome.NOT_FIXED in possible)


def test_every_kind_tells_whether_its_first_word_was_in_time_and_what_time_was_saved() -> None:
    """Where the first clock is not the promise, nor a time of the citizen's own that lapses, of which every kind has the figure."""
    for kind in all_kinds():
        first = next(one for one in kind.clocks if one.starts is None)
        own = f"{kind.code}_{first.code}_in_time"
        assert first.promise or first.lapses or own in registry.indicators, own
        promise = next(one for one in kind.clocks if one.promise)
        assert bool(promise.lapses) != (promise in timed_clocks(kind)), kind.code


def test_time_saved_is_the_share_of_the_promise_that_was_not_needed() -> None:
    """Of 24 hours: answered after 6 (0.75 left), after 24 (0), late (0); not yet (not counted)."""
    clock = kind_of("incident").clocks[0].code
    for matter, hours in zip(made("incident", 4), (6, 24, 30, None), strict=True):
        Deadline.objects.create(
            matter=matter,
            clock=clock,
            rule="incident.answer",
            started_at=OPENED,
            due_at=OPENED + timedelta(hours=24),
            met_at=OPENED + timedelta(hours=hours) if hours else None,
        )
    refresh(full=True)
    assert parts(f"incident_{clock}_time_left") == (pytest.approx(0.75), 3)


def test_agreements_that_held_the_first_time_and_the_second() -> None:
    agreed = {"agreed_on": "2026-09-01"}
    for state, times, known in (
        ("held", 4, {"held_first": "kept", "held_second": "kept"}),
        ("held", 1, {"held_first": "partly", "held_second": "partly"}),
        ("held_once", 3, {"held_first": "kept"}),
        ("agreed", 2, {}),  # not asked yet
        ("broken", 2, {}),  # before anybody asked
        ("broken", 1, {"held_first": "kept"}),
    ):
        made("dispute", times, category="neighbours", state=state, details=agreed | known)
    made("dispute", 5, category="neighbours", state="failed")  # never agreed
    refresh(full=True)
    assert parts("dispute_held_first") == (8, 11)
    assert parts("dispute_held") == (4, 8)


def case(category: str, times: int, **known: Any) -> None:
    made("incident", times, category=category, details=known)


def test_minor_and_serious_cases_are_counted_apart() -> None:
    case("theft", 3, solved=True, solved_on="2026-09-03")
    case("fraud", 9)
    case("theft", 1, solved=False, solved_on="2026-09-03")  # taken back
    case("theft", 1, solved_on="2026-09-04")  # as a file says it
    case("robbery", 8, solved=True, solved_on="2026-09-03")
    case("burglary", 2)
    case("noise", 7, solved=True)  # no case
    made("incident", 5, state="withdrawn", stage="withdrawn")
    refresh(full=True)
    assert parts("incident_solved_minor") == (4, 14)
    assert parts("incident_solved_serious") == (8, 10)
    assert registry.indicators["incident_solved_minor"].beside == "incident_solved_serious"
    assert registry.indicators["incident_solved_serious"].beside == "incident_solved_minor"
    few = show("incident_solved_serious", ("category",)).rows
    assert all(one.suppressed for one in few), "few victims are not told apart"


def test_what_came_back_is_told_by_cases_and_by_their_share() -> None:
    """Half of it three times, all of it once, more than all of it once as a file says it; nothing nine times."""
    case("theft", 3, loss_yuan=1000, recovered_yuan=500)
    case("theft", 1, loss_yuan=80000, recovered_yuan=80000)
    case("theft", 1, loss_yuan=100, recovered_yuan=300)
    case("fraud", 8, loss_yuan=2000)
    case("fraud", 1, loss_yuan=2000, recovered_yuan=0)
    case("theft", 4, loss_yuan=0)
    case("theft", 4)
    refresh(full=True)
    assert parts("incident_recovered_minor") == (5, 14)
    assert parts("incident_recovered_share_minor") == (pytest.approx(3.5), 14)
    assert parts("incident_recovered_serious") == (0, 0)


def test_noise_tells_who_tried_to_settle_it_first() -> None:
    case("noise", 4, mediated_first="property_manager")
    case("noise", 2, mediated_first="nobody")
    case("noise", 5)
    case("theft", 3, mediated_first="committee")
    refresh(full=True)
    assert parts("incident_noise_mediated") == (4, 6)
