"""林晓 and 周卫国 bring in files at the desk: look first, then start, then see what became of it."""

import csv
import re
import zipfile
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
import time_machine
from django.conf import LazySettings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from tests.personas import City, SignIn

from anmin.exchange import uploads
from anmin.exchange.models import ImportRun
from anmin.exchange.template import SAMPLE
from anmin.matters.models import Matter
from anmin.people.models import AccessLog
from anmin.places.models import Unit

HEADER = "案号,接报时间,案由,地址,报案人,手机号"
ROWS = [
    "110-20260301-01,2026-03-01 08:30:00,盗窃,文化小区3幢楼下,王秀英,13857712345",
    *(
        f"110-20260301-{n:02},2026-03-01 09:{n:02}:00,纠纷,罗阳大道{n}号,李建国,139588123{n:02}"
        for n in range(2, 60)
    ),
    "110-20260301-60,2026-13-01 09:30:00,盗窃,解放路8号,赵敏,13758812345",
]
COUNTS = ["60", "59", "0", "0", "1"]


@pytest.fixture(autouse=True)
def home(settings: LazySettings, tmp_path: Path) -> Path:
    """A home of its own, so that what is kept there can be counted."""
    settings.ANMIN_HOME = tmp_path
    return tmp_path


def text(response: Any) -> str:
    return str(response.content.decode())


def kept(home: Path) -> list[Path]:
    return sorted((home / "uploads").glob("*"))


def upload(browser: Client, content: bytes, name: str = "警情.csv") -> Any:
    return browser.post("/desk/import/", {"file": SimpleUploadedFile(name, content)})


def laid(browser: Client, lines: list[str], encoding: str = "utf-8") -> ImportRun:
    """A file of these lines, uploaded and not yet imported."""
    response = upload(browser, "\n".join([HEADER, *lines]).encode(encoding))
    assert response.status_code == 303
    run = ImportRun.objects.latest("pk")
    assert response["Location"] == f"/desk/import/{run.pk}/"
    return run


def chosen(page: str, position: int) -> str:
    """What the page takes a column for: the chosen option, or else its first one."""
    options = page.split(f'id="c{position}"', 1)[1].split("</select>", 1)[0]
    found = re.search(r"<option[^>]* selected>([^<]*)<", options) or re.search(
        r"<option[^>]*>([^<]*)<", options
    )
    assert found is not None
    return found[1].strip()


def tiles(page: str) -> list[str]:
    return re.findall(r'<p class="stat-value">([^<]*)<', page)


# --- the whole way ------------------------------------------------------------------------------


def test_the_seattle_sample_end_to_end(city: City, sign_in: SignIn, home: Path) -> None:
    browser = sign_in(city.operator)
    assert upload(browser, SAMPLE.read_bytes(), SAMPLE.name).status_code == 303
    run = ImportRun.objects.get()
    page = text(browser.get(f"/desk/import/{run.pk}/"))
    # The shipped profile is found by its columns, and the first row is shown as it will come in.
    assert re.search(r'value="seattle_911" selected', page)
    assert "前500行中，0行可以导入" in page  # its units are not known here
    assert "单位尚未登记的行不会丢失" in page  # so the file can be imported all the same
    assert f'action="/desk/import/{run.pk}/start/"' in page
    looked = text(sign_in(city.admin).get(f"/desk/import/{run.pk}/"))
    assert "16000075639" in looked
    assert "财物损坏" in looked
    assert 'datetime="2016-03-02T22:21:16-08:00"' in looked or "2016-03-03 14:21" in looked
    assert "SPD Sector Q" in looked
    assert "前500行中，500行可以导入" in looked
    assert not Matter.objects.exists()

    started = browser.post(f"/desk/import/{run.pk}/start/", {"profile": "seattle_911"})
    assert (started.status_code, started["Location"]) == (303, f"/desk/import/{run.pk}/")
    waiting = text(browser.get(f"/desk/import/{run.pk}/"))
    assert "排队等候" in waiting
    assert f'hx-get="/desk/import/{run.pk}/progress/"' in waiting
    assert '<noscript><meta http-equiv="refresh"' in waiting

    assert uploads.run_next() == 1
    over = browser.get(f"/desk/import/{run.pk}/progress/", headers={"HX-Request": "true"})
    assert over["HX-Refresh"] == "true"
    done = text(browser.get(f"/desk/import/{run.pk}/"))
    with SAMPLE.open(encoding="utf-8-sig", newline="") as file:
        numbers = [row["CAD Event Number"] for row in csv.DictReader(file)]
    assert len(numbers) == len(set(numbers)) == 673
    # Nobody but an administrator adds units, and only those that he was shown.
    assert tiles(done) == ["673", "0", "0", "0", "673"]
    assert not Unit.objects.filter(code__startswith="SPD").exists()
    codes = list(ImportRun.objects.get().new_units)
    where = f"/desk/import/{run.pk}/units/"
    assert f'action="{where}"' not in done
    assert browser.post(where, {"code": codes}).status_code == 403
    admin = sign_in(city.admin)
    shown = text(admin.get(f"/desk/import/{run.pk}/"))
    assert f"{len(codes)}个新单位" in shown
    admin.post(where, {"code": codes[1:]})
    assert (uploads.run_next(), Matter.objects.count()) == (0, 0)
    admin.post(where, {"code": codes})
    assert AccessLog.objects.filter(action="add_units", account=city.admin).count() == 1
    assert uploads.run_next() == 1
    done = text(browser.get(f"/desk/import/{run.pk}/"))
    assert tiles(done) == ["673", "673", "0", "0", "0"]
    assert sorted(Matter.objects.values_list("external_id", flat=True)) == sorted(numbers)
    assert kept(home) == []

    # Sent once more, nothing changes; the history tells both.
    upload(browser, SAMPLE.read_bytes(), SAMPLE.name)
    again = ImportRun.objects.latest("pk")
    browser.post(f"/desk/import/{again.pk}/start/", {"profile": "seattle_911"})
    uploads.run_next()
    assert tiles(text(browser.get(f"/desk/import/{again.pk}/"))) == ["673", "0", "0", "673", "0"]
    history = text(browser.get("/desk/import/"))
    assert history.count("林晓") >= 2
    assert history.count("seattle_911_sample.csv</a></td>") == 2


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
@time_machine.travel("2026-03-02 10:00+08:00")  # a unit's file is about what is recent
def test_an_unknown_file_is_guessed_corrected_and_imported(
    city: City, sign_in: SignIn, encoding: str
) -> None:
    browser = sign_in(city.duty_leader)
    run = laid(browser, ROWS, encoding)
    page = text(browser.get(f"/desk/import/{run.pk}/"))
    assert [chosen(page, n) for n in (1, 2, 6)] == ["警情编号", "报警时间", "报警人电话"]
    assert "前60行中，59行可以导入" in page
    assert "“2026-13-01 09:30:00”" in page
    # Contacts are masked before anybody needs them, and so is a column that is taken for one.
    assert "138****2345 · 139****2302" in page
    assert "13857712345" not in page
    assert "王秀英" not in page.split("前几行导入效果预览")[1]

    corrected = browser.get(f"/desk/import/{run.pk}/", {"profile": "", "c4": "summary", "c5": "-"})
    page = text(corrected)
    assert (chosen(page, 4), chosen(page, 5)) == ("摘要", "不导入这一列")
    assert "人工指定" in page
    said = {"profile": "", "c4": "summary", "c5": "-"}

    # What a form says of a source counts for nothing: the file has one of its own.
    browser.post(f"/desk/import/{run.pk}/start/", {**said, "source": "template_zh"})
    uploads.run_next()
    page = text(browser.get(f"/desk/import/{run.pk}/"))
    assert tiles(page) == COUNTS
    first = Matter.objects.get(external_id="110-20260301-01")
    assert (first.unit, first.summary, first.place) == (city.jinhu, "文化小区3幢楼下", "")
    assert first.source.startswith(f"own-u{city.jinhu.pk}-")
    entry = first.entries.get()
    assert (entry.actor, entry.actor_label) == (city.duty_leader, "zhouweiguo")
    assert "未导入的行" in page
    assert ImportRun.objects.get(pk=run.pk).profile_text.startswith("# ")

    # The next file of the same kind is about the same records.
    later = laid(browser, ROWS, encoding)
    browser.post(f"/desk/import/{later.pk}/start/", said)
    uploads.run_next()
    assert tiles(text(browser.get(f"/desk/import/{later.pk}/"))) == ["60", "0", "0", "59", "1"]


@time_machine.travel("2026-03-02 10:00+08:00")
def test_rejected_rows_are_shown_downloaded_and_the_download_is_logged(
    city: City, sign_in: SignIn
) -> None:
    browser = sign_in(city.duty_leader)
    run = laid(browser, ROWS)
    browser.post(f"/desk/import/{run.pk}/start/", {"profile": ""})
    uploads.run_next()
    page = text(browser.get(f"/desk/import/{run.pk}/"))
    assert re.search(r'>[^<]*“2026-13-01 09:30:00”[^<]*</td><td class="num">1</td>[^>]*>61<', page)
    link = f"/desk/import/{run.pk}/rejected.csv"
    assert f'href="{link}"' in page
    before = AccessLog.objects.count()
    response = browser.get(link)
    rows = list(csv.reader(b"".join(response.streaming_content).decode("utf-8-sig").splitlines()))  # type: ignore[attr-defined]
    assert [row[0] for row in rows] == ["案号", "110-20260301-60"]
    assert "attachment" in response["Content-Disposition"]
    log = AccessLog.objects.latest("number")
    assert AccessLog.objects.count() == before + 1
    assert (log.account, log.action, log.reason) == (city.duty_leader, "download", link)
    Path(ImportRun.objects.get(pk=run.pk).rejects_file).unlink()
    assert browser.get(link).status_code == 404
    assert "已过保留期限" in text(browser.get(f"/desk/import/{run.pk}/"))


def test_cells_of_the_file_are_escaped(city: City, sign_in: SignIn) -> None:
    browser = sign_in(city.operator)
    run = laid(
        browser, ["110-20260301-00,2026-03-01 08:30:00,盗窃,<script>alert(1)</script>,王,", *ROWS]
    )
    page = text(browser.get(f"/desk/import/{run.pk}/"))
    assert "&lt;script&gt;alert(1)" in page
    assert "<script>alert" not in page


# --- what is refused ----------------------------------------------------------------------------


def zipped() -> bytes:
    held = BytesIO()
    with zipfile.ZipFile(held, "w") as book:
        book.writestr("readme.txt", "x")
    return held.getvalue()


BAD = [
    (b"%PDF-1.7\n%\xe2\xe3", "PDF"),
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600, ".xls"),
    (zipped(), ""),
    (b"<html><body><table>", ""),
    ("姓名,年龄\n甲,7\n乙,8\n".encode(), ""),
    (b"\0\0\0\0", ""),
]


@pytest.mark.parametrize("language", ["zh-hans", "en"])
@pytest.mark.parametrize(("content", "named"), BAD)
def test_a_file_that_cannot_be_read_is_answered_with_the_reason(
    city: City, sign_in: SignIn, content: bytes, named: str, language: str
) -> None:
    browser = sign_in(city.operator, language=language)
    assert upload(browser, content, "x.csv").status_code == 303
    run = ImportRun.objects.get()
    response = browser.get(f"/desk/import/{run.pk}/")
    assert response.status_code == 200
    found = re.search(r'role="alert">.*?<p>(.*?)</p>', text(response), re.DOTALL)
    assert found is not None
    assert named in found[1]
    assert bool(re.search("[\u4e00-\u9fff]", found[1])) is (language == "zh-hans")
    assert 'id="start"' not in text(response)
    # Nor can it be started by hand.
    refused = browser.post(f"/desk/import/{run.pk}/start/", {"profile": "", "source": "x"})
    assert refused.status_code == 422
    assert ImportRun.objects.get().status == "draft"


@pytest.mark.parametrize(
    ("fields", "status", "reason"),
    [
        ({}, 422, "请先选择文件"),
        ({"file": "no file"}, 422, "请先选择文件"),
        ({"file": SimpleUploadedFile("空.csv", b"")}, 422, "文件是空的"),
        ({"file": SimpleUploadedFile("大.csv", b"x" * 1001)}, 413, "文件超过"),
        ({"file": SimpleUploadedFile("很大.csv", b"x" * 2_000_000)}, 413, "文件超过"),
    ],
)
def test_an_upload_that_is_not_taken_leaves_nothing(
    city: City,
    sign_in: SignIn,
    settings: LazySettings,
    home: Path,
    fields: dict[str, Any],
    status: int,
    reason: str,
) -> None:
    settings.UPLOAD_LIMIT = 1000
    response = sign_in(city.operator).post("/desk/import/", fields)
    assert response.status_code == status
    assert reason in text(response)
    assert not ImportRun.objects.exists()
    assert kept(home) == []


def test_a_file_of_exactly_the_limit_is_taken(
    city: City, sign_in: SignIn, settings: LazySettings, home: Path
) -> None:
    settings.UPLOAD_LIMIT = 1000
    assert upload(sign_in(city.operator), b"x" * 1000).status_code == 303
    assert [path.stat().st_size for path in kept(home)] == [1000]


def test_an_upload_from_elsewhere_is_refused(city: City, home: Path) -> None:
    browser = Client(enforce_csrf_checks=True)
    browser.force_login(city.operator)
    assert upload(browser, b"a,b").status_code == 403
    assert not ImportRun.objects.exists()
    assert kept(home) == []


def test_a_profile_is_named_never_a_path(city: City, sign_in: SignIn, home: Path) -> None:
    browser = sign_in(city.operator)
    run = laid(browser, ROWS)
    secret = home / "secret.toml"
    secret.write_text("password = 1")
    for name in (str(secret), "../secret.toml", "seattle"):
        page = browser.get(f"/desk/import/{run.pk}/", {"profile": name})
        assert "没有名为" in text(page) or "没有列对照方案" in text(page)
        refused = browser.post(f"/desk/import/{run.pk}/start/", {"profile": name})
        assert refused.status_code == 422
    assert ImportRun.objects.get().status == "draft"


def test_a_profile_that_does_not_fit_names_the_missing_column(city: City, sign_in: SignIn) -> None:
    browser = sign_in(city.operator)
    run = laid(browser, ROWS)
    page = text(browser.get(f"/desk/import/{run.pk}/", {"profile": "seattle_911"}))
    assert "CAD Event Number" in page
    assert 'id="start"' not in page


def test_wrong_wishes_are_told(city: City, sign_in: SignIn) -> None:
    browser = sign_in(city.operator)
    run = laid(browser, ROWS)
    url = f"/desk/import/{run.pk}/"
    assert "没有这个名称的时区" in text(browser.get(url, {"profile": "", "zone": "Mars/Base"}))
    assert "1" in text(browser.get(url, {"c1": "received_at"}))
    twice = text(browser.get(url, {"c3": "summary", "c4": "summary"}))
    assert 'role="alert"' in twice
    assert 'id="start"' not in twice


@pytest.mark.parametrize("who", ["officer", "inspector", "leader", "analyst", "programme"])
def test_who_may_not_import_changes_nothing(
    city: City, sign_in: SignIn, home: Path, who: str
) -> None:
    run = laid(sign_in(city.operator), ROWS)
    browser = sign_in(getattr(city, who))
    files = kept(home)
    assert upload(browser, b"a,b").status_code == 403
    for path in ("", f"{run.pk}/", f"{run.pk}/progress/", f"{run.pk}/rejected.csv", "sample.csv"):
        assert browser.get(f"/desk/import/{path}").status_code == 403
    assert browser.get("/desk/import/template.csv").status_code == 403
    for step in ("start", "again", "discard", "profile"):
        said = {"profile": "", "source": "x", "name": "x"}
        assert browser.post(f"/desk/import/{run.pk}/{step}/", said).status_code == 403
    assert (ImportRun.objects.get().status, kept(home)) == ("draft", files)
    assert "/desk/import/" not in text(browser.get("/desk/"))


# --- around it ----------------------------------------------------------------------------------
