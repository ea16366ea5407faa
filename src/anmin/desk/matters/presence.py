"""Who else has a matter open now, so that two people do not answer one citizen.

A page says that it is open every quarter of a minute; who has not said so for a while has gone.
It is a courtesy, not a lock: whoever writes second is told of it by the matter's version.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from django.utils import timezone

from anmin.desk.matters.models import Looking
from anmin.people.policy import is_rated

if TYPE_CHECKING:
    from anmin.matters.models import Matter
    from anmin.people.models import Account

GONE_AFTER = timedelta(seconds=40)
"""Two times that a page did not say so."""
KEPT = timedelta(hours=1)


def here(account: Account, number: str) -> None:
    """Note that somebody has a matter's page open; a return after a while counts anew."""
    now = timezone.now()
    row, new = Looking.objects.get_or_create(
        number=number, account=account, defaults={"since": now, "seen_at": now}
    )
    if new:
        return
    if row.seen_at < now - GONE_AFTER:
        row.since = now
    row.seen_at = now
    row.save(update_fields=["since", "seen_at"])


def others(account: Account, matter: Matter) -> list[Looking]:
    """Who else has it open now, the first first.

    Who checks a rated unit is not shown to it, nor to anybody who works in the one that has the matter:
    an inspection does not announce itself.
    """
    recent = timezone.now() - GONE_AFTER
    rows = Looking.objects.filter(number=matter.number, seen_at__gte=recent)
    found = rows.exclude(account=account).select_related("account").order_by("since", "pk")
    near = account.unit_id is not None and account.unit_id == matter.unit_id
    if not (near or is_rated(account)):
        return list(found)
    own = account.unit_id if near else None
    return [one for one in found if is_rated(one.account) or (own and one.account.unit_id == own)]


def forget() -> int:
    """Delete who has gone; how many that were."""
    return Looking.objects.filter(seen_at__lt=timezone.now() - KEPT).delete()[0]
