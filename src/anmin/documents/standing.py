"""The reports of periods: the daily brief and the monthly report of a unit."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from anmin.callbacks.board_words import COUNTS, called
from anmin.callbacks.dayboard import board_of, day_board
from anmin.callbacks.measures import CONCERN
from anmin.callbacks.unhappy import head_unit
from anmin.documents import figures
from anmin.documents.description import (
    Basis,
    Block,
    Column,
    Document,
    Heading,
    Listing,
    Number,
    Paragraph,
    Table,
    Text,
)
from anmin.kernel.errors import NotAllowed, NotFound
from anmin.matters.categories import categories
from anmin.measures.comparing import against_before, large_enough
from anmin.measures.queries import show, show_many
from anmin.measures.registry import registry
from anmin.people.policy import unit_scope
from anmin.places.queries import unit_labels, unit_names, units_under
from anmin.watch.morning import SAID, TIMELY, UNKNOWN, morning_figures

if TYPE_CHECKING:
    from anmin.callbacks.dayboard import DayBoard
    from anmin.documents.registry import Asked
    from anmin.measures.comparing import Unusual
    from anmin.measures.queries import Result
    from anmin.places.models import Unit

MOST_CONCERNS = 8


def issuer_of(unit: Unit) -> str:
    """A unit's name in the language of the reader."""
    return unit_labels([unit.pk])[unit.pk]


def unit_of(asked: Asked) -> Unit:
    """The unit that a report is about: the one asked for, else the viewer's own or the bureau.

    Raises ``NotAllowed`` for a unit beyond the viewer's reach, ``NotFound`` while there is none.
    """
    unit = asked.unit
    if unit is None and asked.viewer is not None and not unit_scope(asked.viewer).everything:
        unit = asked.viewer.unit
    elif unit is None:
        unit = head_unit()
    if unit is None:
        raise NotFound(_("There is no unit that a report could be about."))
    if asked.viewer is not None and unit.pk not in unit_scope(asked.viewer):
        raise NotAllowed(_("This is another unit's report."))
    return unit


def units_of(unit: Unit) -> list[int] | None:
    """The unit with those below it; nothing in particular for the bureau, which is all."""
    if unit == head_unit():
        return None
    return [one.pk for one in units_under(unit)]


def daily(asked: Asked) -> Document:
    """The day as its board and the figures have it: for whoever leads the bureau or a unit."""
    unit, day = unit_of(asked), asked.start
    found = morning_figures(day, figures.scope_of(asked.viewer, units_of(unit)))
    board = (
        board_of(unit, day)
        if asked.viewer is None
        else day_board(viewer=asked.viewer, unit=unit, day=day)
    )
    weeks = {"from": date_format(found.start), "to": date_format(day)}
    changes = [found.changes[key] for key in (*TIMELY, *SAID, UNKNOWN)]
    concerns = found.concerns[:MOST_CONCERNS]
    large = large_enough(found.units)
    blocks: list[Block] = [
        Heading(text=_("What came in")),
        Paragraph(text=_incidents(found.incidents)),
    ]
    if found.incidents.rows and (standing_out := _standing_out(found.incidents)):
        blocks.append(standing_out)
    blocks += [
        Heading(text=_("The day board")),
        Paragraph(text=_signed(board)),
        _board(board),
        Heading(text=_("In time, and what people say")),
        Paragraph(text=_("The four weeks from %(from)s to %(to)s.") % weeks),
        figures.changes_table(_("Indicators"), changes),
        *figures.beside([one.now for one in changes]),
    ]
    if len(large.rows) > 1:
        title, names = _("Answered in time, by unit"), unit_names()
        blocks.append(figures.cells_table(title, _("Unit"), large, names))
    if concerns:
        blocks.append(Heading(text=_("What people are unhappy about")))
        blocks.append(figures.totals_table(_("Concerns named"), _("Concern"), concerns))
    results = [*(one.now for one in changes), *([found.units] if large.rows else []), *concerns]
    blocks += _method(results)
    return Document(
        code="daily",
        language=asked.language,
        issuer=issuer_of(unit),
        title=_("Daily brief on public safety service"),
        number=_("No. %(number)s of %(year)s")
        % {"number": day.timetuple().tm_yday, "year": day.year},
        blocks=tuple(blocks),
        signature=issuer_of(unit),
        dated=day,
        basis=_basis(asked, found.any_result),
        words=figures.words(),
    )


def _incidents(found: Unusual) -> str:
    """The day's count against the same weekday before, and whether chance explains it."""
    if found.count is None or found.total is None:
        return _("%(count)s incidents came in. Too few weeks are known to say what is usual.") % {
            "count": "—" if found.count is None else f"{found.count:,}"
        }
    told = {
        "count": f"{found.count:,}",
        "usual": f"{found.total.usual:,.1f}",
        "weeks": len(found.days),
    }
    if not found.total.beyond_chance:
        said = _(
            "%(count)s incidents came in; the same weekday of the %(weeks)s weeks before had %(usual)s on average. Chance explains the difference."
        )
    else:
        said = _(
            "%(count)s incidents came in; the same weekday of the %(weeks)s weeks before had %(usual)s on average. Chance does not explain the difference."
        )
    return said % told


def _standing_out(found: Unusual) -> Table | None:
    rows = [one for one in found.rows if one.beyond_chance]
    names = {code: one.label for code, one in categories().items()}
    if not rows:
        return None
    return Table(
        title=_("Categories that stand out"),
        columns=(
            Column(title=_("Category"), weight=3),
            Column(title=_("That day"), sort="number"),
            Column(title=_("Usual"), sort="number"),
        ),
        rows=tuple(
            (
                Text(text=str(names.get(one.dimensions["category"], _("unknown")))),
                Number(value=one.count),
                Number(value=one.usual, decimals=1),
            )
            for one in rows
        ),
    )


def _signed(board: DayBoard) -> str:
    if board.closure is not None:
        moment = date_format(timezone.localtime(board.closure.closed_at), "DATETIME_FORMAT")
        return _("The day was signed off by %(name)s (%(moment)s).") % {
            "name": board.closure.closed_by,
            "moment": moment,
        }
    if board.left_open is not None:
        owed = board.left_open.counts["owed"]
        return ngettext(
            "The day was not signed off; %(count)d matter was still owed.",
            "The day was not signed off; %(count)d matters were still owed.",
            owed,
        ) % {"count": owed}
    return _("The day is not signed off yet.")


def _board(board: DayBoard) -> Table:
    """The numbers of the board; of a past day, what is open is so now."""
    counts = {name: board.counts[name] for name in COUNTS if name in board.counts}
    return Table(
        title=_("The day board in numbers"),
        columns=(Column(title=_("What"), weight=3), Column(title=_("How many"), sort="number")),
        rows=tuple(
            (Text(text=str(called(COUNTS, name, board.date))), Number(value=count))
            for name, count in counts.items()
        ),
        note="\n".join(str(one) for one in board.left_out),
    )


def monthly(asked: Asked) -> Document:
    """A unit's month: what it had, whether in time, and what people say; against the month before."""
    unit = unit_of(asked)
    scope = figures.scope_of(asked.viewer, units_of(unit))
    start, end = asked.start, asked.end
    changes = list(against_before([*TIMELY, *SAID, UNKNOWN], start, end, scope=scope).values())
    incidents = show("incidents", ("category",), start, end, scope=scope)
    named = [key for key in registry.indicators if key.startswith(CONCERN)]
    concerns = sorted(
        (
            one
            for one in show_many(named, (), start, end, scope=scope).values()
            if one.total.numerator
        ),
        key=lambda one: -(one.total.value or 0),
    )[:MOST_CONCERNS]
    names = {code: str(one.label) for code, one in categories().items()}
    blocks: list[Block] = [
        Heading(text=_("What came in")),
        figures.cells_table(_("Incidents by category"), _("Category"), incidents, names),
        Heading(text=_("In time, and what people say")),
        figures.changes_table(_("Indicators"), changes),
        *figures.beside([one.now for one in changes]),
    ]
    if concerns:
        blocks.append(Heading(text=_("What people are unhappy about")))
        blocks.append(figures.totals_table(_("Concerns named"), _("Concern"), concerns))
    blocks += _method([incidents, *(one.now for one in changes), *concerns])
    return Document(
        code="monthly",
        language=asked.language,
        issuer=issuer_of(unit),
        title=_("Monthly report of a unit on public safety service"),
        number=date_format(start, "YEAR_MONTH_FORMAT"),
        blocks=tuple(blocks),
        signature=issuer_of(unit),
        dated=end,
        basis=_basis(asked, incidents),
        words=figures.words(),
    )


def _method(results: Iterable[Result]) -> list[Block]:
    return [
        Heading(text=_("How these figures were made")),
        Listing(items=tuple(figures.how_made(list(results)))),
    ]


def _basis(asked: Asked, found: Result) -> Basis:
    return Basis(start=asked.start, end=asked.end, cutoff=found.cutoff, revision=found.revision)
