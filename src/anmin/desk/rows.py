"""The lines of a list of matters, everything in words already: the template only loops.

A list of fifty must cost a few milliseconds, so no component tag is called per cell.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html

from anmin.desk.icons import draw
from anmin.desk.templatetags.anmin_time import exact, spoken, time_left
from anmin.desk.templatetags.anmin_ui import TONES
from anmin.matters.queries import at_risk_before

if TYPE_CHECKING:
    from datetime import datetime

    from django.utils.safestring import SafeString

    from anmin.matters.models import Matter


@dataclass(frozen=True, slots=True)
class Row:
    """One matter in a list."""

    id: int
    number: str
    url: str
    category: str
    summary: str
    place: str
    unit: str
    holder: str
    opened: str
    state: SafeString
    due: SafeString | str


def rows(matters: Iterable[Matter]) -> list[Row]:
    """Lines for matters whose unit and assignee were read with them."""
    now, risk = timezone.now(), at_risk_before()
    states: dict[tuple[str, str], SafeString] = {}
    numbered = reverse("desk:matter", args=["-"])
    made = []
    for matter in matters:
        key = (matter.kind, matter.state)
        if key not in states:
            states[key] = _badge(matter.stage, str(matter.state_label))
        topic = matter.topic
        made.append(
            Row(
                id=matter.pk,
                number=matter.number,
                url=numbered.replace("/-/", f"/{matter.number}/"),
                category=topic.label if topic else matter.category,
                summary=matter.summary,
                place=matter.place,
                unit=matter.unit.label if matter.unit else "",
                holder=str(matter.assignee) if matter.assignee else "",
                opened=spoken(matter.opened_at, now),
                state=states[key],
                due=_due(matter.due_at, now, risk),
            )
        )
    return made


def _badge(tone: str, label: str) -> SafeString:
    return format_html(
        '<span class="badge-tone tone-{}">{}<span>{}</span></span>', tone, draw(TONES[tone]), label
    )


def _due(due: datetime | None, now: datetime, risk: datetime) -> SafeString | str:
    if due is None:
        return ""
    tone = "late" if due <= now else "at_risk" if due < risk else "on_time"
    return format_html(
        '<span class="badge-tone tone-{}">{}<time datetime="{}" title="{}">{}</time></span>',
        tone,
        draw(TONES[tone]),
        due.isoformat(),
        exact(due),
        time_left(due, now),
    )
