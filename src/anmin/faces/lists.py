"""A list of matters as a table that leaves the house: for the page that gives it out, and the command."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from datetime import datetime
from itertools import batched
from typing import TYPE_CHECKING, Any

from django.utils import timezone
from django.utils.translation import gettext as _

from anmin.exchange.sheets import write_table
from anmin.faces.columns import cell, columns_of
from anmin.kernel.errors import Refusal
from anmin.matters import queries
from anmin.matters.categories import category_choices
from anmin.matters.demands import state_said, states_of
from anmin.matters.headlines import headlines
from anmin.matters.registry import kind_choices, kind_of
from anmin.people.actions import log_access
from anmin.people.policy import Capability, require
from anmin.people.queries import account_labels
from anmin.places.queries import directory, unit_labels

if TYPE_CHECKING:
    from pathlib import Path

    from anmin.exchange.sheets import Cell
    from anmin.matters.fact_types import TypedFact
    from anmin.people.models import Account

ENDINGS = (".csv", ".xlsx", ".jsonl")
"""What a list is written as: tables for people, lines of JSON for programs."""


def write_list(path: Path, account: Account, filters: queries.Filters) -> int:
    """Write everything of a list that this person may take away, by the file's ending; how many rows.

    That it was taken away is on record. Raises ``NotAllowed``, and ``Refusal`` for another ending.
    """
    require(account, Capability.VIEW_MATTERS)
    require(account, Capability.EXPORT_RECORDS)
    ending = path.suffix.lower()
    if ending not in ENDINGS:
        raise Refusal(_("A list is given out as CSV, XLSX or JSON lines (.jsonl)."), field="file")
    log_access(account=account, action="download", subject=f"matters:{filters.kind or 'all'}")
    if ending == ".jsonl":
        count = 0
        with path.open("w", encoding="utf-8") as file:
            for count, one in enumerate(records(account, filters), 1):  # noqa: B007 - how many
                file.write(json.dumps(one, ensure_ascii=False) + "\n")
        return count
    return write_table(path, head(account, filters), rows(account, filters))


def head(account: Account, filters: queries.Filters) -> list[str]:
    """The titles of the columns; of one kind alone with those of its own facts."""
    titles = [_("Number"), _("Kind"), _("Category"), _("Summary"), _("Place"), _("Unit")]
    titles += [_("Handled by"), _("State"), _("Opened"), _("Deadline"), _("Unreasonable demand")]
    return titles + [str(one.title) for one in _facts(account, filters)]


def rows(account: Account, filters: queries.Filters) -> Iterator[list[Cell]]:
    """The lines of a list, in its order, in words."""
    topics, kinds = dict(category_choices()), dict(kind_choices())
    facts = _facts(account, filters)
    units, people = dict[int, str](), dict[int, str]()
    for part, details in _parts(account, filters, facts):
        units |= unit_labels({one.unit_id for one in part if one.unit_id} - units.keys())
        people |= account_labels(
            {one.assignee_id for one in part if one.assignee_id} - people.keys()
        )
        titles = headlines(part)
        proposed = states_of(one.id for one in part)
        for one in part:
            told = details.get(one.id, {})
            yield [
                one.number,
                str(kinds[one.kind]),
                str(topics.get(one.category, one.category)),
                titles.get(one.id, one.summary),
                one.place,
                units.get(one.unit_id or 0, ""),
                people.get(one.assignee_id or 0, ""),
                str(kind_of(one.kind).flow.state(one.state).label),
                _local(one.opened_at),
                _local(one.due_at) if one.due_at else None,
                state_said(proposed.get(one.id, "")),
                *(cell(fact, told.get(fact.name)) for fact in facts),
            ]


def records(account: Account, filters: queries.Filters) -> Iterator[dict[str, Any]]:
    """The same for programs: codes instead of words, moments with their zone, facts as they are kept."""
    facts = _facts(account, filters)
    codes = {key: code for code, key in directory().unit_ids.items()}
    people = dict[int, str]()
    for part, details in _parts(account, filters, facts):
        people |= account_labels(
            {one.assignee_id for one in part if one.assignee_id} - people.keys()
        )
        proposed = states_of(one.id for one in part)
        for one in part:
            told = details.get(one.id, {})
            yield {
                "number": one.number,
                "kind": one.kind,
                "category": one.category,
                "summary": one.summary,
                "place": one.place,
                "unit": codes.get(one.unit_id or 0),
                "assignee": people.get(one.assignee_id or 0),
                "state": one.state,
                "stage": one.stage,
                "opened_at": timezone.localtime(one.opened_at).isoformat(),
                "due_at": timezone.localtime(one.due_at).isoformat() if one.due_at else None,
                "unreasonable_demand": proposed.get(one.id),
                "facts": {fact.name: told.get(fact.name) for fact in facts},
            }


def _facts(account: Account, filters: queries.Filters) -> Sequence[TypedFact]:
    return columns_of(kind_of(filters.kind), account.role) if filters.kind else []


def _parts(
    account: Account, filters: queries.Filters, facts: Sequence[TypedFact]
) -> Iterator[tuple[Sequence[queries.Line], dict[int, Any]]]:
    """The list a chunk at a time, with the facts of its matters."""
    for part in batched(queries.every(account, filters), queries.CHUNK, strict=False):
        yield part, queries.details_of(one.id for one in part) if facts else {}


def _local(moment: datetime) -> datetime:
    """As the clock on the wall shows it: a sheet knows no zones."""
    return timezone.localtime(moment).replace(tzinfo=None)
