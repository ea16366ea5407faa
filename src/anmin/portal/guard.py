"""Guessing links and taking lists away by the dozen is slowed down: who does it has to wait."""

from allauth.account.adapter import get_adapter
from django.conf import settings
from django.core.cache import cache
from django.http import HttpRequest
from django.utils.translation import gettext as _

from anmin.kernel.errors import Refusal

TRIES = 30
PERIOD = 600  # seconds


class TooMany(Refusal):
    """Too many unknown links, or too many lists, for one address."""

    default_code = "too_many"


def require_patience(request: HttpRequest) -> None:
    """Raise ``TooMany`` after ``TRIES`` unknown links in ``PERIOD`` seconds."""
    _require_below(_key(request, "miss"))


def count_miss(request: HttpRequest) -> None:
    """Remember one unknown link."""
    _count(_key(request, "miss"))


def take_list(request: HttpRequest) -> None:
    """Remember that a whole list is fetched; ``TooMany`` after ``TRIES`` in ``PERIOD`` seconds."""
    key = _key(request, "list")
    _require_below(key)
    _count(key)


def _require_below(key: str) -> None:
    if cache.get(key, 0) >= TRIES:
        raise TooMany(_("Too many attempts. Please wait ten minutes and try again."))


def _count(key: str) -> None:
    if not cache.add(key, 1, PERIOD):
        cache.incr(key)


def _key(request: HttpRequest, what: str) -> str:
    address = get_adapter(request).get_client_ip(request)
    index: bytes = settings.KEYRING.blind_index(address, purpose="portal address")
    return f"portal:{what}:{index.hex()}"
