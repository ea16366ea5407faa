"""What nobody does to an account alone: passwords, second factors, roles, units, names, new accounts.

An administrator who gave a colleague a password and took the second factor away could act as that
colleague; one who gave a role to an account of their own making could do as that role. So whoever
manages accounts asks, somebody else confirms, and the account's owner is told of both.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from allauth.mfa.models import Authenticator
from django.conf import settings
from django.core.exceptions import ValidationError
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from anmin.channels.actions import queue_message
from anmin.channels.letters import register_letter
from anmin.evidence.log import atomic
from anmin.kernel.errors import Conflict, NotAllowed, NotFound, Refusal
from anmin.people.actions import log_access
from anmin.people.listing import clauses
from anmin.people.models import Account, AccountRequest
from anmin.people.policy import Capability, require
from anmin.people.roles import Role
from anmin.people.sessions import end_sessions
from anmin.places.models import Unit

LETTER = register_letter("account_change", gettext_lazy("Notice of a change to one's account"))
LASTS = timedelta(days=14)
"""A request that nobody has confirmed by then is void."""
PASSWORD, FACTOR = "password", "second_factor"
WORDS = {
    "username": gettext_lazy("sign-in name"),
    "role": gettext_lazy("role"),
    "unit": gettext_lazy("unit"),
    "is_active": gettext_lazy("may sign in"),
    PASSWORD: gettext_lazy("new password"),
    FACTOR: gettext_lazy("second factors taken away"),
}
SHOWN = 100


@dataclass(frozen=True, slots=True)
class Waiting:
    """One request as the page shows it: what it changes, in words, and whether it is the viewer's."""

    request: AccountRequest
    changes: Sequence[str]
    own: bool


@atomic
def ask(*, account: Account, changes: Mapping[str, Any], by: Account) -> AccountRequest:
    """Ask for changes that a second person has to confirm; an older request gives way.

    ``changes`` holds new values by name (``WORDS``): a unit by its key, a password as its digest.
    """
    require(by, Capability.MANAGE_ACCOUNTS)
    if unknown := set(changes) - set(WORDS):
        raise ValueError(f"no request changes {sorted(unknown)}")
    older = AccountRequest.objects.select_for_update().filter(account=account, decided_at=None)
    wanted: dict[str, Any] = {}
    for one in older:
        if one.asked_by_id == by.pk:
            wanted |= one.changes
        _end(one, by=by, accepted=False)
    wanted |= changes
    made = AccountRequest.objects.create(
        account=account, changes=wanted, asked_by=by, asked_at=timezone.now()
    )
    said = clauses(in_words(made))
    log_access(
        account=by,
        action="account_change_asked",
        subject=f"account:{account.username}",
        reason=said[:300],
    )
    _tell(made, _asked_words)
    return made


@atomic
def decide(*, request_id: int, by: Account, accept: bool) -> AccountRequest:
    """Confirm a request, which does what it asks, or turn it down.

    Raises ``NotAllowed`` for whoever asked and whoever it is about, ``Conflict`` where it was
    decided or is void, ``Refusal`` where role and unit do not fit (any more).
    """
    require(by, Capability.CONFIRM_ACCOUNTS)
    found = AccountRequest.objects.select_for_update(of=("self",)).filter(pk=request_id)
    request = found.select_related("account").first()
    if request is None:
        raise NotFound(_("There is no such request."))
    if request.decided_at is not None or request.asked_at < timezone.now() - LASTS:
        raise Conflict(_("This was decided, or asked too long ago: it has to be asked for anew."))
    if by.pk in (request.asked_by_id, request.account_id):
        raise NotAllowed(_("Somebody else decides: not who asked, nor whose account it is."))
    if accept:
        _carry_out(request, by)
    _end(request, by=by, accepted=accept)
    log_access(
        account=by,
        action="account_change_confirmed" if accept else "account_change_refused",
        subject=f"account:{request.account.username}",
        reason=clauses(in_words(request))[:300],
    )
    _tell(request, _decided_words)
    return request


def waiting(viewer: Account) -> list[Waiting]:
    """What waits for a second person, the oldest first."""
    require(viewer, Capability.CONFIRM_ACCOUNTS)
    rows = AccountRequest.objects.filter(decided_at=None, asked_at__gte=timezone.now() - LASTS)
    rows = rows.select_related("account__unit", "asked_by").order_by("pk")
    return [
        Waiting(one, in_words(one), viewer.pk in (one.asked_by_id, one.account_id))
        for one in rows[:SHOWN]
    ]


def in_words(request: AccountRequest) -> list[str]:
    """What a request changes, in words; never a password."""
    told = []
    for name, value in request.changes.items():
        label = str(WORDS[name])
        if name == "role":
            value = Role(value).label
        if name == "unit":
            value = Unit.objects.filter(pk=value).values_list("code", flat=True).first() or "—"
        elif name == "is_active":
            value = _("yes") if value else _("no")
        told.append(label if name in (PASSWORD, FACTOR) else f"{label}: {value}")
    return told


def _carry_out(request: AccountRequest, by: Account) -> None:
    account, changes = request.account, request.changes
    for name in ("username", "role", "is_active", PASSWORD):
        if name in changes:
            setattr(account, name, changes[name])
    if "unit" in changes:
        account.unit_id = changes["unit"]
    try:
        account.full_clean()
    except ValidationError as problem:
        raise Refusal(problem.messages[0]) from None
    account.save()
    if FACTOR in changes:
        removed = Authenticator.objects.filter(user=account).delete()[0]
        log_access(
            account=by,
            action="reset_second_factor",
            subject=f"account:{account.username}",
            reason=str(removed),
        )
    end_sessions(account=account, by=by)


def _end(request: AccountRequest, *, by: Account, accepted: bool) -> None:
    request.decided_by, request.decided_at, request.accepted = by, timezone.now(), accepted
    if PASSWORD in request.changes:  # its digest is of no more use
        request.changes = {**request.changes, PASSWORD: ""}
    request.save()


def _asked_words(request: AccountRequest) -> str:
    return _("%(who)s asked to change your account (%(what)s). It waits for a second person.") % {
        "who": request.asked_by,
        "what": clauses(in_words(request)),
    }


def _decided_words(request: AccountRequest) -> str:
    parts = {"who": request.decided_by, "what": clauses(in_words(request))}
    if request.accepted:
        return _("%(who)s confirmed a change to your account: %(what)s.") % parts
    return _("%(who)s turned a change to your account down: %(what)s.") % parts


def _tell(request: AccountRequest, words: Any) -> None:
    account = request.account
    language = account.language or settings.LANGUAGE_CODE
    with translation.override(language):
        body = words(request)
    queue_message(
        key=f"account:{request.pk}:{'decided' if request.decided_at else 'asked'}",
        medium="inbox",
        recipient=account.username,
        body=body,
        template=LETTER.code,
        language=language,
        subject_ref=f"account:{account.username}",
    )
