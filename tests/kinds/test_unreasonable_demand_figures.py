"""What was found unreasonable stands beside every figure of answers, and hides none."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import time_machine
from django.utils import timezone

from anmin.callbacks.models import Answer, Callback
from anmin.callbacks.tests.test_planted import answered, parts
from anmin.matters.lapsing import lapse
from anmin.matters.models import Matter
from anmin.measures.lake import refresh
from anmin.measures.queries import show
from tests.journeys import text
from tests.kinds.test_unreasonable_demand_story import (
    GROUNDS,
    ended,
    proposed,
    second,
    step,
    traveller,
)
from tests.personas import City, SignIn

__all__ = ["second", "traveller"]


def settled(city: City, matters: list[Matter], state: str) -> None:
    """Proposals about these that came to that end."""
    for matter in matters:
        demand = proposed(city, matter, key=state)
        if state == "stands":
            step(demand, "find", city.inspector, grounds=GROUNDS)
        if state == "not_confirmed":
            step(demand, "not_confirm", city.inspector, grounds="查无实据")


def test_every_figure_of_answers_stands_beside_itself_without_them(
    city: City, traveller: time_machine.Traveller, sign_in: SignIn
) -> None:
    """Forty answers, half content; ten of the others are found unreasonable, two more are not."""
    moments = (timezone.now() - timedelta(days=2) + n * timedelta(minutes=31) for n in range(40))
    everyone = [ended(city, opened_at=at) for at in moments]
    answered(everyone, 20)
    said = list(Answer.objects.order_by("pk").values_list())
    settled(city, everyone[30:], "stands")
    settled(city, everyone[28:30], "not_confirmed")
    refresh(full=True)
    both = show("satisfaction").total
    assert (parts(both), parts(both.without_demands)) == ((20, 40), (20, 40)), "not final yet"
    traveller.shift(timedelta(days=31))
    assert lapse() == 10
    refresh()
    for key, counted in (
        ("satisfaction", (20, 40, 20, 30)),
        ("satisfaction_weighted", (20, 40, 20, 30)),
        ("resolution_rate", (40, 40, 30, 30)),
        ("incident_satisfaction", (20, 40, 20, 30)),
        ("incident_reopened", (0, 40, 0, 30)),
    ):
        one = show(key).total
        assert (*parts(one), *parts(one.without_demands)) == counted, key
        assert one.demands == 10
    assert both.without is not None
    assert parts(show("unreasonable_demand_confirmed", ("unit",)).rows[0]) == (10, 12)
    assert show("kept_in_time").total.denominator == 40, (
        "what the inspectorate owes is not the unit's"
    )
    assert list(Answer.objects.order_by("pk").values_list()) == said
    assert set(Callback.objects.values_list("status", flat=True)) == {"done"}
    browser = sign_in(city.analyst)
    page = text(browser.get("/desk/measures/satisfaction/?by=unit"))
    assert all(one in page for one in ("剔除不合理诉求", "50.0%", "66.7%", "剔除10件"))
    assert "剔除不合理诉求" in text(browser.get("/desk/measures/?start=2026-11-01"))
    file = browser.get("/desk/measures/satisfaction.csv?by=unit")
    rows = b"".join(file.streaming_content).decode("utf-8-sig").splitlines()  # type: ignore[attr-defined]
    total = dict(zip(rows[0].split(","), rows[-1].split(","), strict=True))
    assert (total["numerator"], total["without_demands_denominator"]) == ("20", "30")


def test_a_few_demands_tell_of_no_single_answer(
    city: City, traveller: time_machine.Traveller
) -> None:
    """A unit proposes one: the second value stays hidden, or it would tell what that citizen said."""
    everyone = [
        ended(city, opened_at=timezone.now() - timedelta(days=2) + n * timedelta(minutes=31))
        for n in range(24)
    ]
    answered(everyone, 12)
    settled(city, everyone[23:], "stands")
    traveller.shift(timedelta(days=31))
    assert lapse() == 1
    refresh(full=True)
    one = show("satisfaction").total
    assert (one.suppressed, parts(one)) == (False, (12, 24))
    assert one.without_demands is not None
    assert one.without_demands.suppressed
    assert one.demands is None
    done = show("incident_reopened").total
    assert done.demands == 1, "what an office does is never hidden"


def test_the_list_says_what_was_proposed(city: City, sign_in: SignIn) -> None:
    matter, _plain = ended(city), ended(city)
    proposed(city, matter)
    browser: Callable[..., Any] = sign_in(city.inspector).get
    file = browser("/desk/matters/list.csv?view=all&kind=incident")
    rows = b"".join(file.streaming_content).decode("utf-8-sig").splitlines()
    assert sum("已提请，待认定" in row for row in rows) == 1
