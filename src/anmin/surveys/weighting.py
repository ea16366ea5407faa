"""Weights of a wave: from the draw, corrected for silence, fitted to the population.

Every figure is made by `anmin.stats`; here the records are brought into its columns and what was
done is written down, so that it can be said on the methodology page.
"""

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

import numpy as np
from django.utils.translation import gettext as _

from anmin.kernel.errors import Refusal
from anmin.stats.arguments import Floats
from anmin.stats.calibration import design_effect as kish
from anmin.stats.calibration import poststratify, rake
from anmin.stats.design import Design
from anmin.stats.margins import Margin
from anmin.surveys.dispositions import DispositionClass, dispositions
from anmin.surveys.models import Return, Wave
from anmin.surveys.recording import rule
from anmin.surveys.selection import Chance
from anmin.surveys.wording import said

TOWN = "town"
JOINED = "joined"
"""What levels are called that were joined because too few of them replied."""


@dataclass(frozen=True, slots=True)
class Drawn:
    """One person who was drawn: where, how, what they are, and what they answered, if they did."""

    case_id: int
    stratum: str
    cluster: str
    weight: float
    chance: Chance
    groups: dict[str, str]
    disposition: str
    answers: dict[str, Any] | None = None

    @property
    def eligible(self) -> bool:
        """Not known to be outside the population."""
        return (
            not self.disposition
            or dispositions()[self.disposition].kind != DispositionClass.NOT_ELIGIBLE
        )


@dataclass(frozen=True, slots=True)
class Weighting:
    """What was done to the weights, in numbers."""

    drawn: int
    eligible: int
    replies: int
    population: float
    base_range: tuple[float, float]
    classes: dict[str, float]
    """Class of the non-response adjustment → factor."""
    margins: dict[str, dict[str, float]]
    """Variable → level → population that was fitted to."""
    from_outside: dict[str, str]
    """Variable → source, where the totals are not the frame's own."""
    joined: dict[str, list[str]]
    """Variable → levels that were joined."""
    trimmed_at: float
    iterations: int
    max_error: float
    weight_range: tuple[float, float]
    weight_effect: float
    """Kish's design effect of the final weights."""
    clusters: bool

    def as_json(self) -> dict[str, Any]:
        """As a release keeps it."""
        return asdict(self)


@dataclass(frozen=True, slots=True, eq=False)
class WeightedSample:
    """The usable returns of a wave with their design; n rows."""

    rows: Sequence[Drawn]
    design: Design
    weighting: Weighting
    groups: dict[str, Any] = field(default_factory=dict)
    """Variable → (n,) labels, for estimates by group; the town is one of them."""


def drawn_people(wave: Wave) -> list[Drawn]:
    """Everybody who was drawn, with what counts of their answers; nobody's name."""
    usable = {code for code, row in dispositions().items() if row.kind.usable}
    counted = dict(
        Return.objects.filter(case__wave=wave, counts=True, case__disposition__in=usable)
        .order_by()
        .values_list("case_id", "answers")
    )
    rows = wave.cases.order_by("pk").values_list(
        "pk", "row__stratum", "row__cluster", "row__size", "chance", "row__groups", "disposition"
    )
    found = []
    for pk, stratum, cluster, size, numbers, groups, disposition in rows:
        chance = Chance(**numbers)
        found.append(
            Drawn(
                case_id=pk,
                stratum=stratum,
                cluster=cluster,
                weight=chance.weight * size,
                chance=chance,
                groups=groups,
                disposition=disposition,
                answers=counted.get(pk),
            )
        )
    return found


@said()
def weigh(wave: Wave) -> WeightedSample:
    """The weighted sample of a wave. O(drawn + frame).

    Raises ``Refusal`` when there are too few replies, or when a margin cannot be met.
    """
    everybody = [one for one in drawn_people(wave) if one.eligible]
    rows = [one for one in everybody if one.answers is not None]
    least = rule("class_from").value
    if len(rows) < least:
        raise Refusal(_("There are fewer than %(n)s usable returns.") % {"n": least})
    base = np.array([one.weight for one in rows])
    kept, classes = _answering_for_the_silent(everybody, rows, base, least)
    labels, margins, outside, joined = _margins(wave, rows, least)
    top = float(rule("trim").value * sum(margins[TOWN].values()) / len(rows))
    design = _design(rows, kept, bool(wave.plan.get("take")))
    fitted = _fitted(
        design, [Margin(name, labels[name], totals) for name, totals in margins.items()], top
    )
    assert fitted.calibration is not None
    told = fitted.calibration.diagnostics
    weighting = Weighting(
        drawn=wave.selected or len(everybody),
        eligible=len(everybody),
        replies=len(rows),
        population=sum(margins[TOWN].values()),
        base_range=(float(base.min()), float(base.max())),
        classes=classes,
        margins=margins,
        from_outside=outside,
        joined=joined,
        trimmed_at=top,
        iterations=told.iterations,
        max_error=told.max_error,
        weight_range=told.weight_range,
        weight_effect=kish(fitted.weights),
        clusters=bool(wave.plan.get("take")),
    )
    return WeightedSample(rows, fitted, weighting, _groups(rows))


def _fitted(design: Design, margins: Sequence[Margin], top: float) -> Design:
    """Raked to the margins, no weight above ``top``."""
    try:
        return rake(design, margins, trim=(0.0, top))
    except Refusal as refusal:
        if refusal.code == "not_fitted":
            raise Refusal(
                _("The weights cannot be fitted to all margins at once."), field="margins"
            ) from None
        if refusal.field != "trim":
            raise
        raise Refusal(
            _(
                "No weight may be above %(top)s (rule survey.trim), and so the population totals"
                " cannot be met: ask more people in the small towns and groups, or raise the rule."
            )
            % {"top": f"{top:.1f}"},
            field="margins",
        ) from None


def _answering_for_the_silent(
    everybody: Sequence[Drawn], rows: Sequence[Drawn], base: Floats, least: int
) -> tuple[Floats, dict[str, float]]:
    """Weights by which those who replied stand for all of their class who were drawn.

    The classes are the towns; towns with few replies are one class.
    """
    replies = Counter(one.stratum for one in rows)
    small = {town for town in {one.stratum for one in everybody} if replies[town] < least}
    large = replies.keys() - small
    if small and large and sum(replies[town] for town in small) < least:
        # Too few even together: they join the town with the fewest replies of the others.
        small.add(min(large, key=lambda town: (replies[town], town)))

    def of(one: Drawn) -> str:
        return JOINED if one.stratum in small else one.stratum

    totals: dict[str, float] = defaultdict(float)
    for one in everybody:
        totals[of(one)] += one.weight
    labels = [of(one) for one in rows]
    adjusted = poststratify(Design.of(weights=base), Margin("class", labels, totals)).weights
    factors = {label: float(adjusted[n] / base[n]) for n, label in enumerate(labels)}
    return adjusted, dict(sorted(factors.items()))


def _margins(
    wave: Wave, rows: Sequence[Drawn], least: int
) -> tuple[dict[str, list[str]], dict[str, dict[str, float]], dict[str, str], dict[str, list[str]]]:
    """Labels of the rows and totals of the population for every variable that is fitted to."""
    totals, outside = _frame_totals(wave), {}
    own = list(wave.margins.order_by("variable", "level"))
    for variable in {one.variable for one in own}:
        totals[variable] = {one.level: one.total for one in own if one.variable == variable}
        outside[variable] = next(one.source for one in own if one.variable == variable)
    # Totals from elsewhere are shares of the same population: the frame's size is kept.
    whole = sum(totals[TOWN].values())
    labels, margins, joined = {}, {}, {}
    for variable, levels in sorted(totals.items(), key=lambda item: (item[0] != TOWN, item[0])):
        held = [one.stratum if variable == TOWN else one.groups.get(variable, "") for one in rows]
        if unknown := sorted(set(held) - set(levels)):
            raise Refusal(
                _("%(variable)s: there is no population total for “%(level)s”.")
                % {"variable": variable, "level": unknown[0]},
                field="margins",
            )
        replies = Counter(held)
        small = {level for level in levels if replies[level] < least}
        if small and sum(replies[level] for level in small) < least:
            rest = [level for level in levels if level not in small]
            small |= {min(rest, key=lambda level: (replies[level], level))} if rest else set()
        if len(small) > 1:
            joined[variable] = sorted(small)
        if len(set(levels) - small) + bool(small) < 2 and variable != TOWN:
            continue
        scale = whole / sum(levels.values())
        fitted: dict[str, float] = defaultdict(float)
        for level, total in levels.items():
            fitted[JOINED if level in small else level] += total * scale
        labels[variable] = [JOINED if level in small else level for level in held]
        margins[variable] = dict(fitted)
    return labels, margins, outside, joined


def _frame_totals(wave: Wave) -> dict[str, dict[str, float]]:
    """Adults of the frame by town and by every group that the whole frame has, drawn towns only."""
    towns = set(wave.plan.get("sizes", {}))
    totals: dict[str, dict[str, float]] = defaultdict(lambda: defaultdict(float))
    everywhere: Counter[str] = Counter()
    count = 0
    rows = wave.frame.filter(stratum__in=towns).values_list("stratum", "size", "groups")
    for stratum, size, groups in rows.iterator(chunk_size=5000):
        count += 1
        totals[TOWN][stratum] += size
        for name, level in groups.items():
            everywhere[name] += 1
            totals[name][level] += size
    return {
        name: dict(levels)
        for name, levels in totals.items()
        if name == TOWN or everywhere[name] == count
    }


def _design(rows: Sequence[Drawn], weights: Floats, clusters: bool) -> Design:
    """How the replies were drawn; a town left with one reply or cluster is compared with all."""
    strata = [one.stratum for one in rows]
    first = [float(one.chance.first) for one in rows]
    if not clusters:
        return Design.of(weights=weights, strata=strata, fpc=first, single="centred")
    return Design.of(
        weights=weights,
        strata=strata,
        clusters=[[one.cluster for one in rows], [str(one.case_id) for one in rows]],
        fpc=[first, [float(one.chance.second) for one in rows]],
        single="centred",
    )


def _groups(rows: Sequence[Drawn]) -> dict[str, Any]:
    names = sorted({name for one in rows for name in one.groups})
    groups: dict[str, Any] = {TOWN: np.array([one.stratum for one in rows], object)}
    for name in names:
        groups[name] = np.array([one.groups.get(name, "") for one in rows], object)
    return groups
