"""Entries of the access log that not everybody reads who reads it: a room above says which, and for whom."""

from collections.abc import Callable

from django.db.models import Q

from anmin.people.models import Account

type Keeper = Callable[[Account], Q]
_KEEPERS: list[Keeper] = []


def keeps_from(keeper: Keeper) -> Keeper:
    """Make known what of the log an account does not read."""
    _KEEPERS.append(keeper)
    return keeper


def kept_from(account: Account) -> Q:
    """What of the log this account does not read."""
    found = Q(pk__in=())
    for one in _KEEPERS:
        found |= one(account)
    return found
