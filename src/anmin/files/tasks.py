"""What the worker does for this room."""

from anmin.files import actions
from anmin.kernel.jobs import daily


@daily(at="04:50")
def erase() -> int:
    """Erase the contents of files whose time is over."""
    return actions.erase_due()


@daily(at="05:00")
def tidy() -> int:
    """Remove contents that no record names."""
    return actions.remove_orphans()
