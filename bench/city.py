"""A dispatch export of any size, and a home that knows its stations."""

import csv
import os
import random
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path

ROWS = int(os.environ.get("ANMIN_BENCH_ROWS", "1000000"))
HEADER = [
    "警情编号",
    "报警时间",
    "派警时间",
    "到场时间",
    "处置完毕时间",
    "答复时间",
    "答复内容",
    "警情类别",
    "发生地址",
    "社区代码",
    "管辖单位",
    "经度",
    "纬度",
    "报警人",
    "联系电话",
    "更新时间",
]
CATEGORIES = (
    ["纠纷", "群众求助", "交通事故", "噪声扰民"] * 4
    + ["盗窃", "诈骗", "殴打伤害", "可疑情况"] * 2
    + ["家庭暴力", "抢劫抢夺", "其他"]
)
AREAS = Path(__file__).parents[1] / "src/anmin/places/data/ruian_areas.csv"


def rows(count: int, *, seed: int = 20111125) -> Iterator[list[str]]:
    """Events of twelve months in the order of their time, nine of ten answered."""
    rng = random.Random(seed)
    with AREAS.open(encoding="utf-8") as file:
        communities = [row["code"] for row in csv.DictReader(file) if row["level"] == "community"]
    first = datetime(2025, 11, 1)
    year = 360 * 86400
    for n in range(count):
        at = first + timedelta(seconds=n * year // count + rng.randrange(60))
        steps = [at + timedelta(minutes=m) for m in (rng.randrange(1, 4), rng.randrange(5, 20))]
        cleared = steps[1] + timedelta(minutes=rng.randrange(5, 90))
        answered = cleared + timedelta(minutes=rng.randrange(1, 600))
        open_case = n % 10 == 0
        yield [
            f"JJ{n:09d}",
            *(f"{moment:%Y-%m-%d %H:%M:%S}" for moment in (at, *steps, cleared)),
            "" if open_case else f"{answered:%Y-%m-%d %H:%M:%S}",
            "" if open_case else "已到场处置，结果已当面告知报警人。",
            rng.choice(CATEGORIES),
            f"安阳路{rng.randrange(1, 999)}号附近",
            rng.choice(communities),
            "",
            f"{120.5 + rng.random() / 4:.6f}",
            f"{27.7 + rng.random() / 4:.6f}",
            f"{rng.choice('王李张刘陈')}{rng.choice('秀英伟芳敏')}",
            f"13{rng.randrange(10**8, 10**9)}",
            f"{answered:%Y-%m-%d %H:%M:%S}",
        ]


def write_export(path: Path, count: int) -> None:
    """The export as a UTF-8 CSV file."""
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(HEADER)
        writer.writerows(rows(count))


def anmin(*words: str, home: Path, database: str | None = None) -> tuple[str, float, int]:
    """Run the command; returns standard output, seconds and peak memory (KiB) of the process."""
    environment = {**os.environ, "ANMIN_HOME": str(home)}
    if database:
        environment["DATABASE_URL"] = database
    command = [str(Path(sys.executable).parent / "anmin"), *words]
    with tempfile.TemporaryFile() as out:
        start = datetime.now()
        process = subprocess.Popen(command, env=environment, stdout=out)
        _pid, status, usage = os.wait4(process.pid, 0)
        seconds = (datetime.now() - start).total_seconds()
        if status:
            raise SystemExit(f"anmin {' '.join(words)} failed")
        out.seek(0)
        return out.read().decode(), seconds, usage.ru_maxrss


@contextmanager
def workshop() -> Iterator[Path]:
    """A folder of its own, removed afterwards."""
    folder = Path(tempfile.mkdtemp(prefix="anmin-bench-"))
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)
