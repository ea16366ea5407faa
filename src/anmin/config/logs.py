"""Structured logs: one JSON object a line, one file a day, nothing personal in them.

An event carries its time (UTC), level, name, process and the request's or job's id. Request
bodies, query strings and paths are never logged (a path may hold a citizen's code), only the
name of the address. Tracebacks hold no local variables.
"""

import logging
import logging.config
import os
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, TextIO

import structlog

SHARED: list[Any] = [
    structlog.contextvars.merge_contextvars,
    structlog.stdlib.add_log_level,
    structlog.stdlib.add_logger_name,
    structlog.stdlib.ExtraAdder(),
    structlog.processors.TimeStamper(fmt="iso", utc=True),
    structlog.processors.format_exc_info,
]


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
        self._file: TextIO | None = None

    def emit(self, record: logging.LogRecord) -> None:
        """Write one line."""
        try:
            day = datetime.fromtimestamp(record.created, UTC).date().isoformat()
            if self._file is None or day != self._day:
                self.close()
                self._directory.mkdir(mode=0o700, parents=True, exist_ok=True)
                self._file = (self._directory / f"{day}.log").open("a", encoding="utf-8")
                self._day = day
            self._file.write(f"{self.format(record)}\n")
            self._file.flush()
        except Exception:
            self.handleError(record)

    def close(self) -> None:
        """Close the file; the next event opens it again."""
        if self._file is not None:
            self._file.close()
            self._file = None
        super().close()


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
            "handlers": {"out": {**out, "formatter": "json"}},
            "root": {"handlers": ["out"], "level": options["level"].upper()},
            "loggers": {
                # Django would log the path of each refused request; `middleware` logs its name.
                "django.request": {"level": "CRITICAL"},
                "django.security.csrf": {"level": "CRITICAL"},
                "httpx": {"level": "WARNING"},
                "fontTools": {"level": "WARNING"},
            },
        }
    )
    structlog.configure(
        processors=[*SHARED, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=True,
    )


def _process(_logger: object, _method: str, event: dict[str, Any]) -> dict[str, Any]:
    event["pid"] = os.getpid()
    return event
