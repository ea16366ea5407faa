"""Facts that not everybody sees who sees the matter: taken out before anything leaves the door.

A fact says who sees it (``fact(seen_by=…)``). Row and entries keep it with the others, so that steps,
rules and the replay need not know; whoever reads gets both without it, whatever the declaration
said when it was written.
"""

from collections.abc import Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from typing import Any

from anmin.matters import conflict
from anmin.matters.models import Deadline, Entry, Matter
from anmin.matters.parties import hidden_numbers
from anmin.people.models import Account

PLACES = frozenset({"unit_id", "assignee_id", "from"})
"""What of an entry tells where a matter was, and with whom."""
HELD = frozenset({"held_by"})
"""What of a clock tells which unit had the matter when the time ran out."""


def shown(account: Account, matter: Matter) -> Matter:
    """The same matter, its details as this reader sees them. Not to be written."""
    hidden = matter.type.details.hidden_from(account.role)
    if hidden:
        matter.details = _without(matter.details, hidden)
    return matter


def shown_entries(
    account: Account, matter: Matter, entries: Sequence[Entry], kept: frozenset[str]
) -> list[Entry]:
    """The history as this reader sees it.

    ``kept`` are the numbers of matters that are kept from the reader: no entry names them. What
    is written about a party that the reader does not learn of has no reason. A matter that left a
    unit because it is about somebody there tells such a reader of no unit it was with, and of no
    hand that took it away: either would name whom it is about.
    """
    hidden = matter.type.details.hidden_from(account.role)
    numbers = hidden_numbers(account, matter)
    if _keeps_places(account, numbers, entries):
        entries = [one for one in entries if not _by_rule(one)]
        for entry in entries:
            entry.payload = _placeless(entry.payload)
    if hidden or kept or numbers:
        for entry in entries:
            entry.payload = _payload(entry.payload, hidden, kept, numbers)
    return list(entries)


def shown_deadlines(
    account: Account, matter: Matter, entries: Sequence[Entry], deadlines: Sequence[Deadline]
) -> list[Deadline]:
    """The deadlines as this reader sees them: where the history names no unit, none that missed one.

    ``entries`` are all of them, as they stand. Not to be written.
    """
    if _keeps_places(account, hidden_numbers(account, matter), entries):
        for one in deadlines:
            one.held_by = None
    return list(deadlines)


def counted_for(account: Account, matters: Iterable[Matter], unit: str | None) -> list[Matter]:
    """Those of a list of what counts for a unit (its code) that this reader may find there.

    What is about somebody counts for where it was: found under a unit that has it no more, it would
    name whom.
    """
    found = list(matters)
    if unit is None or conflict.may_know(account.role):
        return found
    return [
        one
        for one in found
        if (one.unit is not None and one.unit.code == unit) or not conflict.about(one)
    ]


def _keeps_places(account: Account, numbers: frozenset[str], entries: Sequence[Entry]) -> bool:
    """Whether a unit it was with would name whom it is about to a reader who does not learn that."""
    return not conflict.may_know(account.role) and any(_tells(one, numbers) for one in entries)


def _by_rule(entry: Entry) -> bool:
    return entry.actor_id is None and entry.actor_label == conflict.SIGNED


def _tells(entry: Entry, numbers: frozenset[str]) -> bool:
    """Whether what the entry says of a unit is said of somebody whom the reader does not learn of."""
    return _by_rule(entry) or bool(numbers & entry.payload.get("parties", {}).keys())


def _placeless(payload: Mapping[str, Any]) -> dict[str, Any]:
    parts = dict(payload)
    for name in {"set", "told"} & parts.keys():
        parts[name] = _without(parts[name] or {}, PLACES)
    if clocks := parts.get("clocks"):
        parts["clocks"] = {code: _without(clock, HELD) for code, clock in clocks.items()}
    return parts


def _payload(
    payload: Mapping[str, Any],
    hidden: AbstractSet[str],
    kept: frozenset[str],
    numbers: frozenset[str],
) -> dict[str, Any]:
    parts = dict(payload)
    if hidden and "details" in parts:
        parts["details"] = _without(parts["details"], hidden)
    told = parts.get("told")
    if told and kept:
        told = {name: value for name, value in told.items() if not _names(value, kept)}
    if numbers and (parties := parts.get("parties")):
        parts["parties"] = {n: mark for n, mark in parties.items() if n not in numbers}
        if told and numbers & parties.keys():
            told = {name: value for name, value in told.items() if name != "why"}
    if told is not None:
        parts["told"] = told
    return parts


def _names(value: Any, kept: Iterable[str]) -> bool:
    return any(one in value for one in kept) if isinstance(value, str | list) else False


def _without(details: Mapping[str, Any], hidden: AbstractSet[str]) -> dict[str, Any]:
    return {name: value for name, value in details.items() if name not in hidden}
