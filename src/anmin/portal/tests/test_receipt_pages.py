"""王女士 keeps the receipt of her answer, and finds it in the signed log next morning."""

import re
from typing import Any

import pytest
from django.test import Client
from tests.personas import City

from anmin.callbacks.models import Answer
from anmin.channels.queries import body_of, latest_message
from anmin.evidence import roots
from anmin.evidence.check import check
from anmin.evidence.models import Record
from anmin.matters import actions
from anmin.matters.actor import Actor
from anmin.matters.reactions import ask_citizen
from anmin.portal.tests.test_answer_pages import link, say
from anmin.portal.tests.test_survey_pages import SHEET, hidden
from anmin.portal.tests.test_survey_pages import link as invitation
from anmin.surveys.tests.scene import FULL

__all__ = ["invitation", "link"]
pytestmark = pytest.mark.django_db
CODE = re.compile(r"\b[2-9A-HJKMNP-Z]{4}-[2-9A-HJKMNP-Z]{4}-[2-9A-HJKMNP-Z]{4}\b")


def receipt(page: Any) -> str:
    """The code on a page: there is one, with the address to check it."""
    text = page.content.decode()
    codes = set(CODE.findall(text))
    assert len(codes) == 1
    (code,) = codes
    assert f'href="/receipt?code={code}"' in text
    assert isinstance(code, str)
    return code


def found(client: Client, code: str) -> str:
    page = client.get("/receipt", {"code": code}, headers={"accept-language": "en"})
    assert page.status_code == 200
    text: str = page.content.decode()
    return text


def test_an_answer_by_link_has_a_receipt_for_good(client: Client, link: str) -> None:
    page = say(client, link, client.get(link), solved="yes")
    page = say(client, link, page, satisfaction="satisfied")
    assert not CODE.search(page.content.decode())
    last = say(client, link, page, text="谢谢")
    code = receipt(last)
    records = Record.objects.count()
    again = say(client, link, page, text="谢谢，再发一次")
    assert (again.status_code, receipt(again)) == (410, code)
    opened = client.get(link)
    assert (opened.status_code, receipt(opened)) == (410, code)
    assert (Answer.objects.count(), Record.objects.count()) == (1, records)

    assert "will be in the root that is signed tonight" in found(client, code)
    roots.make()
    shown = found(client, code)
    assert "This is in the signed log" in shown
    proof = client.get(f"/receipt/{code}.txt").content.decode()
    for private in ("satisfied", "谢谢", "王秀英", "JQ-", "1385771", "link:"):
        assert private not in shown
        assert private not in proof
    assert len(check().findings) == 0

    Answer.objects.filter(pk=Answer.objects.get().pk)._raw_delete("default")
    assert "This is in the signed log" in found(client, code)  # and verify finds the rest
    assert [one.what.value for one in check().findings] == ["missing"]


def test_an_answer_to_an_officers_question_has_one(client: Client, city: City) -> None:
    matter = city.incident()
    actor = Actor.of(city.officer)
    actions.move(matter_id=matter.pk, code="arrive", actor=actor)
    ask_citizen(matter_id=matter.pk, code="ask", actor=actor, question="车架号是多少？")
    door = re.search(r"/q/[\w-]+", body_of(latest_message(f"matter:{matter.number}")), re.ASCII)
    assert door
    assert not CODE.search(client.get(door[0]).content.decode())
    code = receipt(client.post(door[0], {"text": "LX2026001"}))
    for again in (client.get(door[0]), client.post(door[0], {"text": "另一个"})):
        assert (again.status_code, receipt(again)) == (410, code)
        assert "LX2026001" not in again.content.decode()
    roots.make()
    shown = found(client, code)
    assert "in the signed log" in shown
    assert matter.number not in shown


def test_an_answer_to_a_survey_has_one(client: Client, invitation: str) -> None:
    page = client.post(invitation, {"begin": "1"})
    for question in SHEET.question:
        assert not CODE.search(page.content.decode())
        page = client.post(invitation, {**hidden(page), question.code: FULL[question.code]})
    code = receipt(page)
    again = client.get(invitation)
    assert (again.status_code, receipt(again)) == (410, code)
    roots.make()
    assert "in the signed log" in found(client, code)


def test_who_declines_a_survey_has_none(client: Client, invitation: str) -> None:
    assert not CODE.search(client.post(invitation, {"decline": "1"}).content.decode())
    assert not CODE.search(client.get(invitation).content.decode())
