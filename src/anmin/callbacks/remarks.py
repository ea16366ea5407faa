"""What is special about a promise that is owed: overdue since when, who is awaited, why just then."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import date, datetime

from django.db.models import F
from django.utils import formats, timezone
from django.utils.translation import gettext as _

from anmin.callbacks.days import midnight
from anmin.callbacks.models import Callback, Carried
from anmin.callbacks.promises import why_called_by
from anmin.matters.flow import Stage
from anmin.matters.models import Deadline, Matter
from anmin.matters.reasons import why_due


def about_matters(matters: Sequence[Matter], day: date) -> dict[int, list[str]]:
    """The remarks on the promises that these matters owe on a day, by matter. Two statements."""
    told: dict[int, list[str]] = defaultdict(list)
    ids = [one.pk for one in matters]
    for one in matters:
        if one.due_at is not None and one.due_at < midnight(day):
            told[one.pk].append(_("overdue since %(day)s") % {"day": _day(one.due_at)})
        if one.stage == Stage.WAITING:
            told[one.pk].append(_("waiting for the citizen; the time runs on"))
    before = Carried.objects.filter(matter_id__in=ids, callback=None, closure__date__lt=day)
    carried = {
        matter_id: (signed, reason)
        for matter_id, signed, reason in before.order_by("pk").values_list(
            "matter_id", "closure__date", "reason"
        )
    }
    for pk, unit in held_elsewhere(matters).items():
        told[pk].append(_("ran out at %(unit)s, and counts for it") % {"unit": unit})
    for pk, (signed, reason) in carried.items():
        told[pk].append(
            _("carried over on %(day)s: %(reason)s") % {"day": _date(signed), "reason": reason}
        )
    for one in matters:
        told[one.pk] += _why(one)
    return told


def held_elsewhere(matters: Sequence[Matter]) -> dict[int, str]:
    """For matters whose promise another unit than the present one answers for, that unit."""
    rows = Deadline.objects.filter(matter__in=matters, held_by__isnull=False, met_at=None)
    rows = rows.exclude(held_by=F("matter__unit")).select_related("held_by").order_by("due_at")
    return {one.matter_id: one.held_by.label for one in reversed(rows) if one.held_by}


def _why(matter: Matter) -> list[str]:
    """Why the promise that falls due next does so just then, if anything moved it."""
    for clock in matter.type.clocks:
        if clock.starts is None and matter.due_at is not None:
            rule = clock.rule_for(matter.view)
            if why := why_due(rule, start=matter.opened_at, due=matter.due_at):
                return [why]
    return []


def about_callback(callback: Callback, day: date) -> list[str]:
    """The remarks on one callback that is owed on a day, with its matter at hand."""
    told = []
    if callback.due_at < midnight(day):
        told.append(_("overdue since %(day)s") % {"day": _day(callback.due_at)})
    why = why_called_by(callback)
    return [*told, why] if why else told


def _day(moment: datetime) -> str:
    return _date(timezone.localdate(moment))


def _date(day: date) -> str:
    return formats.date_format(day, "MONTH_DAY_FORMAT")
