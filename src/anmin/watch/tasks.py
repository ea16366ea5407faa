"""What this room does without anybody asking: once a night."""

from contextlib import suppress

from django.utils import timezone

from anmin.kernel.jobs import daily
from anmin.measures.lake import refresh
from anmin.measures.manifest import RefreshRunning
from anmin.watch.hotspots import scan_night
from anmin.watch.nights import score_months, suggest_places


@daily(at="watch.night")
def night() -> int:
    """Look for hot spots up to yesterday, score the months that are over, suggest places.

    In this order, in one job: suggestions rest on the other two. What is done is not done again.
    """
    today = timezone.localdate()
    with suppress(RefreshRunning):  # then the figures are as good as new
        refresh()
    return scan_night(today) + score_months(today) + suggest_places(today)
