"""王女士 answers a survey on her phone: one question a page, no account, no script."""

import re
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
import time_machine
from django.test import Client
from django.utils import translation
from tests.personas import City

from anmin.channels.models import Message
from anmin.channels.queries import body_of
from anmin.portal.forms import survey_form
from anmin.portal.guard import LISTS, UNKNOWN_LINKS
from anmin.surveys import contacting, waves
from anmin.surveys.models import Case, Return, Wave
from anmin.surveys.questionnaires import Choice, Question, questionnaire
from anmin.surveys.tests.scene import FULL, in_field

SHEET = questionnaire("safety", 1)


@pytest.fixture
def link(city: City) -> Iterator[str]:
    """The path of her link."""
    with time_machine.travel(datetime(2026, 11, 10, 2, tzinfo=UTC), tick=False):
        in_field(city, phones=True)
        contacting.advance()
        found = re.search(r"/s/[\w-]+", body_of(Message.objects.order_by("pk")[0]), re.ASCII)
        assert found
        yield found[0]


def hidden(page: Any) -> dict[str, list[str]]:
    fields: dict[str, list[str]] = {}
    for name, value in re.findall(
        r'<input\s+type="hidden"\s+name="([\w-]+)"\s+value="([^"]*)"', page.content.decode()
    ):
        if name not in ("csrfmiddlewaretoken", "next"):
            fields.setdefault(name, []).append(value)
    return fields


def test_she_is_told_what_it_is_and_answers_question_by_question(client: Client, link: str) -> None:
    page = client.get(link)
    assert page.status_code == 200
    text = page.content.decode()
    assert "参加与否由您决定" in text
    for private in ("王秀英", "1385770", "锦湖"):
        assert private not in text
    page = client.post(link, {"begin": "1"})
    for place, question in enumerate(SHEET.question, start=1):
        text = page.content.decode()
        assert question.zh in text
        assert f"第 {place} 题" in text or f"{place}" in text
        assert "checked" not in text
        if question.closed:
            assert "不想回答" in text
        assert not Return.objects.exists()
        page = client.post(link, {**hidden(page), question.code: FULL[question.code]})
    assert "已记录" in page.content.decode()
    row = Return.objects.get()
    assert row.answers["worries"] == ["theft", "noise"]
    assert (row.answers["adults"], row.via, row.language) == (3, "link", "zh-hans")
    assert client.get(link).status_code == 410
    assert client.post(link, {"begin": "1"}).status_code == 410
    assert Return.objects.count() == 1


def test_a_number_has_a_way_out_and_a_closed_question_wants_one_answer(
    client: Client, link: str
) -> None:
    page = client.post(link, {"begin": "1"})
    page = client.post(link, hidden(page))
    assert page.status_code == 422
    assert "错误" in page.content.decode()
    said = {code: values for code, values in FULL.items() if code != "adults"}
    seen = {f"seen-{code}": "1" for code in (*said, "adults")}
    page = client.post(link, {"begin": "1", **seen, **said, "adults": "99"})
    assert page.status_code == 422
    assert "请填1到20之间的整数" in page.content.decode()
    page = client.post(link, {"begin": "1", **seen, **said, "adults": "", "out-adults": "refuse"})
    assert page.status_code == 200
    assert Return.objects.get().answers["adults"] == "refuse"


def test_two_answers_that_exclude_each_other_are_asked_again(client: Client, link: str) -> None:
    seen = {f"seen-{code}": "1" for code in FULL}
    page = client.post(link, {"begin": "1", **seen, **FULL, "worries": ["none", "theft"]})
    assert page.status_code == 422
    assert "不能与其他选项同时选" in page.content.decode()
    page = client.post(link, {"begin": "1", **seen, **FULL, "safe_overall": "splendid"})
    assert page.status_code == 422
    assert not Return.objects.exists()


def test_she_declines_and_it_counts_as_a_refusal(client: Client, link: str) -> None:
    page = client.post(link, {"decline": "1"})
    assert "不会再打扰您" in page.content.decode()
    assert Case.objects.filter(disposition="2.11").count() == 1
    assert client.get(link).status_code == 410


def test_in_english(client: Client, link: str) -> None:
    page = client.post(link, {"begin": "1"}, headers={"Accept-Language": "en"})
    assert "how safe do you feel" in page.content.decode()
    assert "Rather not say" in page.content.decode()


def test_unknown_links(client: Client, link: str) -> None:
    assert client.get("/s/nothing").status_code == 404
    Wave.objects.update(status="closed")
    assert client.get(link).status_code == 404


def test_anybody_can_check_the_draw(client: Client, city: City) -> None:
    with time_machine.travel(datetime(2026, 11, 10, 2, tzinfo=UTC), tick=False):
        wave = in_field(city)
        page = client.get("/draws").content.decode()
        assert wave.seed_hash in page
        assert wave.frame_digest in page
        frame = client.get("/draws/2026-h2.csv").content.decode().splitlines()
        assert frame[0] == "number,stratum,cluster"
        assert len(frame) == 71
        assert "R0" not in "".join(frame)
        ended = waves.end_fieldwork(wave_id=wave.pk, by=city.analyst)
        assert ended.seed in client.get("/draws").content.decode()
        assert client.get("/draws/nothing.csv").status_code == 404


def test_who_takes_list_after_list_has_to_wait(client: Client, city: City) -> None:
    with time_machine.travel(datetime(2026, 11, 10, 2, tzinfo=UTC), tick=False):
        in_field(city)
        for _time in range(LISTS.most):
            assert client.get("/draws/2026-h2.csv").status_code == 200
        assert client.get("/draws/2026-h2.csv").status_code == 429
        assert client.get("/draws").status_code == 200
        elsewhere = Client(REMOTE_ADDR="192.0.2.7")
        assert elsewhere.get("/draws/2026-h2.csv").status_code == 200


def test_guessing_the_names_of_waves_is_slowed_down(client: Client, link: str) -> None:
    for guess in range(UNKNOWN_LINKS.most):
        assert client.get(f"/draws/made-up-{guess}.csv").status_code == 404
    assert client.get("/draws/made-up.csv").status_code == 429
    assert client.get(link).status_code == 200


def test_her_code_is_in_no_log(
    client: Client, link: str, caplog: pytest.LogCaptureFixture, settings: Any
) -> None:
    """Neither of a page, nor of a refusal, nor of a fault; the name of the address is."""
    caplog.set_level("INFO")
    code = link.rsplit("/", 1)[1]
    client.get(link)
    client.post(link, {"begin": "1"})
    client.post(link, {"finish": "1"}, headers={"Referer": f"http://testserver{link}"})
    client.get(f"{link}-unknown")
    Wave.objects.update(status="closed")
    client.get(link)
    told = "\n".join(f"{record.msg} {record.getMessage()}" for record in caplog.records)
    assert "portal:survey" in told
    assert code not in told


@pytest.mark.parametrize(
    ("kind", "told"), [("single", "请选择一项。"), ("multiple", "请至少选择一项。")]
)
def test_what_is_left_open_is_asked_for_as_it_can_be_answered(kind: Any, told: str) -> None:
    option = Choice(code="a", zh="甲", en="A")
    asked = Question(code="q", zh="哪些", en="Which", kind=kind, options=(option,))
    with translation.override("zh-hans"):
        assert survey_form(asked, {}).errors["q"] == [told]
