"""Evidence that can be counted: what rooms declare so that a programme may rest on it.

An indicator is a figure of how well something goes; evidence is simply something that was done, as a
thing that went back or a text that was published, one row of the lake each.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Final

from django.utils.translation import gettext as _

from anmin.kernel.errors import NotFound
from anmin.measures.columns import Text
from anmin.measures.registry import (
    DeclarationError,
    Direction,
    Expression,
    Indicator,
    Kind,
    Rows,
    registry,
)


def _all(rows: Rows) -> Expression:
    return rows.cutoff.notnull()


@dataclass(frozen=True)
class Evidence:
    """One sort of countable evidence.

    ``indicator`` counts it, by its dimensions; ``values`` gives for some of them the codes there are.
    """

    code: str
    label: Text
    indicator: Indicator
    values: Mapping[str, Callable[[], Iterable[str]]]


_EVIDENCE: Final[dict[str, Evidence]] = {}


def evidence_of(
    code: str,
    label: Text,
    *,
    table: str,
    unit: Text,
    how_made: Text,
    records: Callable[[Rows], Expression] = _all,
    dimensions: tuple[str, ...] = (),
    values: Mapping[str, Callable[[], Iterable[str]]] | None = None,
) -> Evidence:
    """Declare evidence: the rows of a lake table, or those of them for which ``records`` holds.

    Raises ``DeclarationError`` for a code that is taken or a table or column that is not there.
    """
    if code in _EVIDENCE:
        raise DeclarationError(f"{code} is declared twice")
    indicator = Indicator(
        key=code,
        label=label,
        how_made=how_made,
        unit=unit,
        table=table,
        kind=Kind.COUNT,
        direction=Direction.NEITHER,
        numerator=records,
        dimensions=dimensions,
        hide_small=False,
    )
    registry.require_fit(indicator)
    if strange := set(values or {}) - set(dimensions):
        raise DeclarationError(f"{code}: {sorted(strange)} are no dimensions of it")
    return _EVIDENCE.setdefault(code, Evidence(code, label, indicator, values or {}))


def evidence(code: str) -> Evidence:
    """The evidence of that code. Raises ``NotFound``."""
    if (found := _EVIDENCE.get(code)) is None:
        raise NotFound(_("There is no countable evidence %(code)s.") % {"code": code}, field="code")
    return found


def all_evidence() -> Mapping[str, Evidence]:
    """Everything that is declared, by its code, in order."""
    return _EVIDENCE
