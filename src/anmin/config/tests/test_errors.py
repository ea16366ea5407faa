"""Whatever goes wrong, people get a page in their language and programs get JSON."""

import json
import re
from datetime import date
from typing import Any

import pytest
from django.test import Client
from django.utils import translation

from anmin.config import errors
from anmin.kernel.crypto import Keyring
from anmin.kernel.errors import NotFound, Refusal
from anmin.kernel.incoming import BrokenLink, read_key

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _faulty(settings: Any) -> None:
    settings.ROOT_URLCONF = "anmin.config.tests.faulty_urls"


@pytest.fixture
def visitor() -> Client:
    return Client(raise_request_exception=False)


STATUSES = {
    "refused": 400,
    "forbidden": 403,
    "gone": 404,
    "conflict": 409,
    "unavailable": 503,
    "database": 503,
    "denied": 403,
    "bug": 500,
}


@pytest.mark.parametrize(("name", "status"), STATUSES.items())
def test_every_fault_gets_a_civil_page(visitor: Client, name: str, status: int) -> None:
    page = visitor.get(f"/fault/{name}", headers={"Accept-Language": "zh-CN"})
    text = page.content.decode()
    assert page.status_code == status
    assert page.headers["Content-Type"].startswith("text/html")
    assert '<html lang="zh-hans">' in text
    assert re.search("<h1>.*[\u4e00-\u9fff]", text), "the heading is not Chinese"
    assert "Traceback" not in text
    assert "王秀英" not in text


@pytest.mark.parametrize("name", ["gone", "denied", "bug"])
def test_a_citizen_is_sent_to_no_administrator_and_to_no_desk(visitor: Client, name: str) -> None:
    told = {}
    for where in ("fault", "desk/fault"):
        page = visitor.get(f"/{where}/{name}", headers={"Accept-Language": "zh-CN"})
        told[where] = page.content.decode()
    assert ("管理员" in told["fault"], "/desk/" in told["fault"]) == (False, False)
    assert 'href="/f/"' in told["fault"]
    assert ('href="/desk/"' in told["desk/fault"], 'href="/f/"' in told["desk/fault"]) == (
        True,
        False,
    )


def test_a_refusal_is_said_in_its_own_words(visitor: Client) -> None:
    assert "这一栏填错了" in visitor.get("/fault/refused").content.decode()


def test_an_english_reader_gets_english(visitor: Client) -> None:
    text = visitor.get("/fault/bug", headers={"Accept-Language": "en"}).content.decode()
    assert "Something went wrong on our side" in text


def test_what_cannot_be_reached_says_when_to_come_back(visitor: Client) -> None:
    assert visitor.get("/fault/database").headers["Retry-After"] == "30"


def test_programs_get_json(visitor: Client) -> None:
    answer = visitor.get("/api/v1/fault/refused")
    assert answer.status_code == 400
    assert answer.json() == {
        "code": "refused",
        "message": "这一栏填错了",
        "field": "phone",
        "line": 7,
    }
    answer = visitor.get("/fault/conflict", headers={"Accept": "application/json"})
    assert (answer.status_code, answer.json()["code"]) == (409, "conflict")
    answer = visitor.get("/api/v1/fault/bug")
    assert (answer.status_code, answer.json()["code"]) == (500, "internal_server_error")
    assert "王秀英" not in answer.content.decode()


def test_htmx_gets_the_reason_alone(visitor: Client) -> None:
    answer = visitor.get("/fault/conflict", headers={"HX-Request": "true"})
    assert (answer.status_code, answer.content.decode()) == (409, "别人先办了")


def test_an_unknown_address_and_a_form_that_expired(visitor: Client) -> None:
    assert visitor.get("/nowhere/at/all").status_code == 404
    strict = Client(enforce_csrf_checks=True)
    answer = strict.post("/language/setlang/", {"language": "en"})
    assert answer.status_code == 403
    assert "<h1>" in answer.content.decode()


def test_a_refusal_of_a_rooms_own_class_counts_as_its_parent() -> None:
    class NoSuchUnit(NotFound):
        default_code = "no_such_unit"

    assert errors.status_of(NoSuchUnit("x")) == 404
    assert errors.status_of(Refusal("x", code="bad_profile")) == 400


def test_pages_of_faults_ask_the_database_nothing(
    visitor: Client, django_assert_num_queries: Any
) -> None:
    with django_assert_num_queries(0):
        assert visitor.get("/fault/database").status_code == 503


def test_the_number_to_report_is_the_one_in_the_log(visitor: Client) -> None:
    page = visitor.get("/fault/bug", headers={"X-Request-ID": "from-the-proxy-1"})
    assert page.headers["X-Request-ID"] == "from-the-proxy-1"
    assert "from-the-proxy-1" in page.content.decode()
    bad = visitor.get("/fault/bug", headers={"X-Request-ID": "<script>"})
    assert re.fullmatch("[0-9a-f]{32}", bad.headers["X-Request-ID"])


def test_nothing_inline_runs_and_no_stranger_frames_us(visitor: Client) -> None:
    headers = visitor.get("/fault/bug").headers
    policy = dict(part.split(" ", 1) for part in headers["Content-Security-Policy"].split("; "))
    assert policy["default-src"] == policy["script-src"] == policy["style-src"] == "'self'"
    assert policy["frame-ancestors"] == policy["object-src"] == "'none'"
    assert headers["X-Frame-Options"] == "DENY"
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Referrer-Policy"] == "same-origin"
    assert "geolocation=()" in headers["Permissions-Policy"]
    assert headers["Cache-Control"] == "private, no-cache"


def test_the_log_names_the_address_and_nothing_personal(
    visitor: Client, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("INFO")
    visitor.get("/fault/refused?phone=13857712345")
    events = [record.msg for record in caplog.records if isinstance(record.msg, dict)]
    request = next(event for event in events if event["event"] == "request")
    assert (request["view"], request["status"]) == ("fault", 400)
    assert len(request["request_id"]) == 32
    assert "13857712345" not in json.dumps(events, default=str)


def test_what_the_kernel_refuses_is_said_in_the_readers_language() -> None:
    with pytest.raises(BrokenLink) as refused:
        read_key("*broken*")
    with translation.override("zh-hans"):
        assert str(refused.value) == "翻页链接有误，请从头打开。"
    with translation.override("en"):
        assert str(refused.value) == "This page link is broken; start again."


def test_what_the_kernel_refuses_is_said_in_the_language_of_the_reader(settings: Any) -> None:
    ring, other = Keyring.generate(), Keyring.generate()
    sealed = ring.encrypt(b"x", context=b"here")
    refused: list[Refusal] = []
    for ask in (
        lambda: settings.RULES.get("incident.answer", date(1999, 12, 31)),
        lambda: settings.CALENDAR.is_workday(date(2150, 1, 1)),
        lambda: other.decrypt(sealed, context=b"here"),
        lambda: ring.decrypt(sealed, context=b"there"),
        lambda: read_key("x"),
    ):
        with pytest.raises(Refusal) as caught:
            ask()
        refused.append(caught.value)
    with translation.override("zh-hans"):
        said = [str(one) for one in refused]
    assert "incident.answer自2000-01-01起" in said[0]
    assert "1901年至2099年，没有2150年" in said[1]
    assert not [one for one in said if re.search(r"[a-z]{4,} [a-z]{2,} [a-z]", one)]
    assert len({*said}) == len(said)
    with translation.override("en"):
        assert "1901 to 2099, not 2150" in str(refused[1])
    assert [errors.status_of(one) for one in refused] == [404, 400, 503, 503, 400]
