"""How sampled persons end, and what that means for the response rate: ``dispositions.toml``."""

import tomllib
from collections.abc import Iterable
from functools import cache
from pathlib import Path
from typing import Any

from anmin.callbacks.dispositions import (
    COMPLETE,
    NEVER_ATTEMPTED,
    PARTIAL,
    REFUSAL,
    Disposition,
    DispositionClass,
    Outcome,
)

__all__ = [
    "COMPLETE",
    "NEVER_ATTEMPTED",
    "PARTIAL",
    "REFUSAL",
    "DispositionClass",
    "dispositions",
    "exhausted",
    "graded",
    "interviewer_outcomes",
    "outcomes",
]

BREAK_OFF = "2.12"


def _data() -> dict[str, Any]:
    return tomllib.loads(Path(__file__).with_name("dispositions.toml").read_text("utf-8"))


@cache
def dispositions() -> dict[str, Disposition]:
    """The final dispositions by code."""
    return {
        code: Disposition(code=code, kind=row.pop("class"), **row)
        for code, row in _data()["final"].items()
    }


@cache
def outcomes() -> dict[str, Outcome]:
    """The outcomes of an attempt by code. One that points nowhere stops the start."""
    table = {code: Outcome(code=code, **row) for code, row in _data()["outcome"].items()}
    for code, row in table.items():
        named = {row.ends, row.exhausted} - {""}
        if named - set(dispositions()) or (code != "reached" and len(named) != 1):
            raise ValueError(f"dispositions.toml: outcome {code} must name one known disposition")
    return table


def interviewer_outcomes() -> list[Outcome]:
    """What an interviewer may record without an answer."""
    return [row for row in outcomes().values() if row.by != "house" and row.code != "reached"]


def exhausted(attempts: Iterable[str]) -> str:
    """The disposition when nobody tries any more: 2.20 if anything reached the person's side."""
    found = {outcomes()[code].exhausted for code in attempts} - {""}
    return min(found, default=NEVER_ATTEMPTED)


def graded(answered: int, asked: int, *, complete: float, partial: float) -> str:
    """The disposition of a return by the share of its questions that were answered."""
    share = answered / asked
    if share > complete:
        return COMPLETE
    return PARTIAL if share >= partial else BREAK_OFF
