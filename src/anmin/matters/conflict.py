"""Conflict of interest: whoever a matter is about neither works on it nor sees it (ADR 0059).

A matter is about its concerned parties: people of the house, and units. With a unit, everybody in
it and below it is concerned; with a person, everybody in and below the unit where he or she worked
when named, and works now. An inspectorate below such a unit is not, and stands for itself:
whoever checks the others can still check those above.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from anmin.kernel.errors import NotAllowed
from anmin.matters.models import Matter, Party
from anmin.matters.registry import all_kinds
from anmin.people.models import Account
from anmin.places.models import Unit
from anmin.places.queries import directory


@dataclass(frozen=True, slots=True)
class About:
    """Whom a matter is about: accounts and units, by id."""

    accounts: frozenset[int] = frozenset()
    units: frozenset[int] = frozenset()

    def unit(self, unit_id: int | None) -> bool:
        """Whether the people of this unit are too near to it."""
        return unit_id is not None and not self.units.isdisjoint(answering_to(unit_id))

    def __bool__(self) -> bool:
        return bool(self.accounts or self.units)

    def __or__(self, other: "About") -> "About":
        return About(self.accounts | other.accounts, self.units | other.units)

    def person(self, account: Account) -> bool:
        """Whether this person is too near to it."""
        return account.pk in self.accounts or self.unit(account.unit_id)

    @classmethod
    def of(cls, accounts: Iterable[Account], units: Iterable[Unit]) -> "About":
        """These people, with the units where they work, and these units."""
        people = list(accounts)
        places = {one.unit_id for one in people if one.unit_id} | {one.pk for one in units}
        return cls(frozenset(one.pk for one in people), frozenset(places))


NOBODY = About()


def answering_to(unit_id: int) -> list[int]:
    """The units whose being concerned concerns the people of this one: itself and those above.

    Nothing above an inspectorate: it checks them.
    """
    known, found = directory(), []
    for above in known.units_above(unit_id):
        found.append(above)
        if above in known.inspectorates:
            break
    return found


def about(matter: Matter) -> About:
    """Whom a matter is about, an order also whom the matter is about that it was given from.

    No query for a kind that is about nobody of the house.
    """
    if not matter.type.concerns and matter.parent_id is None:
        return NOBODY
    from_it = [pk for pk in (matter.pk, matter.parent_id) if pk is not None]
    rows = Party.objects.filter(Party.CONCERNS, matter__in=from_it)
    told = rows.values_list("account_id", "unit_id", "account__unit_id")
    return About(
        frozenset(account for account, _then, _now in told if account),
        frozenset(unit for _account, *units in told for unit in units if unit),
    )


def concerning(account: Account) -> QuerySet[Party, Any]:
    """The ids of the matters that are about this person or the units that he or she answers to."""
    near = answering_to(account.unit_id) if account.unit_id else []
    who = Q(account=account) | Q(unit__in=near) | Q(account__unit__in=near)
    return Party.objects.filter(Party.CONCERNS).filter(who).values("matter_id")


def without[R: QuerySet[Any]](account: Account, rows: R, field: str = "pk") -> R:
    """The rows whose matter, named by ``field``, is not about this person.

    While no kind is about people of the house nothing is asked.
    """
    if not any(kind.concerns for kind in all_kinds()):
        return rows
    return _not_of(rows, field, concerning(account))


def without_units[R: QuerySet[Any]](unit_ids: Iterable[int], rows: R, field: str = "pk") -> R:
    """The rows whose matter, named by ``field``, is about none of these units or their people."""
    if not any(kind.concerns for kind in all_kinds()):
        return rows
    near = {above for unit_id in unit_ids for above in answering_to(unit_id)}
    told = Party.objects.filter(Party.CONCERNS)
    told = told.filter(Q(unit__in=near) | Q(account__unit__in=near))
    return _not_of(rows, field, told.values("matter_id"))


def _not_of[R: QuerySet[Any]](rows: R, field: str, matters: QuerySet[Party, Any]) -> R:
    """The rows that belong to none of these matters, nor to an order given from one of them."""
    order = "parent_id" if field == "pk" else f"{field.removesuffix('_id')}__parent_id"
    return rows.exclude(**{f"{field}__in": matters}).exclude(**{f"{order}__in": matters})


def numbers_about(account: Account, numbers: Iterable[str]) -> frozenset[str]:
    """Which of these reference numbers are of matters about this person."""
    if not any(kind.concerns for kind in all_kinds()):
        return frozenset()
    rows = Matter.objects.filter(number__in=set(numbers), pk__in=concerning(account))
    return frozenset(rows.values_list("number", flat=True))


def require_free(named: About, *, unit: Unit | None = None, account: Account | None = None) -> None:
    """Refuse to give a matter to whom it is about, whoever gives it."""
    if unit is not None and named.unit(unit.pk):
        raise NotAllowed(
            _("This is about %(unit)s or somebody there: another unit works on it.")
            % {"unit": unit.label},
            field="unit",
            code="concerned",
        )
    if account is not None and named.person(account):
        raise NotAllowed(
            _("This is about this person or the unit: somebody else works on it."),
            field="account",
            code="concerned",
        )


def elsewhere(named: About, unit: Unit) -> list[Unit]:
    """Who could answer for it instead of a unit that is concerned, the best first.

    The nearest unit above it that is not concerned, then the inspectorates.
    """
    known = directory()
    places = [*known.units_above(unit.pk)[1:], *sorted(known.inspectorates)]
    free = [one for one in dict.fromkeys(places) if not named.unit(one)]
    rows = Unit.objects.in_bulk([one for one in free if one not in known.closed_units])
    return [rows[one] for one in free if one in rows]
