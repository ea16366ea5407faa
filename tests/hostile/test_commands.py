"""Every option of every command with the hostile list: words and status 1 or 2, never a traceback."""

import io
import re
import signal
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import typer
from django.db import transaction

from anmin.campaign.tests.scene import SMALL as PROGRAMME
from anmin.config import command, static
from anmin.config.supervisor import Supervisor
from anmin.config.tests.test_rules_commands import OWN, TEXT
from anmin.exchange.template import SAMPLE
from anmin.kernel.calendar import WorkingCalendar
from anmin.matters.tests.test_promises import ANNOUNCED
from tests.hostile import files, values
from tests.personas import City

TYPED = (
    *(one for one in values.ALL if "\x00" not in one and "\ud800" not in one and "etc" not in one),
    *("\udcff\udcfe", ".", "..", "./", "/no/such/folder/file.csv", "-", "--", "-1e-9"),
    *("a" * 300, "0.5,0.5", "1:2:3", "24:00", "=", ",", "id", "y", "25", "0x10", "١"),
)
"""What somebody may type; no command line carries a null character. (Nothing here is a path that
a test must not write to.)"""
RAW = re.compile(r"Traceback|unexpected fault|\b\w+(?:Error|Exception)\b|\[Errno|object at 0x")
SURVEY = b"id,y,x,w,s,c,f,g,t,n,e,lat,lon\n" + b"".join(
    b"%d,%d,%d,%d,%d,%d,100,%d,2026-%02d-01,%d,%d,27.%d,120.%d\n"
    % (k, k % 2, k % 7, 1 + k % 3, k % 2, k % 8, k % 2, 1 + k % 12, 20 + k, 10 + k % 5, k, k % 9)
    for k in range(24)
)
MARGINS = b"variable,level,total\ng,0,50\ng,1,50\n"
DESIGN = "--weight w --strata s --cluster c"
POINTS = "--x-col lon --y-col lat --nearest 3 --permutations 9"
GOOD = {
    "areas addresses": "{sample} --source x --terms x",
    "areas boundaries": "{sample} --source x --terms x",
    "areas drop-boundaries": "--source x",
    "backup": "{out}.tar.gz",
    "calendar announce": "{announced}",
    "calendar show": "2026",
    "callbacks list": "",
    "callbacks plan": "",
    "callbacks record": "1 --outcome busy",
    "day close": "",
    "day show": "",
    "demo load": "--days 3 --per-day 1",
    "export matters": "{out}.csv --by wumin",
    "import incidents": "{sample}",
    "import list": "",
    "import matters": "{sample} --kind incident",
    "import undo": "1",
    "init": "",
    "measures list": "",
    "measures refresh": "",
    "measures show": "incidents",
    "profiles guess": "{sample}",
    "profiles list": "",
    "profiles show": "template_zh",
    "profiles template": "{out}.csv",
    "report daily": "--out {out}.docx",
    "report monthly": "--out {out}.csv",
    "report weekly": "--out {out}.pdf",
    "programme list": "--by sunping",
    "programme load": "{programme} --by sunping",
    "programme show": "p1 --by sunping",
    "restore": "{survey}",
    "retention held": "",
    "retention hold": "JQ-2026-0000001-Q --reason x --by wumin",
    "retention lift": "JQ-2026-0000001-Q --reason x --by wumin",
    "retention run": "",
    "root key": "",
    "root make": "",
    "root show": "",
    "rules check": "{laws}",
    "rules hold": "{laws}",
    "rules list": "",
    "sealed create": "--holder wumin --out {out}.sealed",
    "sealed drill": "--key {sample} --with {sample}",
    "sealed open": "JQ-2026-0000001-Q --key {sample} --with {sample} --reason x",
    "sealed rotate": "--holder wumin --out {out}.sealed",
    "sealed show": "",
    "stats compare": "--this 12 --last 9",
    "stats compare-many": "{survey} --id id --this x --last y",
    "stats contrast": "{survey} --y y --by g --first 0 --second 1",
    "stats ears": "{survey} --time t --count n",
    "stats farrington": "{survey} --time t --count n --b 1 --w 1 --freq 12",
    "stats funnel": "{survey} --id id --observed n --expected e",
    "stats gi": "{survey} --id id --y y " + POINTS,
    "stats independence": "{survey} --rows y --columns g",
    "stats interval": "--count 1 --n 29",
    "stats mean": "{survey} --y y " + DESIGN,
    "stats moran": "{survey} --id id --y y " + POINTS,
    "stats poststratify": "{survey} --margins {margins} --out {out}.csv --weight w",
    "stats proportion": "{survey} --y y " + DESIGN,
    "stats quantile": "{survey} --y x --weight w",
    "stats rake": "{survey} --margins {margins} --out {out}.csv --weight w",
    "stats rank": "{survey} --id id --y y --se e",
    "stats ratio": "{survey} --y y --x x",
    "stats scan": "{survey} --id id --x lon --y lat --cases y --population n --replicates 9",
    "stats small-area": "{survey} --id id --y y --se e",
    "stats total": "{survey} --y y " + DESIGN,
    "up": "--no-demo",
    "user add": "new --role officer --unit RA-JH --no-password",
    "user roles": "",
    "verify": "",
    "worker": "--help",
}
"""How each command is called well; every option is then given each hostile value beside it.

Beside `--help` nothing is done: the worker, which would not end.
"""
LAW = "某市警务评议办法 2026-01-01.md"
TELLING = ("rules check",)
"""Commands whose status 1 is a finding, which they print, and no refusal."""

DEAR = ("backup", "profiles guess", "stats farrington", "stats scan")
"""Commands that take long over a good call: of these values every fourth."""


def known() -> dict[str, Any]:
    """Every command by its words."""
    found: dict[str, Any] = {}

    def walk(one: Any, words: tuple[str, ...]) -> None:
        for name, inner in getattr(one, "commands", {}).items():
            walk(inner, (*words, name))
        if not hasattr(one, "commands"):
            found[" ".join(words)] = one

    walk(typer.main.get_command(command.build()), ())
    return found


COMMANDS = known()
Said = pytest.CaptureFixture[str]


def test_every_command_is_here() -> None:
    assert sorted(GOOD) == sorted(COMMANDS), "say in GOOD how the command is called"


@pytest.fixture
def at_hand(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, settings: Any
) -> Iterator[dict[str, str]]:
    """Files to name; a folder where nothing matters; nothing that is started goes on."""
    root = typer.main.get_command(command.build())
    monkeypatch.setattr(command, "build", lambda: root)
    monkeypatch.setattr(Supervisor, "run", lambda *_: None)
    monkeypatch.setattr(static, "collect", lambda: None)
    here = tmp_path / "a" / "b" / "c" / "d" / "e"
    here.mkdir(parents=True)
    monkeypatch.chdir(here)
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(b"\xff\x00")))
    settings.ANMIN_HOME = tmp_path / "home"
    (settings.ANMIN_HOME / "rules").mkdir(parents=True)
    (settings.ANMIN_HOME / "rules" / "own.toml").write_text(OWN, "utf-8")
    settings.CALENDAR = WorkingCalendar(settings.ANMIN_HOME / "calendar")
    named = {
        "survey": SURVEY,
        "margins": MARGINS,
        "sample": b"\n".join(SAMPLE.read_bytes().splitlines()[:12]),
    }
    for name, content in named.items():
        (tmp_path / f"{name}.csv").write_bytes(content)
    for at, content in enumerate(files.CONTENTS):
        (tmp_path / f"{at}.csv").write_bytes(content)
    for at, content in enumerate((TEXT.encode(), *files.CONTENTS, *files.TOMLS)):
        (tmp_path / f"{at}").mkdir()
        (tmp_path / f"{at}" / LAW).write_bytes(content)
        (tmp_path / f"{at}" / "2027.toml").write_bytes(content)
    (tmp_path / "2027.toml").write_text(ANNOUNCED, "utf-8")
    (tmp_path / "programme.toml").write_text(PROGRAMME, "utf-8")
    kept = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)}
    yield {
        **{name: str(tmp_path / f"{name}.csv") for name in named},
        "announced": str(tmp_path / "2027.toml"),
        "programme": str(tmp_path / "programme.toml"),
        "laws": str(tmp_path / "0"),
        "out": str(here / "out"),
    }
    for number, handler in kept.items():
        signal.signal(number, handler)


STATS = sorted(words for words in GOOD if words.startswith("stats "))


@pytest.mark.parametrize("words", sorted(GOOD.keys() - set(STATS)))
def test_every_option_with_the_hostile_list(
    words: str, city: City, at_hand: dict[str, str], capfd: Said, tmp_path: Path
) -> None:
    def run(args: list[str]) -> int:
        with transaction.atomic():
            status = command.run(args)
            transaction.set_rollback(True)
        return status

    assert_words(words, run, at_hand, capfd, tmp_path)


@pytest.mark.parametrize("words", STATS)
def test_every_option_of_statistics_with_the_hostile_list(
    words: str, at_hand: dict[str, str], capfd: Said, tmp_path: Path
) -> None:
    assert_words(words, command.run, at_hand, capfd, tmp_path)


def assert_words(
    words: str,
    run: Callable[[list[str]], int],
    at_hand: dict[str, str],
    capfd: Said,
    tmp_path: Path,
) -> None:
    """Give every option of one command every value, and look at what is said."""
    found: dict[str, str] = {}
    place = sorted(GOOD).index(words)

    def say(args: list[str]) -> None:
        status = run(args)
        for left in Path.cwd().iterdir():
            if left.is_file():
                left.unlink()
        said = capfd.readouterr()
        told = said.out + said.err
        raw = RAW.search(told)
        spoken = told if words in TELLING else said.err
        if raw or status not in (0, 1, 2) or (status and not spoken.strip()):
            what = raw[0] if raw else f"{status}, no words"
            found.setdefault(f"{args[-2:][0]} {what}", f"{[a[:80] for a in args]}: {told[-300:]}")

    good = [one.format(**at_hand) for one in GOOD[words].split()]
    say([*words.split(), *good])
    for at, param in enumerate(COMMANDS[words].params):
        if getattr(param, "is_flag", False) or param.name == "help":
            say([*words.split(), *good, *param.opts[:1]])
            continue
        some = [*values.share(TYPED, place + at), *_files(words, param, tmp_path, place + at)]
        if words in DEAR:
            some = some[::4]
        for value in some:
            say([*words.split(), *_with(good, param, value)])
    assert not found, "\n".join(found.values())


def _files(words: str, param: Any, folder: Path, turn: int) -> list[str]:
    """Hostile files for what wants a file, and folders of them."""
    if words == "calendar announce" and param.name == "file":
        return [str(path / "2027.toml") for path in sorted(folder.glob("[0-9]*/"))]
    if param.name == "folder":
        return [str(path) for path in sorted(folder.glob("[0-9]*/"))]
    if param.name not in ("file", "margins", "profile", "means", "scatter", "neighbours", "geo"):
        return []
    some = [str(folder / f"{at}.csv") for at in range(len(files.CONTENTS))]
    return list(values.share(some, turn))


def _with(good: list[str], param: Any, value: str) -> list[str]:
    """The good words with this one in the place of what the parameter had."""
    if not param.opts[0].startswith("-"):
        rest = good[1:] if good and not good[0].startswith("-") else good
        return [*rest, "--", value]
    name = param.opts[-1]
    kept = list(good)
    if name in kept:
        at = kept.index(name)
        del kept[at : at + 2]
    return [*kept, f"{name}={value}"]
