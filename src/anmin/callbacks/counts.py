"""How many callbacks were excluded, and how the others ended, in a span of days."""

from collections.abc import Mapping
from datetime import date

from django.db.models import Count

from anmin.callbacks.days import midnight
from anmin.callbacks.dispositions import dispositions
from anmin.callbacks.exclusions import exclusions
from anmin.callbacks.models import Callback


def exclusion_counts(since: date, until: date) -> Mapping[str, int]:
    """How many matters planned from ``since`` to ``until`` (both included) each rule excluded."""
    rows = (
        Callback.objects.filter(
            planned_at__gte=midnight(since), planned_at__lt=midnight(until, days=1)
        )
        .exclude(exclusion="")
        .values_list("exclusion")
        .annotate(number=Count("pk"))
    )
    return {**dict.fromkeys(exclusions(), 0), **dict(rows)}


def disposition_counts(since: date, until: date) -> Mapping[str, int]:
    """How many callbacks that ended in that time ended how, by AAPOR disposition."""
    rows = (
        Callback.objects.filter(
            closed_at__gte=midnight(since), closed_at__lt=midnight(until, days=1)
        )
        .exclude(disposition="")
        .values_list("disposition")
        .annotate(number=Count("pk"))
    )
    return {**dict.fromkeys(dispositions(), 0), **dict(rows)}
