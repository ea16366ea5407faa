"""Signing in: local accounts added by administrators, second factors, single sign-on.

The flows are django-allauth's; here stands what this house wants of them. Nobody can sign up.
"""

import base64
from time import time
from typing import Any

from allauth.account import app_settings
from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.authentication import get_authentication_records
from allauth.account.internal.stagekit import clear_login
from allauth.core.exceptions import ImmediateHttpResponse
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.base.internal.flows import post_authentication
from allauth.mfa.models import Authenticator
from allauth.mfa.stages import AuthenticateStage
from allauth.mfa.utils import is_mfa_enabled
from allauth.socialaccount.adapter import DefaultSocialAccountAdapter
from allauth.socialaccount.models import SocialApp, SocialLogin
from django.conf import settings
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from anmin.people import attempts, sessions
from anmin.people.actions import log_access
from anmin.people.limits import give_back
from anmin.people.models import Account, AccountManager
from anmin.people.policy import needs_second_factor, works

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


class TooManyAttemptsError(ValidationError):
    """A password alone opens nothing for a while; says what does."""

    def __init__(self, minutes: int, *, with_code: bool) -> None:
        said = (
            _("The name, the password or the code was wrong.")
            if with_code
            else _("There were too many wrong passwords.")
        )
        way_on = ngettext(
            "For %(minutes)d minute a password alone is not enough here: type the code of your "
            "second step as well, use a passkey, or the browser that you usually sign in with.",
            "For %(minutes)d minutes a password alone is not enough here: type the code of your "
            "second step as well, use a passkey, or the browser that you usually sign in with.",
            minutes,
        ) % {"minutes": minutes}
        super().__init__(f"{said} {way_on}", code="too_many_login_attempts")


class SecondStep(AuthenticateStage):  # type: ignore[misc]
    """Asks for the second factor, unless it was proved together with the password."""

    def _should_handle(self, request: HttpRequest) -> bool:
        records = get_authentication_records(request, self.login.user)
        if any(record["method"] == "mfa" for record in records):
            return False
        return bool(super()._should_handle(request))


class AccountAdapter(DefaultAccountAdapter):  # type: ignore[misc]
    """Local sign-in: closed to strangers, every sign-in and every failure on record."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """Accounts are added by an administrator."""
        return False

    def get_login_redirect_url(self, request: HttpRequest) -> str:
        """The page that the work of this person's role begins with."""
        role = getattr(request.user, "role", "")
        return settings.FIRST_PAGES.get(role, settings.LOGIN_REDIRECT_URL)

    def pre_authenticate(self, request: HttpRequest, **credentials: Any) -> None:
        """The library's own limits would lock colleagues and whole offices out: see ``attempts``."""

    def authenticate(self, request: HttpRequest, **credentials: Any) -> Any:
        """Whose password it is, or nobody's; above the limits only with a code besides.

        The sign-in name is folded, so that each person has one spelling and is counted once.
        """
        name = AccountManager.normalise(credentials.get("username", ""))
        credentials["username"] = name
        tried = attempts.attempt(request, name)
        code = request.POST.get("code", "").strip()
        if tried.open:
            user = super().authenticate(request, **credentials)
        elif code:
            user = self._with_code(request, code, **credentials)
        else:
            user = None
            if tried.first_over:
                account = Account.objects.filter(username=name).first()
                log_access(account=account, action="sign_in_slowed", request=request)
        if user is not None:
            tried.right()
        elif not tried.open:
            raise TooManyAttemptsError(tried.minutes_left, with_code=bool(code))
        return user

    def _with_code(self, request: HttpRequest, code: str, **credentials: Any) -> Account | None:
        """Whose password and code these are, both at once; it is not told which was wrong."""
        user: Account | None = super().authenticate(request, **credentials)
        if user is None:
            return None
        taken = attempts.code_attempt(request, user)
        proof = None if taken.over else attempts.right_code(user, code)
        if proof is None:
            log_access(account=user, action="second_factor_failed", request=request)
            return None
        give_back(taken)
        post_authentication(request, proof)
        return user

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

    def get_login_stages(self) -> list[str]:
        """The library's steps, with the second one left out for who has just proved it."""
        own = f"{SecondStep.__module__}.{SecondStep.__name__}"
        theirs = "allauth.mfa.stages.AuthenticateStage"
        return [own if stage == theirs else stage for stage in super().get_login_stages()]

    def pre_login(self, request: HttpRequest, user: Any, **details: Any) -> HttpResponse | None:
        """Refuse who cannot work: without a unit that the role needs, or in one out of service."""
        refused: HttpResponse | None = super().pre_login(request, user, **details)
        if refused is None and not works(user):
            clear_login(request)
            log_access(account=user, action="sign_in_refused", reason="unit", request=request)
            messages.error(
                request, _("Your account has no unit that works. Ask the administrator for one.")
            )
            refused = redirect(settings.LOGIN_URL)
        return refused

    def post_login(self, request: HttpRequest, user: Any, **details: Any) -> HttpResponse:
        """Put the sign-in on record with its methods, and switch to the person's language."""
        records = get_authentication_records(request, user)
        methods = "+".join(str(record.get("type") or record["method"]) for record in records)
        log_access(account=user, action="sign_in", reason=methods, request=request)
        sessions.begin(request)
        response: HttpResponse = super().post_login(request, user, **details)
        if used_second_factor(request) or not needs_second_factor(user):
            attempts.remember_browser(request, response, user)
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

    def list_apps(
        self, request: HttpRequest, provider: str | None = None, client_id: str | None = None
    ) -> list[SocialApp]:
        """The one server that settings name; a row in the database opens no door."""
        known = super().list_apps(request, provider=provider, client_id=client_id)
        return [app for app in known if app.pk is None]

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
