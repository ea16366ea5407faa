"""What rooms declare: tables of the lake, and indicators over them. Duplicates fail loudly."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Final

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from anmin.kernel.errors import NotFound, Refusal
from anmin.measures.columns import Column, ColumnType, Text
from anmin.measures.expressions import Expression as Expression
from anmin.measures.expressions import Rows as Rows
from anmin.measures.expressions import column
from anmin.measures.same_event import Once

type Cursor = str | int | None
"""How far a table has been read: whatever its room chooses; None before the first time."""

type Query = str | QuerySet[Any, Any]
"""SQL as the database takes it, complete, or what Django makes of it."""

MONTH: Final = "month"
"""The partition, ``YYYY-MM`` in local time: a column of every table and a dimension of all."""

DAY: Final = "date"
"""The local day, ``YYYY-MM-DD``, in the same column's time: a dimension of all, for series."""

CUTOFF: Final = "cutoff"
"""The moment of the refresh (UTC): every expression can use it as a column of its table."""

AGAIN: Final = "again"
"""Whether a row is likely about the same event as one before it (``LakeTable.event``): ``aside``
can use it as a column."""


class DeclarationError(Refusal):
    """A room declares what cannot be: a fault of the program or of a kind, found at its start."""

    default_code = "bad_declaration"


def _no_rows(_vendor: str) -> Query:
    return ""


def _never(cursor: Cursor) -> tuple[Sequence[Query], Cursor]:
    return (), cursor


@dataclass(frozen=True, kw_only=True)
class LakeTable:
    """A table of the lake: one row for each record, partitioned by the month it belongs to.

    ``month`` names the column, a timestamp or date that is never empty, that tells the month;
    ``key`` the column that is unique and by which a row opens its record. ``source`` gives, for
    ``"sqlite"`` or ``"postgresql"``, the query whose columns are ``columns`` (in any order):
    a queryset with ``values(…)`` or SQL; it must not depend on the clock. ``changed`` gets the
    cursor it returned last time and answers the queries that give the keys of the records that
    have changed since (none: nothing has), or None for all, and the new cursor; asked with None,
    only the cursor of its answer counts. They may name too many records, never too few; one that
    ``source`` no longer gives goes. ``event`` names the column with the key of the report that a
    row is about, and those columns that tell rows of one report apart. A table of ``parts`` has no
    files of its own: it is the rows of those tables, with the columns that all of them have.
    """

    name: str
    label: Text
    columns: Mapping[str, Column]
    key: str
    month: str
    source: Callable[[str], Query] = _no_rows
    changed: Callable[[Cursor], tuple[Sequence[Query] | None, Cursor]] = _never
    event: tuple[str, ...] = ()
    parts: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        names = {self.name, *self.columns}
        if wrong := sorted(
            name for name in names if not name.isidentifier() or name.lower() != name
        ):
            raise DeclarationError(f"{self.name}: these are no lower-case names: {wrong}")
        if reserved := {MONTH, DAY, CUTOFF, AGAIN} & set(self.columns):
            raise DeclarationError(f"{self.name}: every table has these anyway: {reserved}")
        if missing := {self.key, self.month, *self.event} - set(self.columns):
            raise DeclarationError(f"{self.name}: key, month or event name no column: {missing}")
        if self.columns[self.month].type not in (ColumnType.TIMESTAMP, ColumnType.DATE):
            raise DeclarationError(f"{self.name}: {self.month} tells no month")

    @property
    def types(self) -> dict[str, str]:
        """The columns with their types, in order."""
        return {name: str(column.type) for name, column in self.columns.items()}


class Kind(StrEnum):
    """What sort of figure an indicator is; decides its value and interval."""

    PROPORTION = "proportion"
    COUNT = "count"
    MEAN_SCORE = "mean_score"


class Direction(StrEnum):
    """Whether more of it is better."""

    HIGHER = "higher"
    LOWER = "lower"
    NEITHER = "neither"


@dataclass(frozen=True, kw_only=True)
class Indicator:
    """A figure, declared once: the same expressions count it and find the records behind it.

    ``numerator`` and ``denominator`` look at one row of ``table``. A **proportion** counts the
    rows of the denominator for which the numerator is true; a **count** the rows for which the
    numerator is true, and has no denominator; a **mean score** averages the numerator, a number
    between 0 and 1, over the rows of the denominator that have one. An empty answer is "no".
    ``frame``, which must hold wherever the denominator does, marks all who were asked; with it
    each value carries what it would be if the silent had all said the worst, and the best.
    ``hide_small`` keeps cells from fewer records than rule ``measures.suppress_below`` hidden:
    for what people answered, not for what an office does. ``dimensions`` are columns of the
    table by which it may be broken down, besides ``month`` and ``date``; ``instead`` names, by
    dimension, another column of the table that is read for it. ``aside`` marks the rows without
    which each of its figures is shown as well (``Figure.without``), ``demands`` those that were found
    to be about an unreasonable demand, likewise (``Figure.without_demands``). ``beside`` is the key of
    another indicator that stands on its page, because one of the two alone misleads.
    """

    key: str
    label: Text
    how_made: Text
    unit: Text
    table: str
    kind: Kind
    direction: Direction
    numerator: Callable[[Rows], Expression]
    denominator: Callable[[Rows], Expression] | None = None
    frame: Callable[[Rows], Expression] | None = None
    dimensions: tuple[str, ...] = ()
    instead: tuple[tuple[str, str], ...] = ()
    hide_small: bool = True
    aside: Callable[[Rows], Expression] | None = None
    demands: Callable[[Rows], Expression] | None = None
    beside: str = ""

    def __post_init__(self) -> None:
        if (self.denominator is None) != (self.kind is Kind.COUNT):
            raise DeclarationError(f"{self.key}: only a count has no denominator")
        if self.frame is not None and self.kind is Kind.COUNT:
            raise DeclarationError(f"{self.key}: a count has no bounds")
        if (self.aside or self.demands) and self.kind is Kind.COUNT:
            raise DeclarationError(f"{self.key}: of a count nothing is set aside")


@dataclass
class Registry:
    """The tables and indicators of one installation, by name and key, in order of declaration.

    ``same_event`` is set by the room that says which records are about one event.
    """

    tables: dict[str, LakeTable] = field(default_factory=dict)
    indicators: dict[str, Indicator] = field(default_factory=dict)
    same_event: Callable[[], Once] | None = None

    def add(self, *declared: LakeTable | Indicator) -> None:
        """Take up declarations; an indicator comes after its table.

        Raises:
            DeclarationError: a name that is taken, or an indicator that does not fit its table.
        """
        for one in declared:
            if isinstance(one, LakeTable):
                self._fit(one)
                _put(self.tables, one.name, one)
                continue
            self.require_fit(one)
            _put(self.indicators, one.key, one)

    def require_fit(self, one: Indicator) -> None:
        """Raise ``DeclarationError`` unless the indicator fits a table that there is."""
        table = self.tables.get(one.table)
        if table is None:
            raise DeclarationError(f"{one.key}: there is no table {one.table}")
        read = {*one.dimensions, *(column for _name, column in one.instead)}
        if strange := read - set(table.columns):
            raise DeclarationError(f"{one.key}: {one.table} has no column {sorted(strange)}")
        _require_readable(one, table)

    def stored(self, table: LakeTable) -> list[LakeTable]:
        """The tables that have the files of this one."""
        return [self.tables[name] for name in table.parts] or [table]

    def _fit(self, table: LakeTable) -> None:
        for name in table.parts:
            part = self.tables.get(name)
            if part is None or part.parts:
                raise DeclarationError(f"{table.name}: there is no table {name} with rows")
            if table.types.items() - part.types.items():
                raise DeclarationError(f"{table.name}: {name} has other columns")

    def indicator(self, key: str) -> Indicator:
        """The indicator of that key.

        Raises:
            NotFound: there is none; the message says how to see those there are.
        """
        try:
            return self.indicators[key]
        except KeyError:
            raise NotFound(
                _("There is no indicator %(key)s.") % {"key": key}, field="key"
            ) from None


def _require_readable(one: Indicator, table: LakeTable) -> None:
    """Refuse an expression over a column that the table has not, now and not on somebody's page."""
    names = (*table.columns, MONTH, DAY, CUTOFF, AGAIN)
    rows = Rows(table.name, {name: column(name) for name in names})
    for looks in (one.numerator, one.denominator, one.frame, one.aside, one.demands):
        try:
            if looks is not None:
                looks(rows)
        except (AttributeError, TypeError) as fault:
            raise DeclarationError(f"{one.key}: {fault}") from fault


def _put[T](known: dict[str, T], name: str, one: T) -> None:
    if name in known:
        raise DeclarationError(f"{name} is declared twice")
    known[name] = one


registry: Final = Registry()
"""What the rooms of this installation have declared."""
