"""Reading about people: duty, the access log, and whether the log is whole."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date

from django.conf import settings
from django.db.models import Case, Q, QuerySet, Value, When
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
from anmin.people.policy import Capability, capability_table, require, unit_scope
from anmin.people.roles import Role
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
    number, previous = 0, chain.GENESIS
    broken: list[int] = []
    for entry in AccessLog.objects.order_by("number").iterator(chunk_size=2000):
        if entry.number != number + 1:
            broken.append(number + 1)
        if bytes(entry.previous) != previous or bytes(entry.hash) != entry.expected_hash(key):
            broken.append(entry.number)
        number, previous = entry.number, bytes(entry.hash)
    head = AccessHead.objects.filter(pk=1).first() or AccessHead(number=0, hash=chain.GENESIS)
    if (head.number, bytes(head.hash)) != (number, previous) or AccessHead.objects.exclude(
        pk=1
    ).exists():
        broken.append(number + 1)
    return LogCheck(entries=number, broken=broken)


def colleagues_like(viewer: Account, text: str, *, limit: int = 12) -> list[Account]:
    """Those whom the viewer may give a matter, by what somebody typed of a name; exact ones first.

    They work on matters in a unit, within what the viewer sees.
    """
    text = text.strip()[:80]
    exact = Q(username=AccountManager.normalise(text)) | Q(display_name=text)
    part = Q(username__istartswith=text) | Q(display_name__icontains=text)
    rows = Account.objects.filter(part, is_active=True, role__in=_handlers(), unit__isnull=False)
    rows = unit_scope(viewer).narrow(rows).select_related("unit")
    return list(
        rows.order_by(Case(When(exact, then=Value(0)), default=Value(1)), "username")[:limit]
    )


def handlers_of(unit_ids: Iterable[int]) -> list[Account]:
    """Everybody who works on matters in one of those units itself, or on its orders."""
    roles = [*_handlers(), Role.PARTNER]
    rows = Account.objects.filter(unit_id__in=set(unit_ids), is_active=True, role__in=roles)
    return list(rows.order_by("username"))


def working_as(roles: Collection[str]) -> list[Account]:
    """Everybody who works here in one of these roles."""
    rows = Account.objects.filter(is_active=True, role__in=list(roles))
    return list(rows.order_by("username"))


def account_labels(ids: Iterable[int]) -> dict[int, str]:
    """The names of accounts, by id."""
    return {row.pk: str(row) for row in Account.objects.filter(pk__in=set(ids)).order_by()}


def _handlers() -> list[Role]:
    table = capability_table()
    needed = {Capability.VIEW_MATTERS, Capability.NOTE_MATTERS}
    return [role for role, held in table.items() if needed <= held]
