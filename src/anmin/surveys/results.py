"""The figures of a wave: every measure as a whole, by town and by group, with its error.

Cells of few replies are hidden, and others with them where one could be reckoned from the rest.
Towns are ranked only from enough replies, as intervals of ranks. Nothing is typed in.
"""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from functools import lru_cache
from math import isfinite
from typing import Any

import numpy as np
import orjson
from django.conf import settings
from django.utils import timezone
from scipy.special import ndtri

from anmin.kernel.errors import Refusal
from anmin.measures.suppression import ANY, Key, hidden_keys
from anmin.stats.comparisons import contrast
from anmin.stats.design import Design
from anmin.stats.estimates import Errors, Estimates, mean
from anmin.stats.fay_herriot import small_area
from anmin.stats.multiplicity import benjamini_hochberg
from anmin.stats.proportions import proportion
from anmin.stats.ranks import rank
from anmin.surveys.models import Wave
from anmin.surveys.questionnaires import MISSING, Measure
from anmin.surveys.recording import sheet_of
from anmin.surveys.weighting import TOWN, WeightedSample, weigh

SHARE_METHOD = "wilson"
"""Limits of shares: they exist where everybody says the same, which happens in small towns."""
RANK_LEVEL = 0.9
MODELLED_FROM = 5
"""Fewest towns from which the spread between towns can be told from that within them."""


@dataclass(frozen=True, slots=True)
class Cell:
    """One estimate. Numbers are missing where it is hidden or where nothing can be said."""

    level: str
    n: int | None
    value: float | None = None
    low: float | None = None
    high: float | None = None
    se: float | None = None
    deff: float | None = None
    df: float | None = None
    suppressed: bool = False
    difference: float | None = None
    """From all the others together; of towns and groups only."""
    p: float | None = None
    q: float | None = None
    """``p`` adjusted for all comparisons of the table."""
    rank_low: int | None = None
    rank_high: int | None = None
    model: float | None = None
    """What a town's own replies say together with all towns'; of towns only."""
    model_low: float | None = None
    model_high: float | None = None


@dataclass(frozen=True, slots=True)
class CrossCell:
    """One estimate of a group within a town."""

    town: str
    cell: Cell


@dataclass(frozen=True, slots=True)
class MeasureFigures:
    """One measure: the whole, and by every dimension its cells."""

    code: str
    zh: str
    en: str
    is_share: bool
    dont_know: float | None
    """Share of the replies, weighted, that chose "don't know"."""
    refused: float | None
    whole: Cell
    by: dict[str, list[Cell]]
    cross: dict[str, list[CrossCell]]
    """Variable → its levels within every town; without those that cannot be shown safely."""


def shown_from() -> int:
    """Fewest replies of a cell that is shown."""
    return settings.RULES.get("measures.suppress_below", timezone.localdate()).number


def ranked_from() -> int:
    """Fewest replies of a town that is ranked."""
    return settings.RULES.get("measures.rank_from", timezone.localdate()).number


def level_now() -> float:
    """The confidence level of every interval."""
    return settings.RULES.get("measures.confidence", timezone.localdate()).share


def computed(wave: Wave) -> tuple[dict[str, Any], dict[str, Any]]:
    """Figures and method of a wave from its records, as a release keeps them. Raises ``Refusal``."""
    sample = weigh(wave)
    measures = [asdict(figures_of(sample, one)) for one in sheet_of(wave).measure]
    method = {
        "weighting": sample.weighting.as_json(),
        "level": level_now(),
        "shown_from": shown_from(),
        "ranked_from": ranked_from(),
        "rank_level": RANK_LEVEL,
        "modelled_from": MODELLED_FROM,
        "share_method": SHARE_METHOD,
        "errors": errors_of(sample.design, clusters=sample.weighting.clusters),
        "questionnaire": [wave.questionnaire, wave.version],
    }
    # As they come back from the database, so that two releases can be compared.
    return orjson.loads(orjson.dumps({"measures": measures})), orjson.loads(orjson.dumps(method))


def estimated(
    sample: WeightedSample,
    measure: Measure,
    by: Any = None,
    *,
    covariances: bool = False,
) -> Estimates:
    """The estimates of a measure, whole or by labels of the sample's rows."""
    values = [measure.value(one.answers or {}) for one in sample.rows]
    said = np.array([value is not None for value in values])
    y = np.array([value or 0.0 for value in values])
    how: dict[str, Any] = {
        "by": by,
        "where": said,
        "level": level_now(),
        "covariances": covariances,
        "errors": errors_of(sample.design, clusters=sample.weighting.clusters),
    }
    if measure.is_share:
        return proportion(sample.design, y, method=SHARE_METHOD, **how)
    return mean(sample.design, y, **how)


@lru_cache(maxsize=2)
def errors_of(design: Design, *, clusters: bool) -> Errors:
    """By which errors estimates of a sample are told: raked anew without each cluster, if it can be.

    Linearised errors after raking are too small where clusters are few. A sample of single people
    has many units; one with a single cluster in a town, or whose parts cannot be fitted to the
    totals, has no replicates: then they are linearised, and the release says so.
    """
    if not clusters or design.calibration is None:
        return "linearised"
    try:
        mean(design, np.ones(len(design)), errors="jackknife")
    except Refusal:
        return "linearised"
    return "jackknife"


def figures_of(sample: WeightedSample, measure: Measure) -> MeasureFigures:
    """Everything about one measure."""
    answered = [measure.value(one.answers or {}) is not None for one in sample.rows]
    return MeasureFigures(
        code=measure.code,
        zh=measure.zh,
        en=measure.en,
        is_share=measure.is_share,
        dont_know=_share_of(sample, measure, "dont_know"),
        refused=_share_of(sample, measure, "refuse"),
        whole=_cells(estimated(sample, measure))[0] if any(answered) else Cell("", 0),
        by={
            name: _table(sample, measure, labels, ranked=name == TOWN)
            for name, labels in sample.groups.items()
        }
        if any(answered)
        else {},
        cross={
            name: cells
            for name in sample.groups
            if name != TOWN and any(answered) and (cells := _crossed(sample, measure, name))
        },
    )


def _share_of(sample: WeightedSample, measure: Measure, code: str) -> float | None:
    assert code in MISSING
    said = [(one.answers or {}).get(measure.question) for one in sample.rows]
    if sum(value is not None for value in said) < shown_from():
        return None
    held = np.array([value in (code, [code]) for value in said])
    return finite(proportion(sample.design, held, method=SHARE_METHOD).estimate[0])


def _cells(found: Estimates) -> list[Cell]:
    labels = [""] if found.by is None else [str(label) for label in found.by]
    cells = []
    for at, label in enumerate(labels):
        n = int(found.n[at])
        if n < shown_from():
            cells.append(Cell(label, None, suppressed=True))
            continue
        cells.append(
            Cell(
                label,
                n,
                value=finite(found.estimate[at]),
                low=finite(found.low[at]),
                high=finite(found.high[at]),
                se=finite(found.se[at]),
                deff=finite(found.deff[at]),
                df=finite(found.df[at]),
            )
        )
    return cells


def _table(sample: WeightedSample, measure: Measure, labels: Any, *, ranked: bool) -> list[Cell]:
    found = estimated(sample, measure, labels)
    assert found.by is not None
    sizes: dict[Key, int] = {
        (str(level),): int(n) for level, n in zip(found.by, found.n, strict=True)
    }
    hidden = hidden_keys(sizes, shown_from())
    cells = [_kept(cell, (cell.level,) in hidden) for cell in _cells(found)]
    tested = _tests(sample, measure, labels, [c.level for c in cells if not c.suppressed])
    ranks = _ranks(cells) if ranked and measure.is_share else {}
    modelled = _modelled(cells, _cells(estimated(sample, measure))[0], measure) if ranked else {}
    return [
        cell
        if cell.suppressed
        else Cell(
            **{
                **asdict(cell),
                **tested.get(cell.level, {}),
                **ranks.get(cell.level, {}),
                **modelled.get(cell.level, {}),
            }
        )
        for cell in cells
    ]


def _kept(cell: Cell, hidden: bool) -> Cell:
    return Cell(cell.level, None, suppressed=True) if hidden else cell


def _crossed(sample: WeightedSample, measure: Measure, name: str) -> list[CrossCell]:
    """A group within every town; nothing where showing it would give small cells away."""
    towns, labels = sample.groups[TOWN], sample.groups[name]
    found = estimated(sample, measure, [towns, labels])
    if found.by is None or found.by.ndim < 2:
        return []
    keys = [(str(town), str(level)) for town, level in found.by]
    sizes: dict[Key, int] = {key: int(n) for key, n in zip(keys, found.n, strict=True)}
    hidden = hidden_keys(sizes, shown_from())
    alone = {
        dimension: hidden_keys(_margin(sizes, dimension), shown_from()) for dimension in (0, 1)
    }
    for key in hidden - sizes.keys():
        # A sum that this table would have to hide while the table of one variable shows it.
        known = [(d, value) for d, value in enumerate(key) if value is not ANY]
        if any((value,) not in alone[d] for d, value in known) or not known:
            return []
    return [
        CrossCell(town, _kept(cell, (town, level) in hidden))
        for (town, level), cell in zip(keys, _cells_named(found, keys), strict=True)
    ]


def _margin(sizes: Mapping[Key, int], dimension: int) -> dict[Key, int]:
    margin: dict[Key, int] = {}
    for key, n in sizes.items():
        margin[(key[dimension],)] = margin.get((key[dimension],), 0) + n
    return margin


def _cells_named(found: Estimates, keys: Sequence[tuple[str, str]]) -> list[Cell]:
    levels = np.array([level for _town, level in keys], object)
    return _cells(replace(found, by=levels))


def _tests(
    sample: WeightedSample, measure: Measure, labels: Any, shown: Sequence[str]
) -> dict[str, dict[str, float | None]]:
    """Each level against all the others together, p adjusted for as many comparisons."""
    found: dict[str, dict[str, float | None]] = {}
    if len(set(labels)) < 2:
        return found
    for level in shown:
        sides = np.where(labels == level, "this", "others")
        parts = estimated(sample, measure, sides, covariances=True)
        if parts.by is None or len(parts.by) < 2:
            continue
        apart = contrast(parts, "this", "others")
        # Where everybody says the same the error is 0 only because few were asked: no test.
        if parts.se.min() > 0 and isfinite(apart.p):
            found[level] = {"difference": apart.estimate, "p": apart.p}
    return adjusted(found)


def adjusted(
    found: dict[str, dict[str, float | None]],
) -> dict[str, dict[str, float | None]]:
    """The same with ``q``, for the whole family."""
    if not found:
        return found
    family = benjamini_hochberg([one["p"] or 0.0 for one in found.values()])
    return {
        level: {**one, "q": float(q)} for (level, one), q in zip(found.items(), family, strict=True)
    }


def _ranks(cells: Sequence[Cell]) -> dict[str, dict[str, int]]:
    """The ranks that each town may truly have; nothing for those with too few replies."""
    able = [
        c for c in cells if not c.suppressed and (c.n or 0) >= ranked_from() and (c.se or 0) > 0
    ]
    if len(able) < 2:
        return {}
    found = rank(
        [c.value or 0.0 for c in able],
        [c.se or 0.0 for c in able],
        RANK_LEVEL,
        largest_first=True,
    )
    return {
        c.level: {"rank_low": int(low), "rank_high": int(high)}
        for c, low, high in zip(able, found.low, found.high, strict=True)
    }


def _modelled(cells: Sequence[Cell], whole: Cell, measure: Measure) -> dict[str, dict[str, float]]:
    """Every shown town by the model of Fay and Herriot: few replies lean on what all towns say.

    A town's own error is too unsure to weigh it by, and 0 where all say the same: the model takes
    the error that the whole would have from as many replies.
    """
    able = [c for c in cells if not c.suppressed]
    if len(able) < MODELLED_FROM or not whole.se or not whole.n:
        return {}
    variances = [whole.se**2 * whole.n / (c.n or 1) for c in able]
    found = small_area([c.value or 0.0 for c in able], variances)
    half = ndtri((1 + level_now()) / 2) * np.sqrt(found.mse)
    ends = (0.0, 1.0) if measure.is_share else (-np.inf, np.inf)
    limits = np.clip([found.eblup, found.eblup - half, found.eblup + half], *ends).T
    names = ("model", "model_low", "model_high")
    return {
        c.level: dict(zip(names, map(float, row), strict=True))
        for c, row in zip(able, limits, strict=True)
    }


def finite(value: Any) -> float | None:
    """A number as figures keep it: nothing where there is none."""
    return float(value) if np.isfinite(value) else None


def cells_of(figures: Mapping[str, Any], code: str, by: str) -> list[Cell]:
    """The cells of one measure of a release, whole or by a dimension; none if it has no such."""
    found = next((one for one in figures["measures"] if one["code"] == code), None)
    if found is None:
        return []
    held = found["by"].get(by, []) if by else [found["whole"]]
    return [Cell(**cell) for cell in held]


def cross_of(figures: Mapping[str, Any], code: str, name: str) -> list[CrossCell]:
    """The cells of one measure of a release by town and a group; none if it has no such."""
    found = next((one for one in figures["measures"] if one["code"] == code), None)
    held = found.get("cross", {}).get(name, []) if found else []
    return [CrossCell(one["town"], Cell(**one["cell"])) for one in held]
