"""Reading registers: who has what, its history, and whether the rows are what the steps say."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from typing import NamedTuple

from anmin.people.models import Account
from anmin.registers.declaration import Register
from anmin.registers.holders import Hand, Holder
from anmin.registers.models import Holding, Item, Step, Store


def holders_of(items: Iterable[Item]) -> dict[int, list[Holding]]:
    """Who has each of these items, by its key; nothing for what nobody here has."""
    found: dict[int, list[Holding]] = {}
    for one in Holding.objects.filter(item__in=[item.pk for item in items]).order_by("holder"):
        found.setdefault(one.item_id, []).append(one)
    return found


def holder_of(item: Item) -> Holder | None:
    """Who has a single item."""
    held = Holding.objects.filter(item=item).first()
    return held.who if held else None


def steps_of(item: Item) -> list[Step]:
    """Its history, from the beginning."""
    return list(Step.objects.filter(item=item).select_related("actor").order_by("seq"))


def words_for(holders: Iterable[Holder], register: Register) -> dict[str, str]:
    """What holders are called, by how they are written. Two queries."""
    wanted = list(holders)
    people = _codes(wanted, Hand.PERSON)
    places = _codes(wanted, Hand.STORE)
    names = {
        one.username: str(one)
        for one in (Account.objects.filter(username__in=people) if people else ())
    }
    stores = {
        one.code: str(one) for one in (Store.objects.filter(code__in=places) if places else ())
    }
    outside = {code: str(label) for code, label in register.outside.items()}
    called: Mapping[Hand, Mapping[str, str]] = {
        Hand.PERSON: names,
        Hand.STORE: stores,
        Hand.OUTSIDE: outside,
    }
    return {str(one): called[one.hand].get(one.code, one.code) for one in wanted}


def _codes(holders: Iterable[Holder], hand: Hand) -> set[str]:
    return {one.code for one in holders if one.hand is hand}


class Odd(NamedTuple):
    """An item that is not what its steps say, and in what."""

    item: Item
    what: str


def odd_items() -> Iterator[Odd]:
    """The items whose row or holdings are not what their steps made them. O(steps), item by item."""
    for item in Item.objects.order_by("pk").iterator(chunk_size=500):
        steps = list(Step.objects.filter(item=item).order_by("seq"))
        if [one.seq for one in steps] != list(range(1, item.version + 1)):
            yield Odd(item, "steps")
            continue
        if steps[-1].state != item.state:
            yield Odd(item, "state")
        details: dict[str, object] = {}
        for one in steps:
            details |= one.facts
        if details != item.details:
            yield Odd(item, "details")
        if balances(steps) != {
            one.holder: one.amount for one in holders_of([item]).get(item.pk, [])
        }:
            yield Odd(item, "holdings")


def balances(steps: Iterable[Step]) -> dict[str, int]:
    """Who has how much after these steps; who is outside is not counted."""
    found: Counter[str] = Counter()
    for one in steps:
        if one.giver and Holder.read(one.giver).counted:
            found[one.giver] -= one.amount
        if one.taker and Holder.read(one.taker).counted:
            found[one.taker] += one.amount
    return {holder: amount for holder, amount in found.items() if amount}
