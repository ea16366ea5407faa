"""What statistics refuses, said in the user's language and by the names of the user's columns.

`anmin.stats` knows no language: its refusals that a user's data can cause carry a code and values,
and here is what they are called. A refusal without a sentence here passes as it is.
"""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager

from django.utils.translation import gettext_lazy as _

from anmin.kernel.errors import Refusal

WORDS = {
    "weights_negative": _("“%(column)s”: weights must not be negative."),
    "weights_all_0": _("“%(column)s”: the weights are all 0, so they stand for no population."),
    "fpc_not_above_0": _("“%(column)s”: a population size must be above 0."),
    "fpc_without_stage": _("There are more columns of population sizes than of clusters."),
    "fpc_differs": _("“%(column)s”: the population size differs within %(place)s."),
    "fpc_below_sample": _(
        "“%(column)s”: the population size %(size)s of %(place)s is smaller than its sample of"
        " %(sampled)s units."
    ),
    "single_unit": _(
        "“%(column)s”: %(place)s has a single unit, whose variance cannot be told. Join it to"
        " another."
    ),
    "margin_not_above_0": _("%(column)s: the total of “%(level)s” must be above 0."),
    "margin_unmet": _("%(column)s: nobody in the sample is “%(level)s”."),
    "empty_cells": _(
        "Too many cells of the table are empty to tell rows from columns: join some of them."
    ),
    "not_fitted": _(
        "No weights meet all totals: after %(rounds)s rounds the largest error is %(error)s of a"
        " total."
    ),
    "margin_missing": _("%(column)s: there is no population total for “%(level)s”."),
    "margins_differ": _(
        "The totals of %(column)s add up to %(sum)s, those of %(other)s to %(first)s."
    ),
    "more_than_there_are": _("%(wanted)s people would be drawn, but there are only %(there)s."),
    "minimum_above_n": _(
        "At least %(least)s people in each stratum are %(needed)s in all, more than %(wanted)s."
    ),
}
"""Code of a refusal → its sentence."""

PLACES = {
    "": _("the sample"),
    "stratum": _("stratum “%(label)s”"),
    "cluster": _("cluster “%(label)s”"),
}

ARGUMENTS = {
    "weights": _("Weight"),
    "strata": _("Stratum"),
    "clusters": _("Cluster"),
    "fpc": _("Population size"),
    "class": _("Classes of those who did not answer"),
    "town": _("Town"),
}
"""What an argument or margin is called where the user has named no column for it."""

LEVELS = {"joined": _("small ones joined")}


@contextmanager
def said(columns: Mapping[str, Sequence[str]] | None = None) -> Iterator[None]:
    """Refusals of statistics in here reach the caller in the user's language.

    ``columns`` are the user's names of the columns of each argument, one for each stage. Field,
    line, code and values stay.
    """
    try:
        yield
    except Refusal as refusal:
        if refusal.code not in WORDS:
            raise
        raise Refusal(
            _sentence(refusal, columns or {}),
            field=refusal.field,
            line=refusal.line,
            code=refusal.code,
            values=refusal.values,
        ) from refusal


def _sentence(refusal: Refusal, columns: Mapping[str, Sequence[str]]) -> str:
    values, field = refusal.values, refusal.field or ""
    named, stage = columns.get(field, ()), int(str(values.get("stage", 0)))
    column = named[stage] if stage < len(named) else ARGUMENTS.get(field, field)
    level = LEVELS.get(str(values.get("level")), values.get("level"))
    place = PLACES[str(values.get("noun", ""))] % values
    return str(WORDS[refusal.code] % {**values, "column": column, "place": place, "level": level})
