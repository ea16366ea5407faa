"""Results of other bodies in words: what the source states, and plainly what it does not."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext as _

from anmin.desk.figures.numbers import decimal, percent, span
from anmin.places.queries import area_names
from anmin.surveys.outside import is_share, measures, outside_interval

if TYPE_CHECKING:
    from anmin.surveys.models import OutsideResult


def outside_line(row: OutsideResult, names: dict[str, str] | None = None) -> dict[str, Any]:
    """An outside result in words; an assumption is said to be one."""
    measure, share = measures().get(row.measure), is_share(row.measure)
    found = outside_interval(row)
    interval = "" if found is None else span(*found[0])
    said = []
    if row.low is not None and row.high is not None:
        interval = span(row.low, row.high) if share else span(row.low, row.high, decimal)
        said.append(_("interval as the source gives it"))
    elif row.n and found is not None:
        said.append(_("interval reckoned from n"))
    elif not row.n and found is not None:
        said.append(
            _("the source gives no n; if %(n)s were asked, it is %(count)s of them")
            % {"n": row.n_assumed, "count": found[1]}
        )
    elif share and not row.n:
        said.append(_("the source gives no n: no interval can be given"))
    return {
        "row": row,
        "measure": measure.label if measure else row.measure,
        "place": (names or {}).get(row.place, row.place) or _("the whole city"),
        "value": percent(row.value, 2) if share else decimal(row.value, 2),
        "interval": interval,
        "n": f"{row.n:,}" if row.n else "",
        "rank": _rank(row),
        "said": "; ".join(said),
    }


def _rank(row: OutsideResult) -> str:
    if row.rank and row.ranked:
        return _("%(rank)s of %(ranked)s") % {"rank": row.rank, "ranked": row.ranked}
    return f"{row.rank}" if row.rank else ""


def outside_lines(rows: Iterable[OutsideResult]) -> list[dict[str, Any]]:
    """The same of several, with the names of their places."""
    names = area_names()
    return [outside_line(row, names) for row in rows]
