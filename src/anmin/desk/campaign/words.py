"""What was counted of items, in words, and drawn as bars. Nothing is counted here."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from anmin.campaign.description import Aim, Item, Proof
from anmin.campaign.sources import indicator_of
from anmin.campaign.status import LABELS, Status
from anmin.desk.figures.indicators import cell_labels, dimension_label
from anmin.desk.figures.numbers import DASH, counted, percent, span
from anmin.kernel.errors import Refusal
from anmin.measures.registry import Kind
from anmin.people.listing import listed

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from anmin.campaign.changes import Change
    from anmin.campaign.queries import Board, Line

TONES = {
    Status.LATE: "late",
    Status.AT_RISK: "at_risk",
    Status.ON_TRACK: "on_time",
    Status.EARLY: "working",
    Status.NOT_STARTED: "waiting",
    Status.DONE: "done",
    Status.OPEN: "open",
    Status.DROPPED: "withdrawn",
}
WHY = {
    "late": gettext_lazy("It is late."),
    "still": gettext_lazy("Nothing has moved."),
}
"""Why a unit was reminded."""
WIDE = 100.0
"""A bar is drawn on a scale of so many."""
ROOM = 1.05


@dataclass(frozen=True, slots=True)
class Bar:
    """A bar on a scale of ``WIDE``: how far it is, where the forecast lies, where the target."""

    value: float
    low: float | None
    high: float | None
    target: float
    words: str

    @property
    def wide(self) -> float:
        """How wide the band of the forecast is: never too narrow to be seen."""
        return max((self.high or 0) - (self.low or 0), 0.8)


@dataclass(frozen=True, slots=True)
class Shown:
    """One item as a row of the board."""

    key: str
    item: Item
    status: str
    tone: str
    value: str
    of: str
    target: str
    ahead: str
    bar: Bar | None
    lead: str
    week: str = ""


def shown(line: Line, units: Mapping[str, str], week: int | None = None) -> Shown:
    """An item in words; ``week`` adds what was counted in that week of the programme."""
    item, read = line.item, line.reading
    is_count = counts(item)
    return Shown(
        key=line.key,
        item=item,
        status=str(LABELS[line.status]),
        tone=TONES[line.status],
        value=value_of(line),
        of="" if read is None or read.denominator is None or read.hidden else _of(line),
        target=target_of(item),
        ahead=ahead_of(line),
        bar=bar_of(line),
        lead=units.get(item.lead, item.lead),
        week="" if week is None else _week(line.week(week), is_count=is_count),
    )


def counts(item: Item) -> bool:
    """Whether its value is a count, and not a share."""
    if item.proof not in (Proof.INDICATOR, Proof.EVIDENCE):
        return False
    try:
        return indicator_of(item.proof, item.measure).kind is Kind.COUNT
    except Refusal:
        return False


def written(value: float | None, *, is_count: bool) -> str:
    """A value as people read it."""
    if value is None:
        return DASH
    return counted(value) if is_count else percent(value)


def value_of(line: Line) -> str:
    """What was counted so far."""
    read = line.reading
    if read is None:
        return DASH
    if read.hidden:
        return _("too few to show")
    return written(read.value, is_count=read.is_count)


def target_of(item: Item) -> str:
    """Its target with its side: ``≥ 95.0%``."""
    if item.target is None:
        return DASH
    sign = "≥" if item.aim is Aim.AT_LEAST else "≤"
    return f"{sign} {written(item.target, is_count=counts(item))}"


def ahead_of(line: Line) -> str:
    """The interval of the forecast; a dash where there is none."""
    ahead = line.reading.forecast if line.reading else None
    if ahead is None or line.reading is None:
        return DASH
    return _limits(ahead.low, ahead.high, is_count=line.reading.is_count)


def _limits(low: float, high: float, *, is_count: bool) -> str:
    return f"{counted(low)}–{counted(high)}" if is_count else span(low, high)


def interval_of(line: Line) -> str:
    """The interval of the value so far."""
    read = line.reading
    if read is None or read.low is None or read.high is None or read.hidden:
        return DASH
    return (
        _limits(round(read.low), round(read.high), is_count=True)
        if read.is_count
        else span(read.low, read.high)
    )


def _of(line: Line) -> str:
    read = line.reading
    assert read is not None
    return _("%(part)s of %(all)s") % {
        "part": DASH if read.numerator is None else counted(read.numerator),
        "all": f"{read.denominator:,}",
    }


def _week(found: tuple[float, int] | None, *, is_count: bool) -> str:
    if found is None:
        return DASH
    hits, cases = found
    if is_count:
        return counted(cases)
    return _("%(part)s of %(all)s") % {"part": counted(hits), "all": f"{cases:,}"}


def bar_of(line: Line) -> Bar | None:
    """The bar of a counted item; none where nothing may be shown."""
    read, item = line.reading, line.item
    if read is None or read.hidden or read.value is None or item.target is None:
        return None
    ahead = read.forecast
    top = 1.0
    if read.is_count:
        top = max(item.target, read.value, ahead.high if ahead else 0.0, 1.0) * ROOM
    words = _("so far %(value)s, target %(target)s, forecast %(ahead)s") % {
        "value": value_of(line),
        "target": target_of(item),
        "ahead": ahead_of(line),
    }
    return Bar(
        value=round(WIDE * read.value / top, 2),
        low=round(WIDE * ahead.low / top, 2) if ahead else None,
        high=round(WIDE * ahead.high / top, 2) if ahead else None,
        target=round(min(WIDE * item.target / top, WIDE - 0.4), 2),
        words=words,
    )


def binding_of(item: Item) -> str:
    """What proves an item, in one sentence."""
    if item.proof is Proof.OPEN:
        return _("Open: the bureau has not said yet what proves it.")
    if item.proof is Proof.MILESTONE:
        return _("A document, accepted by a second person of another unit.")
    try:
        indicator = indicator_of(item.proof, item.measure)
    except Refusal:
        return _("“%(key)s” is no longer counted by this program.") % {"key": item.measure}
    narrowed = [
        f"{dimension_label(indicator, name)}: "
        + listed(cell_labels(indicator, name, values).values())
        for name, values in item.where.items()
    ]
    told = {"label": indicator.label, "how": indicator.how_made, "target": target_of(item)}
    said = _("%(label)s, target %(target)s. %(how)s") % told
    return f"{said} {'; '.join(narrowed)}".strip()


def summary(board: Board) -> list[dict[str, Any]]:
    """How many items stand where, for the head of the board."""
    return [
        {"label": LABELS[status], "tone": TONES[status], "number": board.counts[status]}
        for status in Status
        if board.counts[status]
    ]


def owners_of(item: Item, units: Mapping[str, str]) -> Sequence[str]:
    """The names of the units whose work it is."""
    return [units.get(code, code) for code in item.owners]


STATES = {
    "proposed": (gettext_lazy("Waiting for a second person"), "waiting"),
    "approved": (gettext_lazy("Approved"), "done"),
    "refused": (gettext_lazy("Turned down"), "declined"),
    "replaced": (gettext_lazy("Replaced before it was decided"), "withdrawn"),
}
"""What the state of a version is called, and its tone."""
SORTS = {
    "added": gettext_lazy("added"),
    "changed": gettext_lazy("changed"),
    "dropped": gettext_lazy("dropped"),
    "taken_up": gettext_lazy("taken up again"),
    "activity_added": gettext_lazy("activity added"),
    "activity_changed": gettext_lazy("activity changed"),
    "activity_gone": gettext_lazy("activity gone"),
    "activities_order": gettext_lazy("activities in another order"),
}


def changes_in_words(changes: Sequence[Change]) -> list[dict[str, Any]]:
    """What a version changed, a row each."""
    return [
        {
            "code": one.code,
            "sort": SORTS[one.sort],
            "field": one.field,
            "before": one.before,
            "after": one.after,
        }
        for one in changes
    ]
