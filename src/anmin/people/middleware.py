"""What holds for every request of somebody signed in."""

from collections.abc import Callable
from functools import wraps
from typing import TYPE_CHECKING, Concatenate, cast

from allauth.mfa.utils import is_mfa_enabled
from django.conf import settings
from django.contrib import messages
from django.contrib.auth import logout
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext_lazy

from anmin.people import sessions
from anmin.people.actions import log_access
from anmin.people.parked import RESUMED, forget, park
from anmin.people.sign_in import SECOND_FACTORS, lacks_second_factor
from anmin.places.queries import steady

if TYPE_CHECKING:
    from anmin.people.models import Account

MACHINES = {"healthz", "readyz", "metrics"}
"""Addresses that say how the house is: nobody's, so they answer without anybody's session."""

UNSEEN = {"tell", "tell_read", "tell_more"}
"""Addresses on which nobody is asked who he or she is, whoever is signed in on that device."""

Respond = Callable[[HttpRequest], HttpResponseBase]

OPEN = {"account_login", "account_logout", "account_inactive", "set_language"}
TO_PROVE = OPEN | {"mfa_reauthenticate", "mfa_reauthenticate_webauthn"}
TO_SET_UP = OPEN | {"account_reauthenticate", "mfa_index", "mfa_activate_totp", "mfa_add_webauthn"}
"""Names of the addresses that stay open to somebody who has still to prove, or to set up, their
second factor. Whoever has one gets to neither its secrets nor a new one by the password alone."""

BY_ITSELF = {"import_progress", "callback_standing", "matter_here"}
"""Names of addresses that a page asks by itself: they keep nobody signed in."""


class People:
    """Keeps one picture of places for the request, ends sessions, asks for the second factor.

    Stands below the sessions and the sign-in middleware.
    """

    def __init__(self, get_response: Respond) -> None:
        self._get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        with steady():
            return self._get_response(request)

    def process_view(
        self, request: HttpRequest, view: object, args: object, kwargs: object
    ) -> HttpResponseBase | None:
        """Before any page opens: has the session lasted too long, is the second factor proved?

        Stands behind the check of where a form comes from, so that no stranger's form is kept.
        """
        name = request.resolver_match.url_name if request.resolver_match else None
        if name in MACHINES | UNSEEN:
            return None
        if sessions.signed_in(request) and request.user.is_authenticated:
            by_itself = _asks_by_itself(request)
            if why := sessions.is_over(request):
                # What is half typed stays there until its writer sends it, and is kept then.
                return HttpResponse(status=204) if by_itself else _session_over(request, why)
            if not by_itself:
                sessions.touch(request)
            if RESUMED in request.GET:
                forget(request.user)
        return _to_second_factor(request) if lacks_second_factor(request) else None


def second_factor_required[**P](
    view: Callable[Concatenate[HttpRequest, P], HttpResponseBase],
) -> Callable[..., HttpResponseBase]:
    """For a view that must never open without sign-in and, where the role needs it, its factor.

    The middleware asks on every address; this keeps a view closed even without it.
    """

    @wraps(view)
    def guarded(request: HttpRequest, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
        if lacks_second_factor(request) and (elsewhere := _to_second_factor(request)):
            return elsewhere
        return view(request, *args, **kwargs)

    return login_required(guarded)


WORDS = {
    "idle": gettext_lazy("You were signed out because nothing was done for a while."),
    "longest": gettext_lazy("You were signed out: nobody stays signed in longer than a shift."),
    "kept": gettext_lazy("What you had typed is kept: sign in again to go on with it."),
}


def _session_over(request: HttpRequest, why: str) -> HttpResponseBase:
    """End the session, say so at the sign-in, and keep a form that was just sent."""
    account = cast("Account", request.user)
    kept = park(request, account)
    log_access(account=account, action="session_over", reason=why, request=request)
    logout(request)
    messages.info(request, WORDS[why])
    if kept:
        messages.info(request, WORDS["kept"])
    back = reverse("sessions_resume") if kept else request.get_full_path()
    if not kept and request.method not in {"GET", "HEAD"}:
        back = settings.LOGIN_REDIRECT_URL
    return _go(request, f"{reverse(settings.LOGIN_URL)}?{urlencode({'next': back})}")


def _asks_by_itself(request: HttpRequest) -> bool:
    """Whether a page asked without anybody doing anything (it looks how far an import is)."""
    match = request.resolver_match
    return match is not None and match.url_name in BY_ITSELF


def _to_second_factor(request: HttpRequest) -> HttpResponseBase | None:
    """To proving the second factor there is, or to setting one up; nothing if already there."""
    known = is_mfa_enabled(request.user, SECOND_FACTORS)
    name = request.resolver_match.url_name if request.resolver_match else None
    if name in (TO_PROVE if known else TO_SET_UP):
        return None
    place = reverse("mfa_reauthenticate" if known else "mfa_activate_totp")
    return _go(request, f"{place}?{urlencode({'next': request.get_full_path()})}")


def _go(request: HttpRequest, url: str) -> HttpResponseBase:
    if request.headers.get("HX-Request"):
        return HttpResponse(headers={"HX-Redirect": url})
    return HttpResponseRedirect(url)
