"""Signing in: local accounts added by administrators, second factors, single sign-on.

The flows are django-allauth's; here stands what this house wants of them. Nobody can sign up.
"""

import base64
from time import time
from typing import Any

from allauth.account import app_settings
from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.authentication import get_authentication_records
from allauth.core.exceptions import ImmediateHttpResponse
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.models import Authenticator
from allauth.mfa.utils import is_mfa_enabled
from allauth.socialaccount.adapter import DefaultSocialAccountAdapter
from allauth.socialaccount.models import SocialLogin
from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _

from anmin.people.actions import log_access
from anmin.people.models import Account, AccountManager
from anmin.people.policy import needs_second_factor

MFA_CONTEXT = b"second factor"
ADDED = "second_factor_added"
"""Session key: who set a second factor up in this session, which proves that they hold it."""

SECOND_FACTORS = (Authenticator.Type.TOTP, Authenticator.Type.WEBAUTHN)


def second_factor_enforced() -> bool:
    """Whether roles that see contact details must use a second factor in this installation.

    ``ANMIN_REQUIRE_MFA`` decides; without it, everywhere but in a demo city.
    """
    told: bool | None = settings.REQUIRE_SECOND_FACTOR
    return not (settings.ANMIN_HOME / "demo").exists() if told is None else told


def used_second_factor(request: HttpRequest) -> bool:
    """Whether whoever is signed in proved a second factor in this session."""
    records = get_authentication_records(request, request.user)
    set_up_now = request.session.get(ADDED) == request.user.pk
    return set_up_now or any(record["method"] == "mfa" for record in records)


def lacks_second_factor(request: HttpRequest) -> bool:
    """Whether somebody is signed in by a password alone though their role forbids it."""
    account = request.user
    return (
        isinstance(account, Account)
        and needs_second_factor(account)
        and not used_second_factor(request)
        and second_factor_enforced()
    )


class AccountAdapter(DefaultAccountAdapter):  # type: ignore[misc]
    """Local sign-in: closed to strangers, every sign-in and every failure on record."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """Accounts are added by an administrator."""
        return False

    def authenticate(self, request: HttpRequest, **credentials: Any) -> Any:
        """Fold the sign-in name, so that each person has one rate limit and one spelling."""
        if username := credentials.get("username"):
            credentials["username"] = AccountManager.normalise(username)
        return super().authenticate(request, **credentials)

    def authentication_failed(self, request: HttpRequest, **credentials: Any) -> None:
        """Put a wrong password on record. The name typed is kept only if it is an account's.

        People type their password into the wrong field now and then.
        """
        account = Account.objects.filter(username=credentials.get("username", "")).first()
        log_access(account=account, action="sign_in_failed", request=request)

    def is_reauthentication_required(self, *, app: str, **details: Any) -> bool:
        """A change of one's own sign-in asks again, but not right after signing in in full."""
        request = self.request
        records = get_authentication_records(request, request.user)
        if records and time() - records[-1]["at"] < app_settings.REAUTHENTICATION_TIMEOUT:
            in_full = used_second_factor(request) or not is_mfa_enabled(request.user)
            if in_full:
                return False
        return bool(super().is_reauthentication_required(app=app, **details))

    def post_login(self, request: HttpRequest, user: Any, **details: Any) -> HttpResponse:
        """Put the sign-in on record with its methods, and switch to the person's language."""
        records = get_authentication_records(request, user)
        methods = "+".join(str(record.get("type") or record["method"]) for record in records)
        log_access(account=user, action="sign_in", reason=methods, request=request)
        response: HttpResponse = super().post_login(request, user, **details)
        if user.language:
            response.set_cookie(
                settings.LANGUAGE_COOKIE_NAME, user.language, samesite="Lax", httponly=True
            )
        return response

    def logout(self, request: HttpRequest) -> None:
        """Put the end of the session on record."""
        if isinstance(request.user, Account):
            log_access(account=request.user, action="sign_out", request=request)
        super().logout(request)


class SecondFactorAdapter(DefaultMFAAdapter):  # type: ignore[misc]
    """Second factors: secrets are encrypted, and the last one stays while the role needs it."""

    def encrypt(self, text: str) -> str:
        """Seal a secret with the installation's keyring."""
        sealed = settings.KEYRING.encrypt(text.encode(), context=MFA_CONTEXT)
        return base64.b64encode(sealed).decode()

    def decrypt(self, encrypted_text: str) -> str:
        """Open a secret."""
        sealed = base64.b64decode(encrypted_text)
        return settings.KEYRING.decrypt(sealed, context=MFA_CONTEXT).decode()

    def can_delete_authenticator(self, authenticator: Authenticator) -> bool:
        """Whether enough remains when this one is gone."""
        if not second_factor_enforced() or not needs_second_factor(authenticator.user):
            return True
        others = Authenticator.objects.filter(user=authenticator.user, type__in=SECOND_FACTORS)
        return bool(others.exclude(pk=authenticator.pk).exists())


class SingleSignOnAdapter(DefaultSocialAccountAdapter):  # type: ignore[misc]
    """Single sign-on opens existing accounts; it never makes one."""

    def is_open_for_signup(self, request: HttpRequest, sociallogin: SocialLogin) -> bool:
        """Accounts are added by an administrator."""
        return False

    def pre_social_login(self, request: HttpRequest, sociallogin: SocialLogin) -> None:
        """Tie a first sign-on to the account of the same name, or refuse it.

        The name is the claim ``preferred_username`` of the one server that settings name.
        """
        if sociallogin.is_existing:
            return
        told = sociallogin.account.extra_data
        claims = {**told, **told.get("userinfo", {}), **told.get("id_token", {})}
        name = AccountManager.normalise(str(claims.get("preferred_username") or ""))
        account = Account.objects.filter(username=name, is_active=True).first() if name else None
        if account is None:
            log_access(account=None, action="sign_on_refused", request=request)
            messages.error(request, _("There is no account for you here. Ask the administrator."))
            raise ImmediateHttpResponse(redirect(settings.LOGIN_URL))
        sociallogin.connect(request, account)


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


def _note(request: HttpRequest, user: Account, action: str, details: dict[str, Any]) -> None:
    kind = getattr(details.get("authenticator"), "type", "")
    log_access(account=user, action=action, reason=str(kind), request=request)
