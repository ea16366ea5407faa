"""The night's one job: in order, once, also where there is nothing yet."""

from datetime import date, timedelta

from tests.personas import City

from anmin.places.models import Area
from anmin.watch.models import Candidate, Scan
from anmin.watch.series import all_series
from anmin.watch.tasks import night
from anmin.watch.tests.scene import days, reports

TODAY = date(2026, 11, 10)


def test_a_night_scans_and_suggests_in_one_go_and_once(city: City) -> None:
    Area.objects.filter(pk=city.wenhua.pk).update(longitude=120.6, latitude=27.8)
    Area.objects.filter(pk=city.yuhai_town.pk).update(longitude=120.7, latitude=27.7)
    reports(city.yuhai_town, "theft", days(TODAY - timedelta(days=80), 60))
    reports(city.wenhua, "theft", days(TODAY - timedelta(days=5), 5), each=3)
    assert night() > len(all_series())
    assert Candidate.objects.get().area == city.wenhua
    assert night() == 0
    assert Scan.objects.count() == len(all_series())


def test_an_empty_house_has_a_quiet_night(db: None) -> None:
    assert night() == len(all_series())
    assert {(scan.cases, len(scan.clusters)) for scan in Scan.objects.all()} == {(0, 0)}
    assert night() == 0
