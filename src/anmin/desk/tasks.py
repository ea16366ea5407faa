"""What the desk does in the background: tell people of news and of deadlines."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from anmin.desk import actions
from anmin.kernel.jobs import daily, every
from anmin.matters.news import subscribe

if TYPE_CHECKING:
    from anmin.matters.models import Entry


@subscribe("desk.notices")
def on_news(entries: Iterable[Entry]) -> None:
    """Write the notices of a batch of entries, in the cursor's transaction."""
    actions.tell_of_entries(entries)


@every(seconds=60)
def watch_deadlines() -> int:
    """Tell people of deadlines that came near or passed."""
    return actions.tell_of_deadlines()


@daily(at="04:40")
def forget_notices() -> int:
    """Delete notices that nobody needs any more."""
    actions.forget_notices()
    return 0
