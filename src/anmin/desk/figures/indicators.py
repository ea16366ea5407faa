"""Figures of the registry as the pages show them: in words, drawn, and with a way to the records.

Every value comes from ``anmin.measures``; here it only gets its words.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING, Any, Protocol

from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from anmin.callbacks.at_a_glance import matters_behind, may_open_callbacks
from anmin.callbacks.dispositions import dispositions
from anmin.callbacks.exclusions import exclusions
from anmin.desk.figures.numbers import counted, percent, span
from anmin.desk.shell import figure as drawn
from anmin.faces.templatetags.anmin_time import exact
from anmin.matters.categories import categories
from anmin.matters.in_the_lake import lake_facts, table_name
from anmin.matters.origins import LABELS as ORIGINS
from anmin.matters.queries import matters_for
from anmin.matters.registry import all_kinds, kind_choices
from anmin.matters.terms import term_list
from anmin.measures.figures import Figure, Part
from anmin.measures.registry import MONTH, Direction, Indicator, Kind, registry
from anmin.people.policy import Capability, can, is_rated, unit_scope
from anmin.places.queries import area_names, unit_codes, unit_names
from anmin.watch.periods import rule

if TYPE_CHECKING:
    from django.db.models import QuerySet

    from anmin.matters.models import Matter
    from anmin.measures.queries import Filters, Result
    from anmin.people.models import Account

UNKNOWN = gettext_lazy("unknown")


# --- what may be seen ---------------------------------------------------------------------------


def scope_of(account: Account) -> Filters:
    """What narrows figures to what somebody may see."""
    scope = unit_scope(account)
    return {} if scope.everything else {"unit": unit_codes(scope.unit_ids)}


MAKE_OUT = frozenset({"area", "town", "category", "kind", "origin", "disposition"})
"""What would tell a unit which of its citizens said something: two periods of which one has a day
more differ by that day's answers, and of one place and category there may be one."""


def dimensions_of(account: Account, indicator: Indicator) -> tuple[str, ...]:
    """What somebody may break an indicator down by, and narrow it to.

    Whose unit is rated does not learn who answered what: figures of answers only by unit.
    """
    if indicator.table == "callbacks" and is_rated(account):
        return tuple(name for name in indicator.dimensions if name not in MAKE_OUT)
    return indicator.dimensions


@dataclass(frozen=True, slots=True)
class Opener:
    """How the keys of a lake table lead to matters, and for whom."""

    may: Callable[[Account], bool]
    matters: Callable[[Account, Sequence[int]], QuerySet[Matter]]


_OPENERS: Mapping[str, Opener] = {
    "matters": Opener(
        lambda account: can(account, Capability.VIEW_MATTERS),
        lambda account, keys: matters_for(account).filter(pk__in=keys),
    ),
    "callbacks": Opener(may_open_callbacks, matters_behind),
}
"""By table; the records of others cannot be opened."""


def opener_of(table: str) -> Opener | None:
    """How the records of a table are opened, if they can be: those of a kind are matters, too."""
    of_a_kind = any(table == table_name(kind) for kind in all_kinds())
    return _OPENERS.get("matters" if of_a_kind else table)


def may_open(account: Account, indicator: Indicator) -> bool:
    """Whether somebody may see the records behind this indicator."""
    opener = opener_of(indicator.table)
    return opener is not None and opener.may(account)


def records_url(
    indicator: Indicator,
    part: Part | None = None,
    start: date | None = None,
    end: date | None = None,
    cell: Mapping[str, Any] | None = None,
) -> str:
    """Where the records behind a figure are listed: those that count, unless ``part`` says."""
    said = {name: "" if value is None else value for name, value in (cell or {}).items()}
    said |= {"start": start.isoformat()} if start else {}
    said |= {"end": end.isoformat()} if end else {}
    if part is not None:
        said["part"] = part.value
    address = reverse("desk:records", args=[indicator.key])
    return f"{address}?{urlencode(said)}" if said else address


def telling_part(indicator: Indicator) -> Part:
    """The records somebody wants to see first: those that fell short, or simply those counted."""
    return Part.REST if indicator.direction is Direction.HIGHER else Part.NUMERATOR


def opens(
    account: Account, indicator: Indicator, figure: Figure, start: date, end: date, **narrow: Any
) -> str:
    """Where a figure leads this person: to the records that tell most, if there are any."""
    part, counted = telling_part(indicator), figure.numerator or 0
    if part is Part.REST:
        counted = (figure.denominator or 0) - counted
    if counted <= 0 or not may_open(account, indicator):
        return ""
    return records_url(indicator, part, start, end, {**narrow, **figure.dimensions})


# --- dimensions in words ------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Dimension:
    """What a dimension is called, and what its values are."""

    label: Any
    values: Callable[[], Mapping[str, str]]


DIMENSIONS: Mapping[str, Dimension] = {
    MONTH: Dimension(gettext_lazy("Month"), dict),
    "unit": Dimension(gettext_lazy("Unit"), unit_names),
    "town": Dimension(gettext_lazy("Town or street"), area_names),
    "area": Dimension(gettext_lazy("Community"), area_names),
    "category": Dimension(
        gettext_lazy("Category"),
        lambda: {code: one.label for code, one in categories().items()},
    ),
    "kind": Dimension(
        gettext_lazy("Kind"),
        lambda: {code: str(label) for code, label in kind_choices()},
    ),
    "origin": Dimension(
        gettext_lazy("Origin"),
        lambda: {code.value: str(label) for code, label in ORIGINS.items()},
    ),
    "exclusion": Dimension(
        gettext_lazy("Why not called"),
        lambda: {code: one.label for code, one in exclusions().items()},
    ),
    "disposition": Dimension(
        gettext_lazy("How it ended"),
        lambda: {code: one.label for code, one in dispositions().items()},
    ),
}


def dimension_label(indicator: Indicator, name: str) -> str:
    """What a dimension of an indicator is called: a fact of a kind as on its form."""
    if name in DIMENSIONS:
        return str(DIMENSIONS[name].label)
    return str(registry.tables[indicator.table].columns[name].meaning)


def cell_labels(indicator: Indicator, name: str, values: Iterable[Any]) -> dict[Any, str]:
    """What the values of a dimension of an indicator are called."""
    own = name not in DIMENSIONS
    known = _FLAGS | _terms_of(indicator, name) if own else DIMENSIONS[name].values()
    return {
        one: str(UNKNOWN) if one in (None, "") else str(known.get(str(one), one)) for one in values
    }


_FLAGS: dict[str, Any] = {"True": gettext_lazy("Yes"), "False": gettext_lazy("No")}
"""A fact that is so or not; an address has it as a text."""


def _terms_of(indicator: Indicator, name: str) -> dict[str, Any]:
    """The words of a fact's word list, where the indicator is of one kind."""
    kind = next((one for one in all_kinds() if table_name(one) == indicator.table), None)
    fact = lake_facts(kind).get(name) if kind else None
    return dict(term_list(fact.terms)) if fact and fact.terms else {}


# --- values in words ----------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class FigureWords:
    """One figure as people read it; empty where it does not apply."""

    value: str
    interval: str
    of: str
    bounds: str
    suppressed: bool
    without: str = ""
    demands: str = ""


def unit_of(indicator: Indicator) -> drawn.Unit:
    """How the values of an indicator are written."""
    return "count" if indicator.kind is Kind.COUNT else "percent"


def in_words(indicator: Indicator, figure: Figure) -> FigureWords:
    """A figure's value, its interval, its n ("91 of 101") and its non-response bounds."""
    if figure.suppressed:
        return FigureWords(_("too few to show"), "", "", "", True)
    return FigureWords(
        value=_shown(indicator, figure.value),
        interval=_span(indicator, figure.low, figure.high),
        of="" if figure.denominator is None else _of(figure),
        bounds=_span(indicator, *figure.bounds) if figure.bounds else "",
        suppressed=False,
        without=_without(indicator, figure.without) if figure.without else "",
        demands=_demands(indicator, figure),
    )


def _demands(indicator: Indicator, figure: Figure) -> str:
    """What a figure is without demands found unreasonable, and how many those are; a dash for none."""
    other = figure.without_demands
    if other is None:
        return ""
    if other.suppressed:
        return _("too few to show")
    if not figure.demands:
        return "—"
    told = {"value": _without(indicator, other), "count": figure.demands}
    return ngettext("%(value)s, %(count)d less", "%(value)s, %(count)d less", figure.demands) % told


def _without(indicator: Indicator, figure: Figure) -> str:
    """What is left of a figure without what its indicator sets aside: ``88.2% (15 of 17)``."""
    if figure.suppressed:
        return _("too few to show")
    if figure.denominator == 0:
        return "—"
    return f"{_shown(indicator, figure.value)} ({_of(figure)})"


def _of(figure: Figure) -> str:
    return _("%(part)s of %(all)s") % {
        "part": "—" if figure.numerator is None else counted(figure.numerator),
        "all": f"{figure.denominator:,}",
    }


def _span(indicator: Indicator, low: float | None, high: float | None) -> str:
    return "" if low is None else span(low, high, lambda value: _shown(indicator, value))


def _shown(indicator: Indicator, value: float | None) -> str:
    if value is None or indicator.kind is not Kind.COUNT:
        return percent(value)
    return f"{value:,.0f}"


def level_now() -> int:
    """The level of all intervals, in per cent."""
    return round(rule("measures.confidence").share * 100)


def how_made(result: Result) -> str:
    """What belongs under every figure: what was counted, how sure it is, what is left out."""
    one = result.indicator
    method = (
        _("Intervals (%(level)s%%): exact Poisson, i.e. how far a count varies by chance alone.")
        if one.kind is Kind.COUNT
        else _("Intervals (%(level)s%%): Wilson.")
    )
    lines = [str(one.how_made), method % {"level": level_now()}]
    if one.frame:
        lines.append(
            _("Bounds: what it would be if all who did not answer had said the worst, or the best.")
        )
    if one.aside:
        lines.append(set_aside())
    if one.demands:
        lines.append(demands_aside())
    if one.hide_small:
        lines.append(
            _("Not shown: cells below %(least)s, and those from which they could be calculated.")
            % {"least": rule("measures.suppress_below").number}
        )
    lines.append(as_of(result))
    return "\n".join(lines)


def demands_aside() -> str:
    """What the value without demands found unreasonable leaves out."""
    return _(
        "Without unreasonable demands: the same figure without the matters of which another body than the "
        "unit found so, finally and open to appeal. What was answered there stays in the figure itself."
    )


def set_aside() -> str:
    """What the second value of a figure leaves out, and why."""
    return _(
        "Without: the same figure without matters that a rated unit opened itself, and without "
        "further calls about one event."
    )


class Dated(Protocol):
    """What was made from the records as they were at a moment."""

    @property
    def cutoff(self) -> datetime:
        """Up to when records are known."""

    @property
    def revision(self) -> int:
        """Which making of the lake it was."""


def as_of(found: Dated) -> str:
    """Up to when figures know the records."""
    return known_until(found.cutoff, found.revision)


def known_until(cutoff: datetime, revision: int) -> str:
    """The same of what was kept."""
    return _("As of %(moment)s, revision %(revision)s.") % {
        "moment": exact(cutoff),
        "revision": revision,
    }
