"""What the worker does for this room."""

from anmin.exchange import undoing, uploads
from anmin.kernel.jobs import daily, every


@every(seconds=2, backlog=uploads.queued)
def imports() -> int:
    """Take in the next uploaded file."""
    return uploads.run_next()


@every(seconds=2, backlog=undoing.waiting)
def undo_imports() -> int:
    """Take back the next import that somebody undoes."""
    return undoing.undo_next()


@daily(at="04:40")
def tidy() -> int:
    """Remove files that are past their time."""
    return uploads.tidy()
