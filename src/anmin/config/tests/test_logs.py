"""Logs are one JSON object a line, one file a day, and go when their time is over."""

import json
import logging
import logging.config
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import structlog

from anmin.config import logs


@pytest.fixture
def record() -> logging.LogRecord:
    return logging.LogRecord("anmin", logging.INFO, __file__, 1, "hello", None, None)


def test_each_day_has_its_file(tmp_path: Path, record: logging.LogRecord) -> None:
    handler = logs.DailyFile(tmp_path)
    for day in (1, 2, 2):
        record.created = datetime(2026, 3, day, 23, 59, tzinfo=UTC).timestamp()
        handler.emit(record)
    handler.close()
    assert (tmp_path / "2026-03-01.log").read_text() == "hello\n"
    assert (tmp_path / "2026-03-02.log").read_text() == "hello\nhello\n"


def test_two_processes_may_write_the_same_file(tmp_path: Path, record: logging.LogRecord) -> None:
    first, second = logs.DailyFile(tmp_path), logs.DailyFile(tmp_path)
    for handler in (first, second, first):
        handler.emit(record)
    first.close()
    second.close()
    (file,) = tmp_path.iterdir()
    assert file.read_text().splitlines() == ["hello"] * 3


def test_old_files_go_and_nothing_else(tmp_path: Path) -> None:
    for name in ("2026-01-01.log", "2026-01-02.log", "2026-01-03.log", "notes.txt"):
        (tmp_path / name).touch()
    now = datetime(2026, 1, 12, 12, tzinfo=UTC)
    assert logs.remove_old(tmp_path, keep=timedelta(days=10), now=now) == 1
    assert {path.name for path in tmp_path.iterdir()} == {
        "2026-01-02.log",
        "2026-01-03.log",
        "notes.txt",
    }


def test_a_stranger_writes_neither_a_path_nor_much_into_the_log() -> None:
    """Django logs a refused request with its path, which may hold a citizen's code."""
    record = logging.LogRecord(
        "django.security.RequestDataTooBig", logging.ERROR, __file__, 1, "%s", ("x" * 5000,), None
    )
    record.request = "<WSGIRequest: POST '/a/FLeBBV-k3C8nUyiQ-5RC0A'>"
    record.exc_info = (ValueError, ValueError("x"), None)
    assert logs.Strangers().filter(record)
    assert "FLeBBV" not in str(vars(record))
    assert (record.levelname, record.exc_info, len(record.getMessage())) == (
        "WARNING",
        None,
        logs.LONGEST,
    )
    ours = logging.LogRecord("anmin.x", logging.ERROR, __file__, 1, "x" * 5000, None, None)
    ours.exc_info = (ValueError, ValueError("x"), None)
    assert logs.Strangers().filter(ours)
    assert (len(ours.getMessage()), ours.levelname, ours.exc_info is None) == (5000, "ERROR", False)


def test_a_line_holds_what_happened_and_no_local_variables(tmp_path: Path) -> None:
    """In a process of its own: logging is set up once for each."""
    import subprocess
    import sys

    program = """
import sys, pathlib, structlog, logging
from anmin.config import logs
logs.configure({"level": "info", "home": pathlib.Path(sys.argv[1])})
structlog.contextvars.bind_contextvars(request_id="r-1")
log = structlog.get_logger("anmin.test")
def fail():
    phone = "138" + "57712345"
    raise ValueError("no")
try:
    fail()
except ValueError:
    log.exception("it failed", unit="330381001")
logging.getLogger("library").warning("plain %s", "words")
logging.getLogger("django.security.X").error("wrong host", extra={"request": "/a/FLeBBV"})
log.debug("not this")
"""
    subprocess.run([sys.executable, "-c", program, str(tmp_path)], check=True)
    (file,) = (tmp_path / "logs").iterdir()
    first, second, third = (json.loads(line) for line in file.read_text().splitlines())
    assert (first["event"], first["level"], first["logger"]) == (
        "it failed",
        "error",
        "anmin.test",
    )
    assert (first["request_id"], first["unit"]) == ("r-1", "330381001")
    assert "ValueError: no" in first["exception"]
    assert "13857712345" not in file.read_text()
    assert (second["event"], second["level"]) == ("plain words", "warning")
    assert (third["event"], third["level"], "request" in third) == ("wrong host", "warning", False)


def test_no_library_logs_what_somebody_sent(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    told: list[dict[str, Any]] = []
    monkeypatch.setattr(logging.config, "dictConfig", told.append)
    monkeypatch.setattr(structlog, "configure", lambda **_told: None)
    logs.configure({"home": tmp_path, "level": "debug"})
    (said,) = told
    for library in ("PIL", "httpx", "httpcore"):
        assert said["loggers"][library]["level"] == "WARNING"
