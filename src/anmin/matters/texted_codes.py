"""Digits that are texted to a number and prove who has that telephone. They follow from what they are for,
the number and the day, so nothing is kept; they hold on the day they were texted and the day after.
"""

import hmac
from datetime import date, timedelta

from django.conf import settings
from django.utils.translation import gettext as _

from anmin.kernel.errors import Refusal


def digits(index: bytes, day: date, *, purpose: str, about: str = "", length: int = 6) -> str:
    """The code for a number, by its keyed index; ``about``: for one matter alone."""
    told = f"{day}{about}".encode() + index
    number = int.from_bytes(settings.KEYRING.mac(told, purpose=purpose))
    return f"{number % 10**length:0{length}d}"


def require_digits(
    index: bytes, said: str, today: date, *, purpose: str, about: str = "", length: int = 6
) -> None:
    """Refuse a code that was not texted today or yesterday."""
    given = "".join(said.split()).encode()
    days = (today, today - timedelta(days=1))
    codes = [digits(index, one, purpose=purpose, about=about, length=length) for one in days]
    if not any(hmac.compare_digest(given, one.encode()) for one in codes):
        raise Refusal(_("This is not the code that was texted."), field="code")
