"""An import is killed at any moment and run again: it ends as if nothing had happened."""

import csv
import json
import os
import random
import signal
import sqlite3
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path

import pytest

from anmin.config.tests.running import set_up
from anmin.exchange import reading
from anmin.exchange.template import template_columns

ROWS = 8_000
COMMAND = [sys.executable, "-m", "anmin.config.command"]
SAID = (
    "警情编号",
    "报警时间",
    "处置完毕时间",
    "答复时间",
    "答复内容",
    "警情类别",
    "发生地址",
    "联系电话",
    "更新时间",
)
REPLY = "已当面告知处理结果。" * 20
MEASURE = """
import re, sys
from pathlib import Path
from anmin.exchange.tests.test_faults import rows_read
read = rows_read(sys.argv[1])
# Not ru_maxrss: it starts with the peak of the process that this one was forked from.
peak = re.search(r"VmHWM:\\s+(\\d+) kB", Path("/proc/self/status").read_text())
print(read, int(peak[1]) // 1024)
"""


def write_export(path: Path, rows: int, *, seed: int = 1, unit: str = "") -> Path:
    """An export in which every hundredth row is wrong and some events are reported twice."""
    rng = random.Random(seed)
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.DictWriter(file, template_columns(), restval="")
        writer.writeheader()
        for n in range(rows):
            day = f"2026-{rng.randrange(1, 3):02}-{rng.randrange(1, 29):02}"
            late = n % 50 == 49
            cells = dict(
                zip(
                    SAID,
                    [
                        f"JQ{n - 20 if late else n:09}",
                        f"{day} {n % 8:02}:{n % 60:02}:{rng.randrange(60):02}",
                        f"{day} 12:00:00",
                        f"{day} 13:00:00" if late or n % 3 else "",
                        REPLY if late or n % 3 else "",
                        "盗窃" if n % 100 else "不知何类",
                        f"安阳路{rng.randrange(999)}弄附近小区出入口",
                        f"138{rng.randrange(10**8):08}",
                        f"{day} 14:00:00" if not late else "2026-03-01 00:00:00",
                    ],
                    strict=True,
                )
            )
            cells["管辖单位"] = unit
            writer.writerow(
                {title: cells.get(title.strip("*"), "") for title in template_columns()}
            )
    return path


def rows_read(path: str) -> int:
    """Read and map a whole file as the reading process does; how many rows."""
    import tomllib
    from datetime import UTC, datetime

    from anmin.exchange.probe import probe
    from anmin.exchange.profile import Profile
    from anmin.exchange.row_facts import World

    folder = Path(reading.__file__).parent / "profiles"
    profile = Profile.model_validate(tomllib.loads((folder / "template_zh.toml").read_text()))
    world = World(now=datetime(2026, 3, 2, tzinfo=UTC), categories={"盗窃": "theft"})
    order = reading.Order(Path(path), profile, world, probe(Path(path)), 2000)
    return sum(len(batch) for batch in reading.read(order))


@pytest.mark.slow
@pytest.mark.parametrize("ending", ["csv", "xlsx"])
def test_memory_does_not_grow_with_the_file(tmp_path: Path, ending: str) -> None:
    def peak(rows: int) -> int:
        path = write_export(tmp_path / f"{rows}.csv", rows)
        if ending == "xlsx":
            import xlsxwriter

            book = tmp_path / f"{rows}.xlsx"
            with (
                path.open(encoding="utf-8-sig", newline="") as file,
                xlsxwriter.Workbook(book, {"constant_memory": True}) as out,
            ):
                sheet = out.add_worksheet()
                for n, cells in enumerate(csv.reader(file)):
                    sheet.write_row(n, 0, cells)
            path = book
        said = subprocess.run(
            [sys.executable, "-c", MEASURE, str(path)], capture_output=True, text=True, check=True
        )
        read, megabytes = map(int, said.stdout.split())
        assert read == rows
        return megabytes

    small, large = (2_000, 12_000) if ending == "xlsx" else (10_000, 100_000)
    assert peak(large) - peak(small) < 30
    assert peak(large) < 150


@pytest.fixture(scope="module")
def homes(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path, dict[str, str]]:
    """Two fresh homes on SQLite, and the environment to run commands in."""
    environment = {name: value for name, value in os.environ.items() if name != "DATABASE_URL"}
    made = []
    for name in ("killed", "undisturbed"):
        home = tmp_path_factory.mktemp(name)
        set_up(home)
        made.append(home)
    return made[0], made[1], environment


def progress(home: Path, after: int) -> tuple[int, int]:
    """The newest import run beyond `after`: its number and how many rows it has read."""
    with sqlite3.connect(f"file:{home / 'anmin.sqlite3'}?mode=ro", uri=True) as connection:
        found = connection.execute(
            "select id, read from exchange_importrun where id > ? order by id desc", [after]
        ).fetchone()
    return found or (after, -1)


def left_of(session: int) -> list[str]:
    """The processes of a session that still run, by number."""
    found = []
    for process in Path("/proc").glob("[0-9]*"):
        with suppress(OSError):
            state, _parent, _group, of = (
                (process / "stat").read_text().rpartition(")")[2].split()[:4]
            )
            if int(of) == session and state != "Z":
                found.append(process.name)
    return found


def facts(home: Path) -> dict[str, set[tuple[object, ...]]]:
    """What is on record, without numbers and times of our own making."""
    asked = {
        "matters": "select m.external_id, m.category, m.state, m.opened_at, m.closed_at, m.details,"
        " m.facts_at, m.facts_digest, m.version from matters_matter m",
        "entries": "select m.external_id, e.seq, e.action, e.from_state, e.to_state"
        " from matters_entry e join matters_matter m on m.id = e.matter_id",
        "contacts": "select m.external_id, c.phone_index"
        " from matters_contact c join matters_matter m on m.id = c.matter_id",
    }
    with sqlite3.connect(home / "anmin.sqlite3") as connection:
        return {name: set(connection.execute(sql)) for name, sql in asked.items()}


@pytest.mark.slow
@pytest.mark.timeout(900)
def test_killed_at_random_moments_and_run_again(
    homes: tuple[Path, Path, dict[str, str]], tmp_path: Path
) -> None:
    killed, undisturbed, environment = homes
    path = write_export(tmp_path / "export.csv", ROWS)
    assert path.stat().st_size > reading.APART_FROM
    words = [*COMMAND, "import", "incidents", str(path), "--profile", "template_zh", "--json"]
    rng = random.Random(20111125)
    run = 0
    for moment in [0, *sorted(rng.randrange(ROWS) for _ in range(5))]:
        process = subprocess.Popen(
            words,
            env={**environment, "ANMIN_HOME": str(killed)},
            stdout=subprocess.DEVNULL,
            start_new_session=True,
        )
        while process.poll() is None:
            _latest, read = progress(killed, run)
            if read >= moment:
                time.sleep(rng.random() * 0.3)
                break
            time.sleep(0.02)
        process.send_signal(signal.SIGKILL)
        process.wait()
        run, _read = progress(killed, run)
        deadline = time.monotonic() + 20
        while left_of(process.pid) and time.monotonic() < deadline:
            time.sleep(0.1)
        assert left_of(process.pid) == []  # the reading process ends by itself

    def say(home: Path, *command: str) -> dict[str, object]:
        said = subprocess.run(
            [*COMMAND, *command] if command else words,
            env={**environment, "ANMIN_HOME": str(home)},
            capture_output=True,
            text=True,
            check=True,
        )
        told: dict[str, object] = json.loads(said.stdout)
        return told

    last = say(killed)
    whole = say(undisturbed)
    assert (last["read"], last["rejected"]) == (ROWS, ROWS // 100)
    assert (whole["read"], whole["rejected"]) == (ROWS, ROWS // 100)
    assert facts(killed) == facts(undisturbed)
    proof = say(killed, "verify", "--json")
    assert (proof["mismatches"], proof["broken_chains"]) == (0, 0)
    assert proof["matters"] == len(facts(undisturbed)["matters"])
    again = say(killed)
    assert (again["created"], again["updated"]) == (0, 0)
    drafts = list((killed / "rejects").glob("*.part"))
    assert len([*(killed / "rejects").glob("*.csv")]) == 1
    assert len(drafts) <= 6
