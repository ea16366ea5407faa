"""Two people open one matter: each sees the other, and nobody sees an inspection coming."""

from datetime import timedelta

import time_machine
from tests.personas import City, SignIn

from anmin.desk.matters import presence
from anmin.desk.matters.models import Looking
from anmin.desk.matters.tests.test_matters_pages import clock, text, url
from anmin.matters.models import Entry
from anmin.people.models import Account

__all__ = ["clock"]


def test_each_sees_the_other_and_who_has_gone_is_gone(
    city: City, sign_in: SignIn, clock: time_machine.Traveller
) -> None:
    matter = city.incident()
    first, second = sign_in(city.officer), sign_in(city.duty_leader)
    address, before = url(matter, "here"), Entry.objects.count()
    assert text(first.post(address)).strip() == ""
    told = text(second.post(address))
    assert str(city.officer) in told
    assert "民警" in told
    assert str(city.duty_leader) in text(first.post(address))
    clock.shift(timedelta(seconds=41))  # the first one's page said nothing any more
    assert str(city.officer) not in text(second.post(address))
    since = Looking.objects.get(account=city.officer).since
    first.post(address)
    assert Looking.objects.get(account=city.officer).since > since  # a return counts anew
    assert Entry.objects.count() == before
    clock.shift(timedelta(hours=2))
    assert presence.forget() == 2


def test_an_inspection_does_not_announce_itself(city: City, sign_in: SignIn) -> None:
    matter = city.incident()
    officer, inspector = sign_in(city.officer), sign_in(city.inspector)
    address = url(matter, "here")
    inspector.post(address)
    assert text(officer.post(address)).strip() == ""
    assert str(city.officer) in text(inspector.post(address))
    near = Account.objects.create_user(
        "near", "x", display_name="近旁", role="programme", unit=city.jinhu
    )
    assert presence.others(near, matter)[0].account == city.officer
    assert [one.account for one in presence.others(city.programme, matter)] == [
        city.inspector,
        city.officer,
    ]
    assert city.inspector not in [one.account for one in presence.others(near, matter)]


def test_who_may_not_see_a_matter_neither_learns_nor_leaves_a_trace(
    city: City, sign_in: SignIn
) -> None:
    matter = city.incident()
    sign_in(city.officer).post(url(matter, "here"))
    assert sign_in(city.other_officer).post(url(matter, "here")).status_code == 404
    assert Looking.objects.count() == 1
