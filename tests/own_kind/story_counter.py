"""When a counter service is due: dates worked by hand around the festival of 2026.

Days off: 25 to 27 September, 1 to 7 October; worked instead: 20 September, 10 October.
"""

from datetime import date, datetime

import pytest

from anmin.matters.clock import Running
from anmin.matters.tests import lives
from anmin.matters.tests.lives import day, due


def lived(*steps: lives.Step, spot: bool = False) -> dict[str, Running]:
    return lives.lived(
        "counter_service", *steps, category="residence_paper", details={"on_the_spot": spot}
    )


@pytest.mark.parametrize(
    ("asked", "promised", "legal"),
    [
        # 22, 23, 24, 28, 29 September; by the law 12 more: 30, 8, 9, 10, 12 … 22 October, and 3
        (day(9, 21), date(2026, 9, 29), date(2026, 10, 26)),
        # 8, 9, 10 (worked), 12, 13 October; then 14 … 16, 19 … 23, 26 … 30 October, 2, 3 November
        (day(9, 30), date(2026, 10, 13), date(2026, 11, 3)),
        # on a day off: counted from the next
        (day(10, 3), date(2026, 10, 13), date(2026, 11, 3)),
    ],
)
def test_promised_and_legal_days_go_around_the_festival(
    asked: datetime, promised: date, legal: date
) -> None:
    clocks = lived(("open", asked))
    assert (due(clocks["promised"]), due(clocks["legal"])) == (promised, legal)


def test_on_the_spot_is_that_day() -> None:
    assert due(lived(("open", day(9, 21)), spot=True)["promised"]) == date(2026, 9, 21)


def test_missing_papers_and_hearings_are_not_counted() -> None:
    away = (("open", day(9, 21)), ("ask_papers", day(9, 22)))
    clocks = lived(*away, ("papers_in", day(10, 9)))
    # 22 September ran; then 10 (worked), 12, 13, 14 October.
    assert due(clocks["promised"]) == date(2026, 10, 14)
    heard = lived(*away, ("papers_in", day(10, 9)), ("hear", day(10, 12)), ("go_on", day(10, 14)))
    assert due(heard["promised"]) == date(2026, 10, 16)


def test_more_time_moves_the_day_of_the_law_alone() -> None:
    clocks = lived(("open", day(9, 21)), ("longer", day(9, 24)))
    assert due(clocks["promised"]) == date(2026, 9, 29)
    # from 26 October: 27 … 30 October, 2 … 6, 9 November
    assert due(clocks["legal"]) == date(2026, 11, 9)
