"""How a survey's figures were made, in words and numbers: below a chart, and as a page of its own."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext as _

from anmin.desk.figures.numbers import DASH
from anmin.desk.surveys.words import dimension, in_order, level_names
from anmin.people.listing import clauses, listed
from anmin.surveys.dispositions import dispositions
from anmin.surveys.weighting import TOWN

if TYPE_CHECKING:
    from anmin.surveys.models import Wave


def how_made(method: Mapping[str, Any]) -> str:
    """The method in one paragraph, for below a chart."""
    weighting = method["weighting"]
    return _(
        "Weights: one over the chance of being drawn, corrected for silence within towns, fitted to"
        " %(margins)s, cut at %(top)s. Errors by linearisation for the design%(clusters)s."
        " Shares of those who gave an answer of substance. Fewer than %(few)s replies: not shown."
    ) % {
        "margins": listed(dimension(name) for name in in_order(weighting["margins"])),
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
    for name in in_order(weighting["margins"]):
        totals = weighting["margins"][name]
        text = clauses(f"{towns.get(level, level)} {n:,.0f}" for level, n in totals.items())
        source = weighting["from_outside"].get(name)
        told = f"{text} ({source})" if source else text
        fitted.append((_("Fitted to %(variable)s") % {"variable": dimension(name)}, told))
    return [
        (_("Base weights"), "{:.2f} – {:.2f}".format(*weighting["base_range"])),
        *(
            (
                _("Non-response adjustment, %(town)s") % {"town": towns.get(name, name)},
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
        (
            _("Errors"),
            _("jackknife: drawn again without each cluster, weights fitted anew")
            if method.get("errors") == "jackknife"
            else _("Taylor linearisation with finite population correction"),
        ),
        (
            _("Tests"),
            _("each town or group against all others, adjusted after Benjamini and Hochberg"),
        ),
        (
            _("Not shown"),
            _("fewer than %(n)s replies, and one more where it could be calculated")
            % {"n": method["shown_from"]},
        ),
        (
            _("With all towns"),
            _("model of Fay and Herriot, REML, by whole towns, from %(n)s towns that are shown")
            % {"n": method.get("modelled_from", DASH)},
        ),
        (
            _("Ranks"),
            _("as intervals of %(level)s%%, from %(n)s replies")
            % {"level": f"{method['rank_level'] * 100:.0f}", "n": method["ranked_from"]},
        ),
    ]
