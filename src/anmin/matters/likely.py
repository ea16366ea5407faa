"""Whether a new report tells of something that is here already: by place, time and words."""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from django.conf import settings
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from anmin.matters import limited, policy
from anmin.matters.categories import categories
from anmin.matters.flow import LIVE, Stage
from anmin.matters.models import Matter
from anmin.matters.registry import kind_of
from anmin.matters.words import BREAK, tokens
from anmin.people.models import Account
from anmin.places.queries import directory

MOST = 5
LOOKED_AT = 200
"""Reports of the same hours and place that are compared, the newest first."""
EARTH = 6_371_000  # metres
ENOUGH = 0.5
"""What place, topic and words must come to, of 1, to be worth a look."""
CELL = 0.003
"""Degrees: some 300 metres. Who could move a point by metres would find the house that a report is of."""


@dataclass(frozen=True, slots=True)
class Report:
    """What is known of a new report. ``point``: longitude and latitude in degrees."""

    kind: str
    category: str
    area_id: int | None
    opened_at: datetime = field(default_factory=timezone.now)
    place: str = ""
    summary: str = ""
    point: tuple[float, float] | None = None
    coarse: bool = False
    """Whether points are compared by the cell that they are in alone."""


@dataclass(frozen=True, slots=True)
class Likely:
    """A matter that may be the same, and what speaks for it, in words."""

    matter: Matter
    likeness: float
    why: tuple[str, ...]


def likely(account: Account, report: Report) -> list[Likely]:
    """The matters that this person may see and that may be the same, the likeliest first.

    Of the same kind and area, within the hours of rule ``intake.same_event`` before or after;
    O(``LOOKED_AT``) comparisons.
    """
    hours: timedelta = settings.RULES.get("intake.same_event", timezone.localdate()).duration
    around = (report.opened_at - hours, report.opened_at + hours)
    rows = policy.visible(account, Matter.objects.all()).filter(
        kind=report.kind, opened_at__range=around, area=report.area_id
    )
    rows = rows.exclude(stage=Stage.WITHDRAWN).order_by("-opened_at", "-id")[:LOOKED_AT]
    found = _best(report, rows, hours)
    for one in found:
        limited.shown(account, one.matter)
    return found


def known_alike(report: Report) -> list[str]:
    """What a citizen is told who is about to say what others have said: how long ago, no more.

    Never of a topic that is never named or a kind that is kept from the public; as ``likely`` otherwise,
    with everything below the area, and points by their ``CELL`` alone.
    """
    report = replace(report, coarse=True)
    topic = categories().get(report.category)
    if (topic and topic.unsaid) or not kind_of(report.kind).public.when:
        return []
    hours: timedelta = settings.RULES.get("intake.same_event", timezone.localdate()).duration
    rows = Matter.objects.filter(
        kind=report.kind,
        category=report.category,
        stage__in=LIVE,
        opened_at__gte=report.opened_at - hours,
    )
    if report.area_id is not None:
        rows = rows.filter(area__in=directory().areas_below(report.area_id))
    found = _best(report, rows.order_by("-opened_at", "-id")[:LOOKED_AT], hours)
    return [
        _("just now")
        if minutes < 1
        else ngettext("%(n)d minute ago", "%(n)d minutes ago", minutes) % {"n": minutes}
        if minutes < 60
        else ngettext("%(n)d hour ago", "%(n)d hours ago", minutes // 60) % {"n": minutes // 60}
        for one in found
        for minutes in [int((report.opened_at - one.matter.opened_at).total_seconds() // 60)]
    ]


def _best(report: Report, rows: Iterable[Matter], hours: timedelta) -> list[Likely]:
    compared = (_compared(report, one, hours) for one in rows)
    found = sorted(
        (one for one in compared if one.likeness >= ENOUGH),
        key=lambda one: (-one.likeness, -one.matter.pk),
    )
    return found[:MOST]


def _compared(report: Report, matter: Matter, hours: timedelta) -> Likely:
    """How alike they are: half by where, a third by what, the rest by words; less the further apart
    in time."""
    why: list[str] = []
    where = _where(report, matter, why)
    what = _what(report, matter, why)
    words = _alike(report.summary, matter.summary)
    if words >= ENOUGH:
        why.append(_("in much the same words"))
    apart = abs(report.opened_at - matter.opened_at)
    minutes = int(apart.total_seconds() // 60)
    why.append(_("%(minutes)d minutes apart") % {"minutes": minutes})
    likeness = where / 2 + what / 3 + words / 6
    return Likely(matter, likeness * (1 - apart / hours / 2), tuple(why))


def _where(report: Report, matter: Matter, why: list[str]) -> float:
    """1 at the same spot, 0 from 300 metres on; by the words of the place where a point is missing."""
    if report.point and matter.longitude is not None and matter.latitude is not None:
        here, there = report.point, (matter.longitude, matter.latitude)
        metres = _metres(_cell(here), _cell(there)) if report.coarse else _metres(here, there)
        if metres < 300:
            why.append(_("%(metres)d metres away") % {"metres": round(metres, -1)})
        return max(0.0, 1 - metres / 300)
    alike = _alike(report.place, matter.place)
    if alike >= ENOUGH:
        why.append(_("at a place of much the same name"))
    return alike


def _cell(point: Sequence[float]) -> tuple[float, float]:
    longitude, latitude = (CELL * math.floor(float(one) / CELL) for one in point)
    return longitude, latitude


def _what(report: Report, matter: Matter, why: list[str]) -> float:
    if report.category and report.category == matter.category:
        why.append(_("about the same"))
        return 1.0
    known = categories()
    groups = [known[one].group for one in (report.category, matter.category) if one in known]
    return 0.5 if len(groups) == 2 and groups[0] == groups[1] else 0.0


def _alike(one: str, other: str) -> float:
    """The share of the words of both that stand in both."""
    mine, theirs = ({*tokens([text])} - {BREAK} for text in (one, other))
    both = mine | theirs
    return len(mine & theirs) / len(both) if both else 0.0


def _metres(one: Sequence[float], other: Sequence[float]) -> float:
    """The distance of two points that are near each other, on the sphere."""
    (x1, y1), (x2, y2) = (map(math.radians, point) for point in (one, other))
    return EARTH * math.hypot((x2 - x1) * math.cos((y1 + y2) / 2), y2 - y1)
