"""王秀英 complains of how her matter was handled: past the station that handled it."""

import re
import uuid
from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone
from tests.personas import WANG, City, SignIn

from anmin.channels.models import Message
from anmin.kernel.errors import Refusal
from anmin.matters import actions, complaining, queries
from anmin.matters.actor import Actor
from anmin.matters.complaining import complain, handled_by
from anmin.matters.models import Contact, Entry, Link, Matter, Party
from anmin.people.models import Account
from anmin.places.models import Unit
from anmin.portal.tests.test_follow_pages import coded, opened
from anmin.portal.tests.test_report_pages import hidden

WORDS = "来了两次都没有看监控，只让我等。"


@pytest.fixture
def client() -> Client:
    return Client(headers={"Accept-Language": "en"})


def complained(client: Client, matter: Matter, **changes: str) -> Matter:
    """She opens the page of her matter, and complains from there."""
    address = f"/f/{matter.number}/complain"
    page = client.get(f"/f/{matter.number}").content.decode()
    assert f'href="{address}"' in page
    fields = hidden(client.get(address).content.decode())
    told = {"topic": "police_inaction", "text": WORDS, "reachable": "yes"} | changes
    sent = client.post(address, fields | told)
    assert (sent.status_code, sent["Location"]) == (302, "/r/sent/")
    return Matter.objects.get(kind="petition")


def test_it_goes_to_who_checks_and_has_a_number_and_a_code_of_its_own(
    city: City, client: Client
) -> None:
    matter = city.answered()
    opened(client, matter, coded(city, matter))
    petition = complained(client, matter)
    assert (petition.unit, petition.category) == (city.inspectorate, "police_inaction")
    assert (petition.details["demand"], petition.details["way"]) == (WORDS, "online")
    assert (petition.area, petition.place, petition.summary) == (None, "", "")
    party = Party.objects.get(matter=petition)
    assert (party.role, party.unit, party.concerned) == ("accused", city.jinhu, True)
    link = Link.objects.get(matter=petition)
    assert (link.other, link.relation, link.sealed) == (matter, "cause", True)
    assert Contact.objects.filter(matter=petition).exists()
    assert petition.due_at is not None
    page = client.get("/r/sent/").content.decode()
    code = re.search(r'class="code">([2-9A-Z]{6})<', page)
    assert code
    assert petition.number in page
    stranger = Client()
    assert stranger.post("/f/", {"number": petition.number, "code": code[1]}).status_code == 302
    # Both stay open on her telephone.
    for one in (matter, petition):
        assert 'name="code"' not in client.get(f"/f/{one.number}").content.decode()


def test_whoever_handled_it_learns_of_it_nowhere(
    city: City, client: Client, sign_in: SignIn
) -> None:
    matter = city.answered()
    opened(client, matter, coded(city, matter))
    before = Entry.objects.filter(matter=matter).count()
    number = complained(client, matter).number
    assert Entry.objects.filter(matter=matter).count() == before
    notices = Message.objects.filter(medium="inbox").count()

    def ways(account: Account) -> list[bool]:
        desk = sign_in(account)
        pages = [
            f"/desk/matters/{matter.number}/",
            f"/desk/search/?q={number}",
            "/desk/",
            "/desk/notices/",
        ]
        pages += ["/desk/matters/?view=all", f"/desk/search/?q={WANG.phone}"]
        shown = [
            f"/matters/{number}/" in desk.get(page, follow=True).content.decode() for page in pages
        ]
        kept = queries.matters_for(account).filter(number=number).exists()
        return [desk.get(f"/desk/matters/{number}/").status_code == 200, kept, *shown]

    for account in (city.officer, city.duty_leader):
        assert not any(ways(account))
    assert ways(city.inspector)[:4] == [True] * 4
    assert Message.objects.filter(medium="inbox").count() == notices


def test_said_again_it_is_added_to_the_first_and_once_answered_it_is_reviewed_there(
    city: City, client: Client
) -> None:
    matter = city.answered()
    opened(client, matter, coded(city, matter))
    petition = complained(client, matter, reachable="no")
    assert not Contact.objects.filter(matter=petition).exists()
    address = f"/f/{matter.number}/complain"
    page = client.get(address).content.decode()
    assert petition.number in page
    assert 'name="topic"' not in page
    body = hidden(page) | {"text": "今天又去了一次，还是没有人看监控。"}
    for _turn in range(2):  # sent twice, it is said once
        assert client.post(address, body)["Location"] == f"{address}?added"
    assert "Added to your complaint" in client.get(f"{address}?added").content.decode()
    said = Entry.objects.filter(matter=petition, action="said")
    assert [one.note for one in said] == ["今天又去了一次，还是没有人看监控。"]
    assert Matter.objects.filter(kind="petition").count() == 1
    actor = Actor.of(city.inspector)
    actions.move(
        matter_id=petition.pk,
        code="refuse",
        actor=actor,
        inputs={"refusal": "监控已于当日调取。", "notice": "letter"},
    )
    page = client.get(address).content.decode()
    assert 'name="text"' in page  # not accepted, so there is no review: it may be said anew


def test_only_with_the_code_and_in_words_for_what_is_wrong(city: City, client: Client) -> None:
    matter = city.answered()
    address = f"/f/{matter.number}/complain"
    told = {"topic": "police_inaction", "text": WORDS, "reachable": "no", "key": uuid.uuid4().hex}
    assert 'name="code"' in client.get(address).content.decode()
    assert client.post(address, told).status_code == 422
    opened(client, matter, coded(city, matter))
    for wrong in (
        {"topic": "traffic_order"},
        {"topic": ""},
        {"text": " "},
        {"key": "x"},
        {"reachable": "x"},
    ):
        assert client.post(address, told | wrong).status_code == 422
    assert client.post(address, told | {"text": "\x00"}).status_code in (400, 422)
    assert not Matter.objects.filter(kind="petition").exists()


def test_whom_it_is_about_is_whoever_took_a_step_and_whoever_has_it(city: City) -> None:
    matter = city.answered()
    assert list(handled_by(matter)) == [city.jinhu]
    actions.assign(matter_id=matter.pk, actor=Actor.of(city.inspector), unit=city.yuhai)
    matter.refresh_from_db()
    assert list(handled_by(matter)) == [city.yuhai, city.jinhu]
    fresh = city.incident(unit=city.yuhai)
    actions.assign(matter_id=fresh.pk, actor=Actor.of(city.inspector), unit=city.jinhu)
    fresh.refresh_from_db()
    assert list(handled_by(fresh)) == [city.jinhu]  # where it only lay, nobody handled it
    long_ago, by = timezone.now() - timedelta(days=60), Actor.system("import")
    late = city.incident(unit=city.yuhai, opened_at=long_ago, actor=by)
    actions.assign(matter_id=late.pk, actor=Actor.of(city.inspector), unit=city.jinhu)
    late.refresh_from_db()
    assert list(handled_by(late)) == [city.jinhu, city.yuhai]  # it lay there until it was late
    made = complain(matter_id=fresh.pk, topic="police_conduct", text=WORDS, key="s").matter
    # Of the inspectorate itself, where nobody else could look into it: it goes further up.
    with pytest.raises(Refusal, match="上一级机关"):
        complain(matter_id=made.pk, topic="police_conduct", text=WORDS, key="t")
    assert Matter.objects.filter(kind="petition").get() == made


def test_none_of_many_who_handled_it_is_left_out(
    city: City, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The page says that nobody there sees it: that holds for a matter that went through nine hands."""
    units = [
        Unit.objects.create(code=f"RA-P{n}", name=f"第{n}派出所", kind=city.jinhu.kind)
        for n in range(8)
    ]
    monkeypatch.setattr(
        complaining, "_took_steps", lambda _matter: [city.jinhu.pk, *(one.pk for one in units)]
    )
    matter = city.answered()
    made = complain(matter_id=matter.pk, topic="police_conduct", text=WORDS, key="s").matter
    accused = Party.objects.filter(matter=made, role="accused").values_list("unit", flat=True)
    assert set(accused) == {one.pk for one in (city.jinhu, *units)}
