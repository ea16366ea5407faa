"""Public numbers: never before their time, never changed, typed by two, fetched with their proof."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest
import time_machine
from django.utils import timezone
from tests.personas import City

from anmin.draws import numbers
from anmin.draws.models import PublicNumber
from anmin.draws.sources import sources
from anmin.kernel import fair_draw
from anmin.kernel.errors import Conflict, NotAllowed, Refusal
from anmin.people.models import AccessLog

MONDAY = datetime(2026, 11, 9, 2, tzinfo=UTC)
# drand quicknet, round 1000, as the League of Entropy publishes it (/public/1000 of the chain 52db9ba7…)
ROUND = {
    "round": 1000,
    "randomness": "fe290beca10872ef2fb164d2aa4442de4566183ec51c56ff3cd603d930e54fdd",
    "signature": "b44679b9a59af2ec876b1a6b1ad52ea9b1615fc3982b19576350f93447cb1125"
    "e342b73a8dd2bacbe47e4b6b63ed5e39",
}
BALLS = "01 05 12 20 28 33 16"


def test_the_next_round_is_reckoned_as_the_network_does() -> None:
    drand, lottery = sources()["drand"], sources()["lottery"]
    at = datetime.fromtimestamp(1692803367 + 999 * 3, UTC)
    assert drand.first_after(at) == ("1000", at)
    assert drand.first_after(at + timedelta(seconds=1)) == ("1001", at + timedelta(seconds=3))
    tuesday = datetime(2026, 11, 10, 13, 15, tzinfo=UTC)
    assert lottery.first_after(MONDAY) == ("2026-11-10", tuesday)
    assert lottery.first_after(tuesday + timedelta(seconds=1))[0] == "2026-11-12"


def test_a_known_round_is_read_and_anything_else_is_not() -> None:
    drand = sources()["drand"]
    assert drand.read_round("1000", ROUND) == (ROUND["randomness"], ROUND["signature"])
    for wrong in (
        {"round": 1001},
        {"randomness": "0" * 64},
        {"signature": "zz"},
        {"signature": None},
    ):
        with pytest.raises(Refusal):
            drand.read_round("1000", {**ROUND, **wrong})
    lottery = sources()["lottery"]
    assert lottery.clean(" 01,05 12、20 28 33 + 16\n") == BALLS
    for text in (
        "",
        "1 5 12 20 28 33 16",
        "05 01 12 20 28 33 16",
        "01 01 12 20 28 33 16",
        BALLS + " 02",
    ):
        with pytest.raises(Refusal):
            lottery.clean(text)


def test_secret_and_number_are_combined() -> None:
    by_another_tool = "d229d2a386099269497ff72bbf84504752225dc1f816ae0a549122a66024e858"
    assert fair_draw.combined("ab", "01") == by_another_tool  # printf 'ab:01' | sha256sum


@pytest.mark.django_db
def test_a_number_is_announced_ahead_and_fetched_when_it_is_due(settings: Any) -> None:
    with time_machine.travel(
        datetime.fromtimestamp(1692803367 + 999 * 3 - 600, UTC), tick=False
    ) as now:
        assert numbers.announce(timezone.now()) is None
        settings.PUBLIC_NUMBERS = "drand"
        made = numbers.announce(timezone.now())
        assert made is not None
        assert (made.round, made.due_at - timezone.now()) == ("1000", timedelta(minutes=10))
        assert numbers.announce(timezone.now()) == made
        asked: list[str] = []

        def get(address: str) -> bytes:
            asked.append(address)
            if len(asked) == 1:
                raise httpx.ConnectError("away")
            return json.dumps(ROUND).encode()

        assert (numbers.fetch_due(timezone.now(), get), asked) == (0, [])
        now.shift(600)
        assert numbers.fetch_due(timezone.now(), lambda _address: b"[]") == 0
        assert numbers.late_count() == 0
        assert numbers.fetch_due(timezone.now(), get) == 1
        assert [address.endswith("/public/1000") for address in asked] == [True, True]
        stands = PublicNumber.objects.get()
        assert (stands.value, stands.signature) == (ROUND["randomness"], ROUND["signature"])
        assert numbers.fetch_due(timezone.now(), get) == 0
    with time_machine.travel(stands.due_at + timedelta(hours=2), tick=False):
        PublicNumber.objects.create(
            source="drand", round="1001", announced_at=stands.due_at, due_at=stands.due_at
        )
        assert numbers.late_count() == 1


def test_an_answer_that_is_too_long_or_leads_elsewhere_is_none(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def client(answer: httpx.Response) -> None:
        transport = httpx.MockTransport(lambda _request: answer)
        real = httpx.Client
        monkeypatch.setattr(
            numbers.httpx, "Client", lambda **given: real(transport=transport, **given)
        )

    for answer in (
        httpx.Response(200, content=b"x" * 5000),
        httpx.Response(302, headers={"location": "https://elsewhere.example"}),
    ):
        with monkeypatch.context():
            client(answer)
            with pytest.raises(httpx.HTTPError):
                numbers._get("https://beacon.example/1")
        monkeypatch.undo()


def test_two_people_type_it_and_neither_alone(city: City, settings: Any) -> None:
    settings.PUBLIC_NUMBERS = "lottery"
    with time_machine.travel(MONDAY, tick=False) as now:
        made = numbers.announce(timezone.now())
        assert made is not None

        def type_in(text: str, by: Any) -> PublicNumber:
            return numbers.type_in(number_id=made.pk, text=text, by=by)

        with pytest.raises(Refusal):
            type_in(BALLS, city.inspector)
        assert numbers.waiting_count(city.inspector) == 0
        now.move_to(made.due_at)
        with pytest.raises(NotAllowed):
            type_in(BALLS, city.operator)
        assert numbers.waiting_count(city.inspector) == 1
        assert type_in(BALLS, city.inspector).value == ""
        assert numbers.waiting_count(city.inspector) == 0
        assert numbers.waiting_count(city.programme) == 1
        with pytest.raises(NotAllowed):
            type_in(BALLS, city.inspector)
        with pytest.raises(Refusal) as told:
            type_in(BALLS.replace("16", "15"), city.programme)
        assert told.value.code == "unequal"
        assert PublicNumber.objects.get().typed == ""
        assert type_in(BALLS, city.programme).value == ""
        assert type_in(BALLS, city.inspector).value == BALLS
        with pytest.raises(Conflict):
            type_in(BALLS.replace("16", "15"), city.programme)
        assert PublicNumber.objects.get().value == BALLS
        done = AccessLog.objects.filter(action__endswith="_number").order_by("pk")
        assert [one.action.split("_")[0] for one in done] == ["type", "drop", "type", "confirm"]


def test_the_page_for_typing(city: City, settings: Any, sign_in: Any) -> None:
    settings.PUBLIC_NUMBERS = "lottery"
    with time_machine.travel(MONDAY, tick=False) as now:
        made = numbers.announce(timezone.now())
        assert made is not None
        now.move_to(made.due_at)
        first, second = (
            sign_in(city.inspector, language="en"),
            sign_in(city.programme, language="en"),
        )
        assert "Type it in" in first.get("/desk/numbers/").content.decode()
        address = f"/desk/numbers/{made.pk}/"
        assert first.post(address, {"text": BALLS, "key": "a"}).status_code == 303
        page = first.get("/desk/numbers/").content.decode()
        assert "another person types it again" in page
        page = second.get("/desk/numbers/").content.decode()
        assert "Type it again" in page
        assert f'value="{BALLS}"' not in page
        assert '<b class="nav-count">1</b>' in page
        wrong = second.post(address, {"text": "1", "key": "b"})
        assert (wrong.status_code, "This cannot be the number" in wrong.content.decode()) == (
            422,
            True,
        )
        assert second.post(address, {"text": BALLS, "key": "c"}).status_code == 303
        assert PublicNumber.objects.get().value == BALLS
