"""Whoever looks at the pictures of a thing is on record, once for a page of them."""

from datetime import timedelta

import time_machine
from django.utils import timezone
from tests.personas import City

from anmin.files import actions
from anmin.files.tests.samples import photo
from anmin.files.tests.test_keeping import keep
from anmin.people.models import AccessLog


def test_whoever_looks_at_small_pictures_is_on_record_once_a_while(city: City) -> None:
    matter = city.incident()
    rows = [keep(city, matter, photo(), request=f"r{n}") for n in range(3)]
    looks = AccessLog.objects.filter(action="see_pictures")
    for minutes, who, most in (
        (0, city.officer, 1),
        (0, city.inspector, 2),
        (11, city.officer, 3),
    ):
        with time_machine.travel(timezone.now() + timedelta(minutes=minutes)):
            for row in rows:
                actions.read_small(label="matter", key=row.key, pk=row.pk, by=who)
        assert (looks.count(), looks.latest("pk").account) == (most, who)
    assert {one.subject for one in looks} == {matter.number}
