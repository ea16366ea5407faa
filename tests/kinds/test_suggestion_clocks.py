"""When a suggestion is due: dates worked by hand around the festivals of 2026."""

from datetime import date, timedelta
from typing import Any

import pytest

from anmin.matters.clock import Running
from anmin.matters.tests import lives
from anmin.matters.tests.lives import Step, day, due


def lived(*steps: Step) -> dict[str, Running]:
    return lives.lived("suggestion", *steps, category="suggest_traffic")


@pytest.mark.parametrize(
    ("received", "wanted"),
    [
        # 22, 23, 24, 28, 29, 30 September, 8, 9, 10 (worked), 12 … 16, 19 October
        (day(9, 21), date(2026, 10, 19)),
        # 11 … 14 (worked) February, 24 … 28 (worked), 2 … 6, 9 March
        (day(2, 10), date(2026, 3, 9)),
        # on a day off: 8, 9, 10, 12 … 16, 19 … 23, 26, 27 October
        (day(10, 4), date(2026, 10, 27)),
    ],
)
def test_the_answer_takes_fifteen_working_days(received: Any, wanted: date) -> None:
    running = lived(("open", received))
    assert due(running["answer"]) == wanted
    assert running["first_word"].due_at == received + timedelta(hours=24)


def test_a_question_stops_no_time_and_another_look_is_promised_anew() -> None:
    opened = ("open", day(9, 21))
    asked = lived(opened, ("take_up", day(9, 22)), ("ask", day(9, 23)), ("resume", day(9, 30)))
    assert due(asked["answer"]) == date(2026, 10, 19)
    assert asked["first_word"].met_at == day(9, 22)
    at_once = lived(opened, ("answer", day(9, 21, 15)))
    assert at_once["first_word"].met_at == day(9, 21, 15)
    again = lived(opened, ("answer", day(9, 28)), ("reconsider", day(10, 12)))
    # 13 … 16, 19 … 23, 26 … 30 October, 2 November
    assert due(again["answer"]) == date(2026, 11, 2)
