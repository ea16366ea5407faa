"""What the sign-in library tells of, put on record.

Its signals are the only way it tells of passwords and second factors; the house uses none itself.
"""

from typing import Any

from allauth.account import signals as account_signals
from allauth.mfa import signals as mfa_signals
from allauth.socialaccount import signals as social_signals
from django.http import HttpRequest

from anmin.people.actions import log_access
from anmin.people.models import Account
from anmin.people.sessions import end_sessions
from anmin.people.sign_in import ADDED, SECOND_FACTORS


def listen() -> None:
    """Begin to listen; called once at boot."""
    mfa_signals.authenticator_added.connect(second_factor_added)
    mfa_signals.authenticator_removed.connect(second_factor_removed)
    mfa_signals.authenticator_reset.connect(recovery_codes_made)
    mfa_signals.authentication_failed.connect(second_factor_failed)
    account_signals.password_changed.connect(password_changed)
    account_signals.password_set.connect(password_changed)
    social_signals.social_account_added.connect(sign_on_tied)
    social_signals.social_account_removed.connect(sign_on_untied)


def second_factor_added(request: HttpRequest, user: Account, **details: Any) -> None:
    """Called when somebody set a second factor up."""
    if details["authenticator"].type in SECOND_FACTORS:
        request.session[ADDED] = user.pk
    _note(request, user, "second_factor_added", details)


def second_factor_removed(request: HttpRequest, user: Account, **details: Any) -> None:
    """Called when somebody took a second factor away."""
    request.session.pop(ADDED, None)
    _note(request, user, "second_factor_removed", details)


def second_factor_failed(request: HttpRequest, user: Account, **details: Any) -> None:
    """Called when a second factor was wrong."""
    _note(request, user, "second_factor_failed", details)


def recovery_codes_made(request: HttpRequest, user: Account, **details: Any) -> None:
    """Called when somebody had new recovery codes made; the old ones are void."""
    _note(request, user, "recovery_codes_made", details)


def password_changed(request: HttpRequest, user: Account, **details: Any) -> None:
    """Called when somebody gave themselves a password; their other sessions end with the old."""
    log_access(account=user, action="password_changed", request=request)
    keep = request.session.session_key
    end_sessions(account=user, by=user, keep=keep, request=request)


def sign_on_tied(request: HttpRequest, sociallogin: Any, **details: Any) -> None:
    """Called when an account was tied to single sign-on."""
    log_access(account=sociallogin.user, action="sign_on_tied", request=request)


def sign_on_untied(request: HttpRequest, socialaccount: Any, **details: Any) -> None:
    """Called when an account was untied from single sign-on."""
    log_access(account=socialaccount.user, action="sign_on_untied", request=request)


def _note(request: HttpRequest, user: Account, action: str, details: dict[str, Any]) -> None:
    kind = getattr(details.get("authenticator"), "type", "")
    log_access(account=user, action=action, reason=str(kind), request=request)
