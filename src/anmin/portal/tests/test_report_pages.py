"""Somebody without account, phone or script brings something new, and follows it by its code."""

import hashlib
import re
from datetime import timedelta

import pytest
import time_machine
from django.test import Client, override_settings
from django.utils import timezone
from tests.personas import City

from anmin.channels.models import Message
from anmin.evidence.models import Record
from anmin.matters import follow, messages, reported
from anmin.matters.models import Contact, Entry, FollowCode, Matter
from anmin.people.models import Tally
from anmin.portal import effort

FORM = "/r/incident/"
WORDS = {"zero": 0, "one": 1, "two": 2, "three": 3, "four": 4, "five": 5} | {
    "six": 6,
    "seven": 7,
    "eight": 8,
    "nine": 9,
}


@pytest.fixture(autouse=True)
def light_work(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(effort, "BITS", 6)


@pytest.fixture
def client() -> Client:
    return Client(headers={"Accept-Language": "en"})


def hidden(page: str) -> dict[str, str]:
    fields = re.findall(r"<input[^>]*>", page)
    return {
        name[1]: (value[1] if (value := re.search(r'value="([^"]*)"', one)) else "")
        for one in fields
        if 'type="hidden"' in one and (name := re.search(r'name="([^"]*)"', one))
    }


def summed(page: str) -> str:
    """The answer of somebody who reads the sum and types it."""
    found = re.search(r"How much is (\w+) plus (\w+)\?", page)
    assert found
    return str(WORDS[found[1]] + WORDS[found[2]])


def worked(token: str) -> str:
    """What a browser with script finds."""
    return next(str(n) for n in range(10**6) if effort.done(token, str(n), effort.BITS))


def told(city: City, **changes: str) -> dict[str, str]:
    return {
        "category": "noise",
        "text": "楼下烧烤店每晚放音响到两点。",
        "area": str(city.town.pk),
        "place": "文化路12号",
        **changes,
    }


def written() -> tuple[int, ...]:
    return tuple(m.objects.count() for m in (Matter, Entry, Contact, FollowCode, Record))


def test_without_script_in_few_requests_and_few_bytes(city: City, client: Client) -> None:
    requests = [client.get("/r/")]
    assert FORM in requests[0].content.decode()
    requests.append(client.get(FORM))
    page = requests[1].content.decode()
    requests.append(client.post(FORM, told(city) | hidden(page) | {"sum": summed(page)}))
    assert requests[2].status_code == 302
    requests.append(client.get(requests[2]["Location"]))
    done = requests[3].content.decode()
    matter = Matter.objects.get()
    assert matter.number in done
    assert (matter.kind, matter.category, matter.unit) == ("incident", "noise", city.jinhu)
    assert (matter.summary, matter.place) == ("楼下烧烤店每晚放音响到两点。", "文化路12号")
    code = re.search(r'class="code">([2-9A-Z]{6})<', done)
    assert code
    followed = Client().post("/f/", {"number": matter.number, "code": code[1]})
    assert followed["Location"] == f"/f/{matter.number}"
    requests.append(client.get(f"/f/{matter.number}"))  # this device needs no code for a while
    received = requests[4].content.decode()
    assert "Received" in received
    assert "楼下烧烤店每晚放音响到两点。" in received  # so that the sender sees what arrived
    assert len(requests) + 1 <= 6  # and the style sheet
    assert sum(len(one.content) for one in requests) < 60_000
    assert Entry.objects.get(matter=matter).actor_label == "citizen"
    assert not Contact.objects.exists()


def test_where_there_is_one_topic_it_is_not_asked(city: City, client: Client) -> None:
    address = "/r/property_claim/"
    page = client.get(address).content.decode()
    assert 'name="category"' not in page
    assert "what does only its owner know of it?" in page
    sent = {"text": "黑色钱包，内有旧照片", "area": str(city.town.pk)}
    done = client.post(address, sent | hidden(page) | {"sum": summed(page)})
    assert done.status_code == 302
    opened = Matter.objects.get()
    assert (opened.kind, opened.category) == ("property_claim", "claim_property")
    assert opened.unit == city.jinhu


def test_with_script_a_long_word_and_a_number_to_reach(city: City, client: Client) -> None:
    long = "夜里" + "吵" * 400
    page = client.get(FORM).content.decode()
    fields = hidden(page)
    sent = client.post(
        FORM,
        told(city, text=long, contact_name="王秀英", contact_phone="138 5771 2345")
        | fields
        | {"proof": worked(fields["token"])},
    )
    assert sent.status_code == 302
    matter = Matter.objects.get()
    assert len(matter.summary) == 200
    assert Entry.objects.get(matter=matter).note == long
    assert Contact.objects.filter(matter=matter).exists()
    for row in (matter.summary, str(Entry.objects.get(matter=matter).payload)):
        assert "王秀英" not in row
        assert "13857712345" not in row


def test_sending_twice_opens_one_and_shows_the_same_code(city: City, client: Client) -> None:
    fields = hidden(client.get(FORM).content.decode())
    body = told(city) | fields | {"proof": worked(fields["token"])}
    pages = []
    for _turn in range(2):
        assert client.post(FORM, body).status_code == 302
        pages.append(client.get("/r/sent/").content.decode())
        body["alike"] = "1"
    assert Matter.objects.count() == 1
    assert re.findall(r'class="code">\w+<', pages[0]) == re.findall(r'class="code">\w+<', pages[1])
    kept = Matter.objects.get()
    assert f'Your number: <strong class="number">{kept.number}</strong>' in pages[0]
    shown = " ".join(pages[0].split())
    assert "Answer to you: Promised by" in shown  # what comes next, and by when
    assert fields["token"] not in str(kept.external_id)
    # On a machine that others use, too: closing the page leaves nothing to open it again.
    assert client.get("/r/sent/").status_code == 200
    client.post(f"/f/{kept.number}", {"leave": "1"})
    assert client.get("/r/sent/")["Location"] == "/r/"
    assert "code" in client.get(f"/f/{kept.number}").content.decode()
    stranger = Client()
    stranger.cookies["anmin_report"] = "0123:abc"
    assert stranger.get("/r/sent/")["Location"] == "/r/"


def test_a_number_is_texted_so_often_a_day_and_none_abroad(city: City, client: Client) -> None:
    """Anybody may type anybody's number: it does not ring all day, nor does the house pay for abroad."""
    address = "/r/suggestion/"

    def sent(number: str, browser: Client) -> str:
        fields = hidden(browser.get(address).content.decode())
        given = {"contact_phone": number, "alike": "1", "proof": worked(fields["token"])}
        given |= {"category": "suggest_patrols"}
        assert browser.post(address, told(city) | fields | given).status_code == 302
        return browser.get("/r/sent/").content.decode()

    def texted() -> int:
        return Message.objects.exclude(status="cancelled").count()

    for n in range(1, messages.STRANGERS.most + 3):
        page = sent("13857712345" if n % 2 else "138-5771-2345", client)
        assert texted() == min(n, messages.STRANGERS.most)
        assert ("texted several times today" in page) == (n > messages.STRANGERS.most)
    before = texted()
    assert "outside the mainland" in sent("+85223456789", Client(headers={"Accept-Language": "en"}))
    assert texted() == before
    assert "outside the mainland" not in sent("13957700001", client)
    assert texted() == before + 1
    assert "13857712345" not in str(list(Tally.objects.values()))
    with override_settings(SMS_ABROAD=True):
        assert "outside the mainland" not in sent("+85223456789", client)
    assert texted() == before + 2
    untold = [one.payload["told"].get("untold") for one in Entry.objects.filter(seq=1)]
    assert {why: untold.count(why) for why in ("often", "abroad")} == {"often": 2, "abroad": 1}


def test_an_old_form_opens_nothing_once_there_is_a_new_code(city: City, client: Client) -> None:
    page = client.get(FORM).content.decode()
    body = told(city) | hidden(page) | {"sum": summed(page)}
    assert client.post(FORM, body)["Location"] == "/r/sent/"
    matter, address = Matter.objects.get(), f"/f/{Matter.objects.get().number}"
    assert 'name="code"' not in client.get(address).content.decode()
    follow.give(matter)
    assert client.post(FORM, body | {"alike": "1"}).status_code == 302  # the same form again
    assert 'name="code"' in client.get(address).content.decode()
    assert client.get("/r/sent/")["Location"] == address  # nor is the old code shown as if it held
    assert Matter.objects.count() == 1


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"text": ""}, "in a few words"),
        ({"area": ""}, "which police station"),
        ({"area": "99999999"}, "valid choice"),
        ({"category": "no-such"}, "valid choice"),
        ({"category": ""}, "choose what it is about"),
        ({"contact_phone": "12"}, "no phone number"),
        ({"text": "x" * 2001}, "at most 2000"),
        ({"sum": "3"}, "stops machines"),
        ({"token": "made-up"}, "open for too long"),
    ],
)
def test_a_refusal_says_why_keeps_what_was_typed_and_changes_nothing(
    city: City, client: Client, change: dict[str, str], said: str
) -> None:
    page = client.get(FORM).content.decode()
    before = written()
    body = told(city) | hidden(page) | {"sum": summed(page)} | change
    answer = client.post(FORM, body)
    shown = answer.content.decode()
    assert answer.status_code == 422
    assert said in shown
    assert "文化路12号" in shown
    assert written() == before


def test_a_kind_that_citizens_open_not_is_not_there(city: City, client: Client) -> None:
    for kind in ("rectification", "no-such"):
        assert client.get(f"/r/{kind}/").status_code == 404
        assert client.post(f"/r/{kind}/", told(city)).status_code == 404
    assert not Matter.objects.exists()


def test_whoever_says_what_others_said_is_told_and_decides(city: City, client: Client) -> None:
    since = timezone.now() - timedelta(hours=2)
    city.incident(category="noise", summary="烧烤店放音响", place="文化路12号", opened_at=since)
    city.incident(category="domestic", summary="隔壁打人", place="文化路12号", opened_at=since)
    page = client.get(FORM).content.decode()
    body = told(city) | hidden(page) | {"sum": summed(page)}
    asked = client.post(FORM, body)
    shown = asked.content.decode()
    assert asked.status_code == 200
    assert f"Noise · {city.town.label} · 2 hours ago" in shown
    assert Matter.objects.count() == 2
    for secret in ("JQ-", "王秀英", "文化小区"):
        assert secret not in shown
    again = told(city) | hidden(shown) | {"sum": summed(shown)}
    assert client.post(FORM, again).status_code == 302
    assert Matter.objects.count() == 3
    quiet = told(city, category="domestic", text="隔壁打人") | hidden(
        page := client.get(FORM).content.decode()
    )
    assert client.post(FORM, quiet | {"sum": summed(page)}).status_code == 302


def test_who_asks_at_every_door_is_told_at_three(city: City, client: Client) -> None:
    """One sum does not tell who of a street called the police; each telling counts as a report."""
    city.incident(category="noise", summary="烧烤店放音响", place="文化路12号")
    page = client.get(FORM).content.decode()
    body = told(city) | hidden(page) | {"sum": summed(page)}
    asked = [client.post(FORM, body) for _turn in range(4)]
    assert [one.status_code for one in asked] == [200, 200, 200, 302]
    assert Matter.objects.count() == 2


def test_many_sums_from_one_place_ask_for_work_and_stop_no_neighbour(
    city: City, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(effort, "SUMS_NEAR", effort.Limit(2, 3600))
    statuses = []
    for turn in range(3):
        page = client.get(FORM).content.decode()
        body = told(city, place=f"{turn}号", alike="1") | hidden(page) | {"sum": summed(page)}
        statuses.append(client.post(FORM, body | {"alike": "1"}).status_code)
    assert statuses == [302, 302, 422]
    fields = hidden(client.get(FORM).content.decode())
    work = {"proof": worked(fields["token"]), "alike": "1"}
    assert client.post(FORM, told(city) | fields | work).status_code == 302
    neighbour = Client(REMOTE_ADDR="192.0.2.77", headers={"Accept-Language": "en"})
    page = neighbour.get(FORM).content.decode()
    body = told(city) | hidden(page) | {"sum": summed(page), "alike": "1"}
    assert neighbour.post(FORM, body).status_code == 302


def test_the_work_is_what_the_browser_counts(db: None) -> None:
    token = effort.ask().token
    found = worked(token)
    digest = hashlib.sha256(f"{token}:{found}".encode()).hexdigest()
    assert int(digest, 16).bit_length() <= 256 - effort.BITS
    assert not effort.done(token, found, 40)
    paid = {"proof": found, "answer": "", "asked_from": "192.0.2.1"}
    assert effort.paid(token, **paid) is effort.How.WORK
    with time_machine.travel(timezone.now() + timedelta(hours=7)):
        assert effort.paid(token, **paid) is None
        assert effort.again(token) is None


def test_the_code_follows_from_the_key_alone() -> None:
    key = "a secret of the sending"
    assert reported.code_for(key) == reported.code_for(key)
    assert reported.code_for(key) != reported.code_for(key + "2")
