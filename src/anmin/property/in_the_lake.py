"""Things as the lake keeps them: one row for each, without words, names and serial numbers."""

import json
from collections.abc import Sequence

from django.utils.translation import gettext_lazy as _

from anmin.matters.in_the_lake import TOWN_DIGITS
from anmin.measures.columns import Column, ColumnType
from anmin.measures.registry import Cursor, LakeTable, Query
from anmin.measures.since import added_since
from anmin.property.models import Handover, ReturnEvent
from anmin.property.policy import REGISTER
from anmin.registers.models import Step


def things_in_the_lake(vendor: str) -> str:
    """Every thing, with the facts that figures are made of."""

    def fact(name: str) -> str:
        if vendor == "postgresql":
            return f"i.details ->> '{name}'"
        return f"json_extract(i.details, '$.{name}')"

    return f"""
        SELECT i.id, i.number, u.code AS unit, a.code AS area,
               substr(a.code, 1, {TOWN_DIGITS}) AS town, i.state, i.entered_at, i.ended_at,
               {fact("sort")} AS sort, {fact("procedure")} AS procedure,
               CAST({fact("value")} AS BIGINT) AS value, {fact("kept_at")} AS kept_at, {fact("keep_by")} AS keep_by,
               {fact("unclaimed_from")} AS unclaimed_from,
               CASE WHEN h.id IS NULL THEN 0 ELSE h.value END AS returned_value
        FROM registers_item i
        JOIN places_unit u ON u.id = i.unit_id
        LEFT JOIN places_area a ON a.id = i.area_id
        LEFT JOIN property_handover h ON h.item_id = i.id
        WHERE i.register = '{REGISTER}'
    """  # noqa: S608 - names of the program's own facts


def changed_things(cursor: Cursor) -> tuple[Sequence[Query] | None, Cursor]:
    """The things with which a step was taken since last time."""
    return added_since(Step.objects.filter(item__register=REGISTER), cursor, of="item_id")


THINGS = LakeTable(
    name="property",
    label=_("Property"),
    key="id",
    month="entered_at",
    source=things_in_the_lake,
    changed=changed_things,
    columns={
        "id": Column(ColumnType.INTEGER, _("primary key")),
        "number": Column(ColumnType.STRING, _("reference number of the thing")),
        "unit": Column(ColumnType.STRING, _("code of the unit that seized it")),
        "area": Column(ColumnType.STRING, _("code of the area")),
        "town": Column(ColumnType.STRING, _("code of the town or street")),
        "state": Column(ColumnType.STRING, _("where it stands")),
        "entered_at": Column(ColumnType.TIMESTAMP, _("when it was seized")),
        "ended_at": Column(ColumnType.TIMESTAMP, _("when it went")),
        "sort": Column(ColumnType.STRING, _("class of thing")),
        "procedure": Column(ColumnType.STRING, _("by which law its case goes")),
        "value": Column(ColumnType.INTEGER, _("value in yuan")),
        "kept_at": Column(ColumnType.TIMESTAMP, _("when the keeper took it"), lenient=True),
        "keep_by": Column(ColumnType.TIMESTAMP, _("when the keeper had to have it"), lenient=True),
        "unclaimed_from": Column(
            ColumnType.DATE, _("last day on which its owner is waited for"), lenient=True
        ),
        "returned_value": Column(ColumnType.INTEGER, _("value in yuan of what went back")),
    },
)


def _handed_over(_vendor: str) -> Query:
    return """
        SELECT h.id, i.number, h.at, u.code AS unit, h.sort, h.value, e.code AS event
        FROM property_handover h
        JOIN registers_item i ON i.id = h.item_id
        JOIN places_unit u ON u.id = i.unit_id
        LEFT JOIN property_returnevent e ON e.id = h.event_id
    """


def _changed_returns(cursor: Cursor) -> tuple[Sequence[Query] | None, Cursor]:
    return added_since(Handover.objects.all(), cursor)


RETURNS = LakeTable(
    name="property_returns",
    label=_("Returns of property"),
    key="id",
    month="at",
    source=_handed_over,
    changed=_changed_returns,
    columns={
        "id": Column(ColumnType.INTEGER, _("primary key")),
        "number": Column(ColumnType.STRING, _("reference number of the thing")),
        "at": Column(ColumnType.TIMESTAMP, _("when it went back")),
        "unit": Column(ColumnType.STRING, _("code of the unit that seized it")),
        "sort": Column(ColumnType.STRING, _("class of thing")),
        "value": Column(ColumnType.INTEGER, _("value in yuan")),
        "event": Column(ColumnType.STRING, _("code of the return event; else empty")),
    },
)


def _events(_vendor: str) -> Query:
    """The events at which something went back: an empty one proves nothing."""
    return """
        SELECT e.id, e.code, e.day, u.code AS unit
        FROM property_returnevent e
        JOIN places_unit u ON u.id = e.unit_id
        WHERE EXISTS (SELECT 1 FROM property_handover h WHERE h.event_id = e.id)
    """


def _changed_events(cursor: Cursor) -> tuple[Sequence[Query] | None, Cursor]:
    """All of them when anything went back since: they are few."""
    now = json.dumps([ReturnEvent.objects.count(), Handover.objects.count()])
    return (() if str(cursor) == now else None), now


EVENTS = LakeTable(
    name="return_events",
    label=_("Return events"),
    key="id",
    month="day",
    source=_events,
    changed=_changed_events,
    columns={
        "id": Column(ColumnType.INTEGER, _("primary key")),
        "code": Column(ColumnType.STRING, _("code of the event")),
        "day": Column(ColumnType.DATE, _("day of the event")),
        "unit": Column(ColumnType.STRING, _("code of the unit that held it")),
    },
)
