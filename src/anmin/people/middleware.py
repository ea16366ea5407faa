"""What holds for every request of somebody signed in."""

from collections.abc import Callable
from functools import wraps
from typing import Concatenate

from allauth.mfa.utils import is_mfa_enabled
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.urls import reverse
from django.utils.http import urlencode

from anmin.people.sign_in import SECOND_FACTORS, lacks_second_factor
from anmin.places.queries import steady

Respond = Callable[[HttpRequest], HttpResponseBase]

OPEN = {"account_login", "account_logout", "account_inactive", "set_language"}
TO_PROVE = OPEN | {"mfa_reauthenticate", "mfa_reauthenticate_webauthn"}
TO_SET_UP = OPEN | {"account_reauthenticate", "mfa_index", "mfa_activate_totp", "mfa_add_webauthn"}
"""Names of the addresses that stay open to somebody who has still to prove, or to set up, their
second factor. Whoever has one gets to neither its secrets nor a new one by the password alone."""


class People:
    """Keeps one picture of places for the request, and asks for the second factor.

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
        """Send somebody on to their second factor before any other page opens."""
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


def _to_second_factor(request: HttpRequest) -> HttpResponseBase | None:
    """To proving the second factor there is, or to setting one up; nothing if already there."""
    known = is_mfa_enabled(request.user, SECOND_FACTORS)
    name = request.resolver_match.url_name if request.resolver_match else None
    if name in (TO_PROVE if known else TO_SET_UP):
        return None
    place = reverse("mfa_reauthenticate" if known else "mfa_activate_totp")
    url = f"{place}?{urlencode({'next': request.get_full_path()})}"
    if request.headers.get("HX-Request"):
        return HttpResponse(headers={"HX-Redirect": url})
    return HttpResponseRedirect(url)
