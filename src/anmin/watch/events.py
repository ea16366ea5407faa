"""Several calls about one thing count as one event, on every page of the watch.

Calls of one community and category that follow each other within a rule's minutes are likely about
the same. Nothing is joined for good: the records stay as they are, and each may be said to be an
event of its own.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.utils import timezone
from django.utils.translation import gettext as _

from anmin.evidence.log import atomic
from anmin.kernel.errors import Conflict, NotFound, Refusal
from anmin.kernel.masking import mask_free_text
from anmin.matters.in_the_lake import TOWN_DIGITS
from anmin.matters.queries import matters_for
from anmin.measures.once import counted_again, tally_once
from anmin.measures.queries import ALL, Filters, Tally
from anmin.measures.same_event import Once
from anmin.people.models import Account
from anmin.people.policy import Capability, require
from anmin.watch.models import Apart
from anmin.watch.periods import rule

REASON = 1000
"""The most characters of a reason."""
KEY = "incidents"


def once() -> Once:
    """When two records are likely about one event, by the rule of today."""
    return Once(
        same=("area", "category"),
        digits=TOWN_DIGITS + 1,
        minutes=rule("watch.same_event_minutes").number,
        apart=tuple(sorted(_apart())),
    )


def _apart() -> set[int]:
    """Matters that are said to be events of their own."""
    latest: dict[int, bool] = dict(Apart.objects.order_by("id").values_list("matter_id", "apart"))
    return {matter for matter, apart in latest.items() if apart}


def events(by: tuple[str, ...], start: date, end: date, filters: Filters = ALL) -> Tally:
    """Events by some dimensions: the numerator of a cell; its denominator are records.

    Raises as `measures.queries.tally`.
    """
    return tally_once(KEY, by, once(), start, end, filters)


def likely_repeats(start: date, end: date, filters: Filters = ALL) -> list[int]:
    """The matters that are counted with the one before them, in order.

    Raises as `measures.queries.tally`.
    """
    return counted_again(KEY, once(), start, end, filters)


@dataclass(frozen=True, slots=True)
class Repeat:
    """A call that counts with the one before it, or that was said to count by itself."""

    matter: int
    number: str
    area: str
    category: str
    at: datetime
    apart: bool
    reason: str = ""


def repeats_of(viewer: Account, start: date, end: date, filters: Filters = ALL) -> list[Repeat]:
    """Likely repeats that this person may see, and those told apart, in order of the moment.

    Raises as `measures.queries.tally`.
    """
    require(viewer, Capability.VIEW_WATCH)
    again = likely_repeats(start, end, filters)
    words = {one.matter_id: one for one in Apart.objects.order_by("id")}
    told = [matter for matter, word in words.items() if word.apart]
    rows = matters_for(viewer).filter(pk__in=[*again, *told])
    columns = ("pk", "number", "area__code", "category", "opened_at")
    found = []
    for pk, number, area, category, at in rows.order_by("opened_at", "pk").values_list(*columns):
        apart = pk not in set(again)
        if apart and not _within(at, area or "", category, start, end, filters):
            continue
        word = words.get(pk)
        reason = word.reason if word else ""
        found.append(Repeat(pk, number, area or "", category, at, apart, reason))
    return found


def _within(
    at: datetime, area: str, category: str, start: date, end: date, filters: Filters
) -> bool:
    place = str(filters.get("town") or filters.get("area") or "")
    wanted: Sequence[object] = [filters["category"]] if "category" in filters else [category]
    return start <= timezone.localdate(at) <= end and area.startswith(place) and category in wanted


@atomic
def tell_apart(*, account: Account, matter_id: int, apart: bool, reason: str) -> Apart:
    """Say that a call is an event of its own, or take that back; the records stay as they are.

    Raises ``NotAllowed``, ``NotFound``, ``Refusal`` for a reason that is missing, too long or holds
    a number of somebody, ``Conflict`` where it is so already.
    """
    require(account, Capability.PROPOSE_LISTING)
    reason = reason.strip()
    if not reason or len(reason) > REASON:
        raise Refusal(_("Give the reason."), field="reason")
    if mask_free_text(reason) != reason:
        raise Refusal(_("Leave out phone and identity numbers."), field="reason")
    matter = matters_for(account).select_for_update(of=("self",)).filter(pk=matter_id).first()
    if matter is None:
        raise NotFound(_("There is no such record."))
    if (matter.pk in _apart()) is apart:
        raise Conflict(_("It is counted like that already; see there."))
    return Apart.objects.create(
        matter=matter, at=timezone.now(), actor=account, apart=apart, reason=reason
    )
