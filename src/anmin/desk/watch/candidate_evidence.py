"""The frozen evidence of a candidate in words and pictures; every number is read, none made."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from anmin.desk.figures import indicators as shown
from anmin.desk.figures.findings import scatter_words
from anmin.desk.figures.numbers import decimal, p_value, percent, span
from anmin.desk.shell import figure as drawn
from anmin.desk.shell.page import address
from anmin.desk.watch import words as watching
from anmin.measures.registry import registry
from anmin.places.queries import area_names
from anmin.watch.evidence import LIMITS
from anmin.watch.periods import Period
from anmin.watch.series import all_series

BASES = {
    "year": gettext_lazy("Against the same period last year"),
    "before": gettext_lazy("Against the time just before"),
}


def in_words(evidence: dict[str, Any]) -> dict[str, Any]:
    """Everything that a page shows of it."""
    return {
        "place": area_names().get(evidence["place"]["code"], evidence["place"]["name"]),
        "comparisons": [_comparison(one) for one in evidence["comparisons"] if one["rows"]],
        "months": _months(evidence),
        "index": [_month(one, evidence["place"]) for one in evidence["index"]],
        "concerns": [_concern(one) for one in evidence["concerns"]],
        "scan": _scan(evidence["scan"]) if evidence["scan"] else None,
        "not_shown": [LIMITS[code] for code in evidence["not_shown"] if code in LIMITS],
        "as_of": shown.known_until(
            datetime.fromisoformat(evidence["cutoff"]), evidence["revision"]
        ),
    }


def _period(start: str, end: str) -> str:
    return watching.days(Period(date.fromisoformat(start), date.fromisoformat(end)))


def _comparison(one: dict[str, Any]) -> dict[str, Any]:
    lead = _("%(now)s against %(earlier)s, judged among %(among)s comparisons") % {
        "now": _period(one["start"], one["end"]),
        "earlier": _period(one["earlier_start"], one["earlier_end"]),
        "among": f"{one['among']:,}",
    }
    if "scatter" in one:
        more = scatter_words(one["scatter"], known=one["scatter_known"])
        lead = _("%(first)s. %(then)s") % {"first": lead, "then": more}
    return {
        "title": BASES[one["base"]],
        "lead": lead,
        "rows": [
            {
                "category": watching.topic_name(row["category"]),
                "this": watching.events_of(row["this"], row.get("calls", [row["this"]])[0]),
                "last": watching.events_of(row["last"], row.get("calls", [row["last"]])[-1]),
                "ratio": decimal(row["ratio"], 2),
                "limits": watching.limits(row["low"], row["high"]),
                "p": p_value(row["p"]),
                "without": _without(row["without"]) if "without" in row else "—",
                "verdict": watching.verdict(
                    row["verdict"], rise=row["ratio"] is None or row["ratio"] > 1
                ),
            }
            for row in one["rows"]
        ],
    }


def _without(bare: dict[str, Any] | None) -> str:
    """A row without what only rated units brought, where that is another one."""
    if not bare:
        return _("the same")
    words = {
        "this": f"{bare['this']:,}",
        "last": f"{bare['last']:,}",
        "ratio": decimal(bare["ratio"], 2),
        "p": p_value(bare["p"]),
    }
    return _("%(this)s against %(last)s, ratio %(ratio)s, p %(p)s") % words


def _months(evidence: dict[str, Any]) -> drawn.Figure:
    points = tuple(
        drawn.Point(at=one["month"], value=one["count"], low=one["low"], high=one["high"])
        for one in evidence["months"]
    )
    return drawn.Figure(
        id="months",
        kind="bars",
        unit="count",
        title=_("Incidents by month"),
        dimension=_("Month"),
        series=(drawn.Series(name=_("incidents"), points=points),),
        level=shown.level_now(),
        finding=_("The last month is not over, unless the evidence was made on its last day."),
        how=_("Every incident recorded there, in the month in which the call came in.")
        + "\n"
        + shown.known_until(datetime.fromisoformat(evidence["cutoff"]), evidence["revision"]),
    )


def _month(one: dict[str, Any], place: dict[str, Any]) -> dict[str, Any]:
    level = "town" if place["code"] == place["town"] else "area"
    address = reverse("desk:watch_index_place", args=[one["month"], level, place["code"]])
    return {
        "month": one["month"],
        "points": decimal(one["score"]),
        "span": span(one["low"], one["high"], decimal),
        "badge": watching.band(one),
        "url": f"{address}?revision={one['number']}",
    }


def _concern(one: dict[str, Any]) -> dict[str, Any]:
    indicator = registry.indicators.get(one["key"])
    hidden = one["suppressed"] or one["value"] is None
    return {
        "label": indicator.label if indicator else one["key"],
        "suppressed": hidden,
        "value": "" if hidden else percent(one["value"]),
        "span": "" if hidden else span(one["low"], one["high"]),
        "n": "" if hidden else f"{one['denominator']:,}",
        "without": _share(one.get("without")),
    }


def _share(bare: dict[str, Any] | None) -> str:
    """A share without own and further calls: ``31.2% (5 / 16)``."""
    if not bare or bare["value"] is None:
        return _("too few to show") if bare and bare["suppressed"] else ""
    return f"{percent(bare['value'])} ({bare['numerator']:,g} / {bare['denominator']:,})"


def _scan(scan: dict[str, Any]) -> dict[str, Any]:
    cluster, known, names = scan["cluster"], all_series(), area_names()
    return {
        "series": known[scan["series"]].label if scan["series"] in known else scan["series"],
        "night": scan["night"],
        "pairs": cluster_facts(cluster, scan["level"]),
        "members": [names.get(code, code) for code in cluster["members"]],
        "how": scan_how(scan),
        "url": address("watch_hotspots", series=scan["series"], night=scan["night"]),
    }


def cluster_facts(cluster: dict[str, Any], level: float) -> list[tuple[str, str]]:
    """What a cluster is, line by line."""
    return [
        (_("When"), _period(cluster["first"], cluster["last"])),
        (_("Records"), f"{cluster['cases']:,}"),
        (_("Expected by chance"), f"{cluster['expected']:.1f}"),
        (_("Observed over expected"), decimal(cluster["ratio"], 2)),
        ("p", p_value(cluster["p"])),
        (
            _("Claimed"),
            _("yes, p is within %(level)s") % {"level": f"{level:.4f}"}
            if cluster["p"] <= level
            else _("no, p is above %(level)s") % {"level": f"{level:.4f}"},
        ),
    ]


def scan_how(scan: dict[str, Any]) -> str:
    """How a scan was made: settings, seed, what it looked at."""
    said = scan["settings"]
    return "\n".join(
        [
            _("Space-time permutation scan (M. Kulldorff et al. 2005), %(first)s to %(last)s.")
            % {"first": scan["first"], "last": scan["last"]},
            _(
                "Circles around each community of at most %(share)s of all records, up to "
                "%(longest)s days that end on the last day; at least %(least)s records."
            )
            % {
                "share": f"{said['max_share'] * 100:g}%",
                "longest": said["longest"],
                "least": said["least"],
            },
            *_drawn(said),
            _("%(replicates)s random data sets, seed %(seed)s.")
            % {"replicates": said["replicates"], "seed": scan["seed"]},
            _(
                "No population figures are needed: it asks whether days and places coincide "
                "more often than each would alone."
            ),
        ]
    )


def _drawn(said: dict[str, Any]) -> list[str]:
    """How calls were counted and what the random data sets keep; nothing of scans before that."""
    if "same_event_minutes" not in said:
        return []
    counted = _(
        "%(calls)s calls are counted as %(events)s events: calls of one community and category "
        "within %(minutes)s minutes are likely about the same."
    ) % {
        "calls": f"{said['calls']:,}",
        "events": f"{said['events']:,}",
        "minutes": said["same_event_minutes"],
    }
    kept = [scatter_words(said["scatter"], known=True)]
    if said["own_seasons"]:
        kept.append(_("Towns have slow seasons of their own here; that is allowed for, too."))
    return [counted, " ".join(kept)]
