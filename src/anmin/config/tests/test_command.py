"""The command speaks plainly: a result on standard output, one line on standard error."""

import io
import json
import subprocess
import sys
from collections.abc import Callable
from typing import Any

import pytest
import typer
from django.db import OperationalError

from anmin.config import command, commands, console
from anmin.kernel.errors import Refusal
from anmin.people.models import AccessLog, Account

Said = Callable[..., tuple[int, str, str]]


@pytest.fixture
def say(capsys: pytest.CaptureFixture[str]) -> Said:
    """Run a command: its status, what it said, and what it said on standard error."""

    def run(*args: str) -> tuple[int, str, str]:
        status = command.run(args)
        captured = capsys.readouterr()
        return status, captured.out, captured.err

    return run


@pytest.fixture
def failing(monkeypatch: pytest.MonkeyPatch) -> Callable[[Exception], None]:
    """Make `anmin verify` fail in a certain way."""

    def fail_with(fault: Exception) -> None:
        def check(*_: object) -> None:
            raise fault

        monkeypatch.setattr("anmin.config.integrity.check", check)

    return fail_with


def test_every_file_of_commands_brings_commands_with_help() -> None:
    group = typer.main.get_command(command.build())
    flat: list[Any] = []

    def walk(one: Any) -> None:
        for inner in getattr(one, "commands", {}).values():
            walk(inner) if hasattr(inner, "commands") else flat.append(inner)

    walk(group)
    assert {"up", "init", "verify", "backup", "restore", "worker"} <= {one.name for one in flat}
    assert [one.name for one in flat if not one.help] == []
    silent = [
        f"{one.name} {param.name}"
        for one in flat
        for param in one.params
        if param.name != "help" and not getattr(param, "help", None)
    ]
    assert silent == [], "arguments without a word of help"
    assert commands.__doc__


def test_help_and_a_wrong_word(say: Said) -> None:
    status, out, err = say("--help")
    assert (status, err) == (0, "")
    assert "restore" in out
    status, out, err = say("verfy")
    assert (status, out) == (2, "")
    assert "verfy" in err


def test_help_does_not_wait_for_django() -> None:
    program = (
        "import sys; from anmin.config.command import run; run(['--help']); "
        "sys.exit('django' in sys.modules or 'numpy' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, check=False)
    assert done.returncode == 0


@pytest.mark.django_db
def test_json_is_one_object_and_nothing_else(say: Said) -> None:
    status, out, err = say("verify", "--json")
    assert (status, err) == (0, "")
    assert json.loads(out) == {
        "matters": 0,
        "entries": 0,
        "mismatches": 0,
        "broken_chains": 0,
        "access_log_entries": 0,
        "records": 0,
        "rows": 0,
        "findings": [],
        "roots": [],
    }


@pytest.mark.parametrize(
    ("fault", "line"),
    [
        (Refusal("this cannot be", line=7), "anmin: line 7: this cannot be\n"),
        (
            OperationalError("no such table: matters_matter"),
            "anmin: the database is not set up yet, or by another version: run `anmin init`\n",
        ),
        (
            OperationalError("connection refused\nis it running?"),
            "anmin: The database cannot be reached at the moment. Nothing that was saved is lost; "
            "try again later.\n",
        ),
        (PermissionError(13, "Permission denied", "/x"), "anmin: /x: Permission denied\n"),
    ],
)
def test_a_failure_is_one_line(
    say: Said, failing: Callable[[Exception], None], fault: Exception, line: str
) -> None:
    failing(fault)
    assert say("verify") == (1, "", line)


def test_what_nobody_expected_is_one_line_and_in_the_log(
    say: Said, failing: Callable[[Exception], None], caplog: pytest.LogCaptureFixture
) -> None:
    failing(ZeroDivisionError("secret of 王秀英"))
    status, out, err = say("verify")
    assert (status, out) == (1, "")
    assert err.startswith("anmin: an unexpected fault (ZeroDivisionError); the details are in ")
    assert "王秀英" not in err
    assert caplog.records


@pytest.mark.django_db
def test_an_administrator_is_added_from_the_console(
    say: Said, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO("安民-first-admin-2026\n"))
    status, out, err = say("user", "add", "root", "--role", "admin", "--password-stdin", "--json")
    assert (status, err) == (0, "")
    assert json.loads(out) == {"username": "root", "role": "admin", "unit": None}
    account = Account.objects.get()
    assert account.check_password("安民-first-admin-2026")
    assert AccessLog.objects.get().action == "add_account"


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("args", "reason"),
    [
        (("--role", "boss"), "there is no role boss"),
        (("--role", "admin", "--unit", "X9"), "there is no unit with the code X9"),
        (("--role", "admin"), "give the password with --password-stdin"),
        (("--role", "officer", "--no-password"), ""),
    ],
)
def test_an_account_that_cannot_be_is_refused(
    say: Said, monkeypatch: pytest.MonkeyPatch, args: tuple[str, ...], reason: str
) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO(""))
    status, out, err = say("user", "add", "root", *args)
    assert (status, out) == (1, "")
    assert reason in err
    assert len(err.splitlines()) == 1
    assert not Account.objects.exists()
    assert not AccessLog.objects.exists()


@pytest.mark.django_db
def test_init_twice_changes_nothing(say: Said) -> None:
    first = json.loads(say("init", "--json")[1])
    assert first["reference_rows"] > 500
    assert json.loads(say("init", "--json")[1]) == {"migrations": 0, "reference_rows": 0}


def test_progress_is_silent_without_a_terminal(capsys: pytest.CaptureFixture[str]) -> None:
    with console.progress("Work") as advance:
        advance(1, 2)
    captured = capsys.readouterr()
    assert (captured.out, captured.err) == ("", "")
