"""What somebody sent after their session had ended is kept until they have signed in again.

Sealed, for the same account only, for an hour at most; shown until it is sent or left, and sent
only when they say so.
Sign-in's own forms are never kept, nor files.
"""

import json
from base64 import b64decode, b64encode
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.core.cache import cache
from django.http import HttpRequest
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme

from anmin.people.models import Account

KEPT = 3600  # seconds
LARGEST = 200_000  # characters
UNKEPT = {"csrfmiddlewaretoken"}
RESUMED = "resumed"
"""Stands in the address when what was kept is sent, or left: then it is kept no longer."""


@dataclass(frozen=True, slots=True)
class Parked:
    """A form as it was sent: where to, and the name and value of each box."""

    path: str
    fields: list[tuple[str, str]]

    @property
    def action(self) -> str:
        """Where it is sent to now."""
        return f"{self.path}{'&' if '?' in self.path else '?'}{RESUMED}=1"


def park(request: HttpRequest, account: Account) -> bool:
    """Keep the form that this request sent; whether there was one to keep."""
    mounted = reverse("account_login").removesuffix("login/")
    if request.method != "POST" or request.FILES or request.path.startswith(mounted):
        return False
    fields = [
        (name, str(value))
        for name, values in request.POST.lists()
        for value in values
        if name not in UNKEPT and "password" not in name
    ]
    told = json.dumps([request.get_full_path(), fields])
    if not fields or len(told) > LARGEST:
        return False
    ring: Any = settings.KEYRING
    sealed = ring.encrypt(told.encode(), context=_context(account))
    cache.set(_key(account), b64encode(sealed).decode(), KEPT)
    return True


def kept_for(account: Account) -> Parked | None:
    """What is kept for somebody."""
    sealed = cache.get(_key(account))
    if sealed is None:
        return None
    path, fields = json.loads(
        settings.KEYRING.decrypt(b64decode(sealed), context=_context(account))
    )
    if not url_has_allowed_host_and_scheme(path, allowed_hosts=None):
        return None
    return Parked(path, [(name, value) for name, value in fields])


def forget(account: Account) -> None:
    """Keep it no longer."""
    cache.delete(_key(account))


def _key(account: Account) -> str:
    return f"parked:{account.pk}"


def _context(account: Account) -> bytes:
    return f"parked form of {account.pk}".encode()
