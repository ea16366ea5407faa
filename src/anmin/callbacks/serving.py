"""Which unit served, where a matter was handed on just before it was closed.

The citizen is asked about whoever did the work. A unit that got the matter from a rated unit with
less time than rule ``deadline.hand_over`` before the closing did not do it: the callback is about
the one that handed it on (docs/adr/0046). What the inspectorate or a system of record moves counts
for who then has it: they put right where it belongs.
"""

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Sequence
from datetime import datetime, timedelta
from typing import NamedTuple

from django.conf import settings
from django.db.models import QuerySet
from django.utils import timezone

from anmin.matters.bulk import of_matters
from anmin.matters.models import Entry
from anmin.matters.registry import all_kinds
from anmin.people.policy import rated_roles


class Held(NamedTuple):
    """Since when, and by which entry, a unit has had a matter; ``by_rated``: who gave it is rated."""

    entry_id: int
    since: datetime
    unit_id: int | None
    by_rated: bool


def who_served(
    held: Sequence[Held], *, closing: int, closed_at: datetime, least: timedelta
) -> int | None:
    """The unit that served, of those that had the matter one after the other until its closing."""
    spells = [one for one in held if one.entry_id <= closing]
    while len(spells) > 1:
        last, before = spells[-1], spells[-2]
        late = last.by_rated and closed_at - last.since < least
        if not late or before.unit_id is None:
            break
        spells.pop()
    return spells[-1].unit_id if spells else None


def spells_of(matter_ids: Iterable[int]) -> dict[int, list[Held]]:
    """Of these matters those that were handed on: who had them since when. Two statements."""
    about = of_matters(sorted(set(matter_ids)))
    names_unit = Entry.objects.filter(about, payload__set__has_key="unit_id").order_by()
    moved = set(names_unit.filter(seq__gt=1).values_list("matter_id", flat=True))
    found: dict[int, list[Held]] = defaultdict(list)
    if not moved:
        return found
    rated = rated_roles()
    rows = names_unit.filter(matter_id__in=moved).order_by("matter_id", "seq")
    for pk, matter_id, at, role, payload in rows.values_list(
        "id", "matter_id", "at", "actor_role", "payload"
    ):
        found[matter_id].append(Held(pk, at, payload["set"]["unit_id"], role in rated))
    return found


def handed_on(
    units: Collection[int],
    since: datetime,
    until: datetime,
    shown: Callable[[QuerySet[Entry]], QuerySet[Entry]],
) -> set[int]:
    """The matters that rated people of these units gave to others in that time.

    Handed over, or opened for the other unit straight away; of the entries that are ``shown``.
    """
    sealed = [kind.code for kind in all_kinds() if kind.seals]
    rows = Entry.objects.filter(at__gte=since, at__lt=until, actor_role__in=rated_roles())
    given = shown(rows.exclude(matter__kind__in=sealed))
    opened = given.filter(action="open", public=True)  # what no import opened
    handed = given.filter(action="assign").values_list("matter_id", "payload")
    return {
        matter_id
        for matter_id, payload in handed.union(opened.values_list("matter_id", "payload"), all=True)
        if payload.get("told", {}).get("from") in units and payload["set"]["unit_id"] not in units
    }


def least_held() -> timedelta:
    """With less time than this before the closing, nobody has served."""
    period: timedelta = settings.RULES.get("deadline.hand_over", timezone.localdate()).duration
    return period
