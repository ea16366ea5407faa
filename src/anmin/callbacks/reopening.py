"""What a reopened matter does to the callback of the closing that it takes back."""

from collections.abc import Iterable
from datetime import datetime
from itertools import batched

from django.db.models import Q
from django.utils import timezone

from anmin.callbacks import recording
from anmin.callbacks.closings import Reopening
from anmin.callbacks.dispositions import WITHDRAWN
from anmin.callbacks.models import Attempt, Callback, Status
from anmin.callbacks.recording import SUBJECT
from anmin.channels.actions import cancel_message
from anmin.matters.bulk import of_matters
from anmin.matters.models import Entry
from anmin.matters.registry import all_kinds

TOGETHER = 500
REASON = "the matter was opened again"


def message_key(callback: Callback) -> str:
    """The key of the one message that a callback sends."""
    return f"{SUBJECT}{callback.pk}"


def withdraw_after(reopened: Iterable[Reopening]) -> None:
    """Withdraw what is still open about closings that were taken back.

    Inside a transaction, before anything takes a turn in it: rows are held first, so that nobody
    waits in a circle. An import that is undone takes back thousands at once.
    """
    found = {one.matter_id: one.entry_id for one in reopened}  # of several the last
    if not found:
        return
    about = {kind.code: kind.follow_up for kind in all_kinds() if kind.follow_up}
    orders = [code for code, follow_up in about.items() if follow_up.about]
    rounds = {about[code].round for code in orders}
    these = of_matters(sorted(found))
    ended = Entry.objects.filter(these, matter__kind__in=orders).values_list("matter_id", "id")
    closings = {pk for matter_id, pk in ended if pk < found[matter_id]}
    still = Callback.objects.filter(closed_at=None).values_list("pk", "matter_id", "closing")
    taken = [pk for pk, matter, closing in still.filter(these) if closing < found[matter]]
    for some in batched(sorted(closings), TOGETHER, strict=False):
        rows = still.filter(round__in=rounds, closing__in=some)
        taken += [pk for pk, _matter, _closing in rows]
    for some in batched(sorted(set(taken)), TOGETHER, strict=False):
        held = Callback.objects.select_for_update(of=("self",)).select_related("matter")
        for callback in list(held.filter(pk__in=some, closed_at=None).order_by("pk")):
            withdraw(callback, at=timezone.now())


def withdraw(callback: Callback, *, at: datetime) -> None:
    """Ask nothing about a closing that does not hold any more; inside a transaction.

    A message that waits in the outbox is taken back. A call that somebody is making is told so
    on its page, and ends with whatever its operator writes down.
    """
    cancel_message(key=message_key(callback), reason=REASON)
    if callback.operator_id and callback.lease_until and callback.lease_until > at:
        Callback.objects.filter(pk=callback.pk, withdrawn_at=None).update(withdrawn_at=at)
        return
    end(callback, at=at)


def end(callback: Callback, *, at: datetime) -> None:
    """End a callback as withdrawn; what was tried before stays on record."""
    recording.step(
        callback,
        channel=Attempt.Channel.HOUSE,
        outcome="reopened",
        at=at,
        key=f"{message_key(callback)}:reopened",
        status=Status.CLOSED,
        disposition=WITHDRAWN,
        closed_at=at,
        withdrawn_at=callback.withdrawn_at or at,
    )


def left_behind(now: datetime) -> Iterable[int]:
    """Callbacks withdrawn while somebody called, whose operator wrote nothing down in time."""
    rows = Callback.objects.filter(closed_at=None, withdrawn_at__isnull=False)
    left = rows.filter(Q(operator=None) | Q(lease_until__lte=now)).order_by("pk")
    return list(left.values_list("pk", flat=True))
