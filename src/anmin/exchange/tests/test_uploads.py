"""Files from the desk: uploaded, looked at, and taken in by the worker."""

import os
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.utils import timezone, translation
from tests.personas import City

from anmin.exchange import uploads
from anmin.exchange.models import SILENCE, ImportRun, Status
from anmin.exchange.profiles import load_profile
from anmin.exchange.queries import import_run, import_runs, rejections, rejects_path
from anmin.exchange.tests.conftest import PLAIN
from anmin.kernel.errors import Conflict, NotAllowed, NotFound, Refusal, Unavailable
from anmin.matters.models import Matter

NIGHT = f"{timezone.localdate() - timedelta(days=1)} 08:00:00"
EXPORT = (f"警情编号,报警时间,警情类别\nJ1,{NIGHT},盗窃\nJ2,{NIGHT},纠纷\nJ3,昨天,盗窃\n").encode(
    "gb18030"
)


@pytest.fixture(autouse=True)
def home(settings: Any, tmp_path: Path) -> Iterator[Path]:
    """A home of its own for the files of each story."""
    settings.ANMIN_HOME = tmp_path
    return tmp_path


@pytest.fixture
def run(city: City) -> ImportRun:
    """The export of last night, uploaded by 周卫国."""
    return uploads.lay_down([EXPORT[:9], EXPORT[9:]], name="昨夜.csv", actor=city.duty_leader)


def test_an_upload_is_kept_and_nothing_is_taken_in(city: City, run: ImportRun, home: Path) -> None:
    assert (run.status, run.size, run.file_name) == (Status.DRAFT, len(EXPORT), "昨夜.csv")
    path = uploads.stored_path(run)
    assert path.read_bytes() == EXPORT
    assert path.stat().st_mode & 0o777 == 0o600
    assert path.parent.stat().st_mode & 0o777 == 0o700
    assert (uploads.queued(), uploads.run_next(), Matter.objects.count()) == (0, 0, 0)


def test_the_preview_shows_what_becomes_of_the_rows(city: City, run: ImportRun) -> None:
    seen = uploads.preview(run, profile="template_zh", actor=city.duty_leader)
    assert (seen.header, seen.encoding) == (["警情编号", "报警时间", "警情类别"], "gb18030")
    assert [(f.external_id, f.category) for f in seen.good] == [("J1", "theft"), ("J2", "dispute")]
    told = "报警时间：“昨天”不是可能的日期和时间，请写成2026-03-01 08:30这样。"
    assert seen.rejected == [(4, told)]
    assert Matter.objects.count() == 0
    with pytest.raises(NotAllowed):  # the city's export is not his to use
        uploads.preview(run, profile="seattle_911", actor=city.duty_leader)
    with pytest.raises(Refusal, match="缺少列"):
        uploads.preview(run, profile="seattle_911", actor=city.operator)


def test_the_worker_takes_a_queued_file_in_and_removes_it(city: City, run: ImportRun) -> None:
    path = uploads.stored_path(run)
    uploads.queue(run.pk, profile="template_zh", actor=city.duty_leader)
    assert uploads.queued() == 1
    assert (uploads.run_next(), uploads.run_next()) == (1, 0)
    done = import_run(run.pk, actor=city.duty_leader)
    assert (done.state, done.read, done.created, done.rejected) == (Status.DONE, 3, 2, 1)
    assert (done.actor, done.profile, done.file_name) == (
        city.duty_leader,
        "template_zh",
        "昨夜.csv",
    )
    assert not path.exists()
    assert "昨天" in rejects_path(done).read_text("utf-8-sig")
    rejects_path(done).unlink()
    with pytest.raises(NotFound):
        rejects_path(done)


@pytest.mark.parametrize(
    ("language", "told"), [("", "不是可能的"), ("en", "is not a possible date")]
)
def test_the_worker_says_why_in_the_language_of_who_reads_it(
    city: City, run: ImportRun, language: str, told: str
) -> None:
    city.duty_leader.language = language
    city.duty_leader.save()
    uploads.queue(run.pk, profile="template_zh", actor=city.duty_leader)
    with translation.override("de"):  # whatever the shell speaks in which the worker was started
        uploads.run_next()
    done = import_run(run.pk, actor=city.duty_leader)
    [one] = rejections(done)
    assert (one.count, one.lines) == (1, (4,))
    assert told in one.reason


def test_a_profile_made_for_one_file(city: City, run: ImportRun) -> None:
    text = (
        PLAIN.replace('"plain"', '"tonight"', 1)
        .replace('"no"', '"警情编号"').replace('"received"', '"报警时间"')
        .replace('"class"', '"警情类别"').replace("%H:%M", "%H:%M:%S")
        .replace('arrived_at = "arrived"\n', "")
    )  # fmt: skip
    uploads.queue(run.pk, profile="tonight", text=text, actor=city.duty_leader)
    uploads.run_next()
    assert set(Matter.objects.values_list("category", flat=True)) == {"theft", "dispute"}
    (source,) = set(Matter.objects.values_list("source", flat=True))
    assert source.startswith(f"own-u{city.jinhu.pk}-")


def test_two_people_queue_the_same_file(city: City, run: ImportRun) -> None:
    uploads.queue(run.pk, profile="template_zh", actor=city.duty_leader)
    with pytest.raises(Conflict):
        uploads.queue(run.pk, profile="seattle_911", actor=city.admin)
    with pytest.raises(Conflict):
        uploads.discard(run.pk, actor=city.admin)
    assert ImportRun.objects.get().profile == "template_zh"


def test_who_may_not_import_may_not_do_any_of_it(city: City, run: ImportRun) -> None:
    for attempt in (
        lambda: uploads.lay_down([b"x"], name="x", actor=city.officer),
        lambda: uploads.preview(run, profile="template_zh", actor=city.officer),
        lambda: uploads.queue(run.pk, profile="template_zh", actor=city.officer),
        lambda: uploads.discard(run.pk, actor=city.officer),
        lambda: import_runs(city.officer),
        lambda: uploads.save_profile(PLAIN, actor=city.duty_leader),
    ):
        with pytest.raises(NotAllowed):
            attempt()
    assert list(ImportRun.objects.values_list("status", flat=True)) == [Status.DRAFT]
    assert len(list(uploads.folder().iterdir())) == 1


def test_a_file_that_fails_is_told_and_does_not_stand_in_the_way(city: City) -> None:
    bad = uploads.lay_down([b"%PDF-1.7"], name="a.pdf", actor=city.admin)
    gone = uploads.lay_down([EXPORT], name="gone.csv", actor=city.admin)
    good = uploads.lay_down([EXPORT], name="good.csv", actor=city.admin)
    for one in (bad, gone, good):
        uploads.queue(one.pk, profile="template_zh", actor=city.admin)
    uploads.stored_path(gone).unlink()
    assert [uploads.run_next() for _ in range(4)] == [1, 1, 1, 0]
    told = {one.pk: (one.status, one.reason[:7]) for one in ImportRun.objects.all()}
    assert told == {
        bad.pk: ("failed", "这是PDF文件"),
        gone.pk: ("failed", "上传的文件已过"),
        good.pk: ("done", ""),
    }


def test_a_worker_that_died_is_made_good(city: City, run: ImportRun) -> None:
    uploads.queue(run.pk, profile="template_zh", actor=city.duty_leader)
    ImportRun.objects.update(status=Status.RUNNING, read=2, created=2)
    uploads.run_next()
    again = ImportRun.objects.get()
    assert (again.status, again.read, again.created) == (Status.DONE, 3, 2)


def test_a_file_waits_on_while_the_database_is_away(
    city: City, run: ImportRun, monkeypatch: pytest.MonkeyPatch
) -> None:
    def away(*_args: Any, **_options: Any) -> None:
        raise Unavailable("away")

    uploads.queue(run.pk, profile="template_zh", actor=city.duty_leader)
    with monkeypatch.context() as patch:
        patch.setattr(uploads, "import_file", away)
        with pytest.raises(Unavailable):
            uploads.run_next()
    assert uploads.queued() == 1
    uploads.run_next()
    assert ImportRun.objects.get().status == Status.DONE


def test_an_unwanted_upload_is_thrown_away(city: City, run: ImportRun) -> None:
    uploads.discard(run.pk, actor=city.duty_leader)
    assert (ImportRun.objects.count(), list(uploads.folder().iterdir())) == (0, [])


def test_a_profile_of_ones_own_is_kept_under_its_name(city: City, home: Path) -> None:
    uploads.save_profile(PLAIN, actor=city.admin)
    assert load_profile("plain").title == "Plain"
    with pytest.raises(Refusal):
        uploads.save_profile(PLAIN.replace('"plain"', '"../plain"', 1), actor=city.admin)
    assert [path.name for path in (home / "profiles").iterdir()] == ["plain.toml"]


def test_files_past_their_time_are_removed(city: City, run: ImportRun, home: Path) -> None:
    uploads.lay_down([EXPORT], name="fresh.csv", actor=city.admin)
    queued = uploads.lay_down([EXPORT], name="queued.csv", actor=city.admin)
    uploads.queue(queued.pk, profile="template_zh", actor=city.admin)
    (home / "rejects").mkdir()
    ages = {"old.csv": 31, "young.csv": 29, "dead.1.part": 2}
    for name in ages:
        (home / "rejects" / name).touch()
    yesterday = timezone.now() - timedelta(hours=25)
    for path, days in [
        *((home / "rejects" / name, days) for name, days in ages.items()),
        (uploads.stored_path(run), 2),
        (uploads.stored_path(queued), 2),
    ]:
        then = (timezone.now() - timedelta(days=days)).timestamp()
        os.utime(path, (then, then))
    ImportRun.objects.filter(pk__in=(run.pk, queued.pk)).update(started_at=yesterday)
    assert uploads.tidy() == 4
    assert sorted(one.file_name for one in ImportRun.objects.all()) == ["fresh.csv", "queued.csv"]
    assert len(list(uploads.folder().iterdir())) == 2
    assert [path.name for path in (home / "rejects").iterdir()] == ["young.csv"]
    assert uploads.tidy() == 0


def test_a_run_long_silent_counts_as_interrupted(city: City, run: ImportRun) -> None:
    run.status = Status.RUNNING
    assert run.state == Status.RUNNING
    run.heard_at = timezone.now() - SILENCE - timedelta(seconds=1)
    assert run.state == Status.INTERRUPTED
