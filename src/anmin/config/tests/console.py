"""A command as somebody at the console gives it."""

import json
from collections.abc import Callable
from typing import Any

import pytest

from anmin.config import command

Run = Callable[..., tuple[int, Any, str]]


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Run:
    """Run a command: its status, what it said (the object with --json), and standard error."""
    monkeypatch.setenv("LC_ALL", "C")

    def call(*args: str) -> tuple[int, Any, str]:
        status = command.run(args)
        said = capsys.readouterr()
        return status, json.loads(said.out) if "--json" in args and said.out else said.out, said.err

    return call
