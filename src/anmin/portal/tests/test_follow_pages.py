"""王秀英 follows her report by number and code; nobody else does, and nobody reads who works on it."""

import re
import uuid
from datetime import UTC, date, datetime, timedelta
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
import time_machine
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from PIL import Image
from tests.personas import City

from anmin.channels.models import Message
from anmin.channels.queries import body_of
from anmin.desk.notices.kinds import occasions
from anmin.exchange import undoing
from anmin.exchange.models import ImportRun
from anmin.exchange.tests.station import ANSWERED, Files, row
from anmin.files.actions import read_file
from anmin.files.models import File
from anmin.files.queries import files_of
from anmin.files.subjects import subject_of
from anmin.files.turns import turn
from anmin.kernel.errors import Refusal
from anmin.matters import actions, follow, merging
from anmin.matters.actor import CITIZEN, Actor
from anmin.matters.attachments import files_with_parts
from anmin.matters.contacts import ContactFacts
from anmin.matters.models import Entry, Matter
from anmin.matters.reactions import ask_citizen
from anmin.matters.reported import SOURCE
from anmin.matters.telling import day_said
from anmin.people.limits import Limit
from anmin.portal import effort


def coded(city: City, matter: Matter) -> str:
    """The code that is sent to the phone of the matter's contact."""
    actions.give_follow_code(matter_id=matter.pk, actor=Actor.of(city.officer))
    message = Message.objects.filter(subject_ref=f"matter:{matter.number}").latest("pk")
    found = re.search(r"([2-9A-Z]{6})\W*$", body_of(message))
    assert found
    return found[1]


def _arrived(city: City, matter: Matter) -> str:
    actions.move(matter_id=matter.pk, code="arrive", actor=Actor.of(city.officer))
    return "ask"


def opened(client: Client, matter: Matter, code: str) -> str:
    answer = client.post("/f/", {"number": matter.number, "code": code})
    assert answer.status_code == 302
    assert answer["Location"] == f"/f/{matter.number}"
    page = client.get(answer["Location"])
    assert (page.status_code, page["Cache-Control"].count("no-store")) == (200, 1)
    return page.content.decode()


@pytest.mark.parametrize(
    ("language", "state", "kept"),
    [("zh-hans", "已答复", "已按时完成："), ("en", "Answered", "Done in time: ")],
)
def test_the_state_the_promise_and_the_words_for_the_citizen(
    city: City, language: str, state: str, kept: str
) -> None:
    matter = city.answered()
    actions.add_note(
        matter_id=matter.pk, actor=Actor.of(city.officer), text="<b>给您</b>的话", public=True
    )
    actions.add_note(matter_id=matter.pk, actor=Actor.of(city.officer), text="内部记录")
    page = opened(Client(headers={"Accept-Language": language}), matter, coded(city, matter))
    assert (state in page, kept in page) == (True, True)
    assert "已立案，正在调取监控，有进展会告知您。" in page
    assert "&lt;b&gt;给您&lt;/b&gt;的话" in page
    for hidden in ("内部记录", "陈立", city.officer.username, "王秀英", "13857712345"):
        assert hidden not in page


def test_without_the_code_nothing_opens_and_nothing_is_told(city: City, client: Client) -> None:
    matter, other = city.incident(), city.answered()
    code = coded(city, matter)
    for number, said, status in (
        (matter.number, "AAAAAA", 404),
        (other.number, code, 404),
        ("JQ-2026-9999999-X", code, 404),
        (matter.number, "", 422),
        ("", code, 422),
        ("\x00", "\x00" * 6, 400),
    ):
        answer = client.post("/f/", {"number": number, "code": said})
        assert answer.status_code == status
        assert "文化" not in answer.content.decode()
    asked = client.get(f"/f/{matter.number}")
    assert (asked.status_code, matter.number in asked.content.decode()) == (200, True)
    assert "anmin_follow" not in client.cookies
    page = opened(client, matter, code)
    assert "文化" not in page  # nor the place, which a screen over a shoulder tells
    again = client.get(f"/f/{other.number}")
    assert 'name="code"' in again.content.decode()
    coded(city, matter)  # a new code ends what the old one opened
    assert 'name="code"' in client.get(f"/f/{matter.number}").content.decode()


def test_who_guesses_waits_and_who_leaves_is_gone(city: City, client: Client) -> None:
    matter = city.incident()
    code = coded(city, matter)
    opened(client, matter, code)
    left = client.post(f"/f/{matter.number}", {"leave": "1"})
    assert left["Location"] == "/f/"
    assert 'name="code"' in client.get(f"/f/{matter.number}").content.decode()
    for _turn in range(10):
        client.post("/f/", {"number": matter.number, "code": "AAAAAA"})
    slowed = client.post("/f/", {"number": matter.number, "code": code})
    assert slowed.status_code == 429
    neighbour = Client(REMOTE_ADDR="192.0.2.77")
    opened(neighbour, matter, code)


def test_who_guesses_at_everything_makes_a_neighbour_pay_and_not_wait(
    city: City, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A whole town may come from one address."""
    monkeypatch.setattr(effort, "HARDER", 6)
    monkeypatch.setattr(effort, "BITS", 5)
    monkeypatch.setattr(follow, "HERE", Limit(4, 600))
    matter = city.incident()
    code, asked = coded(city, matter), {"number": matter.number}
    for n in range(4):
        client.post("/f/", {"number": f"JQ-{n}", "code": "AAAAAA"})

    def paid() -> dict[str, str]:
        found = re.search(r'name="token" value="([^"]+)"', client.get("/f/").content.decode())
        assert found
        tries = (str(n) for n in range(10**6) if effort.done(found[1], str(n), effort.HARDER))
        return {"token": found[1], "proof": next(tries)}

    unpaid = client.post("/f/", asked | {"code": code})
    assert unpaid.status_code == 422
    assert f'value="{matter.number}"' in unpaid.content.decode()  # what was typed stays
    cheap = {"token": (easy := effort.ask()).token, "sum": str(easy.first + easy.second)}
    assert client.post("/f/", asked | {"code": code} | cheap).status_code == 422
    one = paid()
    assert client.post("/f/", asked | {"code": "AAAAAA"} | one).status_code == 404
    assert client.post("/f/", asked | {"code": code} | one).status_code == 422  # paid for one try
    assert client.post("/f/", asked | {"code": code} | paid())["Location"] == f"/f/{matter.number}"
    page = Client(headers={"Accept-Language": "en"}).get("/f/").content.decode()
    first, second = re.findall(r"How much is (\w+) plus (\w+)\?", page)[0]
    token = re.search(r'name="token" value="([^"]+)"', page)
    assert token
    words = list(effort.numbers())
    given = {"token": token[1], "sum": str(words.index(first) + words.index(second))}
    sums = Client(headers={"Accept-Language": "en"})
    assert sums.post("/f/", asked | {"code": code} | given).status_code == 302
    # For one matter there are ten wrong ones all the same, paid or not.
    for _turn in range(follow.HERE_OF.most):
        client.post("/f/", asked | {"code": "AAAAAA"} | paid())
    assert client.post("/f/", asked | {"code": code} | paid()).status_code == 429


def test_a_step_that_is_not_the_citizens_is_refused_and_changes_nothing(
    city: City, client: Client
) -> None:
    matter = city.answered()
    opened(client, matter, coded(city, matter))
    form = {"reason": "没有解决", "key": "0" * 32}
    asked = city.incident()
    ask_citizen(
        matter_id=asked.pk,
        code=_arrived(city, asked),
        actor=Actor.of(city.officer),
        question="几点？",
    )
    there = Client()
    opened(there, asked, coded(city, asked))
    assert there.post(f"/f/{asked.number}", {**form, "step": "resume"}).status_code == 422
    asked.refresh_from_db()
    assert asked.state == "asked"  # answered by the question's own link alone
    before = Entry.objects.count()
    for step in ("reopen", "withdraw", "", "nothing"):
        answer = client.post(f"/f/{matter.number}", {**form, "step": step})
        assert answer.status_code == 422
    assert Entry.objects.count() == before
    matter.refresh_from_db()
    assert matter.state == "answered"


OTHER = ContactFacts("张建国", "+8613957700001", "")


def test_a_merged_report_gets_the_answer_and_nothing_of_its_other_reporter(city: City) -> None:
    mine, main = city.incident(contact=OTHER), city.incident()
    codes = {one.pk: coded(city, one) for one in (mine, main)}
    by, inspector = Actor.of(city.officer), Actor.of(city.inspector)
    merging.merge(matter_id=mine.pk, into_id=main.pk, actor=inspector, reason="内部理由")
    actions.add_note(matter_id=main.pk, actor=by, text="只给另一位的话", public=True)
    actions.move(matter_id=main.pk, code="arrive", actor=by)
    ask_citizen(matter_id=main.pk, code="ask", actor=by, question="只问另一位的问题？")
    client, there = (Client(headers={"Accept-Language": "zh-hans"}) for _n in range(2))
    page = opened(client, mine, codes[mine.pk])
    assert 'name="more-text"' in page  # it goes on, so its citizen adds to it
    body = {"say": "1", "more-key": uuid.uuid4().hex, "more-text": "我也看见了"}
    file = SimpleUploadedFile("车.jpg", photo())
    for _turn in range(2):
        assert client.post(f"/f/{mine.number}", body | {"more-file": file}).status_code == 302
        file.seek(0)
    said = Entry.objects.filter(action="said").order_by("matter_id")
    assert [(one.matter_id, one.note) for one in said] == [
        (mine.pk, "我也看见了"),
        (main.pk, "我也看见了"),
    ]
    assert [occasions(one) for one in said] == [[], ["replied"]]
    [shown_file] = files_with_parts(city.officer, main)
    assert mine.number not in subject_of("matter").over([mine.number])  # it goes on in the whole
    assert shown_file.key == mine.number  # it stays with the report that it came with
    content = {"label": "matter", "key": mine.number, "pk": shown_file.pk}
    assert read_file(**content, by=city.officer).mime == "image/jpeg"
    answered = actions.move(
        matter_id=main.pk, code="answer", actor=by, inputs={"reply": "已抓获，车辆请来领回。"}
    )
    page = opened(client, mine, codes[mine.pk])
    for shown in (
        "与另一件报告合并办理",
        "已抓获，车辆请来领回。",
        "我也看见了",
        "补充了照片或材料。",
    ):
        assert shown in page
    for hidden in ("只给另一位", "只问另一位", "内部理由", main.number, 'name="more-text"'):
        assert hidden not in page
    other = opened(there, main, codes[main.pk])
    assert ("我也看见了" in other, "补充了照片或材料。" in other) == (False, False)
    heard = Message.objects.filter(key__startswith=f"{main.number}/{answered.version}:answer")
    assert {body_of(one).count("已抓获，车辆请来领回。") for one in heard} == {1}
    assert heard.count() == 2
    assert follow.by_pass(follow.pass_for(mine)) == mine
    before = Entry.objects.count()
    late = client.post(f"/f/{mine.number}", body | {"more-key": uuid.uuid4().hex})
    assert (late.status_code, Entry.objects.count()) == (422, before)


@pytest.mark.parametrize(
    ("contact", "follows", "told"),
    [
        (OTHER, True, {"told": 1}),
        (OTHER, False, {"untold": "by_word"}),
        (None, True, {"untold": "no_phone"}),
    ],
)
@pytest.mark.parametrize(("step", "who"), [("answer", "officer"), ("refer", "duty_leader")])
def test_an_answer_is_sent_to_who_follows_it_and_the_history_says_what_was_done(
    city: City,
    contact: ContactFacts | None,
    follows: bool,
    told: dict[str, Any],
    step: str,
    who: str,
) -> None:
    matter = city.incident(contact=contact)
    if follows:
        follow.give(matter)
    before = Message.objects.count()
    by = Actor.of(getattr(city, who))
    given = {"reply": "已修好。"} | ({"referral": "by_word"} if step == "refer" else {})
    actions.move(matter_id=matter.pk, code=step, actor=by, inputs=given)
    assert Entry.objects.filter(matter=matter).latest("seq").payload["told"] == told
    assert Message.objects.count() - before == told.get("told", 0)


def test_what_was_taken_back_with_its_import_opens_to_nobody_any_more(
    city: City, client: Client, settings: Any, tmp_path: Path
) -> None:
    settings.ANMIN_HOME = tmp_path
    Files(tmp_path).take(city.operator, row(**ANSWERED))
    matter = Matter.objects.get()
    page = opened(client, matter, follow.give(matter))
    assert page.count(ANSWERED["答复内容"]) == 1  # what the system of record told the citizen
    undoing.start(ImportRun.objects.get().pk, actor=city.operator)
    assert undoing.undo_next() == 1
    assert 'name="code"' in client.get(f"/f/{matter.number}").content.decode()


def test_a_word_of_the_citizen_reaches_who_works_on_it_and_comes_back_once(
    city: City, client: Client
) -> None:
    matter = city.incident()
    page = opened(client, matter, coded(city, matter))
    key = re.search(r'name="more-key" value="(\w+)"', page)
    assert key
    body = {"say": "1", "more-key": key[1], "more-text": "小偷又来了，穿<b>红</b>衣服。"}
    for _turn in range(2):
        assert client.post(f"/f/{matter.number}", body).status_code == 302
    (said,) = Entry.objects.filter(matter=matter, action="said")
    assert (said.actor_label, said.note, said.public) == ("citizen", body["more-text"], True)
    assert "小偷又来了，穿&lt;b&gt;红&lt;/b&gt;衣服。" in opened(
        client, matter, coded(city, matter)
    )
    assert occasions(said) == ["replied"]
    again = Entry.objects.count()
    for text, status in (("", 422), ("x" * 2001, 422)):
        answer = client.post(
            f"/f/{matter.number}", {**body, "more-key": "0" * 32, "more-text": text}
        )
        assert answer.status_code == status
    for _turn in range(25):
        actions_left = client.post(
            f"/f/{matter.number}", {**body, "more-key": uuid.uuid4().hex, "more-text": "又"}
        )
    assert actions_left.status_code == 422
    assert Entry.objects.count() == again + 19
    ended = city.answered()
    there = Client()
    assert "more-text" not in opened(there, ended, coded(city, ended))
    before = Entry.objects.count()
    refused = there.post(f"/f/{ended.number}", {**body, "more-key": "1" * 32})
    assert (refused.status_code, Entry.objects.count()) == (422, before)
    assert Client().post(f"/f/{matter.number}", body).status_code != 302
    assert Entry.objects.count() == before


def photo() -> bytes:
    """A photo that tells where it was taken."""
    exif = Image.Exif()
    exif[0x010F] = "SecretCamera"
    out = BytesIO()
    Image.new("RGB", (64, 48), "red").save(out, "JPEG", exif=exif)
    return out.getvalue()


def test_a_photo_of_the_citizen_is_kept_clean_and_others_cannot_add_one(
    city: City, client: Client
) -> None:
    matter = city.incident()
    opened(client, matter, coded(city, matter))
    address = f"/f/{matter.number}"

    def sent(browser: Client, name: str, content: bytes, **changes: str) -> int:
        given = {"say": "1", "more-key": uuid.uuid4().hex, "more-text": ""} | changes
        file = SimpleUploadedFile(name, content)
        return browser.post(address, given | {"more-file": file}).status_code

    key = uuid.uuid4().hex
    for _turn in range(2):
        assert sent(client, "车.jpg", photo(), **{"more-key": key}) == 302
    [line] = files_of(city.officer, "matter", matter.number)
    assert (line.name, line.by) == ("车.jpg", str(_("The citizen")))
    kept = read_file(label="matter", key=matter.number, pk=line.pk, by=city.officer)
    assert b"SecretCamera" not in kept.content
    assert Entry.objects.filter(matter=matter, action="said").count() == 1
    before = (Entry.objects.count(), File.objects.count())
    assert sent(client, "x.exe", b"MZ" + bytes(100)) == 422
    assert sent(client, "leer.jpg", b"") == 422
    assert sent(Client(), "y.jpg", photo()) != 302
    strict = Client(enforce_csrf_checks=True)
    strict.cookies = client.cookies
    assert sent(strict, "y.jpg", photo()) == 403
    assert (Entry.objects.count(), File.objects.count()) == before
    with turn(waits=True):  # nobody reads it now: it does not count
        busy = client.post(
            address,
            {"say": "1", "more-key": uuid.uuid4().hex, "more-text": ""}
            | {"more-file": SimpleUploadedFile("z.jpg", photo())},
        )
    assert (busy.status_code, busy["Retry-After"]) == (503, "30")
    assert (Entry.objects.count(), File.objects.count()) == before
    # Refused ones count as well: reading them is what costs. Nothing is kept without its entry.
    assert sent(client, "z.jpg", photo()) == 302
    before = (Entry.objects.count(), File.objects.count())
    assert sent(client, "zz.jpg", photo()) == 422
    assert (Entry.objects.count(), File.objects.count()) == before


def test_files_to_new_reports_are_counted_together_and_hold_up_no_older_one(
    city: City, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(actions, "NEW_FILES", Limit(3, 86_400))
    fresh = [city.incident(actor=CITIZEN, source=SOURCE, opened_at=None) for _n in range(4)]
    for one in fresh[:3]:
        actions.take_turn_for_file(one)
    with pytest.raises(Refusal):
        actions.take_turn_for_file(fresh[3])
    old = city.incident(actor=CITIZEN, source=SOURCE)
    Matter.objects.filter(pk=old.pk).update(opened_at=timezone.now() - timedelta(days=2))
    for one in (Matter.objects.get(pk=old.pk), city.incident()):
        assert len(actions.take_turn_for_file(one)) == 1


def test_a_day_of_another_year_is_said_with_its_year() -> None:
    with time_machine.travel(datetime(2026, 11, 30, 2, tzinfo=UTC), tick=False):
        with translation.override("zh-hans"):
            said = [day_said(date(2026, 12, 31)), day_said(date(2027, 1, 29))]
        with translation.override("en"):
            said.append(day_said(date(2027, 1, 29)))
    assert said == ["12月31日", "2027年1月29日", "29 January 2027"]
