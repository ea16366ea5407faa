"""What this room does without anybody asking."""

from django.utils import timezone

from anmin.draws import numbers
from anmin.kernel.jobs import every


@every(seconds=20, backlog=numbers.late_count)
def fetch() -> int:
    """Fetch the public numbers that are due; the backlog is those that are late."""
    return numbers.fetch_due(timezone.now())
