"""王女士 answers by the link in a message: on a phone, without an account, without script."""

import re
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
import time_machine
from django.test import Client
from tests.personas import City

from anmin.callbacks import contacting
from anmin.callbacks.models import Answer, Callback
from anmin.channels.queries import body_of, latest_message
from anmin.matters import actions, news
from anmin.matters.actor import Actor
from anmin.matters.models import Matter
from anmin.matters.reactions import ask_citizen, read_answer
from anmin.portal.guard import UNKNOWN_LINKS

pytestmark = pytest.mark.django_db


@pytest.fixture
def link(city: City) -> Iterator[str]:
    """The path of the link that 王女士 got after her complaint about noise was answered."""
    with time_machine.travel(datetime(2026, 11, 10, 2, tzinfo=UTC), tick=False) as clock:
        city.answered(category="noise")
        news.drain()
        callback = Callback.objects.get()
        clock.move_to(callback.not_before)
        contacting.advance()
        found = re.search(
            r"/a/[\w-]+", body_of(latest_message(f"callback:{callback.pk}")), re.ASCII
        )
        assert found
        yield found[0]


def hidden(page: Any) -> dict[str, list[str]]:
    """What the form of a page carries along."""
    fields: dict[str, list[str]] = {}
    for name, value in re.findall(
        r'<input\s+type="hidden"\s+name="([\w-]+)"\s+value="([^"]*)"', page.content.decode()
    ):
        if name != "csrfmiddlewaretoken":
            fields.setdefault(name, []).append(value)
    return fields


def say(client: Client, link: str, page: Any, **answers: Any) -> Any:
    return client.post(link, {**hidden(page), **answers})


def test_a_content_citizen_answers_three_questions(client: Client, link: str) -> None:
    page = client.get(link)
    assert page.status_code == 200
    text = " ".join(page.content.decode().split())
    assert "第1步，共3步 · 后面还有2步" in text
    assert "没有解决" in text
    assert "checked" not in text
    assert "由瑞安市公安局用于了解办理情况" in text
    for private in ("王秀英", "1385771", "陈立", "锦湖"):
        assert private not in text
    page = say(client, link, page, solved="yes")
    page = say(client, link, page, satisfaction="satisfied")
    assert not Answer.objects.exists()
    page = say(client, link, page, text="谢谢")
    assert "已记录" in page.content.decode()
    # nothing is promised to who had nothing to complain of
    assert "限期核查" not in page.content.decode()
    answer = Answer.objects.get()
    for kept in (answer.callback.matter.number, "瑞安市公安局", "2026年11月10日"):
        assert kept in page.content.decode()
        assert kept in client.get(link).content.decode()
    assert (answer.satisfaction, answer.solved, answer.via) == ("satisfied", "yes", "link")
    assert (answer.script, answer.script_version) == ("link", 3)
    assert client.get(link).status_code == 410
    again = client.post(link, {"solved": "no", "satisfaction": "dissatisfied", "seen-text": "1"})
    assert again.status_code == 410
    assert Answer.objects.count() == 1


def test_an_unhappy_citizen_is_asked_why_and_whether_to_be_contacted(
    client: Client, link: str
) -> None:
    page = say(client, link, client.get(link), solved="no")
    page = say(client, link, page, satisfaction="dissatisfied")
    assert "第3步，共3步 · 最后一步" in " ".join(page.content.decode().split())
    unasked = say(client, link, page, concerns=["no_feedback"], text="一直没有消息")
    assert unasked.status_code == 422
    assert "一直没有消息" in unasked.content.decode()
    assert not Answer.objects.exists()
    page = say(
        client,
        link,
        page,
        concerns=["no_feedback", "attitude"],
        text="一直没有消息",
        consent_contact="no",
    )
    assert page.status_code == 200
    answer = Answer.objects.get()
    assert answer.concerns == ["no_feedback", "attitude"]
    assert answer.consent_contact is False
    assert "您不满意的地方，已交有关单位限期核查、整改" in page.content.decode()
    order = Matter.objects.get(kind="rectification")
    assert "一直没有消息" not in str(order.details)


def test_an_empty_choice_is_pointed_out_and_what_was_said_is_kept(
    client: Client, link: str
) -> None:
    page = say(client, link, client.get(link), solved="partly")
    page = say(client, link, page)
    assert page.status_code == 422
    assert "请选择一项" in page.content.decode()
    assert hidden(page)["solved"] == ["partly"]
    assert not Answer.objects.exists()


def test_a_choice_that_was_never_offered_is_refused(client: Client, link: str) -> None:
    page = client.post(link, {"solved": "bribe", "satisfaction": "satisfied", "seen-text": "1"})
    assert page.status_code == 422
    assert not Answer.objects.exists()


def test_the_page_speaks_english(client: Client, link: str) -> None:
    text = client.get(link, headers={"accept-language": "en"}).content.decode()
    assert "Is the matter solved by now?" in text
    assert "解决" not in text


def test_who_guesses_links_waits_and_whoever_has_one_does_not(client: Client, link: str) -> None:
    """A carrier's one address may be a whole town's."""
    for _try in range(UNKNOWN_LINKS.most):
        assert client.get("/a/made-up").status_code == 404
    for page in ("/a/made-up", "/q/made-up", "/s/made-up", "/draws/made-up.csv"):
        refused = client.get(page)
        assert (refused.status_code, "10" in refused.content.decode()) == (429, True)
    assert Client(REMOTE_ADDR="192.0.2.7").get("/a/made-up").status_code == 404
    assert client.get(link).status_code == 200
    given = {"solved": "yes", "satisfaction": "satisfied", "text": "", "seen-text": "1"}
    assert client.post(link, given).status_code == 200
    assert Answer.objects.count() == 1


def test_a_question_of_an_officer_is_answered_once(client: Client, city: City) -> None:
    matter = city.incident()
    actor = Actor.of(city.officer)
    actions.move(matter_id=matter.pk, code="arrive", actor=actor)
    ask_citizen(matter_id=matter.pk, code="ask", actor=actor, question="车架号是多少？")
    body = body_of(latest_message(f"matter:{matter.number}"))
    found = re.search(r"/q/[\w-]+", body, re.ASCII)
    assert found
    page = client.get(found[0])
    assert "车架号是多少？" in page.content.decode()
    refused = client.post(found[0], {"text": ""})
    assert refused.status_code == 422
    assert (
        refused.content.decode().count("车架号是多少") == 2
    )  # in the summary, and where it is asked
    done = client.post(found[0], {"text": "LX2026001"})
    assert matter.number in done.content.decode()
    assert read_answer(matter.reactions.get()) == "LX2026001"
    matter.refresh_from_db()
    assert matter.state == "arrived"
    assert client.get(found[0]).status_code == 410


def test_home_and_draws_are_open_to_all(client: Client) -> None:
    assert client.get("/").status_code == 200
    assert client.get("/draws").status_code == 200
