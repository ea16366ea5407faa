"""Whose service somebody is too near to, to ask or judge about it."""

from django.db.models import CharField, Q, Value
from django.db.models.functions import Cast, Concat

from anmin.callbacks.models import Callback
from anmin.callbacks.recording import SUBJECT
from anmin.matters.conflict import any_of, kept_from
from anmin.matters.models import Matter
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


def messages_kept_from(account: Account, ref: str = "subject_ref") -> Q | None:
    """The messages that are about a matter about this person (ADR 0059), or about its callback.

    Nothing while no matter is: what follows is long, and asked for the number on every page.
    """
    kept = kept_from(account)
    if kept is None or not any_of(kept):
        return None
    numbers = Matter.objects.filter(pk__in=kept)
    keys = Callback.objects.filter(matter__in=kept)
    refs = (
        numbers.values_list(Concat(Value("matter:"), "number")),
        keys.values_list(Concat(Value(SUBJECT), Cast("pk", CharField()))),
    )
    return Q(**{f"{ref}__in": refs[0]}) | Q(**{f"{ref}__in": refs[1]})
