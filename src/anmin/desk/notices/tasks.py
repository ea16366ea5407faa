"""What the desk does in the background: tell people of news and of deadlines."""

from __future__ import annotations

from typing import TYPE_CHECKING

from anmin.desk.notices import actions
from anmin.desk.notices.kinds import IMPORTED
from anmin.kernel.jobs import daily, every
from anmin.matters.news import backlog, drain, subscribe
from anmin.matters.registry import all_kinds

if TYPE_CHECKING:
    from django.db.models import QuerySet

    from anmin.matters.models import Entry

NEWS = "desk.notices"


@subscribe(NEWS, batch=2000)
def on_news(entries: QuerySet[Entry]) -> None:
    """Clear what a batch of entries handled and write its notices, in the cursor's transaction.

    What an import wrote tells nobody (``occasions``); it is not even fetched, for it may be a
    million entries.
    """
    actions.clear_handled(entries)
    observed = [kind.code for kind in all_kinds() if kind.observe]
    actions.tell_of_entries(
        entries.exclude(actor_role="system", action__in=IMPORTED, matter__kind__in=observed)
    )


@every(seconds=2, backlog=lambda: backlog()[NEWS])
def tell() -> int:
    """Tell people of what happened to their matters."""
    return drain([NEWS], limit=20_000)


@every(seconds=60)
def watch_deadlines() -> int:
    """Tell people of deadlines that came near or passed."""
    return actions.tell_of_deadlines()


@daily(at="04:40")
def forget_notices() -> int:
    """Delete notices that nobody needs any more."""
    actions.forget_notices()
    return 0
