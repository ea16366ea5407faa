"""Who guesses links, or takes lists away by the dozen, is slowed down; nobody else is.

A link is 128 random bits or more: nobody guesses one. So it is always looked up first, and a right
one opens however many wrong ones came from the same address, which may be a whole town's. What the
limit saves is the work of answering those who try.
"""

from django.http import HttpRequest
from django.utils.translation import ngettext

from anmin.kernel.errors import Refusal
from anmin.people.limits import Limit, Taken, address_range, take

UNKNOWN_LINKS = Limit(30, 600)
LISTS = Limit(30, 600)


class TooMany(Refusal):
    """Too many unknown links, or one list too often, from one address."""

    default_code = "too_many"


def count_miss(request: HttpRequest) -> None:
    """Remember a link that was looked up and is unknown; ``TooMany`` when that is one too many."""
    _require(take("portal miss", address_range(request), limit=UNKNOWN_LINKS))


def take_list(request: HttpRequest, name: str) -> None:
    """Remember that a whole list is fetched; ``TooMany`` when one address fetches it too often."""
    _require(take("portal list", address_range(request), name, limit=LISTS))


def _require(taken: Taken) -> None:
    if taken.over:
        minutes = taken.minutes_left
        raise TooMany(
            ngettext(
                "Too many attempts. Please wait %(minutes)d minute and try again.",
                "Too many attempts. Please wait %(minutes)d minutes and try again.",
                minutes,
            )
            % {"minutes": minutes}
        )
