"""Somebody tells something secretly, reads the answer and adds to it, without script and with what a
browser would have sealed; nothing on the way or at rest tells who, or what."""

import logging
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import time_machine
from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.utils import timezone
from tests.personas import PASSWORD, City

from anmin.evidence import receipts
from anmin.files.actions import look_at
from anmin.files.models import File
from anmin.kernel import sealing
from anmin.kernel.confiding import proof_of
from anmin.kernel.errors import Conflict, NotAllowed, NotFound, Refusal
from anmin.matters import actions, approvals, rewards
from anmin.matters.actor import Actor
from anmin.matters.models import Entry, Matter, SealedFacts
from anmin.matters.news import drain
from anmin.matters.sealed_actions import make_key, open_sealed
from anmin.matters.verify import verify
from anmin.measures.lake import refresh
from anmin.people.models import Account, Tally
from anmin.people.roles import Role
from anmin.portal import effort

TIP = "飞云江边三号仓库夜里开赌"
SECRETS = ("飞云江边三号仓库", "夜里开赌", "补充暗号甲", "提问暗号乙", "结论暗号丙")
HERE = "203.0.113.77"
WORDS = {"wumin": "a long passphrase 1", "zhengming": "a long passphrase 2"}
FAST = 1000
BROKEN = b"\x89PNG\r\n\x1a\n" + b"0" * 50
COST = {"time_cost": 1, "memory_cost": 64, "parallelism": 1}


@pytest.fixture(autouse=True)
def _fast(monkeypatch: pytest.MonkeyPatch) -> None:
    """Slow on purpose, and tried as such elsewhere."""
    monkeypatch.setattr("anmin.kernel.confiding.ROUNDS", FAST)
    monkeypatch.setattr("anmin.kernel.sealing._COST", COST)


@pytest.fixture
def second(city: City) -> Account:
    """郑明 inspects, too."""
    return Account.objects.create_user(
        "zhengming", PASSWORD, role=Role.INSPECTOR, unit=city.inspectorate
    )


@pytest.fixture
def key(city: City, second: Account, settings: Any, tmp_path: Path) -> sealing.SealKeyMade:
    settings.ANMIN_HOME = tmp_path
    return make_key(passphrases=WORDS, need=2)


def browser(language: str = "en") -> Client:
    return Client(headers={"Accept-Language": language}, REMOTE_ADDR=HERE)


def token_of(page: str, name: str = "token") -> str:
    found = re.search(rf'name="{name}" value="([^"]+)"', page)
    assert found, page[-3000:]
    return found[1]


def paid(token: str) -> dict[str, str]:
    """The sum, as somebody without script answers it."""
    asked = effort.again(token)
    assert asked is not None
    return {"token": token, "sum": str(asked.first + asked.second)}


def tell(client: Client, **more: Any) -> Any:
    page = client.get("/tell/").content.decode()
    return client.post("/tell/", {"words": TIP, **paid(token_of(page)), **more})


def kept_of(page: str) -> dict[str, str]:
    number = re.search(r"JB-[\w-]+", page)
    assert number
    told = {"number": number[0]}
    for name in ("code", "passphrase"):
        found = re.search(rf'data-kept="{name}">([^<]+)<', page)
        assert found
        told[name] = found[1]
    return told


def read(client: Client, kept: dict[str, str]) -> Any:
    page = client.get("/tell/read").content.decode()
    return client.post("/tell/read", {**kept, **paid(token_of(page))})


def opened(key: sealing.SealKeyMade, number: str) -> Any:
    held = [sealing.holder(key.holder_files[one], WORDS[one]) for one in WORDS]
    return open_sealed(number=number, key_file=key.key_file, held=held, reason="核查")


def test_a_tip_is_told_asked_about_answered_and_its_outcome_read(
    city: City, key: sealing.SealKeyMade, second: Account
) -> None:
    client, inspector = browser(), Actor.of(city.inspector)
    done = tell(client)
    assert done.status_code == 200, done.content.decode()
    page = done.content.decode()
    kept = kept_of(page)
    matter = Matter.objects.get()
    assert (matter.kind, matter.number, matter.unit) == (
        "tip_off",
        kept["number"],
        city.inspectorate,
    )
    assert matter.details == {"way": "online"}
    receipt = re.search(r'<strong class="code">(\w{4}-\w{4}-\w{4})<', page)
    assert receipt
    assert receipts.find(receipt[1]).holds
    for code in ("ask", "find_founded"):  # not before it was opened
        with pytest.raises(Conflict):
            actions.move(matter_id=matter.pk, code=code, actor=inspector, inputs={"question": "x"})
    found = opened(key, matter.number)
    assert [one.facts for one in found.facts] == [{"tip": TIP}]
    matter.refresh_from_db()
    assert matter.state == "verifying"
    assert Entry.objects.get(action="open_seal").payload["told"]["openers"] == [
        "wumin",
        "zhengming",
    ]
    actions.move(
        matter_id=matter.pk, code="ask", actor=inspector, inputs={"question": "提问暗号乙"}
    )
    answer = read(client, kept)
    page = answer.content.decode()
    assert "A question to you" in page
    assert "提问暗号乙" in page
    more = {"pass": token_of(page, "pass"), "once": token_of(page, "once"), "words": "补充暗号甲"}
    for _twice in range(2):
        assert client.post("/tell/more", more).status_code == 200
    matter.refresh_from_db()
    assert matter.state == "verifying"
    assert [one.facts for one in opened(key, matter.number).facts] == [
        {"tip": TIP},
        {"question": "提问暗号乙"},
        {"addition": "补充暗号甲"},
    ]
    actions.move(
        matter_id=matter.pk,
        code="find_founded",
        actor=inspector,
        inputs={"finding": "结论暗号丙"},
    )
    page = read(client, kept).content.decode()
    assert "结论暗号丙" in page
    assert "nothing can be added any more" in page
    assert client.post("/tell/more", {**more, "once": "x"}).status_code == 422
    assert verify().sound
    assert client.cookies == {}


def test_a_reward_is_decided_by_two_and_fetched_without_a_name(
    city: City, key: sealing.SealKeyMade, second: Account
) -> None:
    client, inspector = browser(), Actor.of(city.inspector)
    kept = kept_of(tell(client).content.decode())
    matter = Matter.objects.get()
    opened(key, matter.number)
    actions.move(
        matter_id=matter.pk, code="find_founded", actor=inspector, inputs={"finding": "属实"}
    )
    asked = approvals.ask(
        matter_id=matter.pk, code="grant", actor=inspector, reason="属实", inputs={"reward": 500}
    )
    with pytest.raises(NotAllowed):
        approvals.agree(request_id=asked.pk, actor=inspector, reason="同意")
    approvals.agree(request_id=asked.pk, actor=Actor.of(second), reason="同意")
    page = read(client, kept).content.decode()
    told = dict(re.findall(r"<dt>([^<]+)</dt><dd>([^<]+)</dd>", page))
    assert told["Your reward in yuan"] == "500"
    fetch = {"ticket": told["Number of your reward"], "word": told["Word that fetches it"]}
    assert not any(fetch["word"] in str(one.facts) for one in opened(key, matter.number).facts)
    clerk = Account.objects.create_user("liuyan", PASSWORD, role=Role.CLERK, unit=city.jinhu)
    for account in (city.inspector, city.officer):
        with pytest.raises(NotAllowed):
            rewards.pay(account=account, **fetch)
    with pytest.raises(NotFound):
        rewards.pay(account=clerk, ticket=fetch["ticket"], word="0000-0000-0000")
    assert rewards.look_up(account=clerk, **fetch).amount == 500
    assert rewards.pay(account=clerk, **fetch).paid_at is not None
    with pytest.raises(Conflict):
        rewards.pay(account=clerk, **fetch)


def test_a_reward_that_nobody_fetches_in_time_is_not_paid(
    city: City, key: sealing.SealKeyMade
) -> None:
    from anmin.matters.flow import Rewarding
    from anmin.matters.ledger import Change

    change = Change("grant", "founded", details={"reward": 100})

    now = timezone.now()
    rewards.grant(change, Rewarding("reward", "tip_off.reward_claim"), now)
    clerk = Account.objects.create_user("liuyan", PASSWORD, role=Role.CLERK, unit=city.jinhu)
    told = {name: change.answers[name] for name in ("ticket", "word")}
    with time_machine.travel(now.replace(year=now.year + 1)), pytest.raises(Refusal) as refused:
        rewards.pay(account=clerk, **told)
    assert refused.value.code == "too_late"


def values() -> Iterator[tuple[str, bytes]]:
    """Every value of every table."""
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names():
            cursor.execute(f'SELECT * FROM "{table}"')
            for row in cursor.fetchall():
                for value in row:
                    if isinstance(value, bytes | memoryview):
                        yield table, bytes(value)
                    else:
                        yield table, str(value).encode()


def test_neither_words_nor_address_are_anywhere_afterwards(
    city: City, key: sealing.SealKeyMade, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    signed_in = browser()
    signed_in.force_login(city.officer)
    before = {one.pk for one in Tally.objects.all()}
    for client in (browser(), signed_in):
        done = tell(client, files=SimpleUploadedFile("夜里开赌.txt", TIP.encode()))
        kept = kept_of(done.content.decode())
        read(client, {**kept, "code": "AAAAAA"})  # a slip of the pen is counted, too
        assert read(client, kept).status_code == 200
        assert done.headers["Referrer-Policy"] == "no-referrer"
        assert "no-store" in done.headers["Cache-Control"]
        assert "Set-Cookie" not in done.headers
    drain(["words"])
    refresh(full=True)
    digests = {
        settings.KEYRING.blind_index("\n".join(whose), purpose=f"limit {what}").hex()
        for what in ("report", "report sum", "report sums", "follow miss", "portal miss")
        for whose in ((f"{HERE}/32",), (f"{HERE}",))
    }
    tallies = {one.key for one in Tally.objects.exclude(pk__in=before)}
    assert not any(one in key for one in digests for key in tallies)
    addresses = (HERE, "203.0.113", *digests)
    for table, value in values():
        for one in (*SECRETS, *addresses, kept["passphrase"], kept["code"]):
            assert one.encode() not in value, (table, one)
            assert ascii(one)[1:-1].encode() not in value, (table, one)
    for path in Path(settings.ANMIN_HOME).rglob("*"):
        if path.is_file():
            raw = path.read_bytes()
            assert not any(one.encode() in raw for one in (*SECRETS, *addresses)), path
    told = caplog.text + str([vars(one) for one in caplog.records])
    assert not any(one in told for one in (*SECRETS, *addresses, kept["passphrase"]))
    assert "portal:tell" not in told


def test_what_is_wrong_with_a_file_is_logged_of_a_report_and_never_of_a_tip_off(
    city: City, key: sealing.SealKeyMade, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    with pytest.raises(Refusal):
        list(look_at([("a.png", iter([BROKEN]))]))
    assert "could not be read" in caplog.text
    caplog.clear()
    answer = tell(browser(), files=SimpleUploadedFile("a.png", BROKEN, "image/png"))
    assert answer.status_code == 422
    assert not caplog.text
    assert not Matter.objects.exists()


def test_what_a_browser_sealed_lies_there_as_what_was_sealed_here(
    city: City, key: sealing.SealKeyMade
) -> None:
    from anmin.files import enclosed

    client = browser()
    plain = f'{{"tip":"{TIP}"}}'.encode()
    proof = proof_of("ABCDEF", "1234-5678-9012-3456")
    page = client.get("/tell/").content.decode()
    sent = {
        **paid(token_of(page)),
        "key": token_of(page, "key"),
        "sealed": sealing.enclose(sealing.padded(plain), key.public).hex(),
        "public": proof.public.hex(),
        "prove": proof.proof.hex(),
        "sealed-files": SimpleUploadedFile("x", enclosed.enclose("a.txt", b"abc", key.public)),
    }
    done = client.post("/tell/", sent)
    assert done.status_code == 200, done.content.decode()
    page = done.content.decode()
    assert 'data-kept="code"></strong>' in page  # only the browser knows it
    number = re.search(r"JB-[\w-]+", page)
    assert number
    tell(client, files=SimpleUploadedFile("a.txt", b"abc"))
    rows = list(SealedFacts.objects.order_by("pk").values("names", "seq", "key_id", "answer"))
    assert rows[0] == rows[1]
    sizes = {len(one.token) for one in SealedFacts.objects.all()}
    assert len(sizes) == 1
    files = list(File.objects.values("type", "size", "name", "small", "scanner", "sealed_to"))
    assert files[0] == files[1]
    found = opened(key, number[0])
    assert found.facts[0].facts == {"tip": TIP}
    assert [(one.name, one.content) for one in found.files] == [("1-a.txt", b"abc")]
    answer = read(
        client, {"number": number[0], "code": "abc def", "passphrase": "1234567890123456"}
    )
    assert answer.status_code == 200
    for wrong in ({"sealed": "00" * 40}, {"key": "0" * 16}, {"public": "00"}):
        page = client.get("/tell/").content.decode()
        assert client.post("/tell/", {**sent, **paid(token_of(page)), **wrong}).status_code == 422
    assert Matter.objects.count() == 2


def test_a_wrong_code_opens_nothing_costs_each_time_and_locks_nobody_out(
    city: City, key: sealing.SealKeyMade, monkeypatch: pytest.MonkeyPatch
) -> None:
    client = browser()
    kept = kept_of(tell(client).content.decode())
    wrong = read(client, {**kept, "passphrase": "0000-0000-0000-0000"})
    assert wrong.status_code == 404
    page = client.get("/tell/read").content.decode()
    assert client.post("/tell/read", {**kept, "token": token_of(page)}).status_code == 422
    page = client.get("/tell/read").content.decode()
    sent = {"number": kept["number"], "prove": "00" * 32, **paid(token_of(page))}
    told = client.post("/tell/read", sent)  # as a browser sends it, which keeps the code to itself
    assert told.status_code == 404
    assert re.findall(r'href="#(id_\w+)"', told.content.decode()) == ["id_number"]
    page = client.get("/tell/read").content.decode()
    once = paid(token_of(page))
    assert client.post("/tell/read", {**kept, **once}).status_code == 200
    assert client.post("/tell/read", {**kept, **once}).status_code == 422


ROLES = ("operator", "duty_leader", "officer", "leader", "analyst", "programme")
PAGES = (
    *("/desk/", "/desk/matters/?view=all", "/desk/search/?q={}", "/desk/matters/{}/"),
    *("/desk/matters/list.csv?view=all", "/desk/day/", "/desk/morning/", "/desk/measures/"),
    *("/desk/notices/", "/f/{}", "/receipt?code={}"),
)


def test_nobody_but_the_inspectorate_sees_more_than_a_count(
    city: City, key: sealing.SealKeyMade
) -> None:
    done = tell(browser(), files=SimpleUploadedFile("夜里开赌.txt", TIP.encode()))
    number = kept_of(done.content.decode())["number"]
    opened(key, number)
    for role in ROLES:
        client = browser("zh-hans")
        client.force_login(getattr(city, role))
        for address in PAGES:
            page = b"".join(client.get(address.format(number))).decode()
            shown = page.replace(f'value="{number}"', "").replace(f"“{number}”", "")
            shown = re.sub(rf"(?:q=|f/|matters/|code=){re.escape(number)}", "", shown)
            assert number not in shown, (role, address)
            assert not any(one in page for one in SECRETS), (role, address)
    inspector = browser("zh-hans")
    inspector.force_login(city.inspector)
    page = inspector.get(f"/desk/matters/{number}/").content.decode()
    assert all(one in page for one in (number, key.id, "密封文件"))
    assert not any(one in page for one in SECRETS)
    assert 'name="note"' not in page.split('id="story-title"')[1].split("correct")[0]
    with pytest.raises(Refusal) as refused:
        actions.add_note(
            matter_id=Matter.objects.get().pk, actor=Actor.of(city.inspector), text="暗号"
        )
    assert refused.value.code == "not_asked"


def test_the_inspectorate_is_reminded_to_try_the_key(city: City, key: sealing.SealKeyMade) -> None:
    from datetime import timedelta

    from anmin.matters.sealed_actions import drill, drill_due

    now = timezone.now()
    assert [drill_due(now), drill_due(now + timedelta(days=200))] == [False, True]
    held = [sealing.holder(key.holder_files[one], WORDS[one]) for one in WORDS]
    with time_machine.travel(now + timedelta(days=200)):
        page_of = browser("en")
        page_of.force_login(city.inspector)
        assert "A lost key is lost tips" in page_of.get("/desk/").content.decode()
        assert drill(key_file=key.key_file, held=held).drilled_at is not None
        assert "A lost key is lost tips" not in page_of.get("/desk/").content.decode()
