"""Somebody asks not to be contacted any more: what that ends, and what only a unit's word makes of it."""

from datetime import datetime

from anmin.callbacks.claims import claims_of
from anmin.callbacks.dispositions import REFUSAL
from anmin.callbacks.models import Attempt, Callback, Status
from anmin.callbacks.recording import lock, step
from anmin.matters.contacts import matters_of_phones

OPTED_OUT = "opted_out"


def stop(phone_index: bytes, *, at: datetime, key: str, only: int | None = None) -> None:
    """Nobody turns to this phone any more about anything that is still open; about the matter ``only``.

    Who was already asked has refused, which counts against the response rate; who was only
    planned is excluded by rule. Whom nobody but the rated unit named is no reason to leave the
    citizen out: that waits for the inspectorate (``claims``).
    """
    matters = set(matters_of_phones([phone_index]))
    if only is not None:
        matters &= {only}
    rows = Callback.objects.filter(matter_id__in=matters, closed_at=None).order_by("pk")
    open_ones = dict(rows.values_list("pk", "matter_id"))
    claims = claims_of(set(open_ones.values()))
    for pk, matter_id in open_ones.items():
        callback = lock(pk)
        asked = callback.attempts > 0
        claim = None if asked else claims.get(matter_id)
        holds = claim.decided.get(OPTED_OUT, OPTED_OUT not in claim.alone) if claim else True
        step(
            callback,
            channel=Attempt.Channel.SMS,
            outcome=OPTED_OUT,
            at=at,
            key=key,
            status=Status.CLOSED if asked else Status.EXCLUDED if holds else Status.CLAIMED,
            exclusion=OPTED_OUT if holds and not asked else "",
            claimed="" if holds else OPTED_OUT,
            disposition=REFUSAL if asked else "",
            closed_at=at if holds else None,
        )
