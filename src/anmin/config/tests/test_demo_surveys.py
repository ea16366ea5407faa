"""The demo city's surveys: one wave ended and released, one being asked, the page's own figures."""

from datetime import UTC, datetime

import pytest
import time_machine

from anmin.config.demo import surveys
from anmin.config.demo.people import hire
from anmin.places.actions import load_shipped
from anmin.places.queries import steady
from anmin.stats.fay_herriot import small_area
from anmin.surveys.models import Case, OutsideFile, OutsideResult, Release, Wave
from anmin.surveys.outside import outside_interval
from anmin.surveys.releases import broken_releases

NOW = datetime(2026, 11, 10, 4, tzinfo=UTC)
# What this seed gives, whatever the database: the same seed gives the same city.
ENDED = {"1.1": 235, "1.2": 1, "2.11": 42, "2.20": 113, "4.10": 9}


@pytest.mark.slow
@pytest.mark.timeout(300)
@pytest.mark.django_db
def test_the_same_seed_gives_the_same_surveys() -> None:
    load_shipped()
    hire()
    with time_machine.travel(NOW, tick=False), steady():
        surveys.hold(20111125, NOW)
    first, second = Wave.objects.get(code="safety-1"), Wave.objects.get(code="safety-2")
    assert (first.status, first.frame_count, first.selected) == ("closed", 2920, 400)
    assert (second.status, second.selected, second.seed) == ("field", 240, "")
    codes = list(first.cases.values_list("disposition", flat=True))
    assert {code: codes.count(code) for code in sorted(set(codes))} == ENDED
    assert Case.objects.filter(wave=second, status="calling").count() > 50
    release = Release.objects.get()
    safety = release.figures["measures"][0]
    assert safety["whole"]["low"] < 0.945 < safety["whole"]["high"]
    towns = [one for one in safety["by"]["town"] if not one["suppressed"]]
    spread = safety["whole"]["se"] ** 2 * safety["whole"]["n"]
    model = small_area([one["value"] for one in towns], [spread / one["n"] for one in towns])
    assert [one["model"] for one in towns] == pytest.approx(model.eblup)
    for one in towns:  # drawn towards what all say, and surer than alone
        assert one["model_low"] <= one["model"] <= one["model_high"] <= 1
    widths = [(one["high"] - one["low"], one["model_high"] - one["model_low"]) for one in towns]
    assert sum(model for _own, model in widths) < sum(own for own, _model in widths)
    assert broken_releases() == []
    typed = OutsideResult.objects.filter(file=None).order_by("measure")
    assert [found and found[1] for found in map(outside_interval, typed)] == [391, 375]
    first, second = OutsideFile.objects.order_by("pk")
    assert (second.corrects, bool(second.reason)) == (first, True)
    safety = second.results.get(measure="safety", place="")
    assert (safety.value, safety.low, safety.n, safety.rank) == (0.974, 0.966, 1500, 3)
    assert second.results.get(measure="satisfaction").n is None
