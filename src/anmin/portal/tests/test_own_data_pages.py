"""She asks on a page what is held of her, shows that the number is hers, and fetches the file once."""

import re

import pytest
from django.conf import LazySettings
from django.test import Client
from tests.personas import WANG, City, SignIn

from anmin.channels.models import Message
from anmin.channels.queries import body_of
from anmin.matters import approvals, carrying_out
from anmin.matters.actor import Actor
from anmin.matters.models import Matter

ASKED = {
    "category": "data_access",
    "text": "请告诉我你们保存了哪些信息",
    "contact_name": WANG.name,
    "contact_phone": "13857712345",
}


@pytest.fixture(autouse=True)
def easy(monkeypatch: pytest.MonkeyPatch, settings: LazySettings) -> None:
    monkeypatch.setattr("anmin.portal.effort.paid", lambda *_a, **_k: "proof")
    monkeypatch.setattr("anmin.portal.effort.count", lambda *_a, **_k: None)


def sent(client: Client, **changes: str) -> Matter:
    page = client.get("/r/data_request/").content.decode()
    found = re.search(r'name="token" value="([^"]+)"', page)
    assert found
    response = client.post("/r/data_request/", {**ASKED, "token": found[1], **changes}, follow=True)
    assert response.status_code == 200, response.context["form"].errors
    return Matter.objects.get(kind="data_request")


def test_the_form_asks_who_and_what_and_nothing_of_a_place(city: City, client: Client) -> None:
    assert '<a class="button" href="/r/data_request/">' in client.get("/privacy").content.decode()
    page = client.get("/r/data_request/").content.decode()
    for name in ("area", "place", "point", "photos"):
        assert f'name="{name}"' not in page
    assert "您的具体请求是什么" in page
    response = client.post("/r/data_request/", {"text": "x", "token": "x"})
    assert response.status_code == 422
    assert {"category", "contact_name", "contact_phone"} <= response.context["form"].errors.keys()


def test_from_the_question_to_the_file(city: City, client: Client, sign_in: SignIn) -> None:
    known = city.answered(summary="车棚里的电动车被盗")
    made = sent(client)
    page = f"/f/{made.number}"
    assert f'href="{page}/identity"' in client.get(page).content.decode()
    assert Client().get(f"{page}/identity").context["form"].fields.keys() >= {"number", "code"}
    client.post(f"{page}/identity", {"do": "text"})
    texts = Message.objects.filter(subject_ref=f"matter:{made.number}", template="data_code")
    code = re.search(r"\d{8}", body_of(texts.latest("pk")))
    assert code
    form = client.get(f"{page}/identity?code").context["form"]
    key = form.initial["key"]
    wrong = client.post(f"{page}/identity", {"do": "confirm", "code": "12", "key": key})
    assert wrong.status_code == 422
    told = {"do": "confirm", "code": code[0], "key": key}
    assert client.post(f"{page}/identity", told).status_code == 302
    assert client.get(f"{page}/identity").status_code == 302  # there is nothing to show any more
    asked = approvals.ask(
        matter_id=made.pk, code="grant", actor=Actor.of(city.inspector), reason="已核对"
    )
    desk = sign_in(city.leader).get(f"/desk/matters/{made.number}/")
    assert desk.status_code == 200
    approvals.agree(request_id=asked.pk, actor=Actor.of(city.leader), reason="同意")
    carrying_out.carry_out()
    assert f'href="{page}/data"' in client.get(page).content.decode()
    secret = re.search(r"领取码：(\w{8})", body_of(texts.latest("pk")))
    assert secret
    assert known.number not in client.get(f"{page}/data").content.decode()
    assert client.post(f"{page}/data", {"code": "2" * 8, "form": "page"}).status_code == 422
    file = client.post(f"{page}/data", {"code": secret[1], "form": "page"})
    assert file["Cache-Control"].startswith("max-age=0")
    for words in (known.number, "车棚里的电动车被盗", WANG.phone, "已立案"):
        assert words in file.content.decode()
    again = client.post(f"{page}/data", {"code": secret[1], "form": "file"})
    assert again.status_code == 422
    assert known.number not in again.content.decode()
    assert Matter.objects.get(pk=made.pk).state == "done"


def test_as_a_file_for_other_programs(city: City, client: Client) -> None:
    made = sent(client, category="data_copy")
    page = f"/f/{made.number}"
    client.post(f"{page}/identity", {"do": "text"})
    texts = Message.objects.filter(subject_ref=f"matter:{made.number}", template="data_code")
    code = re.search(r"\d{8}", body_of(texts.latest("pk")))
    assert code
    client.post(f"{page}/identity", {"do": "confirm", "code": code[0], "key": "0" * 32})
    asked = approvals.ask(
        matter_id=made.pk, code="grant", actor=Actor.of(city.inspector), reason="已核对"
    )
    approvals.agree(request_id=asked.pk, actor=Actor.of(city.leader), reason="同意")
    carrying_out.carry_out()
    secret = re.search(r"领取码：(\w{8})", body_of(texts.latest("pk")))
    assert secret
    file = client.post(f"{page}/data", {"code": secret[1], "form": "file"})
    assert file["Content-Disposition"] == f'attachment; filename="{made.number}.json"'
    assert file.json()["number"] == made.number
    assert file.json()["sections"] == []


def test_pages_of_other_matters_have_neither(city: City, client: Client) -> None:
    made = sent(client)
    other = city.incident()
    for name in ("identity", "data"):
        assert "查询码" in client.get(f"/f/{other.number}/{name}").content.decode()
        assert client.get(f"/f/{made.number}/{name}").status_code == 200
