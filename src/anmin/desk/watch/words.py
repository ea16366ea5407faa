"""The watch in words: places, verdicts, ratios, bands. Nothing here is computed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from anmin.desk.figures import indicators as shown
from anmin.matters.categories import categories
from anmin.measures.figures import Part
from anmin.measures.registry import registry
from anmin.places.queries import area_names
from anmin.watch.frame import LEVELS
from anmin.watch.index import bands_of
from anmin.watch.periods import Period, rule

if TYPE_CHECKING:
    from anmin.people.models import Account

TOWN_CODE = 9
"""Digits of a town's code; those of a community are more."""
LEVEL_LABELS = {"town": gettext_lazy("Towns and streets"), "area": gettext_lazy("Communities")}
TABS = (
    ("desk:watch", gettext_lazy("Overview")),
    ("desk:watch_concerns", gettext_lazy("Concerns")),
    ("desk:watch_compare", gettext_lazy("Comparison")),
    ("desk:watch_baselines", gettext_lazy("Baselines")),
    ("desk:watch_hotspots", gettext_lazy("Hot spots")),
    ("desk:watch_index", gettext_lazy("Area index")),
    ("desk:watch_ranks", gettext_lazy("Ranks")),
)
"""The pages of the watch; ``v`` and the number opens one."""


@dataclass(frozen=True, slots=True)
class Badge:
    """A word with its tone."""

    label: Any
    tone: str


VERDICTS = {
    "signal": Badge(gettext_lazy("signal"), "late"),
    "may be chance": Badge(gettext_lazy("may be chance"), "plain"),
    "too few to say": Badge(gettext_lazy("too few to say"), "provisional"),
}
FALL = Badge(gettext_lazy("signal: fewer"), "done")
BANDS = {
    "green": Badge(gettext_lazy("green"), "done"),
    "yellow": Badge(gettext_lazy("yellow"), "yellow"),
    "orange": Badge(gettext_lazy("orange"), "at_risk"),
    "red": Badge(gettext_lazy("red"), "late"),
    "": Badge(gettext_lazy("no score"), "plain"),
}


def band(score: Mapping[str, Any]) -> Badge:
    """The band that a score is sure of, or in words those that its limits leave possible."""
    if score["score"] is None:
        return BANDS[""]
    possible = [str(BANDS[one].label) for one in bands_of(score["low"], score["high"])]
    if len(possible) == 1:
        return BANDS[score["band"]]
    if len(possible) == len(BANDS) - 1:  # all but the one without a score
        return Badge(_("any band possible"), "plain")
    return Badge(
        _("%(low)s to %(high)s possible") % {"low": possible[0], "high": possible[-1]}, "plain"
    )


def level_asked(text: str, usual: str = "town") -> str:
    """The level of places that an address names."""
    return text if text in LEVELS else usual


def verdict(word: str, *, rise: bool) -> Badge:
    """What a comparison comes to, as a word with a shape."""
    return FALL if word == "signal" and not rise else VERDICTS[word]


def limits(low: float | None, high: float | None) -> str:
    """0.52–3.58; without an upper limit, "from 1.20"."""
    if low is None:
        return "—"
    if high is None:
        return _("from %(low)s") % {"low": f"{low:.2f}"}
    return f"{low:.2f}–{high:.2f}"


def events_of(events: int, calls: int) -> str:
    """1, or "1 (6 calls)" where several calls are likely about one event."""
    if calls == events:
        return f"{events:,}"
    return _("%(events)s (%(calls)s calls)") % {"events": f"{events:,}", "calls": f"{calls:,}"}


def days(period: Period) -> str:
    """2026-07-30 to 2026-11-26."""
    return _("%(start)s to %(end)s") % {
        "start": period.start.isoformat(),
        "end": period.end.isoformat(),
    }


def records_of(
    account: Account,
    key: str,
    period: Period | None,
    cell: Mapping[str, Any],
    part: Part = Part.NUMERATOR,
) -> str:
    """Where the records behind a count are listed, for those who may see them."""
    indicator = registry.indicator(key)
    if period is None or not shown.may_open(account, indicator):
        return ""
    return shown.records_url(indicator, part, period.start, period.end, cell)


def place_name(code: str) -> str:
    """What a place is called; one that is no longer known goes by its code."""
    return area_names().get(code, code)


def topic_name(code: str) -> str:
    """What a category is called."""
    topic = categories().get(code)
    return topic.label if topic else code


def towns() -> dict[str, str]:
    """The towns and streets by their codes."""
    return {code: name for code, name in area_names().items() if len(code) == TOWN_CODE}


def month_choices(today: date, number: int = 12) -> list[str]:
    """The months that may be asked for, this one first."""
    from anmin.watch.periods import months_before

    this = f"{today:%Y-%m}"
    return [this, *months_before(this, number - 1)]


def level_percent() -> str:
    """The level of the intervals, as people write it."""
    return f"{rule('measures.confidence').share * 100:g}%"
