"""What a reopened matter does to the callback of the closing that it takes back."""

from collections.abc import Iterable
from datetime import datetime

from django.db.models import Q
from django.utils import timezone

from anmin.callbacks import recording
from anmin.callbacks.closings import Reopening
from anmin.callbacks.dispositions import WITHDRAWN
from anmin.callbacks.models import Attempt, Callback, Status
from anmin.callbacks.recording import SUBJECT
from anmin.channels.actions import cancel_message
from anmin.matters.models import Entry
from anmin.matters.registry import all_kinds

REASON = "the matter was opened again"


def message_key(callback: Callback) -> str:
    """The key of the one message that a callback sends."""
    return f"{SUBJECT}{callback.pk}"


def withdraw_after(reopened: Iterable[Reopening]) -> None:
    """Withdraw what is still open about closings that were taken back.

    Inside a transaction, before anything takes a turn in it: rows are held first, so that nobody
    waits in a circle. A few statements for each; imports open nothing again.
    """
    found = list(reopened)
    if not found:
        return
    which = Q(pk__in=())
    for one in found:
        which |= Q(matter_id=one.matter_id, closing__lt=one.entry_id)
    about = {kind.code: kind.follow_up for kind in all_kinds() if kind.follow_up}
    orders = [code for code, follow_up in about.items() if follow_up.about]
    rounds = {about[code].round for code in orders}
    for one in found:
        closings = Entry.objects.filter(
            matter_id=one.matter_id, matter__kind__in=orders, id__lt=one.entry_id
        )
        which |= Q(round__in=rounds, closing__in=list(closings.values_list("id", flat=True)))
    rows = Callback.objects.select_for_update(of=("self",)).select_related("matter")
    for callback in list(rows.filter(which, closed_at=None).order_by("pk")):
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
