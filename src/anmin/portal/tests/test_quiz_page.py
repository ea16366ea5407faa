"""The quiz: from what was published, without a cookie, a session or a trace of who answered."""

import re

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from tests.personas import City

from anmin.publishing import actions, knowledge
from anmin.publishing.tests import scene

pytestmark = pytest.mark.django_db


def published(city: City, count: int = 3) -> None:
    for code in list(knowledge.questions())[:count]:
        row = actions.begin(source="question", key=code, by=city.programme)
        scene.approved(city, scene.submitted(city, row))


def test_it_is_answered_and_nothing_is_kept(city: City, client: Client) -> None:
    assert "No question" in client.get("/quiz", headers={"accept-language": "en"}).content.decode()
    published(city)
    page = client.get("/quiz")
    assert not page.cookies
    assert "public" in page["Cache-Control"]
    body = page.content.decode()
    numbers = list(dict.fromkeys(re.findall(r'name="(WD-[^"]+)"', body)))
    assert len(numbers) == 3
    assert "✓" not in body  # which one is right stands nowhere before it is answered
    answers = dict.fromkeys(numbers, "A")
    with CaptureQueriesContext(connection) as seen:
        told = client.get("/quiz", {"done": "1", **answers})
    assert not told.cookies
    assert told["Cache-Control"] == "no-store"
    assert not [one for one in seen if not one["sql"].lstrip().upper().startswith("SELECT")]
    assert "共3题，答对" in told.content.decode()
    assert "csrf" not in body


def test_what_is_no_answer_is_wrong(city: City, client: Client) -> None:
    published(city, 1)
    number = re.findall(r'name="(WD-[^"]+)"', client.get("/quiz").content.decode())[0]
    for wrong in ("Z", "", "<b>"):
        page = client.get("/quiz", {"done": "1", number: wrong}).content.decode()
        assert "正确答案" in page
        assert "<b>" not in page
