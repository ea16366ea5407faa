"""What people are unhappy about, by place and month."""

from datetime import date

from tests.personas import City

from anmin.watch.concerns import concerns_of, where_named
from anmin.watch.periods import month_of
from anmin.watch.tests.scene import asked, days, figures, reports

OCTOBER = month_of("2026-10")


def test_concerns_are_ranked_with_intervals_and_change(city: City) -> None:
    asked(reports(city.wenhua, "noise", days(date(2026, 10, 1), 30)), 10, concern="attitude")
    asked(reports(city.wenhua, "noise", days(date(2026, 9, 1), 30)), 28, concern="attitude")
    asked(reports(city.yuhai_town, "noise", days(date(2026, 10, 1), 12)), 9, concern="no_feedback")
    figures()
    found = concerns_of(OCTOBER)
    first, second, *_rest = found.named
    assert first.now.indicator.key == "concern_attitude"
    assert (first.now.total.numerator, first.now.total.denominator) == (20, 42)
    assert first.beyond_chance is True
    assert second.now.indicator.key == "concern_no_feedback"
    assert len(found.named) == 2
    here = concerns_of(OCTOBER, city.town.code).named
    assert [one.now.indicator.key for one in here] == ["concern_attitude"]
    by_town = {row.dimensions["town"]: row for row in where_named("concern_attitude", OCTOBER).rows}
    assert by_town[city.town.code].numerator == 20


def test_few_answers_stay_hidden(city: City) -> None:
    asked(reports(city.wenhua, "noise", days(date(2026, 10, 1), 9)), 4, concern="attitude")
    figures()
    assert all(one.now.total.suppressed for one in concerns_of(OCTOBER).named)
