"""何苗 runs a wave in the studio, 林晓 interviews and enters paper forms, 王女士 sees none of it."""

import re
from collections.abc import Iterator
from datetime import UTC, datetime
from io import BytesIO
from typing import Any

import openpyxl
import pytest
import time_machine
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from tests.personas import City, SignIn

from anmin.people.models import AccessLog, Account
from anmin.surveys.models import Case, FrameRow, Return, Wave
from anmin.surveys.tests.scene import FULL, HEADER, framed, in_field, table, world

OPENING = {
    "key": "k",
    "code": "2026-h2",
    "title_zh": "下半年调查",
    "title_en": "Second half",
    "sheet": "safety.1",
    "by_message": "on",
}
URL = "/desk/surveys/waves/2026-h2/"


@pytest.fixture(autouse=True)
def _day(settings: Any, tmp_path: Any) -> Iterator[None]:
    settings.ANMIN_HOME = tmp_path
    with time_machine.travel(datetime(2026, 11, 10, 2, tzinfo=UTC), tick=False):
        yield


def text(response: Any) -> str:
    return str(response.content.decode())


def lines(rows: list[tuple[int, list[str]]]) -> bytes:
    return "\n".join(",".join(cells) for cells in (HEADER, *(row[1] for row in rows))).encode()


def upload(browser: Client, content: bytes, name: str = "名单.csv") -> Any:
    return browser.post(f"{URL}frame/", {"file": SimpleUploadedFile(name, content)})


def numbers_of(page: str) -> list[str]:
    return re.findall(r'name="(n_[^"]+)"', page)


def test_a_wave_from_its_opening_to_its_end(city: City, sign_in: SignIn) -> None:
    browser = sign_in(city.analyst)
    assert "开启一轮调查" in text(browser.get("/desk/surveys/"))
    opened = browser.post("/desk/surveys/open/", OPENING)
    assert opened["Location"] == URL
    wave = Wave.objects.get()
    assert (wave.by_message, wave.double_entry) == (True, False)
    page = text(browser.get(URL))
    assert wave.seed_hash in page
    assert "封存至访问结束" in page

    bad = (99, ["R999", "锦湖街道", "", "", "王", "12", "", "", ""])
    page = text(upload(browser, lines([*table(), bad])))
    assert "读取71行：新增70，更新0，未变0。" in page
    assert "第72行" in page
    assert "王秀英" not in page
    rejected = browser.get(f"{URL}frame/rejected.csv")
    assert "R999" in b"".join(rejected.streaming_content).decode("utf-8-sig")  # type: ignore[attr-defined]
    log = AccessLog.objects.get(action="download", account=city.analyst)
    assert log.reason == f"{URL}frame/rejected.csv"

    assert browser.post(f"{URL}freeze/").status_code == 303
    page = text(browser.get(URL))
    assert numbers_of(page) == [f"n_{city.yuhai_town.code}", f"n_{city.town.code}"]
    page = text(browser.get(URL, {"total": "14"}))
    assert re.search(rf'name="n_{city.town.code}" value="8"', page)
    assert browser.get(URL, {"total": "71"}).status_code == 422
    too_many = {"key": "k", f"n_{city.town.code}": "41"}
    assert browser.post(f"{URL}draw/", too_many).status_code == 422
    one = {"key": "k", f"n_{city.town.code}": "1"}
    refused = browser.post(f"{URL}draw/", one)
    assert refused.status_code == 422
    assert "不能抽1人" in text(refused)
    sizes = {"key": "k", f"n_{city.town.code}": "10", f"n_{city.yuhai_town.code}": "6"}
    assert browser.post(f"{URL}draw/", sizes).status_code == 303
    assert Case.objects.count() == 16

    dealt = browser.post(f"{URL}assign/", {"key": "k", "interviewers": [str(city.operator.pk)]})
    assert dealt.status_code == 303
    assert "林晓" in text(browser.get(URL))
    assert browser.post(f"{URL}end/").status_code == 303
    wave.refresh_from_db()
    page = text(browser.get(URL))
    assert wave.seed in page
    assert "未曾尝试联系" in page
    assert "0.0%" in page


def test_a_workbook_comes_in_as_well(city: City, sign_in: SignIn) -> None:
    browser = sign_in(city.analyst)
    browser.post("/desk/surveys/open/", OPENING)
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    for row in (HEADER, *(cells for _line, cells in table())):
        sheet.append(row)
    held = BytesIO()
    book.save(held)
    assert "新增70" in text(upload(browser, held.getvalue(), "名单.xlsx"))
    assert FrameRow.objects.count() == 70


@pytest.mark.parametrize(
    ("content", "reason"),
    [(b"", "空"), (b"a,b\n1,2\n", "缺少列"), (b"%PDF-1.7\n", "PDF"), (None, "请先选择文件")],
)
def test_a_file_that_cannot_be_used_is_answered_with_the_reason(
    city: City, sign_in: SignIn, content: bytes | None, reason: str
) -> None:
    browser = sign_in(city.analyst)
    browser.post("/desk/surveys/open/", OPENING)
    before = world()
    answer = browser.post(f"{URL}frame/", {}) if content is None else upload(browser, content)
    assert answer.status_code == 422
    assert reason in text(answer)
    assert world() == before


def test_an_upload_from_elsewhere_is_refused(city: City) -> None:
    framed(city)
    browser = Client(enforce_csrf_checks=True)
    browser.force_login(city.analyst)
    before = world()
    assert upload(browser, lines(table())).status_code == 403
    assert world() == before


def test_a_wave_without_title_or_with_a_known_code_is_not_opened(
    city: City, sign_in: SignIn
) -> None:
    browser = sign_in(city.analyst)
    assert browser.post("/desk/surveys/open/", {**OPENING, "title_en": ""}).status_code == 422
    assert browser.post("/desk/surveys/open/", {**OPENING, "code": "一"}).status_code == 422
    assert not Wave.objects.exists()
    browser.post("/desk/surveys/open/", OPENING)
    again = browser.post("/desk/surveys/open/", OPENING)
    assert again.status_code == 409
    assert "已有这个代码" in text(again)
    assert Wave.objects.count() == 1


def test_an_interview_is_written_down_and_the_next_one_comes(city: City, sign_in: SignIn) -> None:
    in_field(city)
    browser = sign_in(city.operator)
    first = browser.post(f"{URL}next/")["Location"]
    page = text(browser.get(first))
    assert "总的来说，您觉得在本地生活安全吗？" in page
    assert "王某" in page
    seen = re.sub("<[^>]*>", "", page)  # a key of the form may hold any digits
    for hidden in ("王秀英", "502"):
        assert hidden not in seen
    assert not re.search(r'name="safe_overall"[^>]* checked', page)
    assert "王秀英" in text(browser.post(f"{first}contact/", {}, headers={"HX-Request": "true"}))
    assert AccessLog.objects.filter(action="reveal_contact").count() == 1
    sent = browser.post(first, {"key": "k", "outcome": "reached", "via": "phone", **FULL})
    assert sent.status_code == 303
    assert sent["Location"] != first
    assert Return.objects.get().answers["worries"] == ["theft", "noise"]
    done = browser.get(first)
    assert done.status_code == 303

    second = sent["Location"]
    mixed = {"key": "k2", "outcome": "no_answer", "via": "phone", "victim": "no"}
    wrong = browser.post(second, mixed)
    assert wrong.status_code == 422
    assert "清空答案" in text(wrong)
    odd = {"key": "k2", "outcome": "reached", "via": "phone", "adults": "77", "victim": "no"}
    wrong = browser.post(second, odd)
    assert wrong.status_code == 422
    assert 'id="adults-error"' in text(wrong)
    assert 'value="77"' in text(wrong)
    assert Return.objects.count() == 1
    tried = {"key": "k2", "outcome": "no_answer", "via": "visit", "then": "pause"}
    assert browser.post(second, tried)["Location"] == URL


def test_a_paper_form_is_entered_twice(city: City, sign_in: SignIn) -> None:
    wave = in_field(city)
    number = wave.cases.first().row.number  # type: ignore[union-attr]
    browser, other = sign_in(city.operator), sign_in(city.inspector)
    url = f"{URL}paper/"
    assert browser.post(url, {"key": "a", "number": "9999", **FULL}).status_code == 422
    assert browser.post(url, {"key": "b", "number": str(number), **FULL}).status_code == 303
    assert "须由另一人复录" in text(browser.get(url))
    assert not Return.objects.filter(counts=True).exists()
    assert browser.post(url, {"key": "c", "number": str(number), **FULL}).status_code == 409
    other.post(url, {"key": "d", "number": str(number), **FULL, "victim": "yes"})
    assert "与第一遍不一致" in text(other.get(url))


def test_the_questionnaire_is_shown_in_both_languages(city: City, sign_in: SignIn) -> None:
    page = text(sign_in(city.leader).get("/desk/surveys/questionnaires/safety/1/"))
    assert "天黑以后一个人" in page
    assert "Rather unsafe" in page
    assert sign_in(city.leader).get("/desk/surveys/questionnaires/safety/99/").status_code == 404


@pytest.mark.parametrize("who", ["operator", "inspector", "programme", "leader"])
def test_who_only_watches_or_asks_cannot_plan(city: City, sign_in: SignIn, who: str) -> None:
    in_field(city)
    browser = sign_in(getattr(city, who))
    page = text(browser.get(URL))
    assert "/assign/" not in page
    before = world()
    for step in ("freeze", "draw", "assign", "end"):
        assert browser.post(f"{URL}{step}/", {"key": "k"}).status_code == 403
    assert upload(browser, lines(table())).status_code == 403
    assert browser.post("/desk/surveys/open/", OPENING).status_code == 403
    assert browser.get(f"{URL}frame/rejected.csv").status_code == 403
    assert world() == before


@pytest.mark.parametrize("who", ["officer", "duty_leader", "admin"])
def test_a_station_sees_nothing_of_it(city: City, sign_in: SignIn, who: str) -> None:
    in_field(city)
    browser = sign_in(getattr(city, who))
    for url in ("/desk/surveys/", URL, "/desk/surveys/questionnaires/safety/1/"):
        assert browser.get(url).status_code == 403
    assert "/desk/surveys/" not in text(browser.get("/desk/"))


def test_an_interviewer_cannot_open_a_case_of_their_own_unit(city: City, sign_in: SignIn) -> None:
    wave = in_field(city)
    insider = Account.objects.create_user("insider", "x", role="operator", unit=city.jinhu)
    case = wave.cases.filter(unit=city.jinhu).first()
    assert case is not None
    before = world()
    browser = sign_in(insider)
    assert browser.get(f"/desk/surveys/cases/{case.pk}/")["Location"] == "/desk/surveys/"
    assert browser.post(f"/desk/surveys/cases/{case.pk}/contact/").status_code == 404
    assert world() == before
