"""Who is not called back, and by which rule: a decision table over plain facts."""

from functools import cache
from typing import NamedTuple

from anmin.callbacks.data_files import read_data
from anmin.kernel.bilingual import Term

FLAGS = ("minor_involved", "in_progress")
"""The facts of a matter's details that the table of exclusions asks for."""


class Facts(NamedTuple):
    """What the table decides on; all false means: call back."""

    sensitive: bool = False
    minor_involved: bool = False
    in_progress: bool = False
    no_contact: bool = False
    opted_out: bool = False
    too_old: bool = False
    not_drawn: bool = False


class Exclusion(Term):
    """One row of ``exclusions.toml``. ``told``: the unit that is rated can be who says so."""

    fact: str
    source: str
    told: bool = False


@cache
def exclusions() -> dict[str, Exclusion]:
    """The rows by code, first match first. A row about an unknown fact stops the start."""
    rows = [Exclusion(**row) for row in read_data("exclusions.toml")["exclusion"]]
    table = {row.code: row for row in rows}
    if len(table) != len(rows) or {row.fact for row in rows} != set(Facts._fields):
        raise ValueError("exclusions.toml: every fact has exactly one row, every code is used once")
    return table
