"""How attempts end and what that means for the response rate: ``dispositions.toml``."""

from collections.abc import Iterable
from enum import StrEnum
from functools import cache
from typing import Literal

from anmin.callbacks.data_files import read_data
from anmin.kernel.bilingual import Term

NEVER_ATTEMPTED = "3.11"
COMPLETE = "1.1"
PARTIAL = "1.2"
REFUSAL = "2.11"
WITHDRAWN = "4.80"


class DispositionClass(StrEnum):
    """The classes that a response rate is made of."""

    COMPLETE = "complete"
    PARTIAL = "partial"
    REFUSAL = "refusal"
    NON_CONTACT = "non_contact"
    OTHER = "other"
    UNKNOWN_ELIGIBILITY = "unknown_eligibility"
    NOT_ELIGIBLE = "not_eligible"

    @property
    def usable(self) -> bool:
        """There is a reply to count."""
        return self in (DispositionClass.COMPLETE, DispositionClass.PARTIAL)


class Disposition(Term):
    """One final disposition."""

    kind: DispositionClass


class Outcome(Term):
    """How one attempt ended. ``ends`` closes the callback at once."""

    by: Literal["operator", "house", "both"]
    ends: str = ""
    exhausted: str = ""


@cache
def dispositions() -> dict[str, Disposition]:
    """The final dispositions by code."""
    rows = read_data("dispositions.toml")["final"]
    return {
        code: Disposition(code=code, kind=row.pop("class"), **row) for code, row in rows.items()
    }


@cache
def outcomes() -> dict[str, Outcome]:
    """The outcomes of an attempt by code. One that points nowhere stops the start."""
    rows = read_data("dispositions.toml")["outcome"]
    table = {code: Outcome(code=code, **row) for code, row in rows.items()}
    for code, row in table.items():
        named = {row.ends, row.exhausted} - {""}
        if named - set(dispositions()) or (code != "reached" and len(named) != 1):
            raise ValueError(f"dispositions.toml: outcome {code} must name one known disposition")
    return table


def operator_outcomes() -> list[Outcome]:
    """What an operator may record without an answer."""
    return [row for row in outcomes().values() if row.by != "house" and row.code != "reached"]


def exhausted(attempts: Iterable[str]) -> str:
    """The disposition when no attempt is left: 2.20 if anything got through to the number."""
    found = {outcomes()[code].exhausted for code in attempts} - {""}
    return min(found, default=NEVER_ATTEMPTED)


def answered(*, satisfaction: str, solved: str) -> str:
    """The disposition of an answer: complete, partial, or a refusal of both questions."""
    given = [value not in ("", "refuse") for value in (satisfaction, solved)]
    if all(given):
        return COMPLETE
    return PARTIAL if any(given) else REFUSAL
