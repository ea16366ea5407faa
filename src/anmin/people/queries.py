"""Reading about people: duty, the access log, and whether the log is whole."""

from dataclasses import dataclass
from datetime import date

from django.conf import settings
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from anmin.kernel import chain
from anmin.kernel.errors import NotFound
from anmin.people.models import (
    AccessHead,
    AccessLog,
    Account,
    AccountManager,
    Duty,
    DutyRole,
    Shift,
)
from anmin.people.policy import Capability, require
from anmin.places.models import Unit


def account_by_name(username: str) -> Account:
    """The account with that sign-in name. Raises ``NotFound``."""
    found = Account.objects.filter(username=AccountManager.normalise(username)).first()
    if found is None:
        raise NotFound(_("There is no account called %(name)s.") % {"name": username[:64]})
    return found


def duty_leader(unit: Unit, on: date, *, shift: str = Shift.WHOLE) -> Account | None:
    """Who leads the unit that day: the shift's own duty leader, else the whole day's."""
    rostered = Duty.objects.filter(unit=unit, date=on, role=DutyRole.DUTY_LEADER)
    leaders = {
        duty.shift: duty.account
        for duty in rostered.filter(shift__in=(shift, Shift.WHOLE)).select_related("account")
    }
    return leaders.get(shift) or leaders.get(Shift.WHOLE)


def on_duty(unit: Unit, on: date) -> QuerySet[Duty]:
    """Everybody rostered in a unit on a day."""
    return Duty.objects.filter(unit=unit, date=on).select_related("account").order_by("shift", "id")


def access_log(
    *,
    viewer: Account,
    account: Account | None = None,
    action: str = "",
    subject: str = "",
    since: date | None = None,
) -> QuerySet[AccessLog]:
    """The access log, newest first, narrowed by what is given (``subject`` as ``kind:reference``).

    Raises ``NotAllowed`` if the viewer may not read it.
    """
    require(viewer, Capability.VIEW_ACCESS_LOG)
    rows = AccessLog.objects.select_related("account")
    if account is not None:
        rows = rows.filter(account=account)
    if action:
        rows = rows.filter(action=action)
    if subject:
        kind, separator, reference = subject.partition(":")
        rows = rows.filter(subject_kind=kind, subject=reference) if separator else rows.none()
    if since is not None:
        rows = rows.filter(at__date__gte=since)
    return rows


@dataclass(frozen=True, slots=True)
class LogCheck:
    """What a check of the access log found: ``broken`` holds the numbers that do not hold."""

    entries: int
    broken: list[int]


def verify_access_log() -> LogCheck:
    """Recompute every link of the access log, in one pass and constant memory.

    A changed entry, a missing one, and a log cut off at its end each show as a broken number.
    """
    key = settings.KEYRING.chain_key
    number, previous, broken = 0, chain.GENESIS, []
    for entry in AccessLog.objects.order_by("number").iterator(chunk_size=2000):
        broken.extend(range(number + 1, entry.number))
        if bytes(entry.previous) != previous or bytes(entry.hash) != entry.expected_hash(key):
            broken.append(entry.number)
        number, previous = entry.number, bytes(entry.hash)
    head = AccessHead.objects.filter(pk=1).first()
    if (head.number if head else 0, bytes(head.hash) if head else chain.GENESIS) != (
        number,
        previous,
    ):
        broken.append(max(number, head.number if head else 0))
    return LogCheck(entries=number, broken=broken)
