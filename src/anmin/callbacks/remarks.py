"""What is special about a promise that is owed: overdue since when, who is awaited, why just then."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import date, datetime

from django.utils import formats, timezone
from django.utils.translation import gettext as _

from anmin.callbacks.days import midnight
from anmin.callbacks.models import Callback, Carried
from anmin.callbacks.promises import why_called_by
from anmin.matters.conflict import about
from anmin.matters.flow import Stage
from anmin.matters.models import Deadline, Matter
from anmin.matters.reasons import why_due
from anmin.places.models import Unit


def about_matters(matters: Sequence[Matter], day: date) -> dict[int, list[str]]:
    """The remarks on the promises that these matters owe on a day, by matter. Two statements."""
    told: dict[int, list[str]] = defaultdict(list)
    ids = [one.pk for one in matters]
    for one in matters:
        if one.due_at is not None and one.due_at < midnight(day):
            told[one.pk].append(_("overdue since %(day)s") % {"day": _day(one.due_at)})
        if one.stage == Stage.WAITING and one.type.flow.asks_citizen(one.state):
            told[one.pk].append(_("waiting for the citizen; the clock keeps running"))
    before = Carried.objects.filter(matter_id__in=ids, callback=None, closure__date__lt=day)
    carried = {
        matter_id: (signed, reason)
        for matter_id, signed, reason in before.order_by("pk").values_list(
            "matter_id", "closure__date", "reason"
        )
    }
    running = _running(matters)
    for pk, clocks in running.items():
        if unit := _elsewhere(clocks):
            told[pk].append(_("expired at %(unit)s and counts against it") % {"unit": unit.label})
    for pk, (signed, reason) in carried.items():
        told[pk].append(
            _("carried over on %(day)s: %(reason)s") % {"day": _date(signed), "reason": reason}
        )
    for pk, clocks in running.items():
        told[pk] += _why(clocks[0])
    return told


def _running(matters: Sequence[Matter]) -> dict[int, list[Deadline]]:
    """The promises of these matters that still run, by matter, the next due first."""
    rows = Deadline.objects.filter(Deadline.RUNS, matter__in=matters)
    found: dict[int, list[Deadline]] = defaultdict(list)
    for one in rows.select_related("held_by", "matter").order_by("due_at", "pk"):
        found[one.matter_id].append(one)
    return found


def _elsewhere(clocks: Sequence[Deadline]) -> Unit | None:
    """The unit that answers for the first promise which is no longer that of the present one.

    None of a matter that is about somebody of the house: where it was could tell about whom.
    """
    units = (one.held_by for one in clocks if one.held_by_id != one.matter.unit_id)
    found = next((unit for unit in units if unit), None)
    return found if found and not about(clocks[0].matter) else None


def _why(clock: Deadline) -> list[str]:
    """Why a promise falls due just then, if anything moved it."""
    why = why_due(clock.rule, start=clock.started_at, due=clock.due_at)
    return [why] if why else []


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
