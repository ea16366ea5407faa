"""Wrong passwords and wrong codes: who guesses is slowed down, and nobody is locked out by others.

Failures are counted beforehand and given back when the attempt was right, so that many at once
count as many. A password is counted for the account from one address range, and for the account
from anywhere; where a neighbourhood has failed with many names, each has fewer tries there. Above
a limit a password alone opens nothing, right or wrong. Three things always do:

* the browser in which this person last signed in (a signed cookie, with a limit of its own),
* the password together with the code of the second factor, both at once,
* a passkey, which cannot be guessed.

Codes are counted only after a right password, so that nobody without it can use them up.
"""

import secrets
from dataclasses import dataclass
from typing import Any

from allauth.mfa.models import Authenticator
from django.conf import settings
from django.core import signing
from django.http import HttpRequest, HttpResponse

from anmin.people.limits import Limit, Taken, address_range, give_back, over, take
from anmin.people.models import Account

PASSWORDS = Limit(5, 300)
"""Wrong passwords for one name from one range."""
PASSWORDS_SPRAYED = Limit(2, 600)
"""The same, where the neighbourhood has gone over ``NEIGHBOURHOOD``."""
NEIGHBOURHOOD = Limit(50, 600)
"""Wrong passwords from one neighbourhood, whatever the names."""
PASSWORDS_ANYWHERE = Limit(60, 3600)
"""Wrong passwords for one name from all browsers that are not known."""
KNOWN_BROWSER = Limit(10, 600)
"""Wrong passwords, and wrong codes, in a browser that is known for the account."""
CODES = Limit(10, 3600)
"""Wrong codes after a right password, from all browsers that are not known."""

COOKIE = "anmin_browser"
COOKIE_DAYS = 180
SALT = "anmin.people.browser"
REMEMBERED = 12
"""So many people share one machine; who signed in longest ago is forgotten first."""


@dataclass(frozen=True, slots=True)
class Attempt:
    """One try with a password: what it is counted in, and whether a password alone may open."""

    counted: tuple[Taken, ...]
    open: bool

    @property
    def first_over(self) -> bool:
        """Whether this is the first that was too many: worth a line in the log, the rest is not."""
        return any(one.count == one.limit.most + 1 for one in self.counted)

    @property
    def minutes_left(self) -> int:
        """How long a password alone will not do."""
        return max((one.minutes_left for one in self.counted if one.over), default=1)

    def right(self) -> None:
        """It was the right password: it does not count as a failure."""
        give_back(*self.counted)


def attempt(request: HttpRequest, name: str) -> Attempt:
    """Count one try with a password for a name, which need not be an account's."""
    if nonce := known_browser(request, name):
        taken = take("known browser", name, nonce, limit=KNOWN_BROWSER)
        if not taken.over:
            return Attempt((taken,), True)
    near, wide = address_range(request), address_range(request, wide=True)
    sprayed = over("neighbourhood", wide, limit=NEIGHBOURHOOD)
    limit = PASSWORDS_SPRAYED if sprayed else PASSWORDS
    own = take("sprayed" if sprayed else "password", name, near, limit=limit)
    anywhere = take("anywhere", name, limit=PASSWORDS_ANYWHERE)
    around = take("neighbourhood", wide, limit=NEIGHBOURHOOD)
    # The neighbourhood's limit makes each name's narrower; it stops nobody by itself.
    return Attempt((own, anywhere, around), not own.over and not anywhere.over)


def code_attempt(request: HttpRequest, account: Account) -> Taken:
    """Count one try with a code of the second factor, after a right password."""
    if nonce := known_browser(request, account.username):
        taken = take("known browser code", account.username, nonce, limit=KNOWN_BROWSER)
        if not taken.over:
            return taken
    return take("code", account.username, limit=CODES)


def right_code(account: Account, code: str) -> Authenticator | None:
    """The second factor that a code proves, used up by it; nothing for a wrong one."""
    rows = Authenticator.objects.filter(user=account).exclude(type=Authenticator.Type.WEBAUTHN)
    for row in rows:
        if row.wrap().validate_code(code):
            row.user = account
            return row
    return None


def known_browser(request: HttpRequest, name: str) -> str:
    """What tells this browser from others if the person signed in with it before, else nothing."""
    mark = _mark(name)
    return next((nonce for known, nonce in _remembered(request) if known == mark), "")


def remember_browser(request: HttpRequest, response: HttpResponse, account: Account) -> None:
    """Let the browser show next time that this person signed in with it."""
    mark = _mark(account.username)
    kept = [pair for pair in _remembered(request) if pair[0] != mark]
    pairs = [[mark, secrets.token_urlsafe(16)], *kept][:REMEMBERED]
    response.set_cookie(
        COOKIE,
        signing.dumps(pairs, salt=SALT, compress=True),
        max_age=COOKIE_DAYS * 86400,
        path="/accounts/",
        secure=settings.SESSION_COOKIE_SECURE,
        httponly=True,
        samesite="Lax",
    )


def _remembered(request: HttpRequest) -> list[list[str]]:
    given = request.COOKIES.get(COOKIE, "")
    if not given:
        return []
    try:
        told: Any = signing.loads(given, salt=SALT, max_age=COOKIE_DAYS * 86400)
    except signing.BadSignature:
        return []
    return [pair for pair in told if isinstance(pair, list) and len(pair) == 2]


def _mark(name: str) -> str:
    """A keyed digest: the cookie tells nobody who works here."""
    index: bytes = settings.KEYRING.blind_index(name, purpose="known browser")
    return index.hex()
