"""When a petition is due: dates worked by hand around the holidays of 2026, by both sets of times.

Days off: 15 to 23 February, 25 to 27 September, 1 to 7 October; worked instead: 14 and 28 February,
20 September, 10 October.
"""

from datetime import date
from typing import Any

import pytest
from django.conf import LazySettings

from anmin.matters.clock import Running
from anmin.matters.reckoning import reckoner
from anmin.matters.tests import lives
from anmin.matters.tests.lives import Step, day, due

SETS = ("national", "zhejiang")


def lived(*steps: Step) -> dict[str, Running]:
    return lives.lived("petition", *steps, category="household_papers")


# Days in a row count holidays; working days skip them: 22, 23, 24, 28, 29 September; 8, 9, 10 (worked),
# 12, 13 October; 11, 12, 13, 14 (worked), 24 February.
@pytest.mark.parametrize(
    ("clocks", "registered", "wanted"),
    [
        ("national", day(9, 21), date(2026, 10, 6)),
        ("zhejiang", day(9, 21), date(2026, 9, 29)),
        ("national", day(9, 30), date(2026, 10, 15)),
        ("zhejiang", day(9, 30), date(2026, 10, 13)),
        ("national", day(2, 10), date(2026, 2, 25)),
        ("zhejiang", day(2, 10), date(2026, 2, 24)),
        ("zhejiang", day(10, 3), date(2026, 10, 13)),  # on a day off: from the next one worked
        ("zhejiang", day(9, 18), date(2026, 9, 24)),  # the Sunday that is worked counts
    ],
)
def test_by_when_it_is_said_whether_it_is_accepted(
    settings: LazySettings, clocks: str, registered: Any, wanted: date
) -> None:
    settings.PETITION_CLOCKS = clocks
    running = lived(("open", registered))
    assert due(running["acceptance"]) == wanted
    assert set(running) == {"acceptance"}


# 24 September + 60: 6 to the 30th, 31 to 31 October, 23; + 30 from 23 November. + 30: 24 October,
# + 60 from there: 7, 30, 23.
@pytest.mark.parametrize(
    ("clocks", "reply", "longer"),
    [
        ("national", date(2026, 11, 23), date(2026, 12, 23)),
        ("zhejiang", date(2026, 10, 24), date(2026, 12, 23)),
    ],
)
def test_the_reply_counts_from_acceptance_and_is_put_off_once(
    settings: LazySettings, clocks: str, reply: date, longer: date
) -> None:
    settings.PETITION_CLOCKS = clocks
    steps = (("open", day(9, 21)), ("accept", day(9, 24)))
    running = lived(*steps)
    assert due(running["finish"]) == reply
    assert running["acceptance"].met_at == day(9, 24)
    running = lived(*steps, ("extend", day(10, 20)))
    assert due(running["finish"]) == longer
    assert running["finish"].extended == ((f"petition.{clocks}.extension", day(10, 20).date()),)
    with pytest.raises(AssertionError, match="refused"):
        lived(*steps, ("extend", day(10, 20)), ("extend", day(10, 21)))
    # A question to the petitioner stops no time.
    asked = lived(*steps, ("ask", day(10, 8)), ("resume", day(10, 18)))
    assert due(asked["finish"]) == reply


def test_what_runs_keeps_its_set_when_the_installation_chooses_another(
    settings: LazySettings,
) -> None:
    settings.PETITION_CLOCKS = "zhejiang"
    before = lived(("open", day(9, 21)), ("accept", day(9, 24)))["finish"]
    settings.PETITION_CLOCKS = "national"
    from anmin.matters.clock import extend
    from anmin.matters.registry import kind_of

    clock = next(one for one in kind_of("petition").clocks if one.code == "finish")
    longer = extend(clock, before, day=date(2026, 10, 20), reckon=reckoner())
    assert longer is not None
    assert due(longer) == date(2026, 12, 23)  # by Zhejiang's sixty days, not the nation's thirty


def test_a_lower_unit_objects_within_five_working_days_and_our_time_runs_on(
    settings: LazySettings,
) -> None:
    # 29, 30 September, 8, 9, 10 (worked) October
    passed = lived(("open", day(9, 21)), ("transfer", day(9, 28)))
    assert due(passed["objection"]) == date(2026, 10, 10)
    assert (passed["acceptance"].owed, due(passed["acceptance"])) == (True, date(2026, 10, 6))
    silent = (("open", day(9, 21)), ("transfer", day(9, 28)), ("unopposed", day(10, 11)))
    assert lived(*silent)["acceptance"].met_at is None
    assert lived(*silent, ("taken", day(10, 12)))["acceptance"].met_at == day(10, 12)
    # 23, 24, 28, 29, 30 September: passed on once more, counted anew
    again = lived(
        ("open", day(9, 16)),
        ("transfer", day(9, 17)),
        ("object", day(9, 21)),
        ("return", day(9, 21)),
        ("transfer", day(9, 22)),
    )
    assert due(again["objection"]) == date(2026, 9, 30)
    for clocks, wanted in (("national", date(2026, 10, 6)), ("zhejiang", date(2026, 9, 29))):
        settings.PETITION_CLOCKS = clocks
        steps = (("transfer", day(9, 24)), ("object", day(9, 28)), ("return", day(9, 29)))
        back = lived(("open", day(9, 21)), *steps)
        assert due(back["acceptance"]) == wanted
        assert back["objection"].met_at == day(9, 28)


REPLIED: tuple[Step, ...] = (
    ("open", day(8, 3)),
    ("accept", day(8, 5)),
    ("reply", day(9, 1)),
    ("ask_review", day(9, 10)),
    ("review_begins", day(9, 10)),
)


def test_a_review_takes_thirty_days_and_a_hearing_is_not_counted() -> None:
    running = lived(*REPLIED)
    assert due(running["review"]) == date(2026, 10, 10)
    assert running["finish"].met_at == day(9, 1)
    decided = (
        *REPLIED,
        ("decide", day(10, 9)),
        ("ask_again", day(10, 20)),
        ("second_begins", day(10, 20)),
    )
    running = lived(*decided)
    assert running["review"].met_at == day(10, 9)
    assert due(running["second_review"]) == date(2026, 11, 19)
    heard = lived(*decided, ("hear", day(11, 2)), ("heard", day(11, 9)))
    assert due(heard["second_review"]) == date(2026, 11, 26)  # seven days later
    twice = lived(
        *decided,
        ("hear", day(11, 2)),
        ("heard", day(11, 9)),
        ("hear", day(11, 20)),
        ("heard", day(11, 23)),
        ("close", day(11, 29)),
    )
    assert due(twice["second_review"]) == date(2026, 11, 29)
    assert twice["second_review"].met_at == day(11, 29)
    assert not any(clock.owed for clock in twice.values())


def test_a_review_counts_from_when_the_body_above_received_it() -> None:
    asked = REPLIED[:-1]
    # 11, 14, 15 September: three working days to bring it there
    assert due(lived(*asked)["hand_up"]) == date(2026, 9, 15)
    assert "review" not in lived(*asked)
    late = {"review_begun_on": "2026-09-12"}  # put down on the 14th
    running = lives.lived(
        "petition",
        *asked,
        ("review_begins", day(9, 14)),
        category="household_papers",
        details=late,
    )
    assert (due(running["review"]), running["hand_up"].met_at) == (date(2026, 10, 12), day(9, 14))


def test_a_citizens_last_day_off_moves_to_the_next_one_worked() -> None:
    reckon = reckoner()
    for key in ("review_request", "second_review_request"):
        # 2 September and thirty days: 2 October, a day off; 8 October is worked again
        last = reckon(f"petition.national.{key}", day(9, 2)).at
        assert last.astimezone(lives.TOWN).date() == date(2026, 10, 8)
    # Ours do not: the Regulations give whoever decides no more than the days.
    assert reckon("petition.national.review", day(9, 2)).at.astimezone(lives.TOWN).date() == date(
        2026, 10, 2
    )


def test_what_is_taken_up_after_all_is_promised_anew(settings: LazySettings) -> None:
    settings.PETITION_CLOCKS = "zhejiang"
    refused = (("open", day(9, 14)), ("refuse", day(9, 16)))
    running = lived(*refused, ("take_up", day(9, 30)))
    assert due(running["acceptance"]) == date(2026, 10, 13)
    led = (("open", day(8, 3)), ("accept", day(8, 5)), ("lead", day(8, 20)))
    again = lived(*led, ("take_up", day(9, 21)), ("accept", day(9, 24)))
    assert due(again["finish"]) == date(2026, 10, 24)
    late = lived(("open", day(9, 1)), ("refuse", day(9, 21)), ("take_up", day(9, 22)))
    assert late["acceptance"].missed == 1  # what was broken stays broken
