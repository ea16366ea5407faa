"""What this room does without anybody asking."""

from django.utils import timezone

from anmin.kernel.jobs import daily
from anmin.property import actions


@daily(at="03:50")
def forget_receivers() -> int:
    """Erase the names of receivers that have been kept for long enough."""
    return actions.forget_receivers(timezone.now())
