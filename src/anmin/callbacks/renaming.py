"""The record names another reporter than the one who was asked: the citizen is asked anew.

A rated unit's file can bring an event first, answered, with the number of a friend. When the system
of record names who really reported it, whatever the friend said stays on record and counts no more;
the callback that counts is a new one, about the same closing and the same unit.
"""

from collections.abc import Iterable
from datetime import datetime

from django.db.models import Q, QuerySet

from anmin.callbacks import recording, reopening
from anmin.callbacks.closings import Wanted
from anmin.callbacks.dispositions import WITHDRAWN
from anmin.callbacks.exclusions import FLAGS
from anmin.callbacks.models import Attempt, Callback, Status
from anmin.channels.actions import cancel_message
from anmin.matters.bulk import of_matters
from anmin.matters.models import Entry

REASON = "the record names another reporter"
ASKED = Q(closed_at__isnull=False) | Q(attempts__gt=0) | Q(status=Status.MESSAGED)


def ask_anew(entries: QuerySet[Entry]) -> list[Wanted]:
    """Set aside what others than the reporter were asked, and say who is to be called instead.

    Inside a transaction. One statement where the news tell of no such thing.
    """
    named = entries.filter(action="observe", payload__told__has_key="renamed").order_by("id")
    last = {pk: (entry, at) for pk, entry, at in named.values_list("matter_id", "id", "at")}
    if not last:
        return []
    return [
        _instead(one, *last[one.matter_id])
        for one in _asked(sorted(last))
        if one.closing < last[one.matter_id][0]
    ]


def _asked(matter_ids: Iterable[int]) -> list[Callback]:
    """The newest callback of each matter that somebody was asked by, held for this transaction."""
    rows = Callback.objects.select_for_update(of=("self",)).select_related("matter")
    rows = rows.filter(of_matters(list(matter_ids)), ASKED, round=1, exclusion="")
    rows = rows.filter(withdrawn_at=None).exclude(disposition=WITHDRAWN)
    return list({one.matter_id: one for one in rows.order_by("closing", "pk")}.values())


def _instead(callback: Callback, entry_id: int, at: datetime) -> Wanted:
    """The callback that takes the place of one."""
    matter, follow_up = callback.matter, callback.matter.type.follow_up
    assert follow_up is not None
    if callback.operator_id and callback.lease_until and callback.lease_until > at:
        reopening.withdraw(callback, at=at)  # who calls is told, and ends the call
    else:
        cancel_message(key=reopening.message_key(callback), reason=REASON)
        recording.step(
            callback,
            channel=Attempt.Channel.HOUSE,
            outcome="renamed",
            at=at,
            key=f"{reopening.message_key(callback)}:renamed",
            status=Status.CLOSED,
            disposition=WITHDRAWN,
            closed_at=callback.closed_at or at,
            withdrawn_at=at,
        )
    minor, running = (bool(matter.details.get(name)) for name in FLAGS)
    return Wanted(
        matter.pk,
        matter.category,
        (minor, running),
        callback.unit_id,
        at,
        follow_up.having_ended(matter.state),
        entry_id,
        matter.pk,
    )
