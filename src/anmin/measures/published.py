"""Counts as they may be published: a few tables of a period, protected together and with earlier ones."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.conf import settings
from django.utils import timezone
from django.utils.translation import gettext as _

from anmin.kernel.errors import Refusal
from anmin.measures.queries import ALL, Filters, tally
from anmin.measures.registry import MONTH, Kind, registry
from anmin.measures.suppression import ANY, Key
from anmin.measures.together import cells_of, hidden_together


@dataclass(frozen=True, slots=True)
class Tables:
    """What may be shown of an indicator's counts, and what not.

    Keys have a value for each dimension of ``by``, `ANY` where it is summed over. ``shown`` has the
    counts; of what is ``hidden`` not even whether there is anything is known. Keep them: they are
    the ``before`` of what is published next of the same records.
    """

    by: tuple[str, ...]
    start: date
    end: date
    shown: Mapping[Key, int]
    hidden: frozenset[Key]
    cutoff: datetime
    revision: int

    def table(self, *names: str) -> dict[Key, int | None]:
        """One breakdown, by its own values: a count, or None where it is hidden."""
        places = [self.by.index(name) for name in names]
        cells: dict[Key, int | None] = {**self.shown, **dict.fromkeys(self.hidden)}
        return {
            tuple(key[at] for at in places): cells[key]
            for key in sorted(cells, key=repr)
            if all((value is not ANY) == (at in places) for at, value in enumerate(key))
        }


def tables_of(
    key: str,
    tables: Sequence[Sequence[str]],
    start: date,
    end: date,
    filters: Filters = ALL,
    before: Iterable[Tables] = (),
) -> Tables:
    """The counts of an indicator by several breakdowns, such that no small one can be told from all.

    ``before``: what was published earlier of the same records, with the same filters: of the same
    period, or of single months of it; then ``month`` is one of the dimensions here.

    Raises:
        Refusal: the indicator is no count; as `hidden_together`; an earlier publication is of
            another period, or the records behind it have changed, so that a difference would tell
            what was put right.
        As `measures.queries.tally`.
    """
    indicator = registry.indicator(key)
    if indicator.kind is not Kind.COUNT:
        raise Refusal(_("Only counts are published as tables that are protected together."))
    by = tuple(dict.fromkeys(name for table in tables for name in table))
    found = tally(key, by, start, end, filters)
    atoms: dict[Key, int] = {values: round(cell.numerator) for values, cell in found.cells.items()}
    kept = [[by.index(name) for name in table] for table in tables]
    cells = cells_of(atoms, kept) if atoms else {}
    shown, hidden = _earlier(before, by, (start, end), cells)
    today = timezone.localdate()
    withheld = hidden_together(
        atoms,
        kept,
        minimum=settings.RULES.get("measures.suppress_below", today).number,
        width=settings.RULES.get("measures.hidden_range", today).number,
        shown=shown,
        hidden=hidden,
    )
    return Tables(
        by,
        start,
        end,
        {cell: size for cell, size in cells.items() if cell not in withheld},
        frozenset(withheld),
        found.cutoff,
        found.revision,
    )


def _earlier(
    before: Iterable[Tables],
    by: tuple[str, ...],
    period: tuple[date, date],
    cells: Mapping[Key, int],
) -> tuple[set[Key], set[Key]]:
    """The cells of these tables that were shown, and hidden, in earlier ones."""
    shown: set[Key] = set()
    hidden: set[Key] = set()
    for one in before:
        month = _month_of(one, by, period)
        for key, size in one.shown.items():
            cell = _as_here(key, one.by, by, month)
            if cell not in cells:
                continue
            if cells[cell] != size:
                raise Refusal(
                    _("Records behind an earlier publication have changed: publish that one anew.")
                )
            shown.add(cell)
        hidden |= {_as_here(key, one.by, by, month) for key in one.hidden} & cells.keys()
    return shown, hidden


def _month_of(one: Tables, by: tuple[str, ...], period: tuple[date, date]) -> dict[str, object]:
    """What an earlier table's cells say of the month, where it is not of the same period."""
    if (one.start, one.end) == period:
        return {}
    whole = one.start.day == 1 and one.end.month == one.start.month
    whole = whole and (one.end + timedelta(days=1)).day == 1 and one.end.year == one.start.year
    if not whole or MONTH not in by or MONTH in one.by:
        raise Refusal(
            _(
                "Earlier tables are of the same period, or of single months with the month told here."
            )
        )
    return {MONTH: f"{one.start:%Y-%m}"}


def _as_here(
    key: Key, named: tuple[str, ...], by: tuple[str, ...], month: Mapping[str, object]
) -> Key:
    said = {**dict(zip(named, key, strict=True)), **month}
    return tuple(said.get(name, ANY) for name in by)
