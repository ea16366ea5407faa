"""Figures of custody and returns, from the lake; nothing in it tells of anybody."""

from datetime import timedelta

import pytest
import time_machine
from django.conf import LazySettings
from django.utils import timezone

from anmin.measures.lake import refresh
from anmin.measures.queries import show
from anmin.property.tests.scene import Rooms


@pytest.fixture
def _lake(settings: LazySettings, tmp_path_factory: pytest.TempPathFactory) -> None:
    settings.ANMIN_HOME = tmp_path_factory.mktemp("lake")


def figure(key: str) -> tuple[int, int]:
    total = show(key).total
    assert total is not None
    return round(total.numerator), round(total.denominator or 0)


@pytest.mark.usefixtures("_lake")
def test_custody_returns_and_what_nobody_claims_are_counted(at: Rooms) -> None:
    with time_machine.travel(timezone.now() - timedelta(days=250), tick=False):
        announced = at.kept()
        day = timezone.localdate()
        facts = {"noticed_on": day, "notice": "公告"}
        at.step(announced, "announce", at.city.officer, facts=facts)
    at.step(at.entered(seized_at=timezone.now() - timedelta(hours=30)), "keep", store="JH-1")
    at.entered(seized_at=timezone.now() - timedelta(hours=26))
    at.entered()  # still in time, and with nobody who keeps it
    item = at.kept()
    at.agreed(item, ground=at.owned(item).number)
    at.returned(item)
    gone = at.kept(facts={"procedure": "criminal"})
    at.agreed(gone, "with_case")
    at.step(gone, "with_case")
    refresh()
    assert figure("property_kept_in_time") == (3, 5)
    assert figure("property_returned") == (1, 2)
    assert show("property_returned_count").total.numerator == 1
    assert figure("property_unclaimed_over") == (1, 1)
    at.kept()
    refresh()
    assert figure("property_kept_in_time") == (4, 6)
