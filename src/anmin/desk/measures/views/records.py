"""The records behind a figure, for those who may see them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.http import HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from anmin.desk.figures import indicators as shown
from anmin.desk.shell.page import DeskRequest, Pages, choices, show
from anmin.faces.rows import lines
from anmin.kernel.errors import NotAllowed, Unavailable
from anmin.kernel.incoming import day_of, read_key
from anmin.matters.limited import counted_for
from anmin.measures.figures import Part
from anmin.measures.queries import records as keys_of
from anmin.measures.registry import MONTH, Indicator, Kind, registry
from anmin.people.policy import Capability

if TYPE_CHECKING:
    from datetime import date

    from django.http import QueryDict

PARTS = {
    Part.NUMERATOR: gettext_lazy("Those that count"),
    Part.REST: gettext_lazy("Those that do not"),
    Part.DENOMINATOR: gettext_lazy("All of them"),
    Part.SILENT: gettext_lazy("Those without an answer"),
}


@dataclass(frozen=True, slots=True)
class Asked:
    """Which records: of what part, when, and in which cell."""

    part: Part
    start: date | None
    end: date | None
    cell: dict[str, str | None]


pages = Pages(Capability.VIEW_FIGURES)


@pages.at("measures/<slug:key>/records/", "records")
def records(request: DeskRequest, key: str) -> HttpResponse:
    """A page of the matters behind a figure, oldest first."""
    indicator = registry.indicator(key)
    opener = shown.opener_of(indicator.table)
    if opener is None or not opener.may(request.user):
        raise NotAllowed(_("You may not see the records behind this figure."))
    asked = _asked(request.GET, indicator)
    after = request.GET.get("after", "")
    context: dict[str, Any] = {
        "indicator": indicator,
        "back_url": reverse("desk:measure", args=[key]),
        "said": _in_words(indicator, asked),
        "views": choices(
            {part: PARTS[part] for part in _parts(indicator)},
            asked.part,
            lambda part: _address(request.GET, part=part),
        ),
    }
    try:
        found = keys_of(
            key,
            asked.cell,
            asked.part,
            asked.start,
            asked.end,
            shown.scope_of(request.user),
            after=read_key(after) if after else None,
        )
    except Unavailable as reason:
        return show(request, "measures/records.html", context | {"unavailable": str(reason)})
    seen = opener.matters(request.user, found.keys)
    rows = seen.select_related("unit").order_by("opened_at", "pk")
    matters = counted_for(request.user, rows, asked.cell.get("unit"))
    context |= {
        "lines": lines(matters, request.user, page="desk:matter"),
        "hidden": len(found.keys) - len(matters),
        "older": _address(request.GET, after=str(found.after)) if found.after else "",
        "newer": _address(request.GET) if after else "",
        "cutoff": found.cutoff,
    }
    return show(request, "measures/records.html", context)


def _parts(indicator: Indicator) -> list[Part]:
    if indicator.kind is Kind.COUNT:
        return [Part.NUMERATOR]
    return [part for part in PARTS if part is not Part.SILENT or indicator.frame]


def _asked(said: QueryDict, indicator: Indicator) -> Asked:
    part = next((one for one in _parts(indicator) if one == said.get("part")), Part.NUMERATOR)
    known = (*indicator.dimensions, MONTH)
    cell = {name: said.get(name) or None for name in known if name in said}
    return Asked(part, _day(said, "start"), _day(said, "end"), cell)


def _day(said: QueryDict, name: str) -> date | None:
    return day_of(said.get(name, ""), settings.RULES)


def _in_words(indicator: Indicator, asked: Asked) -> list[str]:
    """What narrows the list."""
    cells = [
        f"{shown.dimension_label(indicator, name)} {shown.cell_labels(indicator, name, [value])[value]}"
        for name, value in asked.cell.items()
    ]
    days = [(asked.start, _("from %(day)s")), (asked.end, _("until %(day)s"))]
    return [*cells, *(words % {"day": day.isoformat()} for day, words in days if day)]


def _address(said: QueryDict, **changes: str) -> str:
    """This page with some parts changed, from its beginning."""
    data = said.copy()
    data.pop("after", None)
    for name, value in changes.items():
        data[name] = value
    return f"?{data.urlencode()}"


urlpatterns = pages.addresses
