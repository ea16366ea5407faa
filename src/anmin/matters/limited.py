"""Facts that not everybody sees who sees the matter: taken out before anything leaves the door.

A fact says who sees it (``fact(seen_by=…)``). Row and entries keep it with the others, so that steps,
rules and the replay need not know; whoever reads gets both without it, whatever the declaration
said when it was written.
"""

from collections.abc import Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from typing import Any

from anmin.matters.models import Entry, Matter
from anmin.matters.parties import hidden_numbers
from anmin.people.models import Account


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
    is written about a party that the reader does not learn of has no reason.
    """
    hidden = matter.type.details.hidden_from(account.role)
    numbers = hidden_numbers(account, matter)
    if hidden or kept or numbers:
        for entry in entries:
            entry.payload = _payload(entry.payload, hidden, kept, numbers)
    return list(entries)


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
