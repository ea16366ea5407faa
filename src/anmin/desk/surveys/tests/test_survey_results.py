"""何苗 releases a wave's figures, compares, and loads a plain survey file; 郑局 only reads."""

import csv
import re
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import time_machine
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from tests.personas import City, SignIn

from anmin.stats import tests as stats_tests
from anmin.surveys import releases
from anmin.surveys.models import OutsideFile, OutsideResult, PopulationMargin, Release
from anmin.surveys.tests.test_results import asked

API = Path(stats_tests.__file__).parent / "known" / "survey_apistrat.csv"
URL = "/desk/surveys/waves/a/"
FILE = "/desk/surveys/file/"


@pytest.fixture(autouse=True)
def home(settings: Any, tmp_path: Path) -> Iterator[Path]:
    settings.ANMIN_HOME = tmp_path
    with time_machine.travel(datetime(2026, 11, 10, 2, tzinfo=UTC), tick=False):
        yield tmp_path


def text(response: Any) -> str:
    return str(response.content.decode())


def rows_of(response: Any) -> list[dict[str, str]]:
    content = b"".join(response.streaming_content).decode("utf-8-sig")
    return list(csv.DictReader(content.splitlines()))


def of_the_method(page: Any) -> list[str]:
    """Every number and word of a methodology, without the list of revisions around it."""
    return re.findall(r"<d[td][^>]*>(.*?)</d[td]>", page if isinstance(page, str) else text(page))


def test_figures_are_seen_by_the_analyst_first_then_released_and_frozen(
    city: City, sign_in: SignIn
) -> None:
    asked(city, sizes=(90, 90))
    analyst, leader = sign_in(city.analyst), sign_in(city.leader)
    page = text(analyst.get(f"{URL}results/"))
    assert "仅分析员可见" in page
    assert "锦湖街道" in page
    assert "尚未发布" in text(leader.get(f"{URL}results/"))
    assert leader.get(f"{URL}results.csv").status_code == 404

    assert analyst.post(f"{URL}release/", {"key": "k"}).status_code == 303
    page = text(leader.get(f"{URL}results/"))
    assert "第1版" in page
    assert "有差别" in page
    assert "/release/" not in page
    again = analyst.post(f"{URL}release/", {"key": "k"})
    assert again.status_code == 422
    assert "请填写修订原因" in text(again)
    assert Release.objects.count() == 1

    found = rows_of(leader.get(f"{URL}results.csv"))
    whole = next(one for one in found if one["measure"] == "safety" and not one["by"])
    kept = Release.objects.get().figures["measures"][0]["whole"]
    assert float(whole["value"]) == kept["value"]
    assert (whole["wave"], whole["revision"], int(whole["n"])) == ("a", "1", kept["n"])
    crossed = text(leader.get(f"{URL}results/?by=town*sex"))
    assert re.search(r'<th scope="col" class="num">女</th>', crossed)
    assert {"town*sex", "town*age"} <= {one["by"] for one in found}
    method = text(leader.get(f"{URL}method/?revision=1"))
    assert "迭代加权" in method
    assert Release.objects.get().method["weighting"]["population"] == pytest.approx(600)
    assert Release.objects.get().wave.seed in method


def test_totals_from_outside_make_a_revision(city: City, sign_in: SignIn) -> None:
    wave = asked(city)
    browser = sign_in(city.analyst)
    releases.release(wave_id=wave.pk, by=city.analyst)
    first = text(browser.get(f"{URL}method/?revision=1"))

    def upload(content: str, source: str = "统计公报") -> Any:
        file = SimpleUploadedFile("m.csv", content.encode())
        return browser.post(f"{URL}margins/", {"file": file, "source": source})

    good = "variable,level,total\nsex,男,40\nsex,女,60\n"
    for bad, source, reason in (
        ("variable,level,total\nsex,男,zero\n", "x", "第2行"),
        (good, "", "数据来源"),
        ('variable,level,total\n"sex,男,1\n', "x", "第2行"),
    ):
        answer = upload(bad, source)
        assert answer.status_code == 422
        assert reason in text(answer)
    assert not PopulationMargin.objects.exists()
    assert upload(good).status_code == 303
    assert PopulationMargin.objects.count() == 2
    assert of_the_method(browser.get(f"{URL}method/?revision=1")) == of_the_method(first)
    assert browser.post(f"{URL}release/", {"key": "k", "reason": "按公报"}).status_code == 303
    page = text(browser.get(f"{URL}method/"))
    assert "统计公报" in page
    assert "按公报" in page
    assert "第1版" in text(browser.get(f"{URL}results/?revision=1"))
    frozen = of_the_method(browser.get(f"{URL}method/?revision=1"))
    assert frozen == of_the_method(first)
    assert not any("统计公报" in cell for cell in frozen)


def test_two_waves_side_by_side(city: City, sign_in: SignIn) -> None:
    for code, lift, seed in (("a", 0.0, 1), ("b", -0.35, 2)):
        wave = asked(city, code=code, sizes=(90, 90), lift=lift, seed=seed)
        releases.release(wave_id=wave.pk, by=city.analyst)
    page = text(sign_in(city.leader).get("/desk/surveys/waves/b/results/?against=a&by=sex"))
    assert "有变化" in page
    assert page.count('"name": "2026') == 2
    assert re.search(r">−\d\d\.\d<", page)


@pytest.mark.parametrize("who", ["operator", "officer", "admin"])
def test_who_asks_does_not_see_results(city: City, sign_in: SignIn, who: str) -> None:
    asked(city)
    browser = sign_in(getattr(city, who))
    for url in (f"{URL}results/", f"{URL}results.csv", f"{URL}method/", "/desk/surveys/outside/"):
        assert browser.get(url).status_code == 403
    assert browser.post(f"{URL}release/", {"key": "k"}).status_code == 403


@pytest.mark.parametrize("who", ["leader", "programme", "inspector"])
def test_leaders_cannot_release_or_alter(city: City, sign_in: SignIn, who: str) -> None:
    wave = asked(city)
    releases.release(wave_id=wave.pk, by=city.analyst)
    browser = sign_in(getattr(city, who))
    before = list(Release.objects.values_list())
    file = SimpleUploadedFile("m.csv", b"variable,level,total\nsex,a,1\n")
    assert browser.post(f"{URL}release/", {"key": "k", "reason": "x"}).status_code == 403
    assert browser.post(f"{URL}margins/", {"file": file, "source": "x"}).status_code == 403
    outside = {"key": "k", "title_zh": "甲", "title_en": "A", "measure": "safety", "year": "2011"}
    browser.post("/desk/surveys/outside/", {**outside, "percent": "99", "source": "x"})
    assert list(Release.objects.values_list()) == before
    assert not PopulationMargin.objects.exists()
    assert not OutsideResult.objects.exists()


def test_the_provinces_figure_is_shown_beside_ours_with_its_assumption(
    city: City, sign_in: SignIn
) -> None:
    asked(city)
    browser = sign_in(city.analyst)
    given = {
        "key": "k", "title_zh": "省厅测评", "title_en": "Provincial survey", "measure": "safety",
        "year": "2011", "percent": "97.75", "n_assumed": "400", "source": "报纸",
    }  # fmt: skip
    assert browser.post("/desk/surveys/outside/", given).status_code == 303
    for url in ("/desk/surveys/outside/", f"{URL}results/"):
        page = text(browser.get(url))
        assert "97.75%" in page
        assert "95.8–98.8%" in page
        assert "假定问了400人，即其中391人" in page
    assert browser.post("/desk/surveys/outside/", {**given, "percent": "120"}).status_code == 422
    assert OutsideResult.objects.count() == 1


def test_a_file_of_the_province_is_taken_in_kept_and_shown(city: City, sign_in: SignIn) -> None:
    browser, leader = sign_in(city.analyst), sign_in(city.leader)
    content = "指标,结果,样本量,名次,参评数\n满意率,93.75%,未公布,2,11\n".encode()
    told = {
        "key": "k1", "title_zh": "省调查", "title_en": "Survey of the province", "year": "2025",
        "published": "2026-01-20", "source": "通报",
    }  # fmt: skip

    def send(content: bytes, **changes: str) -> Any:
        file = SimpleUploadedFile("省.csv", content)
        return browser.post("/desk/surveys/outside/file/", {**told, **changes, "file": file})

    wrong = send("指标,结果,姓名\n满意率,93%,张三\n".encode())
    assert (wrong.status_code, "不认识“姓名”这一列" in text(wrong)) == (422, True)
    assert "第2行：没有“没有”这项指标" in text(send("指标,结果\n没有,93%\n".encode()))
    assert not OutsideFile.objects.exists()
    assert send(content).status_code == 303
    assert send(content, key="k2").status_code == 303  # the same file once more
    row = OutsideFile.objects.get()
    page = text(leader.get("/desk/surveys/outside/"))
    for said in ("93.75%", "第2，共11", "未说明", "省调查", "有效"):
        assert said in page
    assert "导入文件" not in page
    kept = leader.get(f"/desk/surveys/outside/{row.pk}/")
    assert b"".join(kept.streaming_content) == content
    assert leader.get("/desk/surveys/outside/999/").status_code == 404
    beside = text(leader.get("/desk/measures/satisfaction/"))
    assert "外部测评结果对照" in beside
    assert "93.75%" in beside
    assert "外部测评结果对照" not in text(leader.get("/desk/measures/answered_in_time/"))
    other = content.replace(b"93.75", b"94.75")
    assert send(other, key="k3").status_code == 422
    fixed = send(other, key="k4", corrects=str(row.pk), reason="误印")
    assert fixed.status_code == 303
    page = text(leader.get("/desk/surveys/outside/"))
    assert "94.75%" in page
    assert "93.75%" not in page
    assert "已被更正" in page


# --- a plain file -------------------------------------------------------------------------------


def laid(browser: Client, content: bytes, name: str = "api.csv") -> Any:
    return browser.post(FILE, {"file": SimpleUploadedFile(name, content)})


ASKED = {
    "y": "api00", "statistic": "mean", "weight": "pw", "strata": "stype", "fpc": "fpc",
    "method": "logit",
}  # fmt: skip


def test_a_survey_file_gives_the_reference_softwares_figures(
    city: City, sign_in: SignIn, home: Path
) -> None:
    browser = sign_in(city.analyst)
    assert laid(browser, API.read_bytes()).status_code == 303
    assert "200" in text(browser.get(FILE))
    page = text(browser.get(FILE, ASKED))
    assert "662.2874" in page
    assert "9.4089" in page
    (row,) = rows_of(browser.get(f"{FILE}estimates.csv", ASKED))
    assert float(row["estimate"]) == pytest.approx(662.287363159321, rel=1e-12)
    assert float(row["se"]) == pytest.approx(9.40894080278458, rel=1e-12)
    share = {**ASKED, "y": "awards", "statistic": "proportion", "value": "Yes"}
    (row,) = rows_of(browser.get(f"{FILE}estimates.csv", share))
    assert float(row["low"]) == pytest.approx(0.568721098868047, rel=1e-9)
    by = {**ASKED, "by": "stype"}
    assert [one["by"] for one in rows_of(browser.get(f"{FILE}estimates.csv", by))] == list("EHM")

    # kept for its uploader alone, and gone with the next one
    stored = list((home / "uploads").iterdir())
    assert len(stored) == 1
    assert b"api00" not in sign_in(city.analyst).get(FILE).content
    laid(browser, b"y,w\n1,2\n3,4\n")
    assert len(list((home / "uploads").iterdir())) == 1
    assert browser.get(f"{FILE}estimates.csv", ASKED).status_code == 400


@pytest.mark.parametrize(
    ("asked_for", "reason"),
    [
        ({**ASKED, "y": "stype"}, "不是数字"),
        ({**ASKED, "weight": "", "statistic": "proportion"}, "请填写要统计的取值"),
        ({**ASKED, "strata": "api00"}, "“fpc”：层“"),
        ({**ASKED, "y": "nothing"}, "nothing"),
    ],
)
def test_what_cannot_be_estimated_is_said(
    city: City, sign_in: SignIn, asked_for: dict[str, str], reason: str
) -> None:
    browser = sign_in(city.analyst)
    laid(browser, API.read_bytes())
    answer = browser.get(FILE, asked_for)
    assert answer.status_code == 422
    assert reason in text(answer)


@pytest.mark.parametrize(
    ("asked_for", "reason"),
    [
        ({"weight": "权"}, "第3行"),
        ({"weight": "负"}, "“负”：权数不能为负。"),
        ({"strata": "镇"}, "“镇”：层“乙”只有一个单位"),
        ({"fpc": "少"}, "“少”：样本的总体规模为2，小于样本中的3个单位。"),
        ({"y": "镇"}, "“甲”"),
        ({"cluster": "村"}, "“村”：样本只有一个单位"),
    ],
)
def test_bad_columns_are_refused_in_chinese(
    city: City, sign_in: SignIn, asked_for: dict[str, str], reason: str
) -> None:
    browser = sign_in(city.analyst)
    laid(browser, "收入,权,负,镇,少,村\n1,1,-1,甲,2,x\n2,,1,甲,2,x\n3,1,1,乙,2,x\n".encode())
    asked_for = {"y": "收入", "statistic": "mean", "method": "logit", **asked_for}
    answer = browser.get(FILE, asked_for)
    assert answer.status_code == 422
    assert reason in text(answer)
    download = browser.get(f"{FILE}estimates.csv", asked_for)
    assert download.status_code == 400
    assert reason in text(download)


@pytest.mark.parametrize(
    ("content", "reason"),
    [(b"", "空"), (b"%PDF-1.7\n", "PDF"), (b"a,a\n1,2\n", "出现了两次"), (b'a,b\n"1,2\n', "第2行")],
)
def test_a_file_that_is_no_table_leaves_nothing(
    city: City, sign_in: SignIn, home: Path, content: bytes, reason: str
) -> None:
    answer = laid(sign_in(city.analyst), content)
    assert answer.status_code == 422
    assert reason in text(answer)
    assert not list((home / "uploads").glob("*"))


@pytest.mark.parametrize("who", ["operator", "leader", "officer", "inspector"])
def test_only_analysts_load_files(city: City, sign_in: SignIn, home: Path, who: str) -> None:
    browser = sign_in(getattr(city, who))
    assert browser.get(FILE).status_code == 403
    assert laid(browser, b"a,b\n1,2\n").status_code == 403
    assert not list((home / "uploads").glob("*"))


def test_an_upload_from_elsewhere_is_refused(city: City, home: Path) -> None:
    browser = Client(enforce_csrf_checks=True)
    browser.force_login(city.analyst)
    assert laid(browser, b"a,b\n1,2\n").status_code == 403
    assert not list((home / "uploads").glob("*"))


@pytest.mark.parametrize(
    "content", [bytes(range(256)) * 20, b"y,w\xff\xff\x80\n1,2\n", "y,w\n".encode("utf-16")[:-1]]
)
def test_a_file_whose_header_cannot_be_read_is_refused_and_not_kept(
    city: City, sign_in: SignIn, content: bytes
) -> None:
    """Else every later visit would stumble over the names of its columns."""
    analyst = sign_in(city.analyst)
    given = SimpleUploadedFile("a.csv", content, content_type="text/csv")
    refused = analyst.post(FILE, {"file": given})
    assert refused.status_code == 422
    assert analyst.get(FILE).status_code == 200
    assert "a.csv" not in text(analyst.get(FILE))
