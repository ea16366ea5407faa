"""The nightly scan of the demo city: the planted hot spot is found; without it none is claimed."""

import random
from collections.abc import Callable
from datetime import date, timedelta

import pytest
from django.utils import timezone
from tests.personas import City

from anmin.config.demo.events import events_of
from anmin.config.demo.map import add_estate, neighbourhood, places
from anmin.config.demo.simulate import HOT_SPOT_PLACES, hot_spot_events
from anmin.matters.intake import observe_many
from anmin.measures.lake import refresh
from anmin.places.actions import load_shipped
from anmin.places.models import Area
from anmin.watch.actions import Case, propose
from anmin.watch.hotspots import scan_night, scan_series
from anmin.watch.models import Candidate, Ground, Scan
from anmin.watch.nights import suggest_places
from anmin.watch.series import all_series
from anmin.watch.tests.scene import days, figures, reports, world

TODAY = date(2026, 11, 10)
DAYS, PER_DAY = 95, 16

type Live = Callable[..., list[str]]


@pytest.fixture
def live(db: None) -> Live:
    """Fill the county with the demo's events; returns the codes of the planted neighbourhood."""

    def city(*, seed: int, hot_spot: bool) -> list[str]:
        load_shipped()
        add_estate()
        rng = random.Random(seed)
        everywhere, _estate = places(rng)
        zone = timezone.get_default_timezone()
        events = [
            one
            for n in range(DAYS)
            for one in events_of(
                TODAY - timedelta(days=DAYS - 1 - n),
                count=PER_DAY,
                places=everywhere,
                rng=rng,
                zone=zone,
            )
        ]
        if hot_spot:
            events.extend(hot_spot_events(everywhere, TODAY))
        observe_many(events, actor_label="test")
        refresh()
        ids = [one.area_id for one in neighbourhood(everywhere, HOT_SPOT_PLACES)]
        return list(Area.objects.filter(pk__in=ids).values_list("code", flat=True))

    return city


def test_the_planted_hot_spot_is_found_and_suggested(live: Live) -> None:
    planted = live(seed=20111125, hot_spot=True)
    assert scan_night(TODAY) == len(all_series())
    claimed = [(scan, one) for scan in Scan.objects.all() for one in scan.claimed]
    ((scan, cluster),) = claimed
    assert scan.series == "property"
    assert set(planted) <= set(cluster["members"])
    assert cluster["cases"] >= 14
    assert cluster["p"] == 0.001
    assert (scan.last, cluster["last"]) == (date(2026, 11, 9), "2026-11-09")
    assert scan.cases + scan.unplaced > 100
    assert scan.unplaced == 0
    assert scan_night(TODAY) == 0  # once a night
    again = scan_series(all_series()["property"], TODAY)
    assert again.clusters == scan.clusters  # the same figures, the same seed, the same answer
    assert suggest_places(TODAY) == 1
    found = Candidate.objects.get()
    assert found.area.code == cluster["centre"]
    assert found.evidence["scan"]["cluster"] == cluster
    assert found.evidence["scan"]["seed"] == scan.seed


@pytest.mark.parametrize("seed", [20111125, 7, 42])
def test_without_it_none_is_claimed(live: Live, seed: int) -> None:
    live(seed=seed, hot_spot=False)
    scan_night(TODAY)
    assert [one for scan in Scan.objects.all() for one in scan.claimed] == []
    assert suggest_places(TODAY) == 0


def test_a_cluster_becomes_a_proposal_with_its_evidence(city: City) -> None:
    Area.objects.filter(pk=city.wenhua.pk).update(longitude=120.6, latitude=27.8)
    Area.objects.filter(pk=city.yuhai_town.pk).update(longitude=120.7, latitude=27.7)
    reports(city.yuhai_town, "theft", days(TODAY - timedelta(days=80), 60))
    reports(city.wenhua, "theft", days(TODAY - timedelta(days=5), 5), each=3)
    figures()
    scan_night(TODAY)
    scan = Scan.objects.get(series="property")
    assert scan.clusters[0]["centre"] == city.wenhua.code
    case = Case(city.wenhua, Ground.HOT_SPOT, "property 2026-11-05", scan, 0)
    made = propose(account=city.analyst, case=case, reason="集中发案。")
    assert made.evidence["scan"]["cluster"]["cases"] == 15
    assert made.evidence["place"]["code"] == city.wenhua.code


def test_what_has_no_place_on_the_map_is_counted_and_left_out(city: City) -> None:
    reports(city.wenhua, "theft", days(TODAY - timedelta(days=20), 12))
    figures()
    before = world()
    scan = scan_series(all_series()["property"], TODAY)
    assert (scan.cases, scan.unplaced, scan.places, scan.clusters) == (0, 12, 0, [])
    assert world() == before
