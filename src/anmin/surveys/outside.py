"""What other bodies' surveys and assessments found, beside our own and never counted into it.

A figure is typed, or stands in a file that is kept. What the source does not state stays empty.
"""

import tomllib
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Final, Literal

from django.db.models import Count, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from anmin.evidence.log import atomic
from anmin.kernel.bilingual import Term
from anmin.kernel.errors import Refusal
from anmin.measures.registry import registry
from anmin.people.actions import log_access
from anmin.people.models import Account
from anmin.people.policy import Capability, require
from anmin.stats.intervals import Interval, wilson
from anmin.surveys import results
from anmin.surveys.models import OutsideFile, OutsideResult

WHOLE: Final = 1e-6
"""How near to a whole number a share times n must be to be a count."""
SHOWN: Final = 6
"""So many results of others stand beside a figure of ours."""


class Measure(Term):
    """What somebody else measures."""

    unit: Literal["share", "points"]
    also: tuple[str, ...] = ()
    beside: str = ""


@cache
def measures() -> Mapping[str, Measure]:
    """What is measured, by code. Raises ``ValueError`` for what does not fit."""
    text = Path(__file__).with_name("outside.toml").read_text("utf-8")
    known = [Measure.model_validate(row) for row in tomllib.loads(text)["measure"]]
    found = {one.code: one for one in known}
    names = [name for one in known for name in {one.code, one.zh, one.en, *one.also}]
    if len(set(names)) < len(names):
        raise ValueError("outside.toml: a name stands for two measures")
    if unknown := {one.beside for one in known} - {"", *registry.indicators}:
        raise ValueError(f"outside.toml: there is no indicator {sorted(unknown)}")
    return found


def is_share(code: str) -> bool:
    """Whether this measure is a share of everybody asked."""
    return code in measures() and measures()[code].unit == "share"


@atomic
def add_outside_result(
    *,
    title_zh: str,
    title_en: str,
    measure: str,
    year: int,
    value: float,
    source: str,
    by: Account,
    n: int | None = None,
    n_assumed: int | None = None,
    note: str = "",
    corrects: int | None = None,
) -> OutsideResult:
    """Put a figure of somebody else's survey beside our own; what was there stays.

    The same figure once more is the one that stands there already.

    Raises ``NotAllowed`` or ``Refusal`` naming the field.
    """
    require(by, Capability.PLAN_SURVEYS)
    for field, wrong in (
        ("measure", not is_share(measure)),
        ("value", not 0 <= value <= 1),
        ("title_zh", not title_zh.strip()),
        ("title_en", not title_en.strip()),
        ("source", not source.strip()),
        ("n_assumed", n is not None and n_assumed is not None),
    ):
        if wrong:
            raise Refusal(_("Check this entry."), field=field)
    said = {
        "title_zh": title_zh.strip(),
        "title_en": title_en.strip(),
        "measure": measure,
        "year": year,
        "value": value,
        "n": n,
        "n_assumed": n_assumed,
        "source": source.strip(),
        "note": note.strip(),
        "corrects_id": corrects,
    }
    row, made = OutsideResult.objects.get_or_create(
        **said, defaults={"at": timezone.now(), "by": by}
    )
    if made:
        log_access(account=by, action="add_outside_result", subject=f"survey:{row.pk}")
    return row


def outside_results(viewer: Account, measure: str = "") -> list[OutsideResult]:
    """Outside results that were not corrected, the newest year first; of one measure those of the city."""
    require(viewer, Capability.VIEW_SURVEYS)
    rows = _in_force()
    return list(rows.filter(measure=measure, place="") if measure else rows)


def beside(viewer: Account, indicator: str) -> list[OutsideResult]:
    """What others found in the whole city of what this indicator of ours is about, the newest first."""
    require(viewer, Capability.VIEW_FIGURES)
    known = [one.code for one in measures().values() if one.beside == indicator]
    return list(_in_force().filter(measure__in=known, place="")[:SHOWN]) if known else []


def of_place(viewer: Account, codes: Sequence[str], place: str) -> list[OutsideResult]:
    """What others found there, and in the whole city, by these measures; the newest first."""
    require(viewer, Capability.VIEW_WATCH)
    rows = _in_force().filter(measure__in=codes, place__in=("", place))
    return list(rows[:SHOWN]) if codes else []


def _in_force() -> QuerySet[OutsideResult]:
    rows = OutsideResult.objects.select_related("file").filter(corrected_by=None)
    rows = rows.filter(file__corrected_by=None)
    return rows.order_by("-year", "measure", "place", "pk")


def outside_files(viewer: Account) -> list[OutsideFile]:
    """The files of results, the newest first, each with how many ``found`` it holds."""
    require(viewer, Capability.VIEW_SURVEYS)
    rows = OutsideFile.objects.select_related("by", "corrected_by").order_by("-pk")
    return list(rows.annotate(found=Count("results")))


def outside_interval(row: OutsideResult) -> tuple[Interval[float], int] | None:
    """Wilson's interval and the count behind the share; nothing where n is unknown or does not fit.

    97.75 % of 400 is 391: a share that is no count of n has another n, so nothing is said.
    """
    n = row.n or row.n_assumed
    if not n or not is_share(row.measure):
        return None
    count = round(row.value * n)
    if row.n is None and abs(row.value * n - count) > WHOLE * n:
        return None
    return wilson(count, n, results.level_now()), count
