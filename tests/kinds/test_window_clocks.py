"""When a window service is due: dates worked by hand around the festival of 2026.

Days off: 25 to 27 September, 1 to 7 October; worked instead: 20 September, 10 October.
"""

from datetime import date, timedelta

import pytest

from anmin.matters.clock import Running
from anmin.matters.services import service_of, service_rule, services_of
from anmin.matters.tests import lives
from anmin.matters.tests.lives import Step, day, due


def lived(service: str, *steps: Step) -> dict[str, Running]:
    return lives.lived("window_service", *steps, category=service)


@pytest.mark.parametrize(
    ("service", "promised", "legal"),
    [
        # promised in working days: 22, 23, 24, 28, 29, 30 September, 8 … 10 (worked), 12 … 16, 19
        # October; by the law sixty days in a row
        ("id_card", date(2026, 10, 19), date(2026, 11, 20)),
        ("residence_permit", date(2026, 9, 29), date(2026, 10, 6)),
        ("passport", date(2026, 9, 29), date(2026, 10, 6)),
        # twenty working days: … 19, 20, 21, 22, 23, 26 October
        ("hotel_licence", date(2026, 10, 8), date(2026, 10, 26)),
        ("household_copy", date(2026, 9, 21), None),
        ("service_other", date(2026, 9, 29), None),
    ],
)
def test_promised_and_legal_days_go_around_the_festival(
    service: str, promised: date, legal: date | None
) -> None:
    clocks = lived(service, ("open", day(9, 21)))
    assert due(clocks["promised"]) == promised
    assert (due(clocks["legal"]) if "legal" in clocks else None) == legal


def test_time_counts_from_complete_papers_and_examinations_are_not_counted() -> None:
    asked = (("open", day(9, 21)), ("ask_papers", day(9, 22)), ("papers_in", day(10, 9)))
    clocks = lived("residence_permit", *asked)
    # 10 (worked), 12, 13, 14, 15 October. By the law fifteen days.
    assert due(clocks["promised"]) == date(2026, 10, 15)
    assert due(clocks["legal"]) == date(2026, 10, 24)
    seen = (("open", day(9, 21)), ("hear", day(9, 23)), ("go_on", day(9, 28)))
    clocks = lived("hotel_licence", *seen)
    # 22, 23 ran, 24 and 28 stood still: two working days after 8 and after 26 October
    assert due(clocks["promised"]) == date(2026, 10, 10)
    assert due(clocks["legal"]) == date(2026, 10, 28)


def test_a_licence_that_is_granted_is_delivered_within_ten_working_days() -> None:
    granted = (("open", day(9, 1)), ("grant", day(9, 21)))
    clocks = lived("hotel_licence", *granted)
    # 22, 23, 24, 28, 29, 30 September, 8, 9, 10 (worked), 12 October
    assert (due(clocks["delivery"]), clocks["legal"].met_at) == (date(2026, 10, 12), day(9, 21))
    given = lived("hotel_licence", *granted, ("finish", day(10, 9)))
    assert given["delivery"].met_at == day(10, 9)


def test_more_time_moves_the_day_of_the_law_alone_where_the_law_has_it() -> None:
    longer = lived("hotel_licence", ("open", day(9, 21)), ("longer", day(9, 24)))
    assert due(longer["promised"]) == date(2026, 10, 8)
    assert due(longer["legal"]) == date(2026, 11, 9)  # 27 … 30 October, 2 … 6, 9 November
    passport = lived("passport", ("open", day(9, 21)), ("longer", day(9, 24)))
    assert due(passport["legal"]) == date(2026, 10, 21)  # thirty days in all
    card = lived("id_card", ("open", day(9, 21)), ("longer", day(9, 24)))
    assert due(card["legal"]) == date(2026, 12, 20)  # sixty days and thirty
    with pytest.raises(AssertionError, match="refused"):
        lived("residence_permit", ("open", day(9, 21)), ("longer", day(9, 24)))


def test_what_is_done_again_is_promised_anew() -> None:
    again = lived("passport", ("open", day(9, 1)), ("finish", day(9, 9)), ("again", day(9, 21)))
    assert due(again["promised"]) == date(2026, 9, 29)


def test_no_promise_is_later_than_the_law_on_any_day_of_the_year() -> None:
    for service in services_of("window_service"):
        for number in range(364):
            clocks = lived(service.code, ("open", day(1, 1) + timedelta(days=number)))
            if "legal" in clocks:
                assert clocks["promised"].due_at <= clocks["legal"].due_at, (service.code, number)


def test_the_catalogue_says_for_every_service_where_and_by_when() -> None:
    for service in services_of("window_service"):
        assert service.promised is not None
        assert service.steps
        assert service.papers
        assert service.on_the_spot == (service.promised.unit == "same_day")
    assert service_of("window_service", "service_other") is None
    assert service_of("incident", "passport") is None
    assert service_rule("window_service", "household_copy", "legal") == ""
