"""Reminding units of items of their own that are late or do not move: at most weekly, by themselves gone."""

from datetime import datetime, timedelta

from django.conf import settings
from django.utils import timezone

from anmin.campaign.description import Proof
from anmin.campaign.models import Nudge, Version
from anmin.campaign.queries import Line, board_of
from anmin.campaign.status import Status
from anmin.evidence.log import atomic
from anmin.places.queries import unit_ids

LATE, STILL = "late", "still"


def why_of(line: Line, still_weeks: int) -> str:
    """Why the leading unit is to be reminded of an item: it is late, or nothing moved; else nothing.

    An item is still when in so many whole weeks of its time nothing was counted for it, while its
    target asks for something; a milestone, when its end is near and nothing was brought.
    """
    if line.status is Status.LATE:
        return LATE
    if line.item.proof is Proof.MILESTONE:
        return STILL if line.status is Status.AT_RISK else ""
    if line.status not in (Status.AT_RISK, Status.ON_TRACK) or line.reading is None:
        return ""
    whole = line.reading.weeks[:-1][-still_weeks:]
    if len(whole) < still_weeks or any(cases for _hits, cases in whole):
        return ""
    return STILL if line.item.target and line.item.aim == "at_least" else ""


@atomic
def remind(version: Version, now: datetime | None = None) -> int:
    """Remind the leading units of a programme, and clear what is no longer so; returns how many changed.

    No unit is reminded of an item again within the days of rule ``campaign.nudge_days``.
    """
    now = now or timezone.now()
    rule, today = settings.RULES.get, timezone.localdate(now)
    still = rule("campaign.still_weeks", today).number
    since = now - timedelta(days=rule("campaign.nudge_days", today).number)
    found = board_of(version)
    if found.cutoff is None:
        return 0
    rows = Nudge.objects.select_for_update().filter(programme=version.programme_id)
    waiting = {one.item: one for one in rows.filter(cleared_at=None)}
    lately = set(rows.filter(at__gt=since).values_list("item", flat=True))
    units, changed = unit_ids(), 0
    for line in found.lines:
        code, why = line.item.code, why_of(line, still)
        there = waiting.pop(code, None)
        if there is not None and (why != there.why or there.unit_id != units.get(line.item.lead)):
            there.cleared_at = now
            there.save(update_fields=["cleared_at"])
            changed, there = changed + 1, None
        if why and there is None and code not in lately and line.item.lead in units:
            Nudge.objects.create(
                programme_id=version.programme_id,
                item=code,
                unit_id=units[line.item.lead],
                why=why,
                at=now,
            )
            changed += 1
    for gone in waiting.values():
        gone.cleared_at = now
        gone.save(update_fields=["cleared_at"])
        changed += 1
    return changed
