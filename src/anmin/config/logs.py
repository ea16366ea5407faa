"""Structured logs: one JSON object a line, one file a day, nothing personal in them.

An event carries its time (UTC), level, name, process and the request's or job's id. Request
bodies, query strings and paths are never logged (a path may hold a citizen's code), only the
name of the address. Tracebacks hold no local variables.
"""

import errno
import json
import logging
import logging.config
import os
import sys
from collections.abc import MutableMapping
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import structlog

TRACELESS = "traceless"
"""What stands in the context of a request that leaves no line, unless something is wrong with the house."""

SHARED: list[Any] = [
    structlog.contextvars.merge_contextvars,
    structlog.stdlib.add_log_level,
    structlog.stdlib.add_logger_name,
    structlog.stdlib.ExtraAdder(),
    structlog.processors.TimeStamper(fmt="iso", utc=True),
    structlog.processors.format_exc_info,
]


LONGEST = 200
"""Characters of what a stranger can have written into the log."""


def folder(home: Path) -> Path:
    """Where the logs of an installation lie."""
    return home / "logs"


class DailyFile(logging.Handler):
    """Appends each event to the file of its day (UTC).

    Whole lines are appended, so several processes may write the same file, and none of them has
    to rename it under the others.
    """

    def __init__(self, directory: Path) -> None:
        super().__init__()
        self._directory = directory
        self._day = ""
        self._file: int | None = None
        self._torn = False
        self._lost = 0

    def emit(self, record: logging.LogRecord) -> None:
        """Write one line, or lose it and count it: a log is never a reason to fail."""
        try:
            day = datetime.fromtimestamp(record.created, UTC).date().isoformat()
            if self._file is None or day != self._day:
                self._open(day)
            line = f"{self.format(record)}\n"
            if self._lost:
                line = json.dumps({"event": "log lines lost", "count": self._lost}) + "\n" + line
            self._append(line.encode("utf-8", "backslashreplace"))
            self._lost = 0
        except Exception:
            self.handleError(record)

    def _open(self, day: str) -> None:
        self.close()
        self._directory.mkdir(mode=0o700, parents=True, exist_ok=True)
        flags = os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC
        self._file, self._day = os.open(self._directory / f"{day}.log", flags, 0o600), day

    def _append(self, line: bytes) -> None:
        """Write it all at once; what a full disk took only half of is ended before the next."""
        assert self._file is not None
        line = b"\n" + line if self._torn else line
        written = os.write(self._file, line)
        if written < len(line):
            self._torn = True
            raise OSError(errno.ENOSPC, "no room for a whole line")
        self._torn = False

    def handleError(self, record: logging.LogRecord) -> None:  # noqa: N802 - the library's name
        """Say nothing to anybody: whoever asked has done nothing wrong. The line is counted."""
        self._lost += 1

    def close(self) -> None:
        """Close the file; the next event opens it again."""
        if self._file is not None:
            with suppress(OSError):
                os.close(self._file)
            self._file = None
        super().close()


class Strangers(logging.Filter):
    """What Django says of a request that it refuses: one short line, without the path and a traceback.

    Whoever sends a wrong host or a body too large writes it, as often as he likes.
    """

    def filter(self, record: logging.LogRecord) -> bool:
        """Every line passes, those of strangers cut down."""
        if record.name.startswith("django.security"):
            record.msg, record.args = record.getMessage()[:LONGEST], None
            record.exc_info = record.exc_text = record.stack_info = None
            record.levelno, record.levelname = logging.WARNING, "WARNING"
            vars(record).pop("request", None)
        return True


def remove_old(directory: Path, *, keep: timedelta, now: datetime) -> int:
    """Delete the log files of days that ended longer ago than `keep`; how many."""
    removed = 0
    for file in directory.glob("????-??-??.log"):
        day = datetime.fromisoformat(f"{file.stem}T00:00:00+00:00")
        if day + timedelta(days=1) + keep < now:
            file.unlink()
            removed += 1
    return removed


def configure(options: dict[str, Any]) -> None:
    """Set logging up; Django calls this with `settings.LOGGING`."""
    logging.raiseExceptions = False  # no handler prints a traceback because it cannot write
    formatter = {
        "()": structlog.stdlib.ProcessorFormatter,
        "foreign_pre_chain": SHARED,
        "processors": [
            _process,
            structlog.stdlib.ProcessorFormatter.remove_processors_meta,
            structlog.processors.JSONRenderer(ensure_ascii=False),
        ],
    }
    out: dict[str, Any] = (
        {"class": "logging.StreamHandler", "stream": sys.stderr}
        if options.get("to") == "stderr"
        else {"()": DailyFile, "directory": folder(options["home"])}
    )
    logging.config.dictConfig(
        {
            "version": 1,
            "disable_existing_loggers": False,
            "formatters": {"json": formatter},
            "filters": {"strangers": {"()": Strangers}},
            "handlers": {"out": {**out, "formatter": "json", "filters": ["strangers"]}},
            "root": {"handlers": ["out"], "level": options["level"].upper()},
            "loggers": {
                # Django would log the path of each refused request; `middleware` logs its name.
                "django.request": {"level": "CRITICAL"},
                "django.security.csrf": {"level": "CRITICAL"},
                "httpx": {"level": "WARNING"},
                "httpcore": {"level": "WARNING"},  # would log what is sent to a gateway
                "PIL": {"level": "WARNING"},  # would log what a picture says of itself
                "fontTools": {"level": "WARNING"},
            },
        }
    )
    structlog.configure(
        processors=[
            *SHARED[:2],
            _untold,
            *SHARED[2:],
            structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
        ],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=True,
    )


def _untold(
    _logger: object, _method: str, event: MutableMapping[str, Any]
) -> MutableMapping[str, Any]:
    """Drop what would say when somebody was on a page that leaves no trace, and what he or she did there."""
    if event.pop(TRACELESS, False) and event["level"] in ("debug", "info"):
        raise structlog.DropEvent
    return event


def _process(_logger: object, _method: str, event: dict[str, Any]) -> dict[str, Any]:
    event["pid"] = os.getpid()
    event.pop(TRACELESS, None)
    return event
