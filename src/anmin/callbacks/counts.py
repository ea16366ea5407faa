"""How many callbacks were excluded, and how the others ended, in a span of days."""

from collections.abc import Iterable, Mapping
from datetime import date

from django.db.models import Count

from anmin.callbacks.days import midnight
from anmin.callbacks.dispositions import dispositions
from anmin.callbacks.exclusions import exclusions
from anmin.callbacks.models import Callback


def exclusion_counts(since: date, until: date) -> Mapping[str, int]:
    """How many matters planned from ``since`` to ``until`` (both included) each rule excluded."""
    return _counts(exclusions(), "exclusion", "planned_at", since, until)


def disposition_counts(since: date, until: date) -> Mapping[str, int]:
    """How many callbacks that ended in that time ended how, by AAPOR disposition."""
    return _counts(dispositions(), "disposition", "closed_at", since, until)


def _counts(
    codes: Iterable[str], column: str, moment: str, since: date, until: date
) -> Mapping[str, int]:
    span = {f"{moment}__gte": midnight(since), f"{moment}__lt": midnight(until, days=1)}
    rows = Callback.objects.filter(**span).exclude(**{column: ""}).values_list(column)
    return {**dict.fromkeys(codes, 0), **dict(rows.annotate(number=Count("pk")))}
