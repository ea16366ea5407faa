"""What the worker does for this room."""

from anmin.channels import conversation, erasing, queries, receiving
from anmin.channels.delivery import deliver_due
from anmin.kernel.jobs import daily, every


@every(seconds=2, backlog=queries.waiting_count)
def deliver() -> int:
    """Send messages that are due, a few at a time: a slow gateway must not hold the worker."""
    return deliver_due(limit=20)


@every(seconds=60)
def questions() -> int:
    """End questions that were not answered in time, and long replies whose parts did not come."""
    return conversation.expire() + receiving.join_late_parts()


@daily(at="04:25")
def forget_strays() -> int:
    """Erase replies that belong to nothing, when their time is over."""
    return erasing.erase_strays()
