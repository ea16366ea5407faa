"""What a night does: scan, score the months that are over, and suggest places to look at."""

import hashlib
import json
from datetime import date

from django.utils import timezone

from anmin.evidence.log import atomic
from anmin.places.models import Area
from anmin.watch.actions import Case, suggest
from anmin.watch.evidence import latest_months, level_of
from anmin.watch.frame import frame
from anmin.watch.index import RED, score_month
from anmin.watch.models import Ground, IndexMonth, Scan
from anmin.watch.periods import last_whole_month, months_before, on_one_revision, rule

REVISED = 3
"""So many months that are over are scored again: late answers and corrections still come in."""


def score_months(today: date) -> int:
    """Score the latest months that are over; how many are new or have changed.

    Raises as `measures.queries.show_many`.
    """
    last = last_whole_month(today)
    return sum(_score(month) for month in [*months_before(last, REVISED - 1)[::-1], last])


def _score(month: str) -> bool:
    now = frame()
    found = on_one_revision(lambda: score_month(month, now))
    said = json.dumps(found.scores, sort_keys=True)
    digest = hashlib.sha256(said.encode()).hexdigest()
    with atomic():
        newest = IndexMonth.objects.filter(month=month).order_by("-number").first()
        known = newest is not None and (newest.digest, newest.frame_digest) == (digest, now.digest)
        if known or not found.scores:
            return False
        IndexMonth.objects.create(
            month=month,
            number=newest.number + 1 if newest else 1,
            made_at=timezone.now(),
            frame_version=now.version,
            frame_digest=now.digest,
            scores=found.scores,
            digest=digest,
            cutoff=found.cutoff,
            revision=found.revision,
        )
    return True


def suggest_places(night: date) -> int:
    """Suggest what the night's scans claim and what has been red for months; how many are new."""
    cases = [*_claimed(night), *_red(night)]
    return sum(suggest(case) is not None for case in cases)


def _claimed(night: date) -> list[Case]:
    cases = []
    for scan in Scan.objects.filter(night=night):
        for at, cluster in enumerate(scan.clusters):
            if cluster["p"] <= scan.level:
                area = Area.objects.get(code=cluster["centre"])
                about = f"{scan.series} {cluster['first']}"
                cases.append(Case(area, Ground.HOT_SPOT, about, scan, at))
    return cases


def _red(night: date) -> list[Case]:
    """Places in the red in each of the last months, as many as the rule asks for."""
    number, last = rule("listing.red_months").number, last_whole_month(night)
    wanted = [last, *months_before(last, number - 1)]
    months = latest_months(number)
    if [one.month for one in months] != wanted:
        return []
    red = set.intersection(
        *({place for place, score in one.scores.items() if score["band"] == RED} for one in months)
    )
    codes = {place.partition(":")[2] for place in red}
    areas = Area.objects.filter(code__in=codes).order_by("code")
    return [
        Case(area, Ground.RED_MONTHS, last)
        for area in areas
        if f"{level_of(area)}:{area.code}" in red
    ]
