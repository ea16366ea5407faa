"""A citizen complains of 陈立, an officer of Jinhu: neither he nor his station ever hears of it.

Run by ``test_own_kind`` in a process whose ``ANMIN_KINDS`` names the folder beside this file.
"""

from collections.abc import Callable, Iterator

import pytest
from django.test import Client
from django.utils import translation

from anmin.kernel.errors import NotAllowed, NotFound, Refusal
from anmin.matters import actions, policy
from anmin.matters.actor import Actor
from anmin.matters.contacts import ContactFacts
from anmin.matters.models import Matter, Party
from anmin.matters.news import drain
from anmin.matters.parties import PartyFacts
from anmin.matters.party_actions import correct_party, end_party, name_party, reveal_party
from anmin.matters.queries import (
    Filters,
    counts,
    every,
    find_matter,
    list_matters,
    matter_view,
    matters_for,
)
from anmin.matters.search import search
from anmin.matters.verify import verify
from anmin.people.models import AccessLog, Account
from anmin.people.roles import Role
from tests.personas import PASSWORD, City

GUARDIAN = ContactFacts("李建国", "+8613957712399", "锦湖街道")
WITNESS = ContactFacts("赵敏知", "+8613957712388", "玉海街道")
SUSPICION = "疑似态度生硬"


@pytest.fixture(autouse=True)
def _language() -> Iterator[None]:
    """What a page was asked for in is not what the next story speaks."""
    with translation.override("zh-hans"):
        yield


def complaint(city: City, *parties: PartyFacts, **changes: object) -> Matter:
    return city.incident(
        kind="complaint",
        category="conduct",
        summary="窗口态度冷淡",
        details={"subject": "办证时态度冷淡"},
        parties=parties,
        **{"actor": Actor.of(city.inspector), "area": city.wenhua, **changes},
    )


def accused(who: Account) -> PartyFacts:
    return PartyFacts("accused", account=who)


def someone(city: City, name: str, role: Role, unit: object) -> Account:
    return Account.objects.create_user(name, PASSWORD, role=role, unit=unit)


def ways_in(account: Account, matter: Matter) -> Iterator[tuple[str, bool]]:
    """Every way by which somebody may come upon a matter, and whether it leads there."""

    def refused(way: Callable[[], object]) -> bool:
        try:
            way()
        except (Refusal, ValueError):  # of an unknown number its last letter is too short a word
            return False
        return True

    yield "page", refused(lambda: matter_view(account, matter.number))
    yield "matter", refused(lambda: find_matter(account, matter.number))
    yield "queryset", matters_for(account).filter(pk=matter.pk).exists()
    listed = list_matters(account, Filters(view="all")).rows
    yield "list", matter.number in {row.number for row in listed}
    yield "file", matter.number in {row.number for row in every(account, Filters(view="all"))}
    yield "number", refused(lambda: search(account, matter.number).rows.index(matter))
    yield "words", matter in search(account, "窗口态度冷淡").rows
    client = Client(headers={"Accept-Language": "en"})
    client.force_login(account)
    address = f"/desk/matters/{matter.number}/"
    yield "desk", client.get(address).status_code == 200
    for page in ("/desk/matters/?view=all", "/desk/search/?q=窗口态度冷淡", "/desk/"):
        shown = client.get(page, follow=True)
        if "/search/" not in page and page != "/desk/":
            assert shown.status_code == 200, page
        if page != "/desk/":
            yield page, matter.number in shown.content.decode()


def seen_by(account: Account, matter: Matter) -> bool:
    """Whether somebody comes upon a matter: by every way or by none."""
    drain(["words"])
    found = dict(ways_in(account, matter))
    assert len(set(found.values())) == 1, (account.username, found)
    live = any(row.pk == matter.pk for row in matters_for(account).filter(closed_at=None))
    assert counts(account)["live"] >= live
    assert bool(policy.moves_for(account, matter)) <= found["page"]
    return found["page"]


def test_it_goes_to_whom_it_is_not_about(city: City) -> None:
    assert complaint(city).unit == city.jinhu  # its area is Jinhu's, and it is about nobody yet
    for party in (accused(city.officer), PartyFacts("accused", unit=city.jinhu)):
        assert complaint(city, party).unit == city.inspectorate
    # One about the bureau itself is the inspectorate's, about that too is nobody's here.
    bureau = PartyFacts("accused", unit=city.bureau)
    assert complaint(city, bureau).unit == city.inspectorate
    before = Matter.objects.count()
    with pytest.raises(Refusal) as told:
        complaint(city, bureau, PartyFacts("accused", unit=city.inspectorate))
    assert told.value.code == "concerned"
    with pytest.raises(NotAllowed) as told:
        complaint(city, accused(city.officer), unit=city.jinhu)
    assert told.value.field == "unit"
    assert Matter.objects.count() == before
    # Somebody above who works on such matters comes before the inspectorate.
    leader = someone(city, "county", Role.DUTY_LEADER, city.bureau)
    above = complaint(city, accused(city.officer))
    assert above.unit == city.bureau
    assert seen_by(leader, above)


def test_neither_the_accused_nor_the_unit_comes_upon_it_by_any_way(city: City) -> None:
    """Readers of everything, so that nothing but the conflict keeps it from them."""
    colleague = someone(city, "colleague", Role.INSPECTOR, city.jinhu)
    above = someone(city, "above", Role.ANALYST, city.bureau)
    other = someone(city, "other", Role.ANALYST, city.yuhai)
    matter = complaint(city, accused(city.officer))
    for account, sees in (
        (city.officer, False),
        (city.duty_leader, False),
        (colleague, False),
        (other, True),
        (above, True),
        (city.inspector, True),
    ):
        assert seen_by(account, matter) is sees, account.username
    # Who is accused moves to another unit: the former and the new one are both too near.
    city.officer.unit = city.yuhai
    city.officer.save()
    for account in (city.officer, colleague, other):
        assert not seen_by(Account.objects.get(pk=account.pk), matter)


def test_a_unit_concerns_those_below_it_but_no_inspectorate(city: City) -> None:
    analyst = city.analyst  # of the bureau itself
    about_bureau = complaint(city, PartyFacts("accused", unit=city.bureau))
    assert not seen_by(analyst, about_bureau)
    assert not seen_by(city.programme, about_bureau)
    assert seen_by(city.inspector, about_bureau)
    about_inspector = complaint(city, accused(city.inspector), actor=Actor.system("phone"))
    assert about_inspector.unit == city.jinhu
    assert seen_by(city.duty_leader, about_inspector)
    assert not seen_by(city.inspector, about_inspector)
    assert seen_by(analyst, about_inspector)


def test_nobody_concerned_takes_a_step_or_is_given_it(city: City) -> None:
    colleague = someone(city, "colleague", Role.INSPECTOR, city.jinhu)
    matter = complaint(city, accused(city.officer))
    before = (matter.version, matter.unit_id, matter.assignee_id)
    for actor in (Actor.of(city.officer), Actor.of(colleague)):
        for attempt in (
            lambda actor=actor: actions.move(matter_id=matter.pk, code="look", actor=actor),
            lambda actor=actor: actions.add_note(matter_id=matter.pk, actor=actor, text="x"),
            lambda actor=actor: actions.reveal_contact(matter=matter, actor=actor, reason="x"),
            lambda actor=actor: actions.assign(matter_id=matter.pk, actor=actor, unit=city.yuhai),
            lambda actor=actor: end_party(matter_id=matter.pk, number=1, actor=actor, reason="x"),
        ):
            with pytest.raises(NotAllowed):
                attempt()
    inspector = Actor.of(city.inspector)
    for actor in (inspector, Actor.system("night")):
        for to in ({"unit": city.jinhu}, {"unit": city.jinhu, "account": city.officer}):
            with pytest.raises(NotAllowed) as told:
                actions.assign(matter_id=matter.pk, actor=actor, **to)
            assert told.value.code == "concerned"
    assert not policy.may_take(city.officer, matter)
    matter.refresh_from_db()
    assert (matter.version, matter.unit_id, matter.assignee_id) == before
    given = actions.assign(
        matter_id=matter.pk, actor=inspector, unit=city.yuhai, account=city.other_officer
    )
    assert given.assignee == city.other_officer
    assert seen_by(city.other_officer, given)


def test_one_that_turns_out_to_be_about_its_own_unit_leaves_it(city: City) -> None:
    matter = complaint(city, actor=Actor.of(city.officer))
    actions.assign(matter_id=matter.pk, actor=Actor.of(city.duty_leader), account=city.officer)
    assert seen_by(city.officer, matter)
    inspector = Actor.of(city.inspector)
    name_party(matter_id=matter.pk, actor=inspector, party=accused(city.duty_leader), reason="来电")
    matter.refresh_from_db()
    assert (matter.unit, matter.assignee) == (city.inspectorate, None)
    assert not seen_by(city.officer, matter)
    # It was not him: corrected, the station is concerned no more.
    correct_party(
        matter_id=matter.pk,
        number=1,
        actor=inspector,
        party=accused(city.other_officer),
        reason="认错人",
    )
    actions.assign(matter_id=matter.pk, actor=inspector, unit=city.jinhu)
    matter.refresh_from_db()
    assert seen_by(city.officer, matter)
    with pytest.raises(NotAllowed):
        actions.assign(matter_id=matter.pk, actor=inspector, unit=city.yuhai)
    end_party(matter_id=matter.pk, number=2, actor=inspector, reason="查无此事")
    actions.assign(matter_id=matter.pk, actor=inspector, unit=city.yuhai)
    assert verify().sound
    # What is over stays with its unit, which sees it no more.
    actions.assign(matter_id=matter.pk, actor=inspector, unit=city.jinhu)
    actions.move(
        matter_id=matter.pk,
        code="close",
        actor=Actor.of(city.officer),
        inputs={"finding": "已核查。"},
    )
    name_party(matter_id=matter.pk, actor=inspector, party=accused(city.officer))
    matter.refresh_from_db()
    assert matter.unit == city.jinhu
    assert not seen_by(city.duty_leader, matter)
    assert seen_by(city.inspector, matter)
    assert verify().sound


def test_no_name_stands_in_a_history_and_who_sees_parties_is_declared(city: City) -> None:
    matter = complaint(city, accused(city.officer), unit=city.yuhai)
    inspector = Actor.of(city.inspector)
    for role, contact in (("guardian", GUARDIAN), ("witness", WITNESS)):
        party = PartyFacts(role, contact=contact)
        name_party(matter_id=matter.pk, actor=inspector, party=party, reason="本人来电")
    said = " ".join(f"{one.note} {one.payload}" for one in matter.entries.all())
    for name in (*GUARDIAN[:2], *WITNESS[:2], "chenli", "陈立"):
        assert name not in said
    mine = matter_view(city.inspector, matter.number)
    assert [(one.role.code, one.name) for one in mine.parties] == [
        ("accused", "陈立"),
        ("guardian", "李某 139****2399"),
        ("witness", "赵某 139****2388"),
    ]
    theirs = matter_view(city.other_officer, matter.number)
    assert [one.role.code for one in theirs.parties] == ["guardian"]
    told = [entry.payload.get("told", {}).get("why") for entry in theirs.entries]
    assert told == [None, None, None]
    assert [entry.note for entry in theirs.entries] == ["", "本人来电", ""]
    assert [e.payload.get("told", {}).get("why") for e in mine.entries][2] == "本人来电"
    other = Actor.of(city.other_officer)
    with pytest.raises(NotFound):
        reveal_party(matter=matter, number=3, actor=other, reason="x")
    with pytest.raises(NotFound):
        name_party(matter_id=matter.pk, actor=other, party=accused(city.officer))
    assert not AccessLog.objects.filter(action="reveal_party").exists()
    assert reveal_party(matter=matter, number=2, actor=other, reason="核实") == GUARDIAN
    log = AccessLog.objects.get(action="reveal_party")
    assert (log.actor, log.subject, log.reason) == ("hejun", matter.number, "核实")


def test_a_party_is_found_by_the_phone_by_those_who_learn_of_it(city: City) -> None:
    leader = someone(city, "leader", Role.DUTY_LEADER, city.yuhai)
    matter = complaint(
        city,
        PartyFacts("guardian", contact=GUARDIAN),
        PartyFacts("witness", contact=WITNESS),
        unit=city.yuhai,
    )
    found = {
        (who.username, contact.name): search(who, contact.phone).rows == [matter]
        for who in (leader, city.inspector)
        for contact in (GUARDIAN, WITNESS)
    }
    assert found == {
        ("leader", "李建国"): True,
        ("leader", "赵敏知"): False,
        ("wumin", "李建国"): True,
        ("wumin", "赵敏知"): True,
    }


def test_a_part_is_had_by_whom_the_kind_says(city: City) -> None:
    for parties, field, code in (
        ([PartyFacts("lawyer", contact=GUARDIAN)], "role", "no_role"),
        ([PartyFacts("accused", contact=GUARDIAN)], "party", "who"),
        ([PartyFacts("guardian", account=city.officer)], "party", "who"),
        ([PartyFacts("guardian", contact=GUARDIAN, unit=city.yuhai)], "party", "who"),
        ([PartyFacts("guardian")], "party", "who"),
        ([PartyFacts("guardian", contact=GUARDIAN)] * 2, "role", "taken"),
    ):
        with pytest.raises(Refusal) as told:
            complaint(city, *parties)
        assert (told.value.field, told.value.code) == (field, code)
    with pytest.raises(Refusal):
        city.incident(parties=[PartyFacts("guardian", contact=GUARDIAN)])
    assert (Matter.objects.count(), Party.objects.count()) == (0, 0)


def test_a_fact_is_seen_by_whom_it_names_and_by_nobody_else(city: City) -> None:
    matter = complaint(city, unit=city.yuhai)
    actions.move(
        matter_id=matter.pk,
        code="look",
        actor=Actor.of(city.inspector),
        inputs={"suspicion": SUSPICION},
    )
    mine, theirs = (matter_view(who, matter.number) for who in (city.inspector, city.other_officer))
    assert mine.matter.details["suspicion"] == SUSPICION
    assert SUSPICION in str([entry.payload for entry in mine.entries])
    assert "suspicion" not in theirs.matter.details
    assert "suspicion" not in str([entry.payload for entry in theirs.entries])
    assert theirs.matter.details["subject"] == mine.matter.details["subject"]
    drain(["words"])
    for who in (city.inspector, city.other_officer):
        assert search(who, SUSPICION).rows == []  # no index holds it
    found = [
        *search(city.other_officer, matter.number).rows,
        find_matter(city.other_officer, matter.number),
    ]
    assert all("suspicion" not in one.details for one in found)
    client = Client(headers={"Accept-Language": "en"})
    for who, sees in ((city.inspector, True), (city.other_officer, False)):
        client.force_login(who)
        page = client.get(f"/desk/matters/{matter.number}/").content.decode()
        assert (SUSPICION in page) is sees
    # The officer's own step keeps what he cannot see.
    actions.move(
        matter_id=matter.pk,
        code="close",
        actor=Actor.of(city.other_officer),
        inputs={"finding": "已核查。"},
    )
    matter.refresh_from_db()
    assert matter.details["suspicion"] == SUSPICION
    assert verify().sound
