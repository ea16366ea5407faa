"""Guessing links is slowed down: who tries too many unknown ones has to wait."""

from allauth.account.adapter import get_adapter
from django.conf import settings
from django.core.cache import cache
from django.http import HttpRequest
from django.utils.translation import gettext as _

from anmin.kernel.errors import Refusal

TRIES = 30
PERIOD = 600  # seconds


class TooMany(Refusal):
    """Too many unknown links from one address."""

    default_code = "too_many"


def require_patience(request: HttpRequest) -> None:
    """Raise ``TooMany`` after ``TRIES`` unknown links in ``PERIOD`` seconds."""
    if cache.get(_key(request), 0) >= TRIES:
        raise TooMany(_("Too many attempts. Please wait ten minutes and try again."))


def count_miss(request: HttpRequest) -> None:
    """Remember one unknown link."""
    key = _key(request)
    if not cache.add(key, 1, PERIOD):
        cache.incr(key)


def _key(request: HttpRequest) -> str:
    address = get_adapter(request).get_client_ip(request)
    index: bytes = settings.KEYRING.blind_index(address, purpose="portal address")
    return f"portal:miss:{index.hex()}"
