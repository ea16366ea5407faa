"""Public numbers: announced before anybody can know them, then fetched, or typed in by two people.

Nothing stands in for a number that is missing: whatever waits for it goes on waiting.
"""

import json
import logging
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import Any

import httpx
from django.conf import settings
from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from anmin.draws.models import PublicNumber
from anmin.draws.sources import Source, sources
from anmin.evidence.log import atomic
from anmin.kernel.errors import Conflict, NotAllowed, NotFound, Refusal
from anmin.people.actions import log_access
from anmin.people.counting import NOW, counted
from anmin.people.models import Account
from anmin.people.policy import Capability, can, require

log = logging.getLogger(__name__)

TIMEOUT = httpx.Timeout(10, connect=5)
LARGEST = 4096
"""Bytes of a beacon's answer; a real one has some 300."""
BATCH = 20
MANY = 100
"""Numbers on the page, and the most that are counted."""

Get = Callable[[str], bytes]


def announce(now: datetime) -> PublicNumber | None:
    """The number that decides a draw whose frame is published ``now``; nothing where the house waits for none.

    Call it in the transaction that publishes the frame: it always lies a while ahead.
    """
    way = settings.PUBLIC_NUMBERS
    if not way:
        return None
    code = way.partition("-")[0]
    number, due = sources()[code].first_after(now + _rule("lead"))
    found, _made = PublicNumber.objects.get_or_create(
        source=code, round=number, defaults={"announced_at": now, "due_at": due}
    )
    return found


def source_of(number: PublicNumber) -> Source:
    """Where it comes from."""
    return sources()[number.source]


def missing(now: datetime) -> QuerySet[PublicNumber]:
    """The numbers that should be there and are not, the longest awaited first."""
    return PublicNumber.objects.filter(value="", due_at__lte=now).order_by("due_at", "pk")


def late_count() -> int:
    """How many numbers should have been here for a while."""
    return missing(timezone.now() - _rule("late")).count()


# --- fetched --------------------------------------------------------------------------------------


def fetch_due(now: datetime, get: Get | None = None) -> int:
    """Fetch the beacon's numbers that are due; returns how many came. What fails is tried again."""
    if settings.PUBLIC_NUMBERS != "drand":
        return 0
    done = 0
    for number in missing(now).filter(source="drand")[:BATCH]:
        if not _fetch(number, get or _get):
            break  # nobody answers: the others would fail as well
        done += 1
    return done


def _fetch(number: PublicNumber, get: Get) -> bool:
    source = source_of(number)
    if source.beacon is None:
        return False
    for address in source.beacon.addresses:
        asked = address.format(chain=source.beacon.chain, round=number.round)
        try:
            told = json.loads(get(asked))
            value, signature = source.read_round(
                number.round, told if isinstance(told, dict) else {}
            )
        except (httpx.HTTPError, ValueError, RecursionError, Refusal) as problem:
            log.info("public number %s: %s", number, type(problem).__name__)
            continue
        return _settle(number.pk, value, signature)
    return False


def _get(address: str) -> bytes:
    """What stands at that address and no other, if it is short."""
    with (
        httpx.Client(timeout=TIMEOUT, follow_redirects=False) as client,
        client.stream("GET", address) as answer,
    ):
        if answer.status_code != httpx.codes.OK:
            raise httpx.HTTPError(f"answered {answer.status_code}")
        body = b""
        for part in answer.iter_bytes(LARGEST):
            body += part
            if len(body) > LARGEST:
                raise httpx.HTTPError("too long an answer")
    return body


@atomic
def _settle(number_id: int, value: str, signature: str) -> bool:
    now = timezone.now()
    number = PublicNumber.objects.select_for_update().get(pk=number_id)
    if number.value or number.due_at > now:
        return bool(number.value)
    number.value, number.signature, number.fetched_at = value, signature, now
    number.save()
    return True


# --- typed in -------------------------------------------------------------------------------------


def to_type(now: datetime) -> QuerySet[PublicNumber]:
    """The numbers that people type: all that are due, of a beacon that is fetched those that are late."""
    return missing(now).filter(~Q(source="drand") | Q(due_at__lte=now - _patience()))


def _patience() -> timedelta:
    return _rule("late") if settings.PUBLIC_NUMBERS == "drand" else timedelta()


def page(account: Account) -> tuple[Sequence[PublicNumber], Sequence[PublicNumber]]:
    """What is to be typed, and what was announced or stands, the newest first."""
    require(account, Capability.TYPE_NUMBERS)
    waiting = list(to_type(timezone.now()).select_related("typed_by")[:MANY])
    rows = PublicNumber.objects.exclude(pk__in=[one.pk for one in waiting])
    return waiting, list(
        rows.select_related("typed_by", "confirmed_by").order_by("-due_at")[:BATCH]
    )


def waiting_count(account: Account) -> int:
    """How many this person can type, up to ``MANY``. No query for who may not, or where none is awaited."""
    if not settings.PUBLIC_NUMBERS or not can(account, Capability.TYPE_NUMBERS):
        return 0
    now = timezone.now()

    def rows() -> QuerySet[PublicNumber]:
        mine = PublicNumber.objects.filter(value="", due_at__lte=NOW)
        return mine.exclude(typed_by=account)

    return counted(account, (__name__, _patience()), rows, now=now - _patience(), limit=MANY)


def type_in(*, number_id: int, text: str, by: Account) -> PublicNumber:
    """Type a number in: the first time it is only noted, the second time, by another person, it stands.

    Raises ``NotAllowed`` for the same person twice, ``Conflict`` for one that stands, ``Refusal`` for one
    that nobody can know yet, cannot be a number, or differs from what the first person typed: then both
    are dropped and it begins anew.
    """
    number, agree = _type(number_id, text, by)
    if not agree:
        raise Refusal(
            _(
                "The two people typed different numbers. Both were dropped: look it up again and begin anew."
            ),
            field="text",
            code="unequal",
        )
    return number


@atomic
def _type(number_id: int, text: str, by: Account) -> tuple[PublicNumber, bool]:
    require(by, Capability.TYPE_NUMBERS)
    now = timezone.now()
    number = PublicNumber.objects.select_for_update().filter(pk=number_id).first()
    if number is None:
        raise NotFound(_("There is no such number."))
    if number.value:
        raise Conflict(_("This number stands already."))
    if not to_type(now).filter(pk=number.pk).exists():
        raise Refusal(_("Nobody is asked for this number now."), field="text")
    given, agree = source_of(number).clean(text), True
    if not number.typed:
        number.typed, number.typed_by, number.typed_at = given, by, now
    elif number.typed_by_id == by.pk:
        raise NotAllowed(
            _("You typed it the first time; another person types it again."), field="text"
        )
    elif number.typed == given:
        number.value, number.confirmed_by, number.confirmed_at = given, by, now
    else:
        number.typed, number.typed_by, number.typed_at, agree = "", None, None, False
    number.save()
    done = "confirm_number" if number.value else "type_number" if agree else "drop_number"
    log_access(account=by, action=done, subject=f"number:{number.source}/{number.round}"[:64])
    return number, agree


def _rule(key: str) -> Any:
    return settings.RULES.get(f"draws.{key}", timezone.localdate()).duration
