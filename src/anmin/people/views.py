"""One's own sessions: where one is signed in, ending them, staying, going on after signing in."""

import re
from collections.abc import Callable
from functools import wraps
from typing import cast

from allauth.account.decorators import reauthentication_required
from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from anmin.people.actions import log_access
from anmin.people.models import Account
from anmin.people.parked import kept_for
from anmin.people.session_store import stored_key
from anmin.people.sessions import clock_of, end_sessions, sessions_of

CODE = re.compile(r"[\w.:+-]*", re.ASCII)
"""What a form sends that nobody typed as words: codes, keys, numbers, dates."""

View = Callable[..., HttpResponseBase]


@login_required
@never_cache
@require_GET
def sessions(request: HttpRequest) -> HttpResponse:
    """Where one is signed in, and how long a session lasts."""
    idle, ends_at = clock_of(request)
    context = {
        "rows": sessions_of(_me(request)),
        "here": stored_key(request.session.session_key),
        "idle_minutes": idle // 60,
        "ends_at": ends_at,
    }
    return render(request, "account/sessions.html", context)


@login_required
@require_POST
@reauthentication_required  # type: ignore[untyped-decorator]
def end(request: HttpRequest, pk: int) -> HttpResponseBase:
    """End one session of one's own; ending this one is signing out."""
    me = _me(request)
    key = request.session.session_key
    done = end_sessions(account=me, by=me, only=pk, keep=key, request=request)
    return _ended(request, done)


@login_required
@require_POST
@reauthentication_required  # type: ignore[untyped-decorator]
def end_others(request: HttpRequest) -> HttpResponseBase:
    """End all sessions of one's own but this one."""
    me = _me(request)
    done = end_sessions(account=me, by=me, keep=request.session.session_key, request=request)
    return _ended(request, done)


@login_required
@require_POST
def stay(request: HttpRequest) -> HttpResponse:
    """Somebody is still there; the session goes on (the middleware has written it down)."""
    return HttpResponse(status=204)


@login_required
@never_cache
@require_GET
def resume(request: HttpRequest) -> HttpResponseBase:
    """The form that was sent after the session had ended, to send it now."""
    kept = kept_for(_me(request))
    if kept is None:
        return redirect(settings.LOGIN_REDIRECT_URL)
    # Codes and keys are sent too but say nothing to a reader; Chinese needs no space between words.
    written = dict.fromkeys(text for _name, text in kept.fields if not CODE.fullmatch(text))
    context = {"kept": kept, "shown": written}
    return render(request, "account/resume.html", context)


def on_record(action: str, view: View) -> View:
    """A page of the sign-in library whose opening goes into the access log."""

    @wraps(view)
    def logged(request: HttpRequest, *args: object, **kwargs: object) -> HttpResponseBase:
        response = view(request, *args, **kwargs)
        if response.status_code == 200 and request.method == "GET":
            log_access(account=_me(request), action=action, request=request)
        return response

    return logged


def _ended(request: HttpRequest, done: int) -> HttpResponseBase:
    said = ngettext("%(count)d session has ended.", "%(count)d sessions have ended.", done)
    messages.success(request, said % {"count": done} if done else _("There was nothing to end."))
    return redirect("sessions")


def _me(request: HttpRequest) -> Account:
    return cast("Account", request.user)
