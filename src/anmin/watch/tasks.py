"""What this room does without anybody asking: once a night."""

from django.utils import timezone

from anmin.kernel.jobs import daily
from anmin.watch import nights
from anmin.watch.hotspots import scan_night


@daily(at="watch.night")
def scan() -> int:
    """Look for hot spots in the days up to yesterday."""
    return scan_night(timezone.localdate())


@daily(at="watch.night")
def index() -> int:
    """Score the months that are over, anew where something has become known."""
    return nights.score_months(timezone.localdate())


@daily(at="watch.night")
def suggestions() -> int:
    """Suggest places for listing: what the scans claim, and what has been red for months."""
    return nights.suggest_places(timezone.localdate())
