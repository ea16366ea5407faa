"""Exports come in again and again, whole or broken; the records stay right."""

import csv
import json
import os
import signal
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from django.db import OperationalError, connection
from tests.personas import City

from anmin.exchange import imports, reading, tuning
from anmin.exchange.imports import import_file
from anmin.exchange.models import ImportRun, Status
from anmin.exchange.queries import masked_rejects
from anmin.exchange.template import template_columns
from anmin.kernel.errors import NotAllowed, Refusal, Unavailable
from anmin.kernel.masking import HIDDEN
from anmin.matters.intake import observe_many
from anmin.matters.models import Contact, Entry, Matter
from anmin.matters.verify import verify

HEAD = ",".join(template_columns())


def row(number: str, **cells: str) -> str:
    """A row of the Chinese template."""
    values = {
        "警情编号": number, "报警时间": "2026-03-01 08:00:00", "警情类别": "盗窃",
        "社区代码": "330381003099", "管辖单位": "RA-JH", "报警人": "王女士",
        "联系电话": "13857712345", **cells,
    }  # fmt: skip
    return ",".join(values.get(title.strip("*"), "") for title in template_columns())


@pytest.fixture
def export(tmp_path: Path) -> Callable[..., Path]:
    """Writes an export of these rows."""

    def write(*rows: str, head: str = HEAD, codec: str = "utf-8-sig") -> Path:
        path = tmp_path / "接处警.csv"
        path.write_bytes("\r\n".join([head, *rows, ""]).encode(codec))
        return path

    return write


def counts(path: Path, **options: Any) -> tuple[int, ...]:
    return tuple(import_file(path, profile="template_zh", **options).counts().values())


def test_a_chinese_export_in_gb18030(city: City, export: Callable[..., Path]) -> None:
    path = export(
        row("J1", 处置完毕时间="2026-03-01 09:00:00", 答复时间="2026-03-01 09:10:00", 答复内容="已立案"),
        row("J2", 警情类别="邻里纠纷", 联系电话="", 报警人=""),
        codec="gb18030",
    )  # fmt: skip
    assert counts(path, actor=city.operator) == (2, 2, 0, 0, 0)
    first, second = Matter.objects.order_by("external_id")
    assert (first.source, first.category, first.state) == ("template_zh", "theft", "answered")
    assert (first.unit, first.area) == (city.jinhu, city.wenhua)
    assert (second.category, second.state) == ("dispute", "received")
    assert list(Contact.objects.values_list("matter_id", flat=True)) == [first.pk]
    run = ImportRun.objects.get()
    assert (run.status, run.read, run.actor, run.file_name) == (
        Status.DONE, 2, city.operator, "接处警.csv",
    )  # fmt: skip
    assert (run.share, run.reason, run.rejects_file) == (1.0, "", "")


def test_later_facts_update_and_older_ones_never_overwrite(
    city: City, export: Callable[..., Path]
) -> None:
    early = row("J1", 更新时间="2026-03-01 09:00:00")
    late = row("J1", 更新时间="2026-03-01 12:00:00", 警情类别="诈骗")
    assert counts(export(early)) == (1, 1, 0, 0, 0)
    assert counts(export(late)) == (1, 0, 1, 0, 0)
    assert counts(export(early)) == (1, 0, 0, 1, 0)
    matter = Matter.objects.get()
    assert (matter.category, matter.version) == ("fraud", 2)
    assert [entry.action for entry in Entry.objects.order_by("seq")] == ["open", "observe"]


@pytest.mark.parametrize("batch", [1, 2, 2000])
def test_a_number_twice_in_one_file_is_two_reports(
    city: City, export: Callable[..., Path], batch: int
) -> None:
    late = row("J1", 更新时间="2026-03-01 12:00:00", 警情类别="诈骗")
    early = row("J1", 更新时间="2026-03-01 09:00:00")
    path = export(late, row("J2"), early, late)
    read, created, *_rest, rejected = counts(path, batch=batch)
    assert (read, created, rejected) == (4, 2, 0)
    assert Matter.objects.get(external_id="J1").category == "fraud"
    assert counts(path, batch=batch) == (4, 0, 0, 4, 0)
    assert verify().sound


def test_rejected_rows_are_set_aside_corrected_and_imported(
    city: City, export: Callable[..., Path]
) -> None:
    path = export(
        row("J1"),
        row("J2", 报警时间="2026-02-30 08:00:00", 发生地址="=HYPERLINK(1)"),
        row("J3", 管辖单位="无此所"),
        "J4",
        row("J5"),
        row(""),
    )
    result = import_file(path, profile="template_zh")
    assert result.counts() == {
        "read": 6, "created": 2, "updated": 0, "unchanged": 0, "rejected": 4,
    }  # fmt: skip
    assert result.rejects_file is not None
    assert result.rejects_file.stat().st_mode & 0o777 == 0o600
    with result.rejects_file.open(encoding="utf-8-sig", newline="") as file:
        header, *rejected = list(csv.reader(file))
    assert header == [*template_columns(), "行号", "原因"]
    assert [(one[0], *one[16:]) for one in rejected] == [
        (
            "J2",
            "3",
            "报警时间：“2026-02-30 08:00:00”不是可能的日期和时间，请写成2026-03-01 08:30这样。",
        ),
        ("J3", "4", "单位“无此所”未登记。"),
        ("J4", "5", "本行没有写明何时发生。"),
        ("", "7", "警情编号为空，本行没有编号。"),
    ]
    assert rejected[0][8] == "'=HYPERLINK(1)"
    text = result.rejects_file.read_text("utf-8-sig")
    path.write_text(text.replace("2026-02-30", "2026-02-28").replace("无此所", "RA-YH"), "utf-8")
    assert counts(path) == (4, 2, 0, 0, 2)
    assert Matter.objects.get(external_id="J2").place == "=HYPERLINK(1)"


def test_who_may_not_import_changes_nothing(city: City, export: Callable[..., Path]) -> None:
    with pytest.raises(NotAllowed):
        import_file(export(row("J1")), profile="template_zh", actor=city.officer)
    assert (Matter.objects.count(), ImportRun.objects.count()) == (0, 0)


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "文件是空的。"),
        ("甲,乙\n1,2\n".encode(), "缺少列："),
        (
            ("警情编号,报警时间,警情类别,报警时间\n").encode(),
            "列“报警时间”在表头中出现两次（第1行）。",
        ),
        ("no,café\n1,señor à\n".encode("latin-1"), "文件既不是UTF-8也不是GB18030"),
        (b"PK\x03\x04half", "工作簿已损坏或不完整"),
    ],
)
def test_a_file_that_cannot_be_used_changes_nothing(
    city: City, tmp_path: Path, content: bytes, reason: str
) -> None:
    path = tmp_path / "file.csv"
    path.write_bytes(content)
    with pytest.raises(Refusal) as caught:
        import_file(path, profile="template_zh")
    assert str(caught.value).startswith(reason)
    assert Matter.objects.count() == 0
    assert {run.status for run in ImportRun.objects.all()} <= {Status.FAILED}


def test_an_export_of_no_incidents_is_done(city: City, export: Callable[..., Path]) -> None:
    assert counts(export()) == (0, 0, 0, 0, 0)


def test_a_profile_that_speaks_of_unknown_things_is_refused(
    city: City, export: Callable[..., Path], tmp_path: Path
) -> None:
    profile = tmp_path / "mine.toml"
    profile.write_text(
        'name = "mine"\ntitle = "x"\n[time]\nformats = ["%Y-%m-%d %H:%M:%S"]\n[columns]\n'
        'external_id = "警情编号"\nreceived_at = "报警时间"\nshoe_size = "报警人"\n'
        '[category]\ndefault = "other"\n',
        "utf-8",
    )
    with pytest.raises(Refusal, match="shoe_size"):
        import_file(export(row("J1")), profile=str(profile))


def test_facts_have_the_same_marks_whoever_reckons_them(
    city: City, export: Callable[..., Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    path = export(
        row("J1", 答复时间="2026-03-01 09:10:00", 答复内容="已立案"),
        row("J2", 报警人="", 联系电话="", 经度="120.65", 纬度="27.78"),
        row("J3", 社区代码="", 管辖单位=""),
    )
    assert counts(path) == (3, 3, 0, 0, 0)
    monkeypatch.setattr(reading, "_marks", lambda _facts, _ring: None)
    assert counts(path) == (3, 0, 0, 3, 0)


@pytest.mark.skipif(connection.vendor != "sqlite", reason="settings of SQLite")
def test_an_import_leaves_the_settings_of_sqlite_as_they_were(
    city: City, export: Callable[..., Path]
) -> None:
    def settings() -> list[Any]:
        with connection.cursor() as cursor:
            return [cursor.execute(f"PRAGMA {name}").fetchone() for name in tuning.FOR_AN_IMPORT]

    seen: list[list[Any]] = []
    before = settings()
    counts(export(row("J1")), progress=lambda _run: seen.append(settings()))
    assert seen[0] != before
    assert settings() == before


def test_of_a_rejected_row_with_a_cell_too_many_an_administrator_sees_no_cell(
    city: City, export: Callable[..., Path]
) -> None:
    told = {"报警时间": "x", "更新时间": "2026-03-01 09:00:00"}
    import_file(export(row("J1", **told), row("J2", **told) + ",y"), profile="template_zh")
    _head, whole, shifted = masked_rejects(ImportRun.objects.get())
    assert whole[0] == "J1"
    assert set(shifted[:-2]) == {"", HIDDEN}


def test_a_large_file_is_read_by_a_process_of_its_own(
    city: City, export: Callable[..., Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reading, "APART_FROM", 1)
    path = export(*[row(f"J{n}") for n in range(50)], row("bad", 报警时间="x"))
    assert counts(path, batch=7) == (51, 50, 0, 0, 1)
    with pytest.raises(Refusal, match="缺少列"):
        counts(export("1,2", head="甲,乙"))


def reading_process_gets(*signals: signal.Signals) -> None:
    """Send signals to the reading process of this one."""
    children = Path(f"/proc/self/task/{os.getpid()}/children").read_text().split()
    for child in children:
        if "anmin.exchange.reading" in Path(f"/proc/{child}/cmdline").read_text():
            for one in signals:
                os.kill(int(child), one)
                time.sleep(0.01)


def test_a_reading_process_that_dies_ends_the_import_with_a_reason(
    city: City, export: Callable[..., Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reading, "APART_FROM", 1)
    path = export(*[row(f"J{n}") for n in range(20_000)])

    def kill(_run: ImportRun) -> None:
        reading_process_gets(signal.SIGKILL)

    with pytest.raises(Refusal, match="读取中断"):
        import_file(path, profile="template_zh", batch=100, progress=kill)
    run = ImportRun.objects.get()
    assert run.status == Status.FAILED
    assert 0 < run.read < 20_000
    assert Matter.objects.count() == run.created == run.read


def test_a_reading_process_that_is_stopped_and_goes_on_loses_nothing(
    city: City, export: Callable[..., Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reading, "APART_FROM", 1)
    path = export(*[row(f"J{n}") for n in range(4_000)])

    def stop_and_go_on(_run: ImportRun) -> None:
        reading_process_gets(signal.SIGSTOP, signal.SIGCONT)

    assert counts(path, batch=1_000, progress=stop_and_go_on) == (4_000, 4_000, 0, 0, 0)


def test_a_stopped_import_is_interrupted_and_can_go_on(
    city: City, export: Callable[..., Path]
) -> None:
    path = export(*[row(f"J{n}") for n in range(10)])

    def stop(run: ImportRun) -> None:
        if run.read >= 6:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        import_file(path, profile="template_zh", batch=2, progress=stop)
    run = ImportRun.objects.get()
    assert (run.status, run.created) == (Status.INTERRUPTED, 6)
    assert counts(path, batch=2) == (10, 4, 0, 6, 0)
    assert verify().sound


class Away:
    """A database that is away for a number of calls, before or after the work is done."""

    def __init__(self, times: int, *, after: bool) -> None:
        self.times = times
        self.after = after
        self.slept: list[float] = []

    def write(self, write: Callable[..., None]) -> Callable[..., None]:
        def wrapped(self_: Any, batch: Any) -> None:
            if not self.after and self.times > 0:
                self.times -= 1
                raise OperationalError("server closed the connection unexpectedly")
            write(self_, batch)
            if self.times > 0:
                self.times -= 1
                raise OperationalError("server closed the connection unexpectedly")

        return wrapped


@pytest.mark.parametrize(("times", "after"), [(3, False), (1, True)])
@pytest.mark.django_db(transaction=True)
def test_a_database_that_goes_away_is_waited_for(
    city: City,
    export: Callable[..., Path],
    monkeypatch: pytest.MonkeyPatch,
    times: int,
    after: bool,
) -> None:
    away = Away(times, after=after)
    monkeypatch.setattr(imports._Import, "_write", away.write(imports._Import._write))
    monkeypatch.setattr(imports.time, "sleep", away.slept.append)
    assert counts(export(*[row(f"J{n}") for n in range(4)]), batch=2) == (4, 4, 0, 0, 0)
    assert away.slept == list(imports.PAUSES[:times])


@pytest.mark.django_db(transaction=True)
def test_a_database_that_stays_away_is_said_plainly(
    city: City, export: Callable[..., Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    away = Away(99, after=False)
    monkeypatch.setattr(imports._Import, "_write", away.write(imports._Import._write))
    monkeypatch.setattr(imports.time, "sleep", away.slept.append)
    with pytest.raises(Unavailable, match="无法连接数据库"):
        counts(export(row("J1")))
    assert sum(away.slept) == 120
    assert Matter.objects.count() == 0


def test_a_record_that_the_kind_refuses_is_rejected_alone(
    city: City, export: Callable[..., Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse_second(observations: Any, **options: Any) -> Any:
        results = observe_many([observations[0]], **options)
        return [*results, results[0]._replace(outcome="refused", matter_id=None, reason="不合")]

    monkeypatch.setattr(imports, "observe_many", refuse_second)
    result = import_file(export(row("J1"), row("J2")), profile="template_zh")
    assert (result.created, result.rejected) == (1, 1)
    assert result.rejects_file is not None
    last = list(csv.reader(result.rejects_file.open(encoding="utf-8-sig", newline="")))[-1]
    assert last[16:] == ["3", "记录不合要求：不合"]


def test_the_run_tells_the_same_as_json(city: City, export: Callable[..., Path]) -> None:
    result = import_file(export(row("J1", 联系电话="13857712345/1385771")), profile="template_zh")
    told = json.loads(json.dumps(result.as_json()))
    assert told == {
        "read": 1, "created": 1, "updated": 0, "unchanged": 0, "rejected": 0,
        "rejects_file": None, "seconds": result.seconds, "notes": {"phone_partly": 1},
    }  # fmt: skip


@pytest.mark.skipif(connection.vendor != "postgresql", reason="a server that can be cut off")
@pytest.mark.django_db(transaction=True)
def test_a_connection_cut_off_in_the_middle_is_made_anew(
    city: City, export: Callable[..., Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    cut: list[int] = []

    def cut_off(run: ImportRun) -> None:
        if run.read == 4:
            cut.append(run.read)
            with suppress(OperationalError), connection.cursor() as cursor:
                cursor.execute("SELECT pg_terminate_backend(pg_backend_pid())")

    monkeypatch.setattr(imports.time, "sleep", lambda _seconds: None)
    path = export(*[row(f"J{n}") for n in range(10)])
    assert counts(path, batch=2, progress=cut_off) == (10, 10, 0, 0, 0)
    assert cut == [4]
    assert verify().sound
