"""What the people room does at night."""

from anmin.kernel.jobs import daily
from anmin.people import limits, sessions


@daily(at="04:35")
def forget_old_counts() -> int:
    """Remove counts for limits whose time is over, and sessions that no browser holds."""
    return limits.forget_old() + sessions.forget_old()
