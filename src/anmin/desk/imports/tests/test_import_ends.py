"""What becomes of a file that was laid down: kept, thrown away, run again, undone, downloaded."""

import re
from pathlib import Path

from django.test import Client
from django.urls import reverse
from tests.personas import City, SignIn

from anmin.desk.imports.tests.test_import_pages import (
    COUNTS,
    ROWS,
    home,
    kept,
    laid,
    text,
    tiles,
    upload,
)
from anmin.exchange import undoing, uploads
from anmin.exchange.models import ImportRun
from anmin.exchange.template import SAMPLE
from anmin.matters.models import Matter

__all__ = ["home"]


def test_the_admin_keeps_a_profile_and_nobody_else_can(
    city: City, sign_in: SignIn, home: Path
) -> None:
    run = laid(sign_in(city.operator), ROWS)
    said = {"profile": "", "name": "ruian_110", "c4": "summary"}
    assert "存为方案" not in text(sign_in(city.operator).get(f"/desk/import/{run.pk}/"))
    assert sign_in(city.operator).post(f"/desk/import/{run.pk}/profile/", said).status_code == 403
    assert not (home / "profiles").exists()

    admin = sign_in(city.admin)
    assert "存为方案" in text(admin.get(f"/desk/import/{run.pk}/"))
    for name in ("Rui'an", "", "seattle_911"):
        wrong = admin.post(f"/desk/import/{run.pk}/profile/", {**said, "name": name})
        assert wrong.status_code == 422
    assert not (home / "profiles").exists()
    kept_now = admin.post(f"/desk/import/{run.pk}/profile/", said)
    assert kept_now["Location"] == f"/desk/import/{run.pk}/?profile=ruian_110"
    # From now on the operator's next file of the kind finds it.
    later = laid(sign_in(city.operator), ROWS)
    page = text(sign_in(city.operator).get(f"/desk/import/{later.pk}/"))
    assert 'value="ruian_110" selected' in page
    assert "ruian_110" in page


def test_a_file_thrown_away_is_gone(city: City, sign_in: SignIn, home: Path) -> None:
    browser = sign_in(city.operator)
    run = laid(browser, ROWS)
    assert len(kept(home)) == 1
    assert browser.post(f"/desk/import/{run.pk}/discard/")["Location"] == "/desk/import/"
    assert kept(home) == []
    assert browser.get(f"/desk/import/{run.pk}/").status_code == 404
    assert "已放弃" in text(browser.get("/desk/import/"))


def test_two_who_start_the_same_file(city: City, sign_in: SignIn) -> None:
    run = laid(sign_in(city.operator), ROWS)
    said = {"profile": ""}
    sign_in(city.operator).post(f"/desk/import/{run.pk}/start/", said)
    second = sign_in(city.duty_leader)
    second.post(f"/desk/import/{run.pk}/start/", said)
    assert ImportRun.objects.get().actor == city.operator
    # Another unit's leader does not even see it; an administrator comes too late.
    assert second.post(f"/desk/import/{run.pk}/discard/").status_code == 404
    third = sign_in(city.admin)
    assert third.post(f"/desk/import/{run.pk}/discard/").status_code == 409
    assert ImportRun.objects.get().status == "queued"


def test_an_interrupted_import_is_run_again(city: City, sign_in: SignIn) -> None:
    browser = sign_in(city.operator)
    run = laid(browser, ROWS)
    browser.post(f"/desk/import/{run.pk}/start/", {"profile": ""})
    ImportRun.objects.update(status="interrupted")
    page = text(browser.get(f"/desk/import/{run.pk}/"))
    assert f'action="/desk/import/{run.pk}/again/"' in page
    browser.post(f"/desk/import/{run.pk}/again/")
    uploads.run_next()
    assert tiles(text(browser.get(f"/desk/import/{run.pk}/"))) == COUNTS


def test_a_failed_import_says_why(city: City, sign_in: SignIn) -> None:
    browser = sign_in(city.operator)
    run = laid(browser, ROWS)
    browser.post(f"/desk/import/{run.pk}/start/", {"profile": ""})
    uploads.stored_path(ImportRun.objects.get()).write_bytes(b"")
    uploads.run_next()
    page = text(browser.get(f"/desk/import/{run.pk}/"))
    assert "导入失败" in page
    assert "文件是空的" in page


def test_progress_is_told_while_it_runs(city: City, sign_in: SignIn) -> None:
    browser = sign_in(city.operator)
    run = laid(browser, ROWS)
    ImportRun.objects.update(status="running", share=0.42, read=1234567)
    bar = text(browser.get(f"/desk/import/{run.pk}/progress/", headers={"HX-Request": "true"}))
    assert 'value="42"' in bar
    assert "已读取1,234,567行" in bar
    assert "<html" not in bar


def test_the_history_has_pages(city: City, sign_in: SignIn) -> None:
    ImportRun.objects.bulk_create(
        ImportRun(file_name=f"第{n}份.csv", size=1, status="done", read=n) for n in range(1, 24)
    )
    browser = sign_in(city.operator)
    page = text(browser.get("/desk/import/"))
    assert "第23份.csv" in page
    assert "第3份.csv" not in page
    older = re.search(r'rel="next" href="([^"]+)"', page)
    assert older is not None
    page = text(browser.get(older[1]))
    assert "第3份.csv" in page
    assert "命令行" in page


def test_the_templates_and_the_sample_can_be_downloaded(city: City, sign_in: SignIn) -> None:
    browser = sign_in(city.operator)
    page = text(browser.get("/desk/import/"))
    for ending, beginning in (("csv", b"\xef\xbb\xbf"), ("xlsx", b"PK")):
        url = reverse("desk:import_template", args=[ending])
        assert f'href="{url}"' in page
        assert b"".join(browser.get(url).streaming_content).startswith(beginning)  # type: ignore[attr-defined]
    assert browser.get("/desk/import/template.exe").status_code == 404
    sample = b"".join(browser.get("/desk/import/sample.csv").streaming_content)  # type: ignore[attr-defined]
    assert sample == SAMPLE.read_bytes()
    assert "673" in page


def test_the_filled_template_comes_in(city: City, sign_in: SignIn) -> None:
    browser = sign_in(city.operator)
    head = b"".join(browser.get("/desk/import/template.csv").streaming_content).decode("utf-8-sig")  # type: ignore[attr-defined]
    titles = head.strip().split(",")
    row = dict.fromkeys(titles, "")
    row |= {"警情编号*": "R-1", "报警时间*": "2026-03-01 08:30:00", "警情类别*": "盗窃"}
    upload(browser, f"{head.strip()}\n{','.join(row.values())}\n".encode())
    run = ImportRun.objects.get()
    assert 'value="template_zh" selected' in text(browser.get(f"/desk/import/{run.pk}/"))
    browser.post(f"/desk/import/{run.pk}/start/", {"profile": "template_zh"})
    uploads.run_next()
    assert tiles(text(browser.get(f"/desk/import/{run.pk}/"))) == ["1", "1", "0", "0", "0"]


def test_an_import_is_undone_after_a_summary(city: City, sign_in: SignIn) -> None:
    browser = sign_in(city.operator)
    run = laid(browser, ROWS)
    browser.post(f"/desk/import/{run.pk}/start/", {"profile": ""})
    uploads.run_next()
    where = f"/desk/import/{run.pk}/undo/"
    assert f'href="{where}"' in text(browser.get(f"/desk/import/{run.pk}/"))
    page = text(browser.get(where))
    assert "59个事项作废" in page
    assert sign_in(city.duty_leader).post(where).status_code == 404
    assert not Matter.objects.filter(stage="void").exists()
    browser.post(where)
    assert undoing.undo_next() == 1
    assert "导入已撤销" in text(browser.get(f"/desk/import/{run.pk}/"))
    assert Matter.objects.filter(stage="void").count() == Matter.objects.count() == 59
    assert browser.post(where).status_code == 303
    assert (undoing.undo_next(), ImportRun.objects.get().status) == (0, "undone")


def test_who_may_open_no_contacts_sees_none_in_rejected_rows(city: City, sign_in: SignIn) -> None:
    browser = sign_in(city.operator)
    number = "110-20260301-61,2026-03-01 09:30:00,盗窃,解放路13657712345,张三丰,1385881234"
    run = laid(browser, [*ROWS, number, "110-20260301-62,张三丰,13958812345"])
    browser.post(f"/desk/import/{run.pk}/start/", {"profile": ""})
    uploads.run_next()

    def rows(who: Client) -> str:
        response = who.get(f"/desk/import/{run.pk}/rejected.csv")
        return b"".join(response.streaming_content).decode("utf-8-sig")  # type: ignore[attr-defined]

    assert "赵敏,13758812345" in rows(browser)
    seen = rows(sign_in(city.admin))
    for contact in ("赵敏", "13758812345", "13657712345", "张三丰", "1385881234", "13958812345"):
        assert contact not in seen, contact
    assert "137****2345" in seen
    assert "110-20260301-60" in seen
    page = text(sign_in(city.admin).get(f"/desk/import/{run.pk}/"))
    assert "1385881234" not in page
    # Another unit's leader sees neither the run nor its rows; one's own unit's are seen.
    other = sign_in(city.duty_leader)
    assert other.get(f"/desk/import/{run.pk}/").status_code == 404
    assert other.get(f"/desk/import/{run.pk}/rejected.csv").status_code == 404
    assert "警情.csv" not in text(other.get("/desk/import/"))
    kept = Path(ImportRun.objects.get().rejects_file)
    assert (kept.stat().st_mode & 0o777, kept.parent.stat().st_mode & 0o777) == (0o600, 0o700)
    # Nor by saying that the column of telephone numbers is something else.
    draft = laid(sign_in(city.admin), ROWS)
    for fact in ("summary", "external_id", "place"):
        page = text(
            sign_in(city.admin).get(f"/desk/import/{draft.pk}/", {"profile": "", "c6": fact})
        )
        assert "139588123" not in page


def test_an_encoding_is_named_on_the_spot(city: City, sign_in: SignIn) -> None:
    header = "Номер,Принято,Тип,Адрес,Телефон\n"
    lines = [
        f"24-{n:05},2026-03-01 09:{n:02}:00,Кража,улица Мира {n},139588123{n:02}"
        for n in range(10, 50)
    ]
    browser = sign_in(city.admin)
    upload(browser, (header + "\n".join(lines)).encode("windows-1251"))
    run = ImportRun.objects.latest("pk")
    here = f"/desk/import/{run.pk}/"
    page = text(browser.get(here))
    assert "既不是UTF-8也不是GB18030" in page
    assert '<option value="windows-1251">' in page
    said = {"profile": "", "encoding": "windows-1251", "c5": "contact_phone"}
    page = text(browser.get(here, said))
    assert "улица Мира 10" in page
    assert "13958812310" not in page  # masked, whatever encoding it is in
    taken_otherwise = text(browser.get(here, {**said, "c5": "summary"}))
    assert "13958812310" not in taken_otherwise
    browser.post(f"{here}start/", said)
    uploads.run_next()
    assert Matter.objects.filter(place__startswith="улица Мира").count() == len(lines)
