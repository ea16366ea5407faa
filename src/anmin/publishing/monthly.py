"""Figures of a month with their method: incidents by area, answered in time, satisfaction; promises kept and missed."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from anmin.kernel.errors import NotFound
from anmin.matters.flow import Text
from anmin.matters.registry import all_kinds
from anmin.measures.figures import Figure
from anmin.measures.queries import Result, show, show_many
from anmin.measures.suppression import ANY, Key
from anmin.people.models import Account
from anmin.people.policy import Capability, can
from anmin.places.queries import area_ids, area_labels
from anmin.publishing import months
from anmin.publishing.both import as_fact, as_facts, both, hidden_in, percent
from anmin.publishing.series import Series, register_series
from anmin.publishing.sources import Draft, Offer

FIGURES = register_series(
    Series(
        code="figures",
        prefix="TJ",
        label=gettext_lazy("Figures and how they are made"),
        about=gettext_lazy(
            "Each with of how many, its interval, and of which state of the records."
        ),
        review="publishing.figures.review",
        expiry="publishing.figures.expiry",
    )
)
PROMISES = register_series(
    Series(
        code="promises",
        prefix="CN",
        label=gettext_lazy("Promises, kept and missed"),
        about=gettext_lazy("What was promised by a day, and whether it was kept."),
        review="publishing.figures.review",
        expiry="publishing.figures.expiry",
    )
)


@dataclass(frozen=True, slots=True)
class Told:
    """An indicator that is published every month; ``by``: a dimension, or nothing."""

    indicator: str
    title: Text
    by: str = ""


MONTHLY: Mapping[str, Told] = {
    "incidents": Told("incidents", gettext_lazy("Incidents by area, %s"), "town"),
    "in_time": Told("answered_in_time", gettext_lazy("Answered in time, %s"), "town"),
    "satisfaction": Told("satisfaction", gettext_lazy("Satisfaction of those called back, %s")),
}


def may_draft(account: Account, _key: str) -> bool:
    """Whoever sees figures."""
    return can(account, Capability.VIEW_FIGURES)


def still_true(_key: str, _stamp: str) -> str:
    """A figure says of which state of the records it is, and stays so."""
    return ""


def draft(key: str) -> Draft:
    """One figure of a month. Raises ``NotFound``."""
    told, first, last = _read(key)
    areas = area_ids()

    def made() -> Mapping[str, Any]:
        found, hidden = _beside(told, first, last)
        labels = area_labels(areas.values()) if told.by else {}
        facts = list(
            as_facts(
                found, lambda code: labels.get(areas.get(code, 0)) or _("place unknown"), hidden
            )
        )
        return {
            "title": str(told.title) % months.said(first),
            "lead": str(found.indicator.label),
            "facts": facts[:40],
            "body": [
                _("How it is made: %s") % found.indicator.how_made,
                _("The interval is what chance alone makes of it. Small cells are not shown."),
            ],
        }

    return Draft(content=both(made))


def _beside(told: Told, first: date, last: date) -> tuple[Result, set[Key]]:
    """A figure of a month, and what all of them by its dimension hide, so that none tells another's."""
    keys = [one.indicator for one in MONTHLY.values() if one.by == told.by]
    found = show_many(keys, by=(told.by,) if told.by else (), start=first, end=last)
    return found[told.indicator], hidden_in(found.values())


def offers(account: Account) -> Sequence[Offer]:
    """Each figure of the months that are over."""
    if not may_draft(account, ""):
        return []
    return [
        Offer(f"{code}:{first:%Y-%m}", str(told.title) % months.said(first))
        for first in months.over()
        for code, told in MONTHLY.items()
    ]


def draft_promises(key: str) -> Draft:
    """What was promised in a month, kind by kind: kept, missed. Raises ``NotFound``."""
    first, last = months.span(key)
    words = {one.code: one.label for one in all_kinds()}

    def made() -> Mapping[str, Any]:
        found = show("kept_in_time", by=("kind",), start=first, end=last)
        hidden = hidden_in([found])
        small = (ANY,) in hidden
        facts, kept, all_ = [_promised(_("All together"), found, found.total, hidden=small)], 0, 0
        for one in found.rows:
            code = one.dimensions["kind"]
            if (code,) in hidden or one.numerator is None:
                continue
            facts.append(_promised(words.get(str(code), str(code)), found, one))
            kept, all_ = kept + int(one.numerator), all_ + (one.denominator or 0)
        if hidden and not small and (rest := (found.total.denominator or 0) - all_):
            # What is hidden line by line is told in one: it could be reckoned from the whole anyhow.
            told = {"kept": int(found.total.numerator or 0) - kept}
            told["missed"] = rest - told["kept"]
            words_of_it = _("%(kept)s kept, %(missed)s missed") % told
            facts.append({"label": _("All others"), "value": words_of_it, "n": rest})
        return {
            "title": _("Promises, kept and missed, %s") % months.said(first),
            "lead": _(
                "Every matter has a deadline. This says how many were kept, and how many were not."
            ),
            "facts": facts[:40],
            "body": [
                _(
                    "Of the matters that were opened in the month and ended, or whose deadline passed, "
                    "those that met the promise of their kind. Withdrawn ones do not count."
                )
            ],
        }

    return Draft(content=both(made))


def _promised(
    label: object, found: Result, figure: Figure, *, hidden: bool = False
) -> dict[str, Any]:
    """How many were kept and missed, of a kind or of all."""
    fact = as_fact(label, figure, found, hidden=hidden)
    if fact.get("n") and figure.numerator is not None and figure.denominator:
        kept = int(figure.numerator)
        values = {"kept": kept, "missed": figure.denominator - kept}
        told = _("%(kept)s kept, %(missed)s missed (%(share)s kept)")
        fact["value"] = told % {**values, "share": percent(figure.value or 0)}
    return fact


def offers_of_promises(account: Account) -> Sequence[Offer]:
    """The months that are over."""
    if not may_draft(account, ""):
        return []
    return [Offer(f"{one:%Y-%m}", months.said(one)) for one in months.over()]


def _read(key: str) -> tuple[Told, date, date]:
    code, _colon, month = key.partition(":")
    if code not in MONTHLY:
        raise NotFound("no such figure")
    return MONTHLY[code], *months.span(month)
