"""How this room's stories are told."""

import csv
import tomllib
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import hypothesis
import pytest

from anmin.exchange.probe import probe
from anmin.exchange.problems import Problem
from anmin.exchange.profile import Profile
from anmin.exchange.reading import Order, read
from anmin.exchange.row_facts import Facts, World

if TYPE_CHECKING:
    from anmin.exchange.tests.exports import Table
    from anmin.exchange.tests.station import Files

# Files are written and read in many of these tests: how long one takes says nothing.
hypothesis.settings.register_profile("files", deadline=None)
hypothesis.settings.load_profile("files")

NOW = datetime(2026, 3, 10, 12, tzinfo=UTC)
WORLD = World(
    now=NOW,
    categories={"THEFT": "theft", "盗窃": "theft", "DISPUTE": "dispute", "纠纷": "dispute"},
    units={"RA": 1, "RA-JH": 2},
    bodies=frozenset({"WB-JH"}),
    unit_names={"瑞安市公安局": 1, "锦湖派出所": 2, "重名所": None},
    areas={"330381003099": 7},
    area_names={"锦湖文化社区": 7, "新村": None},
    limits={"reply": 30, "call_type": 20, "priority": 20, "clearance": 20},
)
PLAIN = """
name = "plain"
title = "Plain"
optional = ["category", "updated_at"]
[time]
formats = ["%Y-%m-%d %H:%M"]
[columns]
external_id = "no"
received_at = "received"
arrived_at = "arrived"
category = "class"
updated_at = "updated"
[category]
labels = true
default = "other"
"""


def make_profile(toml: str = PLAIN, **changes: Any) -> Profile:
    """A profile from TOML; keyword arguments replace whole tables."""
    raw = tomllib.loads(toml)
    raw.update(changes)
    return Profile.model_validate(raw)


@pytest.fixture
def taken(tmp_path: Path) -> Callable[..., list[Facts | tuple[int, Problem]]]:
    """What becomes of each row of a CSV: its facts, or its line and problem; in file order."""

    def go(text: str | bytes, profile: Profile | None = None, **world: Any) -> list[Any]:
        profile = profile or make_profile()
        path = tmp_path / "file"
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
        found = probe(path, encoding=profile.file.encoding)
        order = Order(path, profile, replace(WORLD, **world), found, 1000)
        rows: list[tuple[int, Any]] = []
        for batch in read(order):
            rows += [(facts.line, facts) for facts in batch.facts]
            rows += [(line, (line, problem)) for line, _cells, problem in batch.rejected]
        return [one for _line, one in sorted(rows, key=lambda row: row[0])]

    return go


@pytest.fixture
def files(tmp_path: Path, settings: Any) -> "Files":
    """What a station takes in, in a home of its own."""
    from anmin.exchange.tests.station import Files

    settings.ANMIN_HOME = tmp_path
    return Files(tmp_path)


@pytest.fixture
def table(tmp_path: Path) -> Callable[..., "Table"]:
    """A CSV of these rows, guessed and read."""
    from anmin.exchange.tests.exports import Table

    def go(rows: Sequence[Sequence[object]], codec: str = "utf-8", **said: object) -> "Table":
        path = tmp_path / "calls.csv"
        with path.open("w", encoding=codec, newline="") as file:
            csv.writer(file).writerows(rows)
        return Table(path, **said)  # type: ignore[arg-type]

    return go
