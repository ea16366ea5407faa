"""Writing about people: accounts, the duty roster, and the access log."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from typing import Any

from allauth.account.adapter import get_adapter
from django.conf import settings
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext as _

from anmin.evidence.log import atomic
from anmin.kernel import chain
from anmin.kernel.errors import NotAllowed, Refusal
from anmin.people.models import (
    AccessHead,
    AccessLog,
    Account,
    AccountManager,
    Duty,
    DutyRole,
    Shift,
)
from anmin.people.policy import Capability, can, require, unit_scope
from anmin.places.models import Unit


@contextmanager
def one_at_a_time(account: Account) -> Iterator[None]:
    """A transaction in which this person does nothing else of the kind at the same time.

    For whatever takes one of several things for somebody: look what is in hand, then take. Two
    requests of one person come one after the other, and the second sees what the first took.
    The row is held without its key, so that nobody waits who only refers to this person.
    """
    with atomic():
        Account.objects.select_for_update(no_key=True).filter(pk=account.pk).order_by().first()
        yield


@atomic
def log_access(
    *,
    account: Account | None,
    action: str,
    subject: str = "",
    reason: str = "",
    request: HttpRequest | None = None,
    actor: str = "",
) -> AccessLog:
    """Add one entry to the access log, linked to the one before.

    ``subject`` is ``kind:reference`` (``matter:JQ2026…``); never personal data itself. ``actor``
    names who acted where there is no account. Entries are added one at a time: the last thing to
    do in a transaction, because it holds up whoever else wants to log.

    Raises ``Refusal`` for a reason too long to keep.
    """
    if len(reason) > 300:
        raise Refusal(_("Give the reason in at most 300 characters."), field="reason")
    kind, separator, reference = subject.partition(":")
    head, _made = AccessHead.objects.select_for_update().get_or_create(
        pk=1, defaults={"hash": chain.GENESIS}
    )
    entry = AccessLog(
        number=head.number + 1,
        at=timezone.now(),
        account=account,
        actor=actor or (account.username if account else "anonymous"),
        action=action,
        subject_kind=kind if separator else "",
        subject=reference if separator else subject,
        reason=reason,
        ip_hash=_ip_hash(request),
        previous=bytes(head.hash),
    )
    entry.hash = entry.expected_hash(settings.KEYRING.chain_key)
    entry.save()
    head.number, head.hash = entry.number, entry.hash
    head.save()
    return entry


@atomic
def add_account(
    *,
    username: str,
    role: str,
    unit: Unit | None = None,
    display_name: str = "",
    password: str | None = None,
    language: str = "",
    by: Account | None = None,
) -> Account:
    """Add an account and log it. ``by`` is empty when done at the console.

    Without a password the account can only sign in by single sign-on.

    Raises:
        NotAllowed: ``by`` does not manage accounts.
        Refusal: the name is taken or impossible, the role unknown, the password too weak, or a
            role that sees only its own unit has none, or one out of service.
    """
    if by is not None:
        require(by, Capability.MANAGE_ACCOUNTS)
    account = Account(
        username=AccountManager.normalise(username),
        display_name=display_name,
        role=role,
        unit=unit,
        language=language,
    )
    try:
        account.set_password(password)
        account.full_clean()
        if password is not None:
            validate_password(password, account)
    except ValidationError as problem:
        field = next(iter(problem.message_dict), None) if hasattr(problem, "error_dict") else None
        raise Refusal(problem.messages[0], field=field or "password") from None
    account.save()
    log_access(
        account=by,
        actor="" if by else "console",
        action="add_account",
        subject=f"account:{account.username}",
        reason=account.role,
    )
    return account


@atomic
def roster_duty(
    *,
    date: date,
    unit: Unit,
    account: Account,
    role: str = DutyRole.DUTY_LEADER,
    shift: str = Shift.WHOLE,
    by: Account | None = None,
) -> Duty:
    """Put somebody on the roster; a duty leader takes the place of the one rostered before.

    ``by`` is empty when done at the console.

    Raises:
        NotAllowed: ``by`` does not roster this unit.
        Refusal: the person's role cannot do this duty.
    """
    if by is not None:
        require(by, Capability.ROSTER_DUTY)
        if unit.pk not in unit_scope(by) and not can(by, Capability.MANAGE_REFERENCE):
            raise NotAllowed(_("This is another unit's roster."))
    slot: dict[str, Any] = {
        "date": date,
        "unit": unit,
        "role": DutyRole(role),
        "shift": Shift(shift),
    }
    try:
        Duty(**slot, account=account).clean()
    except ValidationError as problem:
        raise Refusal(problem.messages[0], field="account") from None
    if role == DutyRole.DUTY_LEADER:
        return Duty.objects.update_or_create(**slot, defaults={"account": account})[0]
    return Duty.objects.get_or_create(**slot, account=account)[0]


def _ip_hash(request: HttpRequest | None) -> bytes | None:
    """A keyed digest of the network address, seen through as many proxies as settings trust."""
    if request is None:
        return None
    try:
        address: str = get_adapter(request).get_client_ip(request)
    except PermissionDenied:
        return None
    return settings.KEYRING.blind_index(address, purpose="ip")
