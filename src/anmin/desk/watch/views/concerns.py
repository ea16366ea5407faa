"""What people are unhappy about, where and when."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from anmin.desk.figures import indicators as shown
from anmin.desk.figures.area_maps import map_of
from anmin.desk.figures.findings import of_breakdown
from anmin.desk.figures.pages import FigurePage, Sheet, columns
from anmin.desk.figures.pictures import concerns_plot, plot
from anmin.desk.shell import figure as drawn
from anmin.desk.shell.page import DeskRequest, address
from anmin.desk.watch import words as watching
from anmin.measures.change_words import of_change
from anmin.people.policy import Capability
from anmin.watch.concerns import Concerns, concerns_of, keys, where_named
from anmin.watch.periods import Period, last_whole_month, month_of, months_before

if TYPE_CHECKING:
    from anmin.faces.maps import AreaMap
    from anmin.measures.comparing import Change
    from anmin.measures.figures import Figure
    from anmin.people.models import Account

MONTHS_SHOWN = 12


@dataclass(frozen=True, slots=True)
class Asked:
    """The month, its days so far, the town, and the concern that is shown by town."""

    month: str
    period: Period
    town: str
    concern: str


def _line(account: Account, asked: Asked, one: Change) -> dict[str, Any]:
    indicator, figure = one.now.indicator, one.now.total
    narrow = {"town": asked.town} if asked.town else {}
    return {
        "label": indicator.label,
        "words": shown.in_words(indicator, figure),
        "url": shown.opens(
            account, indicator, figure, asked.period.start, asked.period.end, **narrow
        ),
        "change": of_change(one),
        "where_url": address(
            "watch_concerns", month=asked.month, town=asked.town, concern=indicator.key
        ),
    }


def _where(
    account: Account, key: str, period: Period, csv_url: str
) -> dict[str, drawn.Figure | AreaMap]:
    """One concern by town: drawn, and on the map."""
    found = where_named(key, period)
    if not found.rows:
        return {}
    one = found.indicator
    title = _("“%(concern)s” by town") % {"concern": one.label}

    def opened(figure: Figure) -> str:
        return shown.opens(account, one, figure, period.start, period.end)

    return {
        "where": plot(
            found,
            anchor="where",
            title=title,
            finding=of_breakdown(found),
            csv_url=csv_url,
            url=opened,
        ),
        "map": map_of(
            found,
            anchor="concern-map",
            title=_("%(title)s on the map") % {"title": title},
            url=opened,
        ),
    }


class ConcernsPage(FigurePage[Asked, Concerns]):
    """Concerns of one place and month, ranked with their intervals and their change."""

    address = "watch/concerns"
    capabilities = (Capability.VIEW_WATCH,)

    def ask(self, request: DeskRequest) -> Asked:
        today, month = timezone.localdate(), request.GET.get("month", "")
        if month not in watching.month_choices(today):
            month = last_whole_month(today)
        whole, town = month_of(month), request.GET.get("town", "")
        return Asked(
            month,
            Period(whole.start, min(whole.end, today)),
            town if town in watching.towns() else "",
            request.GET.get("concern", ""),
        )

    def around(self, request: DeskRequest, asked: Asked) -> dict[str, Any]:
        return {
            "month": asked.month,
            "months": watching.month_choices(timezone.localdate(), MONTHS_SHOWN),
            "town": asked.town,
            "towns": watching.towns(),
            "days": watching.days(asked.period),
            "before": watching.days(asked.period.just_before()),
            "level": shown.level_now(),
            "earlier": address(
                "watch_concerns", month=months_before(asked.month, 1)[0], town=asked.town
            ),
        }

    def compute(self, request: DeskRequest, asked: Asked) -> Concerns:
        return concerns_of(asked.period, asked.town)

    def shown(self, request: DeskRequest, asked: Asked, found: Concerns) -> dict[str, Any]:
        as_of = shown.as_of(found.any_result)
        said = _("Brought up: {group}").format(group="")  # which the heading says of them all
        brought = [
            {**line, "label": line["label"].removeprefix(said)}
            for line in (_line(request.user, asked, one) for one in found.brought)
        ]
        if not found.named:
            return {"nothing": as_of, "brought": brought}
        key = asked.concern if asked.concern in keys() else found.named[0].now.indicator.key
        start, end = asked.period.start, asked.period.end
        by_town = f"{reverse('desk:measure_csv', args=[key])}?by=town&start={start}&end={end}"
        csv_url = address("watch_concerns_csv", month=asked.month, town=asked.town)
        return {
            "brought": brought,
            "lines": [_line(request.user, asked, one) for one in found.named],
            "plot": concerns_plot(
                [one.now for one in found.named],
                shown.how_made(found.any_result),
                csv_url=csv_url,
            ),
            "csv_url": csv_url,
            "as_of": as_of,
            **_where(request.user, key, asked.period, by_town),
        }

    def sheet(self, request: DeskRequest, asked: Asked, found: Concerns) -> Sheet:
        return Sheet(
            f"concerns-{asked.month}",
            [*found.changes, *found.brought],
            {
                "concern": "now.indicator.key",
                "label": lambda one: str(one.now.indicator.label),
                "town": lambda _one: asked.town,
                "start": lambda _one: asked.period.start,
                "end": lambda _one: asked.period.end,
                **columns("numerator denominator value low high", of="now.total"),
                "suppressed": lambda one: "yes" if one.now.total.suppressed else "no",
                **columns("change=value change_low=low change_high=high", of="difference"),
                "cutoff": lambda one: timezone.localtime(one.now.cutoff),
                "revision": "now.revision",
            },
        )


urlpatterns = ConcernsPage().urlpatterns
