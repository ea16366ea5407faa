"""What an installation sets is checked at the start, and refused in plain words."""

import os
import stat
import subprocess
import sys
from pathlib import Path

import pytest
from pydantic import SecretStr

from anmin.config.environment import Environment, WrongEnvironment
from anmin.config.home import in_use, kept_secret, make_home
from anmin.kernel.errors import Conflict


def test_without_any_setting_there_is_a_whole_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [name for name in os.environ if name.startswith("ANMIN_")]:
        monkeypatch.delenv(name)
    monkeypatch.delenv("DATABASE_URL", raising=False)
    environment = Environment.load()
    assert environment.anmin_home == Path.cwd() / "var"
    assert environment.anmin_time_zone == "Asia/Shanghai"
    assert environment.host == "127.0.0.1"
    assert environment.database_url is None


@pytest.mark.parametrize(
    ("name", "value", "line"),
    [
        ("DATABASE_URL", "mysql://x/y", "DATABASE_URL: must begin with postgres://"),
        ("ANMIN_TIME_ZONE", "Asia/Ruian", "ANMIN_TIME_ZONE: there is no time zone called"),
        ("ANMIN_LANGUAGE", "fr", "ANMIN_LANGUAGE: Input should be 'zh-hans' or 'en'"),
        ("ANMIN_BASE_URL", "anmin.example", "ANMIN_BASE_URL: must be a web address"),
        ("ANMIN_WEB_THREADS", "many", "ANMIN_WEB_THREADS: Input should be a valid integer"),
        ("ANMIN_HTTPS", "perhaps", "ANMIN_HTTPS: Input should be a valid boolean"),
        ("ANMIN_SECRET_KEY", "short", "ANMIN_SECRET_KEY: "),
        ("ANMIN_SMTP_URL", "mail.example:25", "ANMIN_SMTP_URL: must look like smtp://"),
        ("ANMIN_ROOT_MAIL", "a@b.cn, nobody", "ANMIN_ROOT_MAIL: nobody is no mail address"),
        ("ANMIN_ROOT_MAIL", "fr:a@b.fr", "ANMIN_ROOT_MAIL: there is no language fr"),
        ("ANMIN_SMS_URL", "https://sms.example", "ANMIN_SMS_SECRET: is needed with ANMIN_SMS_URL"),
        ("ANMIN_CLAMD", "clamd", "ANMIN_CLAMD: must be host:port"),
        ("ANMIN_PUBLIC_NUMBERS", "dice", "ANMIN_PUBLIC_NUMBERS: Input should be"),
        ("ANMIN_FILES_STORAGE", "{}", "ANMIN_FILES_STORAGE: must be JSON such as"),
        ("ANMIN_SMS_TEMPLATE", "{oops", "ANMIN_SMS_TEMPLATE: Invalid JSON"),
    ],
)
def test_a_wrong_value_is_refused_by_name(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str, line: str
) -> None:
    monkeypatch.setenv(name, value)
    with pytest.raises(WrongEnvironment) as refused:
        Environment.load()
    assert [fault for fault in refused.value.faults if fault.startswith(line)]
    if name in {"ANMIN_SECRET_KEY", "DATABASE_URL"}:
        assert value not in str(refused.value)


def test_every_fault_is_told_at_once_without_a_traceback() -> None:
    environment = {**os.environ, "ANMIN_LANGUAGE": "fr", "ANMIN_HTTPS": "perhaps"}
    result = subprocess.run(
        [sys.executable, "-m", "anmin.config.command", "verify"],
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert result.returncode == 1
    assert result.stdout == ""
    assert len(result.stderr.splitlines()) == 2
    assert "Traceback" not in result.stderr


def test_secrets_do_not_show_when_the_environment_is_printed(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("DATABASE_URL", "postgres://anmin:hush-hush@db/anmin")
    environment = Environment.load()
    assert isinstance(environment.database_url, SecretStr)
    assert "hush-hush" not in repr(environment)


def test_every_variable_says_what_it_is_for() -> None:
    assert [name for name, field in Environment.model_fields.items() if not field.description] == []


def test_the_home_is_for_its_owner_alone(tmp_path: Path) -> None:
    home = make_home(tmp_path / "deep" / "home")
    assert stat.S_IMODE(home.stat().st_mode) == 0o700


def test_a_secret_is_made_once_and_kept(tmp_path: Path) -> None:
    first = kept_secret(tmp_path / "key", lambda: "first\n")
    second = kept_secret(tmp_path / "key", lambda: "second\n")
    assert (first, second) == ("first", "first")
    assert stat.S_IMODE((tmp_path / "key").stat().st_mode) == 0o600
    assert [path.name for path in tmp_path.iterdir()] == ["key"]


def test_who_restores_is_alone_in_the_home(tmp_path: Path) -> None:
    with in_use(tmp_path), in_use(tmp_path), pytest.raises(Conflict, match="is in use"):
        in_use(tmp_path, alone=True).__enter__()
    with in_use(tmp_path, alone=True), pytest.raises(Conflict, match="being restored"):
        in_use(tmp_path).__enter__()
    with in_use(tmp_path, alone=True):
        pass
