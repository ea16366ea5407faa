"""A plain survey file: weighted estimates of its columns as the reference software gives them.

Reading the file is for the rooms above; they hand over its columns as text.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from django.utils.translation import gettext as _

from anmin.kernel.errors import Refusal
from anmin.stats.arguments import Floats
from anmin.stats.design import Design
from anmin.stats.estimates import Estimates, mean, total
from anmin.stats.proportions import proportion
from anmin.surveys.wording import said

type Columns = Mapping[str, Sequence[str]]
MISSING = frozenset({"", "NA", "N/A", "NaN", "nan", "null", "."})
"""What stands in a cell where there is no value."""


@dataclass(frozen=True, slots=True)
class Asked:
    """What is estimated from which columns; an empty name means that there is no such column."""

    y: str
    statistic: Literal["mean", "total", "proportion"] = "mean"
    value: str = ""
    weight: str = ""
    strata: str = ""
    clusters: tuple[str, ...] = ()
    fpc: tuple[str, ...] = ()
    by: str = ""
    drop_missing: bool = False
    method: str = "logit"
    level: float = 0.95


@dataclass(frozen=True, slots=True)
class Answered:
    """The estimates, with how many rows were read and how many left out for a missing cell."""

    estimates: Estimates
    rows: int
    dropped: int

    def lines(self) -> list[dict[str, Any]]:
        """One row for each estimate: by, estimate, se, low, high, df, n, deff."""
        found = self.estimates
        labels = [""] if found.by is None else [str(label) for label in found.by]
        names = ("estimate", "se", "low", "high", "df", "n", "deff")
        return [
            {"by": label, **{name: float(getattr(found, name)[at]) for name in names}}
            for at, label in enumerate(labels)
        ]


def analyse(columns: Columns, asked: Asked) -> Answered:
    """Estimate. Raises ``Refusal`` naming the column and the line (the header is line 1)."""
    used = [asked.y, asked.weight, asked.strata, *asked.clusters, *asked.fpc, asked.by]
    for name in filter(None, used):
        if name not in columns:
            raise Refusal(_("There is no column “%(column)s”.") % {"column": name}, field="y")
    if not asked.y:
        raise Refusal(_("Say what is estimated."), field="y")
    length = len(columns[asked.y])
    kept = _complete(columns, list(filter(None, used)), length, drop=asked.drop_missing)

    def text(name: str) -> list[str]:
        column = columns[name]
        return [column[at].strip() for at in kept]

    def numbers(name: str) -> Floats:
        return _numbers(text(name), name, kept)

    with said(_names(asked)):
        design = Design.of(
            weights=numbers(asked.weight) if asked.weight else None,
            strata=text(asked.strata) if asked.strata else None,
            clusters=[text(name) for name in asked.clusters] or None,
            fpc=[numbers(name) for name in asked.fpc] or None,
        ) if asked.weight or asked.strata or asked.clusters or asked.fpc else Design.of(
            weights=np.ones(len(kept))
        )  # fmt: skip
    by = text(asked.by) if asked.by else None
    if asked.statistic == "proportion":
        if not asked.value:
            raise Refusal(_("Say which value is counted."), field="value")
        found = proportion(
            design, text(asked.y), value=asked.value, by=by, method=asked.method, level=asked.level
        )
    else:
        estimate = mean if asked.statistic == "mean" else total
        found = estimate(design, numbers(asked.y), by=by, level=asked.level)
    return Answered(found, length, length - len(kept))


def _names(asked: Asked) -> dict[str, tuple[str, ...]]:
    """The user's names of the columns that say how the sample was drawn."""
    return {
        "weights": (asked.weight,),
        # Without strata a single unit is a single row or cluster of the whole sample.
        "strata": (asked.strata or next(iter(asked.clusters), asked.y), *asked.clusters[1:]),
        "clusters": asked.clusters,
        "fpc": asked.fpc,
    }


def _complete(columns: Columns, used: Sequence[str], length: int, *, drop: bool) -> list[int]:
    kept = []
    for at in range(length):
        lacking = [name for name in used if columns[name][at].strip() in MISSING]
        if lacking and not drop:
            raise Refusal(
                _("Line %(line)s: “%(column)s” is missing. Leave such rows out, or mend the file.")
                % {"line": at + 2, "column": lacking[0]},
                field="drop_missing",
                line=at + 2,
            )
        if not lacking:
            kept.append(at)
    if not kept:
        raise Refusal(_("No row has all these columns."), field="y")
    return kept


def _numbers(cells: Sequence[str], name: str, lines: Sequence[int]) -> Floats:
    values = np.empty(len(cells))
    for at, cell in enumerate(cells):
        try:
            values[at] = float(cell.replace(",", ""))
            if not np.isfinite(values[at]):
                raise ValueError
        except ValueError:
            raise Refusal(
                _("Line %(line)s: “%(value)s” in “%(column)s” is no number.")
                % {"line": lines[at] + 2, "value": cell[:40], "column": name},
                field="y",
                line=lines[at] + 2,
            ) from None
    return values
