"""Figures of surveys in words: tiles, tables, the chart, and how it was made."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from django.utils.translation import get_language
from django.utils.translation import gettext as _

from anmin.desk import figures as drawn
from anmin.places.queries import area_names
from anmin.surveys.dispositions import dispositions
from anmin.surveys.questionnaires import questionnaire
from anmin.surveys.releases import outside_interval
from anmin.surveys.results import Cell, Change
from anmin.surveys.weighting import JOINED, TOWN

if TYPE_CHECKING:
    from anmin.surveys.models import OutsideResult, Wave

DASH = "—"


def label(measure: Mapping[str, Any]) -> str:
    """The name of a measure, as its release keeps it in both languages."""
    english = (get_language() or "").startswith("en")
    return str(measure["en" if english else "zh"])


def chosen(measures: Sequence[dict[str, Any]], code: str) -> dict[str, Any]:
    """The measure asked for, or the first."""
    return next((one for one in measures if one["code"] == code), measures[0])


def dimension(name: str) -> str:
    """What a variable is called."""
    known = {TOWN: _("Town"), "sex": _("Sex"), "age": _("Age"), "residence": _("Residence")}
    return known.get(name, name)


def level_names(name: str) -> dict[str, str]:
    """What the levels of a variable are called, where they have codes."""
    return (
        {**area_names(), JOINED: _("others, joined")}
        if name == TOWN
        else {JOINED: _("others, joined")}
    )


def share(value: float | None, measure: Mapping[str, Any]) -> str:
    """A value of a measure as it is written: 93.6%, or 7.42."""
    if value is None:
        return DASH
    return f"{value * 100:.1f}%" if measure["is_share"] else f"{value:.2f}"


def between(low: float | None, high: float | None, measure: Mapping[str, Any]) -> str:
    """An interval: the sign is said once."""
    if low is None or high is None:
        return DASH
    return f"{share(low, measure).removesuffix('%')}–{share(high, measure)}"


def p_value(value: float | None) -> str:
    """A p-value with three digits, tiny ones as such."""
    if value is None:
        return DASH
    return "< 0.001" if value < 0.001 else f"{value:.3f}"


def _percent(value: float | None) -> str:
    return DASH if value is None else f"{value * 100:.1f}%"


def _points(value: float | None, measure: Mapping[str, Any]) -> str:
    if value is None:
        return DASH
    return f"{value * 100:+.1f}" if measure["is_share"] else f"{value:+.2f}"


def _signal(q: float | None, level: float) -> bool:
    """Chance does not explain it at this level, all comparisons of the table considered."""
    return q is not None and q <= 1 - level


def tiles(
    measure: Mapping[str, Any], method: Mapping[str, Any], outside: Iterable[OutsideResult]
) -> list[dict[str, Any]]:
    """The whole, what was not answered, the response, and what others found."""
    whole = Cell(**measure["whole"])
    found: list[dict[str, Any]] = [
        {
            "label": _("The whole population"),
            "value": share(whole.value, measure),
            "interval": between(whole.low, whole.high, measure),
            "n": f"{whole.n:,}" if whole.n else "",
            "note": _("design effect %(deff)s") % {"deff": f"{whole.deff:.2f}"}
            if whole.deff
            else "",
            "suppressed": whole.suppressed,
        },
        {
            "label": _("Don't know"),
            "value": _percent(measure["dont_know"]),
            "note": _("rather not say: %(share)s") % {"share": _percent(measure["refused"])},
        },
    ]
    if response := method.get("response"):
        rate = response["usable"] / response["eligible"] if response["eligible"] else None
        found.append(
            {
                "label": _("Response rate"),
                "value": _percent(rate),
                "n": f"{response['eligible']:,}",
            }
        )
    for row in outside:
        line = outside_line(row)
        found.append(
            {
                "label": f"{row.title} {row.year}",
                "value": line["value"],
                "interval": line["interval"],
                "n": line["n"] if row.n else "",
                "note": line["said"],
            }
        )
    return found


def outside_line(row: OutsideResult) -> dict[str, Any]:
    """An outside result in words; an assumption is said to be one."""
    found = outside_interval(row)
    percent = f"{row.value * 100:.2f}%"
    interval = ""
    if found is not None:
        low, high = found[0]
        interval = f"{low * 100:.1f}–{high * 100:.1f}%"
    if row.n:
        said = ""
    elif found is not None:
        said = _("the source gives no n; if %(n)s were asked, it is %(count)s of them") % {
            "n": row.n_assumed,
            "count": found[1],
        }
    else:
        said = _("the source gives no n: no interval can be given")
    measures = {one.code: one.label for one in questionnaire("safety").measure}
    return {
        "row": row,
        "measure": measures.get(row.measure, row.measure),
        "value": percent,
        "interval": interval,
        "n": f"{row.n:,}" if row.n else "",
        "said": said,
    }


def lines(
    cells: Sequence[Cell], measure: Mapping[str, Any], method: Mapping[str, Any], by: str
) -> list[dict[str, Any]]:
    """One line of the table for each cell."""
    names = level_names(by)
    return [
        {
            "label": names.get(cell.level, cell.level),
            "suppressed": cell.suppressed,
            "n": DASH if cell.n is None else f"{cell.n:,}",
            "value": share(cell.value, measure),
            "interval": between(cell.low, cell.high, measure),
            "deff": DASH if cell.deff is None else f"{cell.deff:.2f}",
            "df": DASH if cell.df is None else f"{cell.df:.0f}",
            "difference": _points(cell.difference, measure),
            "q": p_value(cell.q),
            "signal": _signal(cell.q, method["level"]),
            "tested": cell.q is not None,
            "rank": _rank(cell, method),
        }
        for cell in cells
    ]


def _rank(cell: Cell, method: Mapping[str, Any]) -> str:
    if cell.rank_low is None:
        return (
            _("fewer than %(n)s") % {"n": method["ranked_from"]}
            if ((cell.n or 0) < method["ranked_from"])
            else DASH
        )
    if cell.rank_low == cell.rank_high:
        return str(cell.rank_low)
    return f"{cell.rank_low}–{cell.rank_high}"


def changes(
    found: Sequence[Change], measure: Mapping[str, Any], by: str, level: float
) -> list[dict[str, Any]]:
    """One line for each comparison of two waves."""
    names = {**level_names(by), "": _("The whole population")}
    return [
        {
            "label": names.get(one.level, one.level),
            "this": share(one.this.value, measure),
            "last": share(one.last.value, measure),
            "difference": _points(one.difference, measure),
            "interval": DASH
            if one.low is None
            else f"{_points(one.low, measure)} – {_points(one.high, measure)}",
            "q": p_value(one.q),
            "signal": _signal(one.q, level),
            "tested": one.q is not None,
        }
        for one in found
    ]


def plot(
    title: str,
    series: Sequence[tuple[str, Sequence[Cell]]],
    measure: Mapping[str, Any],
    by: str,
    *,
    level: float,
    how: str,
    csv_url: str,
) -> drawn.Figure:
    """Dots with their intervals, the largest first, one series for each wave."""
    names = level_names(by)
    order = sorted(series[0][1], key=lambda cell: -(cell.value if cell.value is not None else -1))
    return drawn.Figure(
        id="estimates",
        kind="dots-interval",
        title=title,
        dimension=dimension(by),
        unit="percent" if measure["is_share"] else "ratio",
        decimals=1 if measure["is_share"] else 2,
        level=round(level * 100),
        how=how,
        csv_url=csv_url,
        series=tuple(
            drawn.Series(name=name, points=_points_of(order, cells, names))
            for name, cells in series
        ),
    )


def _points_of(
    order: Sequence[Cell], cells: Sequence[Cell], names: Mapping[str, str]
) -> tuple[drawn.Point, ...]:
    held = {cell.level: cell for cell in cells}
    points = []
    for level in (cell.level for cell in order):
        cell = held.get(level, Cell(level, None))
        points.append(
            drawn.Point(
                at=names.get(level, level),
                value=cell.value,
                low=cell.low,
                high=cell.high,
                n=cell.n,
                suppressed=cell.suppressed,
            )
        )
    return tuple(points)


def how_made(method: Mapping[str, Any]) -> str:
    """The method in one paragraph, for below a chart."""
    weighting = method["weighting"]
    return _(
        "Weights: one over the chance of being drawn, corrected for silence within towns, fitted to"
        " %(margins)s, cut at %(top)s. Errors by linearisation for the design%(clusters)s."
        " Shares of those who gave an answer of substance. Fewer than %(few)s replies: not shown."
    ) % {
        "margins": _(", ").join(dimension(name) for name in weighting["margins"]),
        "top": f"{weighting['trimmed_at']:.1f}",
        "clusters": _(", communities as clusters") if weighting["clusters"] else "",
        "few": method["shown_from"],
    }


def method_sections(wave: Wave, method: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The methodology page: what a statistician asks, each with its numbers."""
    weighting = method["weighting"]
    parts = {
        _("Who could be asked"): [
            (_("People in the frozen list"), f"{wave.frame_count:,}"),
            (
                _("Adults they stand for, in the towns drawn from"),
                f"{weighting['population']:,.0f}",
            ),
            (_("SHA-256 of the list"), wave.frame_digest),
        ],
        _("How they were drawn"): _how_drawn(wave),
        _("How they ended (AAPOR)"): _how_ended(method.get("response", {})),
        _("How returns were weighted"): _how_weighted(weighting),
        _("How figures were made"): _how_estimated(method),
    }
    return [{"title": title, "facts": facts} for title, facts in parts.items()]


type Facts = list[tuple[str, str]]


def _how_drawn(wave: Wave) -> Facts:
    take = wave.plan["take"]
    return [
        (_("Strata"), _("towns, %(n)s of them") % {"n": len(wave.plan["sizes"])}),
        (
            _("Clusters"),
            _("communities, %(n)s people in each") % {"n": take} if take else _("none"),
        ),
        (_("People drawn"), f"{wave.selected:,}"),
        (_("Hash of the seed, published before"), wave.seed_hash),
        (_("Seed"), wave.seed),
    ]


def _how_ended(response: Mapping[str, Any]) -> Facts:
    if not response.get("eligible"):
        return []
    usable, eligible = response["usable"], response["eligible"]
    return [
        *(
            (f"{code} {dispositions()[code].label}", f"{number:,}")
            for code, number in response["by_code"].items()
        ),
        (_("Response rate 2"), f"{usable:,} / {eligible:,} = {usable / eligible * 100:.1f}%"),
    ]


def _how_weighted(weighting: Mapping[str, Any]) -> Facts:
    towns = level_names(TOWN)
    fitted = []
    for name, totals in weighting["margins"].items():
        text = _("; ").join(f"{towns.get(level, level)} {n:,.0f}" for level, n in totals.items())
        source = weighting["from_outside"].get(name)
        told = f"{text} ({source})" if source else text
        fitted.append((_("Fitted to %(variable)s") % {"variable": dimension(name)}, told))
    return [
        (_("Base weights"), "{:.2f} – {:.2f}".format(*weighting["base_range"])),
        *(
            (
                _("Correction for silence, %(town)s") % {"town": towns.get(name, name)},
                f"× {factor:.3f}",
            )
            for name, factor in weighting["classes"].items()
        ),
        *fitted,
        (_("Weights cut at"), f"{weighting['trimmed_at']:.2f}"),
        (_("Final weights"), "{:.2f} – {:.2f}".format(*weighting["weight_range"])),
        (_("Design effect of the weights (Kish)"), f"{weighting['weight_effect']:.3f}"),
        (
            _("Raking"),
            _("%(n)s rounds, largest misfit %(error)s")
            % {"n": weighting["iterations"], "error": f"{weighting['max_error']:.1e}"},
        ),
    ]


def _how_estimated(method: Mapping[str, Any]) -> Facts:
    return [
        (_("Level of the intervals"), f"{method['level'] * 100:.0f}%"),
        (_("Intervals of shares"), _("Wilson's, with the effective sample size")),
        (_("Errors"), _("Taylor linearisation with finite population correction")),
        (
            _("Tests"),
            _("each town or group against all others, adjusted after Benjamini and Hochberg"),
        ),
        (
            _("Not shown"),
            _("fewer than %(n)s replies, and one more where it could be reckoned")
            % {"n": method["shown_from"]},
        ),
        (
            _("Ranks"),
            _("as intervals of %(level)s%%, from %(n)s replies")
            % {"level": f"{method['rank_level'] * 100:.0f}", "n": method["ranked_from"]},
        ),
    ]
