"""How long somebody stays signed in, in which browsers, and how that ends.

``roles.csv`` says for each role after how long without anything done a session ends, and after how
long in any case; the settings may shorten both for an installation. A session's own clock stands
in the session; ``SignedIn`` holds what its owner reads in the list of sessions. A new password,
role or unit, and being switched off, end every session by themselves: see
``Account._get_session_auth_hash``.
"""

import re
import time
from datetime import UTC, datetime, timedelta

import structlog
from django.conf import settings
from django.contrib.auth import SESSION_KEY
from django.contrib.sessions.backends.base import UpdateError
from django.contrib.sessions.models import Session
from django.db import DatabaseError
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone

from anmin.people.actions import log_access
from anmin.people.haste import hastily
from anmin.people.models import Account, SignedIn
from anmin.people.policy import role_table
from anmin.people.roles import Role
from anmin.people.session_store import stored_key

log = structlog.get_logger(__name__)

CLOCK = "clock"
"""Session key: when the session began and when it was last used, in seconds since 1970."""

TOUCH = 60
"""Being used is written down once in so many seconds."""

BROWSERS = (
    ("Edge", r"Edg(?:e|A|iOS)?/"),
    ("Firefox", r"(?:Firefox|FxiOS)/"),
    ("360", r"360SE|QIHU"),
    ("QQ", r"QQBrowser"),
    ("WeChat", r"MicroMessenger"),
    ("Chrome", r"(?:Chrome|CriOS)/"),
    ("Safari", r"Safari/"),
)
SYSTEMS = (
    ("HarmonyOS", r"HarmonyOS|OpenHarmony"),
    ("Android", r"Android"),
    ("iOS", r"iPhone|iPad"),
    ("Windows", r"Windows"),
    ("macOS", r"Mac OS X"),
    ("Linux", r"Linux"),
)


def lengths(account: Account) -> tuple[timedelta, timedelta]:
    """After how long without anything done, and after how long in any case, a session ends."""
    rule = role_table()[Role(account.role)]
    idle, longest = settings.SESSION_IDLE, settings.SESSION_LONGEST
    return min(rule.idle, idle or rule.idle), min(rule.longest, longest or rule.longest)


def begin(request: HttpRequest) -> None:
    """Start the session's clock: somebody has just signed in."""
    now = int(time.time())
    request.session[CLOCK] = [now, now]


def is_over(request: HttpRequest) -> str:
    """Why this session may not go on: ``idle``, ``longest``, or nothing."""
    began, seen = _clock(request)
    idle, longest = lengths(_account(request))
    now = time.time()
    if now - seen >= idle.total_seconds():
        return "idle"
    return "longest" if now - began >= longest.total_seconds() else ""


def touch(request: HttpRequest) -> None:
    """The session was used just now; written down once a minute."""
    began, seen = _clock(request)
    now = int(time.time())
    key = stored_key(request.session.session_key)
    if not key or (0 <= now - seen < TOUCH and request.session.get("listed") == key):
        return
    kept, modified = dict(request.session.items()), request.session.modified
    try:
        with hastily():
            _write_down(request, key, began, now)
        modified = False
    except (DatabaseError, UpdateError) as fault:
        # Somebody writes for long, or nobody can: that is no reason not to open the page.
        log.warning("session not written down", fault=type(fault).__name__)
        for name in (CLOCK, "listed"):
            request.session.pop(name, None)
        request.session.update({name: kept[name] for name in (CLOCK, "listed") if name in kept})
    request.session.modified = modified


def _write_down(request: HttpRequest, key: str, began: int, now: int) -> None:
    request.session[CLOCK] = [began, now]
    request.session["listed"] = key
    request.session.save(must_create=False)
    account = _account(request)
    SignedIn.objects.update_or_create(
        session_key=key,
        defaults={
            "account": account,
            "began_at": datetime.fromtimestamp(began, UTC),
            "seen_at": datetime.fromtimestamp(now, UTC),
            "browser": browser_of(request.headers.get("User-Agent", "")),
        },
    )


def clock_of(request: HttpRequest) -> tuple[int, int]:
    """For the page: after how many seconds without anything done, and at which moment, it ends."""
    began, _seen = _clock(request)
    idle, longest = lengths(_account(request))
    return int(idle.total_seconds()), began + int(longest.total_seconds())


def sessions_of(account: Account) -> QuerySet[SignedIn]:
    """The browsers in which somebody is signed in now, last used first."""
    idle, longest = lengths(account)
    now = timezone.now()
    alive = Session.objects.filter(expire_date__gt=now).values("session_key")
    return SignedIn.objects.filter(
        account=account,
        session_key__in=alive,
        seen_at__gt=now - idle,
        began_at__gt=now - longest,
    )


def end_sessions(
    *,
    account: Account,
    by: Account | None,
    only: int | None = None,
    keep: str | None = None,
    request: HttpRequest | None = None,
) -> int:
    """End somebody's sessions: all, or the one in the list, except the one with the key ``keep``.

    ``keep`` is the key as the browser holds it.

    Returns how many ended. Who may is the caller's question: one's own, or an administrator.
    """
    rows = SignedIn.objects.filter(account=account)
    rows = rows if only is None else rows.filter(pk=only)
    keys = list(rows.exclude(session_key=stored_key(keep)).values_list("session_key", flat=True))
    if not keys:
        return 0
    Session.objects.filter(session_key__in=keys).delete()
    SignedIn.objects.filter(session_key__in=keys).delete()
    log_access(
        account=by,
        actor="" if by else "console",
        action="end_sessions",
        subject=f"account:{account.username}",
        reason=str(len(keys)),
        request=request,
    )
    return len(keys)


def forget_old() -> int:
    """Remove from the list what no browser holds any more; returns how many."""
    alive = Session.objects.filter(expire_date__gt=timezone.now()).values("session_key")
    removed: int = SignedIn.objects.exclude(session_key__in=alive).delete()[0]
    return removed


def signed_in(request: HttpRequest) -> bool:
    """Whether the request comes in somebody's session; asks for no session without its cookie."""
    return settings.SESSION_COOKIE_NAME in request.COOKIES and SESSION_KEY in request.session


def browser_of(agent: str) -> str:
    """A browser and its system in two words, as people tell their machines apart."""
    words = [
        next((name for name, pattern in table if re.search(pattern, agent)), "")
        for table in (BROWSERS, SYSTEMS)
    ]
    return " · ".join(filter(None, words))


def _account(request: HttpRequest) -> Account:
    account = request.user
    assert isinstance(account, Account)
    return account


def _clock(request: HttpRequest) -> tuple[int, int]:
    """When the session began and was last used; one that has no clock yet begins now."""
    kept = request.session.get(CLOCK)
    if not isinstance(kept, list):
        begin(request)
        kept = request.session[CLOCK]
    return kept[0], kept[1]
