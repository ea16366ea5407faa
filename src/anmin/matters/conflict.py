"""Conflict of interest: whoever a matter is about neither works on it nor sees it (ADR 0059).

A matter is about its concerned parties: people of the house, and units. With a unit, everybody in
it and below it is concerned; with a person, everybody in and below the unit where he or she worked
when named, and works now. An inspectorate below such a unit is not, and stands for itself:
whoever checks the others can still check those above.

Ties carry it on, however many: an order is about whom the matter is about that it was given from,
a matter that follows from another (``cause``) about whom that is about, and matters that became one
are about the same. Every way in asks here.
"""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import Any

from django.db import connection
from django.db.models import Q, QuerySet
from django.db.models.expressions import RawSQL
from django.utils.translation import gettext as _

from anmin.kernel.errors import NotAllowed
from anmin.matters.actor import Actor
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
        if not self.units or unit_id is None:
            return False
        return not self.units.isdisjoint(answering_to(unit_id))

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
SIGNED = "conflict"
"""How the house signs that a matter left whom it is about."""


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


_known: ContextVar[dict[tuple[int, ...], About] | None] = ContextVar("anmin_about", default=None)


@contextmanager
def one_look() -> Iterator[None]:
    """Inside, each matter is asked about once: for a page that is read and writes nothing."""
    known = _known.get()
    token = _known.set({} if known is None else known)
    try:
        yield
    finally:
        _known.reset(token)


def about(*matters: Matter | None) -> About:
    """Whom these matters are about: their own parties, and those of all that they are tied to.

    No query while no kind is about people of the house, one in ``one_look``.
    """
    ids = tuple(one.pk for one in matters if one is not None)
    if not ids or not _any_concerns():
        return NOBODY
    known = _known.get()
    if known is None:
        return _asked_about(ids)
    if ids not in known:
        known[ids] = _asked_about(ids)
    return known[ids]


def _asked_about(ids: Sequence[int]) -> About:
    sql, values = _parties_around(len(ids))
    with connection.cursor() as cursor:
        cursor.execute(sql, [ids[-1 - one] if one in _MARKS else one for one in values])
        told = cursor.fetchall()
    return About(
        frozenset(account for account, _then, _now in told if account),
        frozenset(unit for _account, *units in told for unit in units if unit),
    )


_MARKS = range(-100, 0)


@cache
def _parties_around(count: int) -> tuple[str, tuple[Any, ...]]:
    """The statement that ``about`` asks, and its values; -1, -2, … stand for the matters."""
    marks = [-1 - place for place in range(count)]
    rows = Party.objects.filter(Party.CONCERNS, matter__in=_reached(_UP, marks))
    told = rows.values_list("account_id", "unit_id", "account__unit_id")
    found: tuple[str, tuple[Any, ...]] = told.query.sql_with_params()
    return found


def kept_from(account: Account | None, units: Iterable[int] = ()) -> RawSQL | None:
    """The ids of the matters that are about this person, those whom he or she answers to, or these units.

    Nothing while no kind is about people of the house.
    """
    if not _any_concerns():
        return None
    near = {above for unit_id in units for above in answering_to(unit_id)}
    if account is not None and account.unit_id:
        near.update(answering_to(account.unit_id))
    return _named(account and account.pk, frozenset(near))


def any_of(kept: RawSQL) -> bool:
    """Whether there is any such matter; for most people there is none. One statement."""
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT EXISTS ({kept.sql})", kept.params)
        return bool(cursor.fetchone()[0])


def less[R: QuerySet[Any]](rows: R, kept: RawSQL | None, field: str = "pk") -> R:
    """The rows whose matter, named by ``field``, is not among those that are kept from somebody."""
    return rows if kept is None else rows.exclude(**{f"{field}__in": kept})


def naming(account: Account) -> RawSQL:
    """The ids of the matters that are about this person, wherever he or she works."""
    return _named(account.pk)


def tied_to(matter: Matter) -> RawSQL:
    """The ids of the matters that are about whoever this one is about, itself with them."""
    return _reached(_DOWN, [matter.pk])


def without[R: QuerySet[Any]](account: Account, rows: R, field: str = "pk") -> R:
    """The rows whose matter, named by ``field``, is not about this person."""
    return less(rows, kept_from(account), field)


def numbers_about(account: Account, numbers: Iterable[str]) -> frozenset[str]:
    """Which of these reference numbers are of matters about this person."""
    kept = kept_from(account)
    if kept is None:
        return frozenset()
    rows = Matter.objects.filter(number__in=set(numbers), pk__in=kept)
    return frozenset(rows.values_list("number", flat=True))


def _any_concerns() -> bool:
    """Whether any kind is about people of the house."""
    return any(kind.concerns for kind in all_kinds())


_TIES = (
    ("matters_matter", "parent_id", "id", "r.parent_id IS NOT NULL"),
    ("matters_link", "other_id", "matter_id", "r.relation IN ('cause', 'merged')"),
    ("matters_link", "matter_id", "other_id", "r.relation = 'merged'"),
)
"""What makes a matter (third) about those whom another (second) is about, by table and condition: an
order was given from it, one follows from it, and what became one is about all of them."""
_DOWN, _UP = (1, 2), (2, 1)


def _walk(ends: tuple[int, int], first: str, params: Iterable[Any]) -> RawSQL:
    """The ids of ``first`` and of all that the ties lead to from there, however far.

    Each tie is looked up by its index: SQLite does that for a part of the walk of its own for each,
    PostgreSQL, which knows one such part alone, for a query beside it.
    """
    start, end = ends
    ties = [(f"r.{tie[end]}", tie[0], f"r.{tie[start]}", tie[3]) for tie in _TIES]
    if connection.vendor == "sqlite":
        step = " UNION ".join(
            f"SELECT {tied} FROM reached CROSS JOIN {table} r ON {source} = reached.id WHERE {when}"  # noqa: S608
            for tied, table, source, when in ties
        )
    else:
        beside = " UNION ALL ".join(
            f"SELECT {tied} AS id FROM {table} r WHERE {source} = reached.id AND {when}"  # noqa: S608
            for tied, table, source, when in ties
        )
        step = f"SELECT tie.id FROM reached CROSS JOIN LATERAL ({beside}) tie"  # noqa: S608
    sql = f"WITH RECURSIVE reached(id) AS ({first} UNION {step}) SELECT id FROM reached"  # noqa: S608
    return RawSQL(sql, tuple(params))  # noqa: S611 - names of this module alone


def _reached(ends: tuple[int, int], ids: Sequence[int]) -> RawSQL:
    return _walk(ends, " UNION ".join(["SELECT CAST(%s AS bigint)"] * len(ids)), ids)


@lru_cache(maxsize=1024)
def _named(account: int | None, units: frozenset[int] = frozenset()) -> RawSQL:
    """The ids of the matters that are about this person or people of these units: words, no answer.

    Kept, since nearly every query asks for it and Django builds it in longer than SQLite answers.
    """
    who = Q(unit__in=units) | Q(account__unit__in=units)
    who = who if account is None else who | Q(account=account)
    rows = Party.objects.filter(Party.CONCERNS).filter(who).values("matter_id")
    return _walk(_DOWN, *rows.query.sql_with_params())


def may_know(role: str) -> bool:
    """Whether this role learns of everybody whom a matter can be about."""
    parts = (part for kind in all_kinds() for part in kind.parties if part.concerned)
    return all(part.shown_to(role) for part in parts)


def require_free(
    named: About,
    *,
    actor: Actor,
    unit: Unit | None = None,
    account: Account | None = None,
) -> None:
    """Refuse to give a matter to whom it is about, whoever gives it.

    Why is said to those alone who learn whom it is about.
    """
    known = actor.account is None or may_know(actor.role)
    if unit is not None and named.unit(unit.pk):
        told = (
            _("This is about %(unit)s or somebody there: another unit works on it.")
            if known
            else _("This cannot go to %(unit)s: choose another unit.")
        )
        raise NotAllowed(
            told % {"unit": unit.label}, field="unit", code="concerned" if known else "not_here"
        )
    if account is not None and named.person(account):
        told = (
            _("This is about this person or the unit: somebody else works on it.")
            if known
            else _("This cannot go to this person: choose somebody else.")
        )
        raise NotAllowed(told, field="account", code="concerned" if known else "not_here")


def elsewhere(named: About, unit: Unit) -> list[Unit]:
    """Who could answer for it instead of a unit that is concerned, the best first.

    The nearest unit above it that is not concerned, then the inspectorates.
    """
    known = directory()
    places = [*known.units_above(unit.pk)[1:], *sorted(known.inspectorates)]
    free = [one for one in dict.fromkeys(places) if not named.unit(one)]
    rows = Unit.objects.in_bulk([one for one in free if one not in known.closed_units])
    return [rows[one] for one in free if one in rows]
