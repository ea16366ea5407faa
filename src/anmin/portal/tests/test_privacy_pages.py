"""Whoever gives data is told who uses it, for what, how long, and what may be asked for."""

from types import SimpleNamespace
from typing import Any

import pytest
from django.conf import settings
from django.test import Client
from tests.personas import City

from anmin.kernel.rules import Unit
from anmin.matters.registry import all_kinds
from anmin.portal.privacy import kept_for, times_kept

pytestmark = pytest.mark.django_db


def page(client: Client, address: str, language: str = "zh-hans") -> str:
    return " ".join(
        client.get(address, headers={"accept-language": language}).content.decode().split()
    )


def test_the_page_says_who_uses_it_how_long_and_what_may_be_asked_for(
    city: City, client: Client
) -> None:
    told = page(client, "/privacy")
    for words in (
        "瑞安市公安局",
        "第三十四条",
        "第十五条",
        "第四十四条",
        "第三十一条",
        "12389",
        "未满14周岁",
    ):
        assert words in told
    for kind in all_kinds():
        assert kept_for(kind)
        assert f"<dt>{kind.label}</dt><dd>{kept_for(kind)}</dd>" in told
    english = page(client, "/privacy", "en")
    assert "How long" in english
    assert "Incident</dt><dd>3 years</dd>" in english


def test_where_calls_are_recorded_the_page_says_so(
    city: City, client: Client, settings: Any
) -> None:
    assert "录音" not in page(client, "/privacy")
    settings.RECORDINGS = "https://calls.example/{reference}"
    assert "通话会录音" in page(client, "/privacy")


def test_how_long_it_is_kept_follows_the_rules(monkeypatch: pytest.MonkeyPatch) -> None:
    assert len(times_kept()) == len(all_kinds())
    incident = next(kind for kind in all_kinds() if kind.code == "incident")
    for number, unit, words in (
        (36, Unit.MONTHS, "3年"),
        (18, Unit.MONTHS, "18个月"),
        (90, Unit.CALENDAR_DAYS, "90天"),
    ):
        rule = SimpleNamespace(number=number, unit=unit)
        book = SimpleNamespace(get=lambda *_asked, rule=rule: rule)
        monkeypatch.setattr(settings, "RULES", book)
        assert kept_for(incident) == words
        monkeypatch.undo()


def test_a_report_form_says_it_beside_what_is_sent(city: City, client: Client) -> None:
    told = page(client, "/r/incident/")
    assert "由瑞安市公安局用于办理此事、答复您和事后回访" in told
    assert "在办结3年后删除" in told
    assert "监护人" in told
    assert '<a href="/privacy">' in told


def test_every_page_leads_there(city: City, client: Client) -> None:
    for address in ("/", "/r/", "/f/", "/draws", "/records", "/a/unknown"):
        assert '<a href="/privacy">个人信息处理说明</a>' in page(client, address)
