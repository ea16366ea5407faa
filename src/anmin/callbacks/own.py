"""Whose service somebody is too near to, to ask or judge about it."""

from anmin.people.models import Account
from anmin.places.queries import directory


def own_units(account: Account) -> frozenset[int]:
    """The units whose service this person must not ask about: their own, and those below it.

    For the bureau itself only its own matters count, or nobody there could call at all.
    """
    places = directory()
    if account.unit_id is None:
        return frozenset()
    if places.unit_paths.get(account.unit_id, "").count("/") <= 2:
        return frozenset({account.unit_id})
    return places.units_below(account.unit_id)
