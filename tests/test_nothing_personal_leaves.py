"""Markers in everything that is somebody's, publications of every source: none on any page that is everybody's.

`python -m bench.markers` is the same with 10,000 matters, every address and both languages.
"""

from typing import Any

import pytest
from django.conf import LazySettings

from anmin.publishing.sources import all_sources
from tests.markers.marks import Somebody, found_in
from tests.markers.whole import plant_and_read, pretended
from tests.personas import City

LATER = {"release", "return_event", "story"}
"""Sources that have something to say only of what was made for it: nothing of a matter."""


@pytest.mark.django_db
def test_no_marker_of_any_kind_comes_out_at_any_public_address(
    city: City, settings: LazySettings, tmp_path: Any
) -> None:
    settings.ANMIN_HOME, settings.REQUIRE_SECOND_FACTOR = tmp_path, False
    with pretended():
        result = plant_and_read(city, 0, most=1, quick=True, say=print)
    assert result.searched.found == {}
    assert result.searched.faults == []
    assert all_sources().keys() - result.told.published.keys() <= LATER
    assert result.told.refused == {}
    assert len(result.columns) > 20
    assert result.searched.statuses[200] > 40


@pytest.mark.parametrize("serial", range(60))
def test_every_spelling_is_found_again(serial: int) -> None:
    somebody = Somebody(serial)
    for spelled in somebody.spelled():
        assert found_in(f"<p>{spelled}</p>"), spelled
    assert found_in(somebody.words().encode())
    assert found_in("年2026第7号，共19起") == []
