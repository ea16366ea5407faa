"""What became part of what: a matter and those merged into it, however often that was done."""

from collections.abc import Sequence
from datetime import datetime

from django.db import connection

from anmin.matters.flow import MERGED
from anmin.matters.models import Entry, Link, Matter

INTO = "merged"
"""The relation of a matter to the one that it became part of."""
PARTED = "parted"
"""The entry of a matter that goes on by itself again."""
SAID = "said"
"""The entry of what a citizen added."""
ASKED = "citizen_asked"
"""The entry of a merged matter whose reporter let the other one go on."""


_ANY_PART = "SELECT 1 FROM matters_link WHERE other_id = %s AND relation = %s LIMIT 1"


def parts_of(matter: Matter) -> list[Matter]:
    """The matters that are part of this one, directly or by another. One query a level.

    Most have none: that is asked by a ready statement, a tenth of the time of a query made anew.
    """
    with connection.cursor() as cursor:
        cursor.execute(_ANY_PART, [matter.pk, INTO])
        if cursor.fetchone() is None:
            return []
    found: dict[int, Matter] = {}
    edge = {matter.pk}
    while edge:
        ties = Link.objects.filter(other__in=edge, relation=INTO).select_related("matter")
        fresh = {tie.matter_id: tie.matter for tie in ties if tie.matter_id not in found}
        found |= fresh
        edge = set(fresh)
    return [found[pk] for pk in sorted(found)]


SPARING = ("minor_involved",)
"""The facts of a report that leave its reporter out when the whole is told of."""


def parts_told(matter: Matter, sparing: Sequence[str] = SPARING) -> list[Matter]:
    """Those parts whose reporters are written to and called about it: none that was reported as
    something sensitive, whatever the whole is called (whoever reads her telephone would learn), and
    none of which one of the facts ``sparing`` is true."""
    return [
        one
        for one in parts_of(matter)
        if (one.topic is None or not one.topic.sensitive)
        and not any(one.details.get(name) for name in sparing)
    ]


def goes_on_in(matter: Matter) -> Matter | None:
    """The matter that a merged one is part of now; nothing for one that stands by itself."""
    seen: set[int] = set()
    while matter.state == MERGED and matter.pk not in seen:
        seen.add(matter.pk)
        tie = Link.objects.filter(matter=matter, relation=INTO).select_related("other").first()
        if tie is None:
            return None
        matter = tie.other
    return matter if seen else None


def way_of(matter: Matter) -> list[tuple[Matter, datetime]]:
    """What a merged matter became part of, one after another, each with since when."""
    way: list[tuple[Matter, datetime]] = []
    seen: set[int] = set()
    while matter.state == MERGED and matter.pk not in seen:
        seen.add(matter.pk)
        tie = Link.objects.filter(matter=matter, relation=INTO).select_related("other").first()
        since = Entry.objects.filter(matter=matter, action=INTO).order_by("-seq").first()
        if tie is None or since is None:
            break
        matter = tie.other
        way.append((matter, since.at))
    return way


def by_another(entry: Entry) -> bool:
    """Whether a step was asked for by the reporter of a part: what he said is not for the others."""
    return entry.actor_role == "citizen" and isinstance(
        entry.payload.get("told", {}).get("from"), str
    )
