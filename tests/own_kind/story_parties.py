"""A guardian is told, parties are written whole, and named on the desk."""

from collections.abc import Iterator
from zoneinfo import ZoneInfo

import pytest
from django.utils import translation

from anmin.channels.queries import body_of, recipient_of
from anmin.matters import party_actions
from anmin.matters.actor import Actor
from anmin.matters.contacts import ContactFacts
from anmin.matters.models import (
    Entry,
    Party,
)
from anmin.matters.parties import Named, PartyFacts
from anmin.matters.verify import verify
from tests.own_kind.lost import browser, complaint, sent, taken
from tests.personas import WANG, City

ZONE = ZoneInfo("Asia/Shanghai")


@pytest.fixture(autouse=True)
def in_chinese() -> Iterator[None]:
    with translation.override("zh-hans"):
        yield


def test_a_guardian_is_told_and_nobody_whose_part_has_ended(city: City) -> None:
    guardian = ContactFacts("王强", "+8613700000009", "", (), "en")
    former = ContactFacts("李梅", "+8613700000008", "")
    matter = complaint(city, contact=WANG, parties=[PartyFacts("guardian", contact=former)])
    inspector = Actor.of(city.inspector)
    party_actions.end_party(matter_id=matter.pk, number=1, actor=inspector, reason="不是监护人")
    party_actions.name_party(
        matter_id=matter.pk, party=PartyFacts("guardian", contact=guardian), actor=inspector
    )
    taken(matter, "close", city.inspector, finding="已道歉。")
    (told,) = sent(matter)
    assert recipient_of(told) == guardian.phone
    assert ("what was found" in body_of(told), told.language) == (True, "en")
    assert verify().sound


@pytest.mark.django_db(transaction=True)
def test_a_party_is_written_whole_or_not_at_all(
    city: City, monkeypatch: pytest.MonkeyPatch
) -> None:
    matter = complaint(city)

    def full(*_given: object) -> None:
        raise OSError("disk is full")

    monkeypatch.setattr(Named, "keep", full)
    guardian = PartyFacts("guardian", contact=WANG)
    with pytest.raises(OSError, match="full"):
        party_actions.name_party(
            matter_id=matter.pk, party=guardian, actor=Actor.of(city.inspector)
        )
    assert Entry.objects.filter(matter=matter).count() == 1
    assert verify().sound


def test_parties_are_named_shown_and_ended_on_the_desk(city: City) -> None:
    matter = complaint(city, unit=city.yuhai)
    there = f"/desk/matters/{matter.number}/"
    inspector, officer = browser(city.inspector), browser(city.other_officer)
    shown = officer.get(there).content.decode()
    assert ("登记当事人" in shown, "监护人" in shown, "被反映" in shown) == (True, True, False)
    guardian = {"key": "a" * 32, "role": "guardian", "contact_phone": "13700000009"}
    guardian["contact_name"] = "王强"
    for _turn in range(2):
        assert officer.post(f"{there}parties/", guardian).status_code == 303
    shown = officer.get(there).content.decode()
    assert ("137****0009" in shown, "13700000009" in shown) == (True, False)
    for wrong in ({}, {"role": "accused", "of_the_house": "chenli"}, {"role": "guardian"}):
        answer = officer.post(f"{there}parties/", {"key": "b" * 32, **wrong})
        assert answer.status_code in (400, 404, 422), wrong
    assert officer.post(f"{there}parties/1/reveal/", {"reason": " "}).status_code in (400, 422)
    shown = officer.post(f"{there}parties/1/reveal/", {"reason": "联系监护人"}).content.decode()
    assert ("王强" in shown, "13700000009" in shown.replace(" ", "")) == (True, True)
    assert officer.post(f"{there}parties/1/end/", {"reason": "不是监护人"}).status_code == 303
    assert officer.post(f"{there}parties/1/reveal/", {"reason": "x"}).status_code == 404
    again = {"key": "e" * 32, "role": "guardian", "contact_phone": "13700000007"}
    assert officer.post(f"{there}parties/", again).status_code == 303
    number = Party.objects.get(matter=matter, ended_at=None).number
    right = {"key": "d" * 32, "role": "witness", "contact_phone": "13700000006"}
    right["instead"] = f"{number} guardian"  # the part stays what it was
    assert officer.post(f"{there}parties/", right).status_code in (400, 422)  # no reason
    assert officer.post(f"{there}parties/", {**right, "reason": "写错"}).status_code == 303
    standing = Party.objects.get(matter=matter, ended_at=None)
    assert (standing.role, Party.objects.filter(matter=matter).count()) == ("guardian", 3)
    assert "137****0006" in officer.get(there).content.decode()
    accused = {"key": "c" * 32, "role": "accused", "of_the_house": "hejun"}
    assert inspector.post(f"{there}parties/", accused).status_code == 303
    assert officer.get(there).status_code == 404  # it is about him: he finds it no more
    assert verify().sound
