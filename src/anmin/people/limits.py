"""Slowing down who guesses: counted where all web processes see it, in one statement each.

Nothing here asks whether something is right: that is looked up first, or the counting only tells
that more is asked for than before. Addresses are counted as keyed digests, by range: a whole
``/64`` of IPv6 is one subscriber's, and ports and mapped forms are no addresses of their own.
"""

import ipaddress
import threading
import time
from dataclasses import dataclass

from allauth.account.adapter import get_adapter
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured, PermissionDenied
from django.db import DatabaseError, connection
from django.db.models import F
from django.http import HttpRequest
from django.utils import timezone

from anmin.people.haste import hastily
from anmin.people.models import Tally
from anmin.people.session_models import LONGEST, SharedCache

UNKNOWN = "unknown"
MOST_ALONE = 10_000
"""Figures that a process keeps for itself at most."""

_TAKE = """
INSERT INTO people_tally AS kept (key, count, until) VALUES (%(key)s, 1, %(until)s)
ON CONFLICT (key) DO UPDATE SET
  count = CASE WHEN kept.until <= %(now)s THEN 1 ELSE kept.count + 1 END,
  until = CASE WHEN kept.until <= %(now)s THEN excluded.until ELSE kept.until END
RETURNING count, until
"""


@dataclass(frozen=True, slots=True)
class Limit:
    """So many in so many seconds."""

    most: int
    seconds: int

    def __post_init__(self) -> None:
        """Refuse what a check of the bookkeeping would take for a count that somebody put there."""
        if self.seconds > LONGEST.total_seconds():
            raise ValueError(f"nothing is counted for {self.seconds} seconds")


@dataclass(frozen=True, slots=True)
class Taken:
    """One more of something: the how-manieth it is, and when the counting begins anew."""

    key: str
    count: int
    limit: Limit
    until: int

    @property
    def over(self) -> bool:
        """Whether this one was too many."""
        return self.count > self.limit.most

    @property
    def minutes_left(self) -> int:
        """Whole minutes until the counting begins anew, at least one."""
        return max(1, -(-(self.until - int(time.time())) // 60))


def take(what: str, *whose: str, limit: Limit) -> Taken:
    """Count one more, and say how many that makes. Exact, however many come at once."""
    now = int(time.time())
    key = _key(what, whose)
    try:
        with hastily(), connection.cursor() as cursor:
            cursor.execute(_TAKE, {"key": key, "until": now + limit.seconds, "now": now})
            count, until = cursor.fetchone()
    except DatabaseError:
        count, until = _count_alone(key, now, limit)
    return Taken(key, count, limit, until)


_own: dict[str, tuple[int, int]] = {}
"""What this process counted for itself while nothing could be written: count and end, by key."""
_own_guard = threading.Lock()


def _count_alone(key: str, now: int, limit: Limit) -> tuple[int, int]:
    with _own_guard:
        count, until = _own.get(key, (0, 0))
        if until <= now:
            count, until = 0, now + limit.seconds
        if len(_own) > MOST_ALONE:
            _own.clear()
        _own[key] = count + 1, until
        return _own[key]


def give_back(*taken: Taken) -> None:
    """What was counted beforehand went well: it does not count."""
    keys = [one.key for one in taken]
    Tally.objects.filter(key__in=keys, count__gt=0).update(count=F("count") - 1)


def over(what: str, *whose: str, limit: Limit) -> bool:
    """Whether as many as the limit have been counted already; counts nothing."""
    found = Tally.objects.filter(key=_key(what, whose), until__gt=int(time.time())).first()
    return found is not None and found.count >= limit.most


def forget_old() -> int:
    """Remove the counts whose time is over, and what the shared cache kept until then; how many."""
    SharedCache.objects.filter(expires__lte=timezone.now()).delete()
    removed: int = Tally.objects.filter(until__lte=int(time.time())).delete()[0]
    return removed


def address_range(request: HttpRequest, *, wide: bool = False) -> str:
    """Where a request comes from, as what one subscriber has: an IPv4 address, a ``/64`` of IPv6.

    ``wide`` gives what one provider hands a customer at most: a ``/24``, a ``/48``. Proxies are
    seen through as far as the settings trust them.
    """
    try:
        told: str = get_adapter(request).get_client_ip(request)
        address = ipaddress.ip_address(told.partition("%")[0].strip("[] "))
    except (PermissionDenied, ImproperlyConfigured, ValueError):
        return UNKNOWN
    if isinstance(address, ipaddress.IPv6Address):
        if (mapped := address.ipv4_mapped) is None:
            return str(ipaddress.ip_network((address, 48 if wide else 64), strict=False))
        address = mapped
    return str(ipaddress.ip_network((address, 24 if wide else 32), strict=False))


def _key(what: str, whose: tuple[str, ...]) -> str:
    index: bytes = settings.KEYRING.blind_index("\n".join(whose), purpose=f"limit {what}")
    return f"{what}:{index.hex()}"
