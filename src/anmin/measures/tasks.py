"""The room's background work."""

from contextlib import suppress

from anmin.kernel.jobs import every
from anmin.measures.lake import refresh
from anmin.measures.manifest import RefreshRunning


@every(seconds=300)
def refresh_figures() -> int:
    """Bring the figures up to date, unless somebody is doing so by hand.

    Always 0: what has changed meanwhile is left for the next time, or a busy day would have
    this job run without end.
    """
    with suppress(RefreshRunning):
        refresh()
    return 0
