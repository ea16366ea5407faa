"""What the worker does for this room."""

from anmin.exchange import uploads
from anmin.kernel.jobs import daily, every


@every(seconds=2, backlog=uploads.queued)
def imports() -> int:
    """Take in the next uploaded file."""
    return uploads.run_next()


@daily(at="04:40")
def tidy() -> int:
    """Remove files that are past their time."""
    return uploads.tidy()
