"""The lines of a list of matters, drawn here: the template has only the table around them.

A list of fifty must cost a millisecond or two: no template walks its cells, no component tag and
no translated date format is called for each, and what repeats from line to line is made once.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from html import escape
from typing import TYPE_CHECKING

from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import mark_safe
from django.utils.translation import gettext_lazy

from anmin.faces.icons import draw
from anmin.faces.templatetags.anmin_time import spoken_day, time_left
from anmin.faces.tones import TONES
from anmin.matters.categories import categories
from anmin.matters.headlines import headlines
from anmin.matters.queries import at_risk_before, waiting_among
from anmin.matters.registry import kind_of
from anmin.people.queries import account_labels
from anmin.places.queries import unit_labels

if TYPE_CHECKING:
    from datetime import datetime

    from django.utils.safestring import SafeString

    from anmin.matters.models import Matter
    from anmin.matters.queries import Line
    from anmin.people.models import Account


VIEW_LABELS = {
    "live": gettext_lazy("All live"),
    "mine": gettext_lazy("Mine"),
    "late": gettext_lazy("Late"),
    "at_risk": gettext_lazy("Soon due"),
    "unowned": gettext_lazy("Unassigned"),
    "all": gettext_lazy("All, newest first"),
}
"""The views of a list (``matters.queries.VIEWS``) in words."""

MINUTE = timedelta(minutes=1)
HOUR = timedelta(hours=1)
DAY = timedelta(days=1)


def lines(
    matters: Sequence[Line | Matter], account: Account, *, page: str, to_choose: bool = False
) -> SafeString:
    """Matters as the lines of a table, empty for none.

    Kind and category stand in one cell, summary and place in one; the last cells are the opening and
    the deadline. ``page`` names the address that shows one of
    them by its number. ``to_choose`` puts a box in front. What waits for the inspectorate is no debt
    of a rated unit: its deadline is not shown to those there. Two queries for the names of units and
    people, and one for orders, whatever their number.
    """
    units = _escaped(unit_labels(one.unit_id for one in matters if one.unit_id))
    about = {one.category for one in matters}
    held = {one.assignee_id for one in matters if one.assignee_id}
    people = _escaped(account_labels(held)) if held else {}
    topics = _escaped({code: topic.label for code, topic in categories().items() if code in about})
    before, after = reverse(page, args=["-"]).split("/-/")
    words = _Words()
    waiting, titles = waiting_among(account, matters), headlines(matters)
    drawn = []
    for matter in matters:
        number = escape(matter.number)
        box = _BOX.format(matter.id, number) if to_choose else ""
        topic = topics.get(matter.category) or escape(matter.category)
        unit = f'<span class="nowrap">{units.get(matter.unit_id or 0, "")}</span>'
        if holder := people.get(matter.assignee_id or 0):
            unit += _second(holder)
        due, opened = None if matter.id in waiting else matter.due_at, matter.opened_at
        drawn.append(
            f'<tr id="m{matter.id}">{box}'
            f'<td class="nowrap"><a data-open href="{before}/{number}/{after}">{number}</a></td>'
            f'<td class="nowrap">{words.kind(matter.kind)}{_second(topic)}</td>'
            f'<td class="row-title">{escape(titles.get(matter.id, matter.summary))}{_second(escape(matter.place))}</td>'
            f'<td class="wide-only"><span>{unit}</span></td>'
            f"<td>{words.state(matter)}</td>"
            f'<td class="nowrap wide-only">{words.moment(opened)}</td>'
            f'<td class="nowrap">{words.deadline(due)}</td></tr>\n'
        )
    return mark_safe("".join(drawn))  # noqa: S308 - every value above is escaped


_BOX = (
    '<td class="tick"><input class="form-check-input" type="checkbox" data-select name="matter" '
    'value="{}" aria-label="{}"></td>'
)


def _second(words: str) -> str:
    """What stands in small below the first line of a cell."""
    return f' <span class="muted second">{words}</span>' if words else ""


def _escaped[K](labels: Mapping[K, str]) -> dict[K, str]:
    return {key: escape(label) for key, label in labels.items()}


class _Words:
    """What lines have in common, each said once."""

    def __init__(self) -> None:
        self.now = timezone.now()
        self.risk = at_risk_before()
        self.zone = timezone.get_current_timezone()
        self.kinds: dict[str, str] = {}
        self.states: dict[tuple[str, str], SafeString] = {}
        self.days: dict[date, str] = {}
        self.distances: dict[tuple[str, timedelta, int], tuple[str, str]] = {}

    def kind(self, code: str) -> str:
        """What sort of matter it is."""
        if code not in self.kinds:
            self.kinds[code] = escape(str(kind_of(code).label))
        return self.kinds[code]

    def state(self, matter: Line | Matter) -> SafeString:
        """The state as a badge."""
        key = (matter.kind, matter.state)
        if key not in self.states:
            self.states[key] = format_html(
                '<span class="badge-tone tone-{}">{}<span>{}</span></span>',
                matter.stage,
                draw(TONES[matter.stage]),
                kind_of(matter.kind).flow.state(matter.state).label,
            )
        return self.states[key]

    def deadline(self, due: datetime | None) -> str:
        """How far a deadline is, as a badge with the exact moment."""
        if due is None:
            return ""
        tone = "late" if due <= self.now else "at_risk" if due < self.risk else "on_time"
        # The words tell whole days, hours or minutes: what agrees there reads alike.
        span = abs(due - self.now)
        unit = DAY if span >= 2 * DAY else HOUR if span >= HOUR else MINUTE
        key = (tone, unit, span // unit)
        if key not in self.distances:
            badge = f'<span class="badge-tone tone-{tone}">{draw(TONES[tone])}<time datetime="'
            self.distances[key] = (badge, f'">{escape(time_left(due, self.now))}</time></span>')
        badge, words = self.distances[key]
        exact = due.astimezone(self.zone).isoformat(timespec="seconds")
        return f'{badge}{exact}" title="{exact[:10]} {exact[11:16]}{words}'

    def moment(self, at: datetime) -> str:
        """A day by its name and the time."""
        local = at.astimezone(self.zone)
        day = local.date()
        if day not in self.days:
            self.days[day] = escape(spoken_day(day))
        return f"{self.days[day]} {local.hour:02}:{local.minute:02}"
