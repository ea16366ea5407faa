"""What matters give to the lake, and the figures every kind of matter has."""

from collections.abc import Iterable, Sequence

from django.db.models import Max
from django.utils.translation import gettext_lazy as _

from anmin.matters.ledger import settled
from anmin.matters.models import Entry
from anmin.matters.origins import Origin, origin_sql
from anmin.matters.registry import all_kinds, rectifying_kind
from anmin.measures.columns import Column, ColumnType
from anmin.measures.registry import (
    Cursor,
    Direction,
    Expression,
    Indicator,
    Kind,
    LakeTable,
    Query,
    Rows,
    registry,
)

# To read more news than this one by one takes longer than to read every record anew.
WORTH_LOOKING = 200_000
TOWN_DIGITS = 9  # the first nine digits of an official area code name the town or street
DIMENSIONS = ("unit", "area", "town", "kind", "category", "origin")
BY_PROMISE = (("unit", "due_unit"),)
"""Figures of promises count by the unit that answers for the promise."""


def matters_in_the_lake(_vendor: str) -> str:
    """Every matter that is not sealed, with the clock that is its kind's promise."""
    judged = " OR ".join(
        f"(m.kind = '{kind.code}' AND d.clock = '{clock.code}')"
        for kind in all_kinds()
        for clock in kind.clocks
        if clock.promise
    )
    sealed = _listed(kind.code for kind in all_kinds() if kind.seals)
    orders = _listed([rectifying_kind().code])
    # The codes come from the program's own kinds, never from outside.
    return f"""
        SELECT m.id, m.number, m.kind, m.category, m.state, m.stage, m.source, m.opened_at,
               m.closed_at, u.code AS unit, a.code AS area,
               substr(a.code, 1, {TOWN_DIGITS}) AS town,
               CASE WHEN d.paused_at IS NULL THEN d.due_at END AS due_at, d.met_at,
               CASE WHEN d.met_at <= d.due_at THEN u.code ELSE COALESCE(h.code, u.code) END
                   AS due_unit, {origin_sql()} AS origin,
               CASE WHEN m.kind IN ({orders}) THEN (
                   SELECT {origin_sql("c")} FROM matters_link l
                   JOIN matters_matter c ON c.id = l.other_id
                   WHERE l.matter_id = m.id AND l.relation = 'cause' LIMIT 1
               ) END AS cause_origin
        FROM matters_matter m
        LEFT JOIN places_unit u ON u.id = m.unit_id
        LEFT JOIN places_area a ON a.id = m.area_id
        LEFT JOIN matters_deadline d ON d.matter_id = m.id AND ({judged})
        LEFT JOIN places_unit h ON h.id = d.held_by_id
        WHERE m.kind NOT IN ({sealed}) AND m.stage <> 'void'
    """  # noqa: S608


def _listed(codes: Iterable[str]) -> str:
    return ", ".join(f"'{code}'" for code in sorted(set(codes))) or "''"


def changed_matters(cursor: Cursor) -> tuple[Sequence[Query] | None, Cursor]:
    """The matters that have new entries since the last time."""
    with settled():
        last = Entry.objects.aggregate(last=Max("id"))["last"] or 0
    since = int(cursor) if cursor is not None else None
    if since is None or last - since > WORTH_LOOKING:
        return None, last
    if last == since:
        return (), last
    return [Entry.objects.filter(id__gt=since, id__lte=last).values("matter_id")], last


MATTERS = LakeTable(
    name="matters",
    label=_("Matters"),
    key="id",
    month="opened_at",
    source=matters_in_the_lake,
    changed=changed_matters,
    columns={
        "id": Column(ColumnType.INTEGER, _("primary key")),
        "number": Column(ColumnType.STRING, _("reference number")),
        "kind": Column(ColumnType.STRING, _("kind of matter")),
        "category": Column(ColumnType.STRING, _("what it is about")),
        "state": Column(ColumnType.STRING, _("state")),
        "stage": Column(ColumnType.STRING, _("stage")),
        "source": Column(ColumnType.STRING, _("where it came from")),
        "opened_at": Column(ColumnType.TIMESTAMP, _("opened")),
        "closed_at": Column(ColumnType.TIMESTAMP, _("ended")),
        "unit": Column(ColumnType.STRING, _("code of the unit that answers for it")),
        "area": Column(ColumnType.STRING, _("code of the area")),
        "town": Column(ColumnType.STRING, _("code of the town or street")),
        "due_at": Column(ColumnType.TIMESTAMP, _("when it is due")),
        "met_at": Column(ColumnType.TIMESTAMP, _("when the promise was met, or it ended")),
        "due_unit": Column(
            ColumnType.STRING,
            _("code of the unit that answers for the promise: that had it when the time ran out"),
        ),
        "origin": Column(ColumnType.STRING, _("who brought it")),
        "cause_origin": Column(
            ColumnType.STRING, _("who brought what an order followed; else empty")
        ),
    },
    event=("id", "kind"),
)


def planted(rows: Rows) -> Expression:
    """What every rate of a unit is shown without as well (docs/adr/0045).

    A matter that a rated unit opened itself, and a further call about one event.
    """
    return (rows.origin == Origin.UNIT.value) | rows.again


def _is_incident(rows: Rows) -> Expression:
    return rows.kind == "incident"


def _answered(rows: Rows) -> Expression:
    return rows.stage.isin(["done", "declined"])


def _in_time(rows: Rows) -> Expression:
    return _answered(rows) & (rows.met_at <= rows.due_at)


def _owed(rows: Rows) -> Expression:
    """Incidents whose answer was given or should have been by the cut-off."""
    return (
        _is_incident(rows)
        & (rows.stage != "withdrawn")
        & (_answered(rows) | (rows.due_at < rows.cutoff))
    )


def _promised(rows: Rows) -> Expression:
    """Matters of any kind whose promise was met or should have been by the cut-off."""
    return (rows.stage != "withdrawn") & (
        (_answered(rows) & rows.due_at.notnull()) | (rows.due_at < rows.cutoff)
    )


registry.add(
    MATTERS,
    Indicator(
        key="incidents",
        label=_("Incidents"),
        how_made=_("Every incident, counted in the month in which the call came in."),
        unit=_("incidents"),
        table="matters",
        kind=Kind.COUNT,
        direction=Direction.NEITHER,
        numerator=_is_incident,
        dimensions=DIMENSIONS,
        hide_small=False,
    ),
    Indicator(
        key="answered_in_time",
        label=_("Answered in time"),
        how_made=_(
            "Of the incidents that were answered or whose answer was due by the cut-off, those "
            "answered within the deadline. Withdrawn ones do not count. A deadline that was missed "
            "counts for the unit that had the incident then, whoever has it now."
        ),
        unit=_("of incidents"),
        table="matters",
        kind=Kind.PROPORTION,
        direction=Direction.HIGHER,
        numerator=_in_time,
        denominator=_owed,
        dimensions=DIMENSIONS,
        instead=BY_PROMISE,
        hide_small=False,
        aside=planted,
    ),
    Indicator(
        key="kept_in_time",
        label=_("Promises kept in time"),
        how_made=_(
            "Of the matters of every kind that ended or whose deadline passed by the cut-off, those "
            "that met the promise of their kind by its deadline. Withdrawn ones do not count. A "
            "deadline that was missed counts for the unit that had the matter then."
        ),
        unit=_("of matters"),
        table="matters",
        kind=Kind.PROPORTION,
        direction=Direction.HIGHER,
        numerator=_in_time,
        denominator=_promised,
        dimensions=DIMENSIONS,
        instead=BY_PROMISE,
        hide_small=False,
        aside=planted,
    ),
    Indicator(
        key="opened_by_units",
        label=_("Opened by the rated units themselves"),
        how_made=_(
            "Of the incidents, those that a rated unit opened itself, by hand or by its own file, "
            "and of which no system of record has spoken since."
        ),
        unit=_("of incidents"),
        table="matters",
        kind=Kind.PROPORTION,
        direction=Direction.NEITHER,
        numerator=lambda rows: rows.origin == Origin.UNIT.value,
        denominator=_is_incident,
        dimensions=DIMENSIONS,
        hide_small=False,
    ),
)
