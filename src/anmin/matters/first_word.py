"""The first word of a system of record about a matter that a rated unit's file brought before.

Until then only those who are rated have said when it began, when it was answered and whom to call.
What the record says of these takes the place of what they said, the callback planned or not: else
whoever is first would set the clock, and name the number that is called.
"""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

from django.db.models import Q

from anmin.matters.bringing import UNDONE, UNHEARD, Bringing
from anmin.matters.clock import Reckoner, Running, reckoned
from anmin.matters.contacts import ContactFacts, further_indexes
from anmin.matters.facts import MatterFacts
from anmin.matters.models import Contact, Entry, Matter
from anmin.people.policy import rated_roles


def is_first(matter: Matter, by: Bringing) -> bool:
    """Whether this is that word."""
    return by.bounds is None and matter.facts_at == UNHEARD


def clocks_put_right(
    matter: Matter,
    columns: Mapping[str, Any],
    details: Mapping[str, Any],
    running: Mapping[str, Running],
    answered: datetime | None,
    reckon: Reckoner,
) -> dict[str, Running]:
    """The clocks as the record's beginning, category and answer make them; those that change.

    ``columns`` and ``details`` are what the record says otherwise, ``answered`` when the matter
    ended by it. A clock that a later step started keeps that start.
    """
    opened = columns.get("opened_at", matter.opened_at)
    facts = MatterFacts(
        columns.get("category", matter.category),
        matter.state,
        {**matter.details, **details},
        opened,
    )
    changed: dict[str, Running] = {}
    for clock in matter.type.clocks:
        now = running.get(clock.code)
        rule = clock.rule_for(facts) if now is not None and clock.starts is None else ""
        if now is None or not rule:
            continue
        start = opened if now.started_at == matter.opened_at else now.started_at
        met = answered if now.met_at is not None and answered is not None else now.met_at
        named = clock.named(facts, start, reckon)
        told = replace(now, rule=rule, started_at=start, met_at=met, named_at=named)
        due = reckoned(told, reckon)
        told = replace(told, due_at=due.at, provisional=due.provisional)
        if told != now:
            changed[clock.code] = told
    return changed


def renamed(first: Contact, named: ContactFacts, phone: bytes | None) -> dict[str, bool]:
    """What an entry tells where the record names another to call than the unit did (``first``)."""
    old = bytes(first.phone_index or b"")
    if phone is None or not old or old in (phone, *further_indexes(named)):
        return {}
    return {"renamed": True}


def named_by_unit(first: Contact) -> bool:
    """Whether it was somebody whose unit is rated who named this contact; what was undone aside."""
    named = Q(payload__told__contact=bytes(first.fingerprint).hex())
    entries = Entry.objects.filter(named | Q(action=UNDONE), matter=first.matter_id)
    rows = list(entries.order_by("-seq").values_list("action", "actor_role", "payload__told"))
    undone = {told["undone"] for action, _role, told in rows if action == UNDONE}
    last = next(
        (role for action, role, told in rows if action != UNDONE and told.get("run") not in undone),
        None,
    )
    return last in rated_roles()
