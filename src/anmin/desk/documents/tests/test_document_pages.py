"""A leader takes the brief, the petition desk the reply, a keeper the receipt; others find nothing."""

from datetime import timedelta
from io import BytesIO
from pathlib import Path
from typing import Any

import docx as python_docx
import pytest
from django.utils import timezone
from tests.personas import City, SignIn

from anmin.measures.lake import refresh
from anmin.people.models import AccessLog

LIST, DAILY = "/desk/documents/", "/desk/documents/daily/"


@pytest.fixture(autouse=True)
def home(settings: Any, tmp_path: Path) -> None:
    settings.ANMIN_HOME = tmp_path


def texts(response: Any) -> list[str]:
    word = python_docx.Document(BytesIO(b"".join(response.streaming_content)))
    return [one.text for one in word.paragraphs]


def test_a_brief_is_looked_at_and_taken(city: City, sign_in: SignIn) -> None:
    city.incident()
    browser = sign_in(city.leader)
    assert "日报" in browser.get(LIST).content.decode()
    assert "还没有指标数据" in browser.get(DAILY).content.decode()
    refresh()
    today = timezone.localdate()
    page = browser.get(f"{DAILY}?date={today}").content.decode()
    assert "公共安全服务日报" in page
    assert "本期尚未结束" in page
    taken = browser.get(f"{DAILY}file.docx?date={today}")
    assert "公共安全服务日报" in texts(taken)
    entry = AccessLog.objects.get(action="download")
    assert (entry.subject, entry.reason) == ("daily", f"{today} docx")
    late = browser.get(f"{DAILY}?date={today + timedelta(days=1)}")
    assert "该日期还没有到" in late.content.decode()
    for gone in ("none/", "receipt/", "daily/file.exe"):
        assert browser.get(LIST + gone).status_code == 404
    assert sign_in(city.officer).get(DAILY).status_code == 403


def test_a_document_of_a_matter_is_of_its_kind_and_for_who_sees_it(
    city: City, sign_in: SignIn
) -> None:
    matter = city.incident()
    about = f"{LIST}about/petition_reply/{matter.number}/"
    for who in (city.officer, city.other_officer, city.leader):
        assert sign_in(who).get(about).status_code == 404
    assert sign_in(city.operator).get(about).status_code == 403
    assert sign_in(city.officer).get(f"{LIST}about/daily/x/").status_code == 404


def test_a_sheet_to_sign_has_as_many_rows_as_asked(city: City, sign_in: SignIn) -> None:
    browser = sign_in(city.officer)
    assert browser.get(f"{LIST}sign-in/").status_code == 200
    assert browser.get(f"{LIST}sign-in/?rows=0&title=x").status_code == 422
    page = browser.get(f"{LIST}sign-in/?title=开放日&rows=3").content.decode()
    assert "sign-in/file.pdf?title=" in page
    taken = browser.get(f"{LIST}sign-in/file.docx?title=开放日&rows=3")
    word = python_docx.Document(BytesIO(b"".join(taken.streaming_content)))
    assert [row.cells[0].text for row in word.tables[1].rows] == ["序号", "1", "2", "3"]
    assert word.tables[0].rows[0].cells[1].text == "开放日"
