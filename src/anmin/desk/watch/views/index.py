"""The area index: every place of a month, and one place explained down to its records."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.http import HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from anmin.desk.figures import indicators as shown
from anmin.desk.figures.numbers import decimal, percent, span
from anmin.desk.figures.outside import outside_lines
from anmin.desk.figures.pages import FigurePage, Sheet, as_of_columns, columns
from anmin.desk.shell import figure as drawn
from anmin.desk.shell.page import DeskRequest, Pages, address, choices, show
from anmin.desk.watch import words as watching
from anmin.desk.watch.index_map import mapped
from anmin.faces.templatetags.anmin_time import exact
from anmin.kernel.errors import NotFound
from anmin.kernel.incoming import key_of
from anmin.measures.figures import Part
from anmin.measures.registry import Kind, registry
from anmin.people.policy import Capability, can
from anmin.places.queries import area_names
from anmin.surveys.outside import of_place
from anmin.watch import queries
from anmin.watch.frame import LEVELS, frame
from anmin.watch.index import bands_of
from anmin.watch.periods import month_of, rule

if TYPE_CHECKING:
    from anmin.people.models import Account
    from anmin.watch.models import IndexMonth

DRAWN = 30
HISTORY = 12


@dataclass(frozen=True, slots=True)
class Asked:
    """The month as it was scored (none before the first), the level of places."""

    months: list[IndexMonth]
    month: IndexMonth | None
    level: str


def _lines(month: IndexMonth, level: str) -> list[dict[str, Any]]:
    """Every place of the level, the lowest score first, those without one at the end."""
    names = area_names()
    lines = []
    for key, score in month.scores.items():
        at, _colon, code = key.partition(":")
        if at != level:
            continue
        lines.append(
            {
                **_in_words(score),
                "code": code,
                "label": names.get(code, code),
                "url": reverse("desk:watch_index_place", args=[month.month, level, code])
                + f"?revision={month.number}",
            }
        )
    return sorted(lines, key=lambda line: (line["score"] is None, line["score"] or 0, line["code"]))


def _in_words(score: dict[str, Any]) -> dict[str, Any]:
    """A score of a place with its words."""
    return {
        **score,
        "points": decimal(score["score"]),
        "span": span(score["low"], score["high"], decimal),
        "badge": watching.band(score),
        "share": percent(score["covered"], 0),
    }


def _bands() -> str:
    return _("green from %(green)s, yellow from %(yellow)s, orange from %(orange)s, red below") % {
        name: rule(f"index.{name}").number for name in ("green", "yellow", "orange")
    }


def how_made(month: IndexMonth) -> str:
    """How scores come about, and what stands for the uncertainty."""
    now = frame()
    lines = [
        _("Frame of the index: version %(version)s, in force since %(day)s.")
        % {"version": month.frame_version, "day": now.effective.isoformat()},
        _(
            "Shares count as they are, out of 100. Counts score 100 as long as there is no more a "
            "day than in the months before (at most %(months)s), 50 with twice as much."
        )
        % {"months": rule("index.before").number},
        _(
            "Limits are those of the parts, put together by their weights (MOVER). No score from "
            "fewer than %(least)s records, or when less than %(share)s of the weights has one."
        )
        % {
            "least": rule("index.score_from").number,
            "share": f"{rule('index.coverage').share * 100:g}%",
        },
        _("Bands: %(bands)s.") % {"bands": _bands()},
        shown.as_of(month),
    ]
    if month.frame_digest != now.digest:
        lines.insert(1, _("The frame has been changed since; this month keeps its own."))
    return "\n".join(lines)


def _plot(lines: list[dict[str, Any]], month: IndexMonth, csv_url: str) -> drawn.Figure:
    points = tuple(
        drawn.Point(
            at=_drawn_as(line),
            value=line["score"],
            low=line["low"],
            high=line["high"],
            url=line["url"],
        )
        for line in lines[:DRAWN]
    )
    possible = [bands_of(one["low"], one["high"]) for one in lines if one["score"] is not None]
    red = [one for one in possible if "red" in one]
    sure = [one for one in red if len(one) == 1]
    return drawn.Figure(
        id="index",
        kind="dots-interval",
        unit="ratio",
        title=_("Area index, %(month)s") % {"month": month.month},
        dimension=_("Place"),
        series=(drawn.Series(name=_("score"), points=points),),
        level=shown.level_now(),
        reference=rule("index.orange").number,
        reference_label=_("red line: %(points)s") % {"points": rule("index.orange").number},
        finding=_("%(sure)s of %(all)s places are red; for %(red)s red cannot be ruled out.")
        % {"red": len(red), "all": len(lines), "sure": len(sure)},
        how=how_made(month),
        csv_url=csv_url,
    )


def _drawn_as(line: Mapping[str, Any]) -> str:
    """The place, with its band where that is sure; else the line of its limits says it."""
    sure = line["badge"].tone != "plain"
    return f"{line['label']} · {line['badge'].label}" if sure else str(line["label"])


# --- one place ------------------------------------------------------------------------------


pages = Pages(Capability.VIEW_WATCH)


@pages.at("watch/index/<slug:month>/<slug:level>/<slug:code>/", "watch_index_place")
def place(request: DeskRequest, month: str, level: str, code: str) -> HttpResponse:
    """One place in one month: aspects, indicators, counts, and the way to the records."""
    found = queries.index_month(request.user, month, key_of(request.GET.get("revision", "")))
    score = found.scores.get(f"{level}:{code}")
    if score is None or level not in LEVELS:
        raise NotFound(_("There is no index of this place in this month."))
    now = month_of(month)
    aspects = {one.code: one for one in frame().aspects}
    beside = [one for aspect in aspects.values() for one in aspect.outside]
    context = {
        "outside": outside_lines(of_place(request.user, beside, code)),
        "name": area_names().get(code, code),
        "code": code,
        "month": found,
        "score": _in_words(score),
        "aspects": [
            {
                **one,
                "label": aspects[one["code"]].label if one["code"] in aspects else one["code"],
                "environment": frame().environment_of(aspects[one["code"]]).label
                if one["code"] in aspects
                else "",
                "points": decimal(one["score"]),
                "span": span(one["low"], one["high"], decimal),
                "parts": [_part(request.user, part, level, code, now) for part in one["parts"]],
            }
            for one in score["aspects"]
        ],
        "how": how_made(found),
        "made": exact(found.made_at),
        "history": _history(request.user, level, code),
        "level": level,
        "proposes": can(request.user, Capability.PROPOSE_LISTING) and score["band"] == "red",
        "propose_url": address("candidate_new", area=code, ground="red_months", about=month),
    }
    return show(request, "watch/index_place.html", context)


WHY = {
    "too_few": gettext_lazy("too few records"),
    "no_record": gettext_lazy("no month before is on record"),
}


def _part(
    account: Account, part: dict[str, Any], level: str, code: str, now: Any
) -> dict[str, Any]:
    one = registry.indicators.get(part["key"])
    count = one is not None and one.kind is Kind.COUNT
    if part["value"] is None and part["score"] is None:
        value, limits, of = "—", "—", "—"
    elif count:
        value = decimal(part["value"], 2)
        limits = watching.limits(part["low"], part["high"])
        of = _("%(now)s now, %(before)s in the months before") % {
            "now": f"{part['numerator']:,g}",
            "before": f"{part['denominator'] - part['numerator']:,g}",
        }
    else:
        value, limits = percent(part["value"]), span(part["low"], part["high"])
        of = _("%(part)s of %(all)s") % {
            "part": f"{part['numerator']:,g}",
            "all": f"{part['denominator']:,}",
        }
    cell = {level: code}
    wanted = Part.NUMERATOR if count else Part.REST
    return {
        "label": one.label if one else part["key"],
        "weight": part["weight"],
        "value": value,
        "limits": limits,
        "of": of,
        "points": decimal(part["score"]),
        "span": span(part["score_low"], part["score_high"], decimal),
        "why": str(WHY.get(part["why"], "")),
        "url": watching.records_of(account, part["key"], now, cell, wanted)
        if one is not None and part["score"] is not None and part["numerator"]
        else "",
        "page": reverse("desk:measure", args=[part["key"]]) if one else "",
    }


def _history(account: Account, level: str, code: str) -> drawn.Figure | None:
    points = []
    for month in reversed(queries.index_months(account, HISTORY)):
        score = month.scores.get(f"{level}:{code}")
        if score is not None:
            points.append(
                drawn.Point(
                    at=month.month, value=score["score"], low=score["low"], high=score["high"]
                )
            )
    if not points:
        return None
    return drawn.Figure(
        id="history",
        kind="line-band",
        unit="ratio",
        title=_("Month by month"),
        dimension=_("Month"),
        series=(drawn.Series(name=_("score"), points=tuple(points)),),
        level=shown.level_now(),
        reference=rule("index.orange").number,
        reference_label=_("red line: %(points)s") % {"points": rule("index.orange").number},
    )


def _counted(part: dict[str, Any]) -> dict[str, Any]:
    """What was counted, only where the page shows it too."""
    return {} if part["value"] is None and part["score"] is None else part


def _possible(score: Mapping[str, Any]) -> str:
    return "/".join(bands_of(score["low"], score["high"])) if score["score"] is not None else ""


class Index(FigurePage[Asked, list[dict[str, Any]]]):
    """Every place of one month."""

    address = "watch/index"
    capabilities = (Capability.VIEW_WATCH,)

    def ask(self, request: DeskRequest) -> Asked:
        months = queries.index_months(request.user, HISTORY)
        month, wanted = next(iter(months), None), request.GET.get("month", "")
        if month and (number := key_of(request.GET.get("revision", ""))):
            month = queries.index_month(request.user, wanted, number)
        elif month:
            month = next((one for one in months if one.month == wanted), month)
        return Asked(months, month, watching.level_asked(request.GET.get("level", "")))

    def around(self, request: DeskRequest, asked: Asked) -> dict[str, Any]:
        month = asked.month.month if asked.month else ""
        return {
            "level": asked.level,
            "month": asked.month,
            "months": [one.month for one in asked.months],
            "levels": choices(
                watching.LEVEL_LABELS,
                asked.level,
                lambda level: address("watch_index", month=month, level=level),
            ),
        }

    def compute(self, request: DeskRequest, asked: Asked) -> list[dict[str, Any]]:
        return _lines(asked.month, asked.level) if asked.month else []

    def shown(
        self, request: DeskRequest, asked: Asked, lines: list[dict[str, Any]]
    ) -> dict[str, Any]:
        """Every place with its score, its uncertainty and its band."""
        month = asked.month
        if month is None:
            return {}
        csv_url = address("watch_index_csv", month=month.month, level=asked.level)
        scored = [line for line in lines if line["score"] is not None]
        return {
            "lines": scored,
            "without": len(lines) - len(scored),
            "plot": _plot(scored, month, csv_url) if scored else None,
            "map": mapped(lines, asked.level, month.month),
            "csv_url": csv_url,
            "bands": _bands(),
            "revisions": queries.revisions_of(request.user, month.month),
            "as_of": shown.as_of(month),
            "least": rule("index.score_from").number,
        }

    def sheet(self, request: DeskRequest, asked: Asked, lines: list[dict[str, Any]]) -> Sheet:
        """Every score with its parts, one row for each part."""
        month = asked.month
        if month is None:
            raise NotFound(_("There is no index of this month."))
        rows = [
            {"place": line, "aspect": aspect, "part": part, "counted": _counted(part)}
            for line in lines
            for aspect in line["aspects"]
            for part in aspect["parts"]
        ]
        return Sheet(
            f"index-{month.month}-{asked.level}",
            rows,
            {
                **columns("place=code label score low high", of="place"),
                "band": lambda row: _possible(row["place"]),
                **columns("covered", of="place"),
                **columns("aspect=code aspect_weight=weight aspect_score=score", of="aspect"),
                **columns("indicator=key weight", of="part"),
                **columns("numerator denominator", of="counted"),
                **columns("value value_low=low value_high=high points=score", of="part"),
                **columns("points_low=score_low points_high=score_high why", of="part"),
            },
            {
                "month": month.month,
                "revision_of_month": month.number,
                "frame": month.frame_version,
                **as_of_columns(month),
            },
        )


urlpatterns = [*Index().urlpatterns, *pages.addresses]
