"""The matters as the lake keeps them: a table for each kind, and all of them together.

A table of a kind has what every matter has, and the kind's own facts by declaration: those that tell
of nobody, are kept from nobody and are no free text. ``matters`` are the rows of all of them. So a
kind that gains or loses a fact has its own table written anew, and no other.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import partial

from django.db.models import Max
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from anmin.matters.clock import GIVEN_UP, OVER, Clock
from anmin.matters.demands import set_aside_sql
from anmin.matters.fact_types import FactType, TypedFact, typed_facts
from anmin.matters.kind import Kind
from anmin.matters.ledger import settled
from anmin.matters.models import Entry
from anmin.matters.news import of_kinds
from anmin.matters.origins import origin_sql
from anmin.matters.owning import Bodies
from anmin.measures.columns import Column, ColumnType
from anmin.measures.registry import AGAIN, CUTOFF, DAY, MONTH, Cursor, LakeTable, Query
from anmin.places.models import OUTSIDE

# To read more news than this one by one takes longer than to read every record anew.
WORTH_LOOKING = 200_000
TOWN_DIGITS = 9  # the first nine digits of an official area code name the town or street

COLUMNS: Mapping[str, Column] = {
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
    "due_at": Column(
        ColumnType.TIMESTAMP, _("when it is due; empty if it ended in time with nothing owed")
    ),
    "met_at": Column(
        ColumnType.TIMESTAMP,
        _("when the promise was met, or the matter ended; empty if it was given up"),
    ),
    "missed": Column(
        ColumnType.INTEGER,
        _("how often its promise was given up, or broken before it was made anew"),
    ),
    "due_unit": Column(
        ColumnType.STRING,
        _("code of the unit that answers for the promise: that had it when the time ran out"),
    ),
    "outcome": Column(ColumnType.STRING, _("what its unit says became of it; else empty")),
    "reopened": Column(ColumnType.INTEGER, _("how often it went on after its end")),
    "origin": Column(ColumnType.STRING, _("who brought it")),
    "cause_origin": Column(ColumnType.STRING, _("who brought what an order followed; else empty")),
    "unreasonable": Column(
        ColumnType.BOOLEAN, _("whether what was asked was found unreasonable in the end")
    ),
}
"""What every matter has."""
EVENT = ("id", "kind")
TYPES: Mapping[FactType, ColumnType] = {
    FactType.TERM: ColumnType.STRING,
    FactType.WHOLE: ColumnType.INTEGER,
    FactType.NUMBER: ColumnType.NUMBER,
    FactType.FLAG: ColumnType.BOOLEAN,
    FactType.MOMENT: ColumnType.TIMESTAMP,
    FactType.DAY: ColumnType.DATE,
    FactType.TERMS: ColumnType.STRING,
    FactType.CHECKS: ColumnType.STRING,
}
"""How facts are kept; of a list the codes as JSON, as in ``rows.colours.contains('"red"')``, of a
checklist what was found at each point, likewise."""
FEW = frozenset({FactType.TERM, FactType.FLAG})
"""Facts that have few values, by which figures may be broken down."""


def lake_facts(kind: Kind) -> dict[str, TypedFact]:
    """The facts of a kind that the lake keeps, by the name of their column."""
    taken = {*COLUMNS, MONTH, DAY, CUTOFF, AGAIN}
    return {
        f"fact_{name}" if name in taken else name: one
        for name, one in typed_facts(kind.details).items()
        if one.countable
    }


def dimensions_of(kind: Kind) -> tuple[str, ...]:
    """The columns of a kind's facts by which figures may be broken down."""
    return tuple(name for name, one in lake_facts(kind).items() if one.type in FEW)


def table_name(kind: Kind) -> str:
    """What the table of a kind is called."""
    return f"matters_{kind.code}"


def table_of(kind: Kind) -> LakeTable:
    """The table of one kind."""
    facts = {
        name: Column(TYPES[one.type], one.title, lenient=True)
        for name, one in lake_facts(kind).items()
    }
    for clock in timed_clocks(kind):
        said = {"label": clock.label}
        if clock.counted:
            facts |= {
                f"{clock.code}_due": Column(
                    ColumnType.TIMESTAMP, format_lazy(_("{label}: due"), **said)
                ),
                f"{clock.code}_met": Column(
                    ColumnType.TIMESTAMP, format_lazy(_("{label}: met"), **said)
                ),
            }
        facts[f"{clock.code}_left"] = Column(
            ColumnType.NUMBER, format_lazy(_("{label}: share of its time left"), **said)
        )
    return LakeTable(
        name=table_name(kind),
        label=format_lazy(_("Matters: {kind}"), kind=kind.label),
        key="id",
        month="opened_at",
        source=partial(_rows_of, kind),
        changed=partial(_changed, kind),
        columns={**COLUMNS, **facts},
        event=EVENT,
    )


def all_matters(kinds: Iterable[Kind]) -> LakeTable:
    """The matters of all of these kinds."""
    return LakeTable(
        name="matters",
        label=_("Matters"),
        key="id",
        month="opened_at",
        columns=COLUMNS,
        event=EVENT,
        parts=tuple(table_name(kind) for kind in kinds),
    )


def timed_clocks(kind: Kind) -> list[Clock]:
    """The clocks of which figures tell how much time was left: the promise, and those counted.

    Not those that the house itself ends when their time is over: nobody saves any of it.
    """
    return [clock for clock in kind.clocks if (clock.counted or clock.promise) and not clock.lapses]


_LASTED = {
    "sqlite": "(julianday({0}) - julianday({1}))",
    "postgresql": "EXTRACT(EPOCH FROM ({0} - {1}))",
}
"""How long it is from the second moment to the first."""


def _clocks_told(kind: Kind, vendor: str) -> tuple[str, str]:
    """The columns and the joins of the timed clocks. Of what is late no time is left; what ended
    unmet is not met."""
    told, joins = "", ""
    for clock in timed_clocks(kind):
        row = f"c_{clock.code}"
        left, whole = (
            _LASTED[vendor].format(f"{row}.due_at", f"{row}.{since}")
            for since in ("met_at", "started_at")
        )
        if clock.counted:
            told += f""",
            CASE WHEN {row}.paused_at IS NULL
                AND NOT ({row}.ended = '{OVER}' AND {row}.met_at <= {row}.due_at)
                THEN {row}.due_at END AS "{clock.code}_due",
            CASE WHEN {row}.ended = '' THEN {row}.met_at END AS "{clock.code}_met"
            """
        told += f""",
            CASE WHEN {row}.ended <> '' THEN NULL WHEN {row}.met_at >= {row}.due_at THEN 0.0
                WHEN {row}.met_at IS NOT NULL THEN 1.0 * {left} / {whole} END AS "{clock.code}_left"
            """
        joins += f"""
        LEFT JOIN matters_deadline {row} ON {row}.matter_id = m.id AND {row}.clock = '{clock.code}'"""
    return told, joins


def _rows_of(kind: Kind, vendor: str) -> str:
    """Every matter of a kind, with the clock that is its promise, and its facts."""
    promise = next((clock.code for clock in kind.clocks if clock.promise), "")
    cause = "CAST(NULL AS TEXT)"
    if kind.rectifies:
        cause = f"""(
            SELECT {origin_sql("c")} FROM matters_link l
            JOIN matters_matter c ON c.id = l.other_id
            WHERE l.matter_id = m.id AND l.relation = 'cause' LIMIT 1
        )"""  # noqa: S608 - as below
    told = "".join(f', {_FACTS[vendor](one)} AS "{name}"' for name, one in lake_facts(kind).items())
    clocks, joins = _clocks_told(kind, vendor)
    # Where a body outside the police may own a matter, no unit of the police answers for that one.
    outside = ", ".join(f"'{one}'" for one in sorted(OUTSIDE))
    police = f" AND u.kind NOT IN ({outside})" if kind.bodies is Bodies.MAY else ""
    # Codes and names come from the program's own kinds, never from outside.
    return f"""
        SELECT m.id, m.number, m.kind, m.category, m.state, m.stage, m.source, m.opened_at,
               m.closed_at, u.code AS unit, a.code AS area,
               substr(a.code, 1, {TOWN_DIGITS}) AS town,
               CASE WHEN d.paused_at IS NULL AND NOT (d.ended = '{OVER}' AND d.met_at <= d.due_at)
                   THEN d.due_at END AS due_at,
               CASE WHEN d.ended <> '{GIVEN_UP}' THEN d.met_at END AS met_at,
               COALESCE(d.missed, 0) + CASE WHEN d.ended = '{GIVEN_UP}' THEN 1 ELSE 0 END AS missed,
               CASE WHEN d.met_at <= d.due_at AND d.missed = 0 AND d.ended <> '{GIVEN_UP}' THEN u.code
                   ELSE COALESCE(h.code, u.code) END AS due_unit, m.outcome, m.reopened, {origin_sql()} AS origin, {cause} AS cause_origin,
               {set_aside_sql()} AS unreasonable{told}{clocks}
        FROM matters_matter m
        LEFT JOIN places_unit u ON u.id = m.unit_id{police}
        LEFT JOIN places_area a ON a.id = m.area_id
        LEFT JOIN matters_deadline d ON d.matter_id = m.id AND d.clock = '{promise}'
        LEFT JOIN places_unit h ON h.id = d.held_by_id{joins}
        WHERE m.kind = '{kind.code}' AND m.stage <> 'void'
    """  # noqa: S608


def _in_sqlite(fact: TypedFact) -> str:
    value = f"json_extract(m.details, '$.{fact.name}')"
    sorts = {
        FactType.FLAG: "'true', 'false'",
        FactType.WHOLE: "'integer'",
        FactType.NUMBER: "'integer', 'real'",
    }.get(fact.type)
    if sorts is None:
        return value
    return f"CASE WHEN json_type(m.details, '$.{fact.name}') IN ({sorts}) THEN {value} END"


_LOOKS = {
    FactType.WHOLE: r"^-?\d{1,18}$",
    FactType.NUMBER: r"^-?\d",
    FactType.FLAG: "^(true|false)$",
    FactType.MOMENT: r"^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}",
    FactType.DAY: r"^\d{4}-\d{2}-\d{2}$",
}
"""How values of a type look as PostgreSQL tells them; a value of another type is unknown."""


def _in_postgresql(fact: TypedFact) -> str:
    value = f"(m.details ->> '{fact.name}')"
    look = _LOOKS.get(fact.type)
    return value if look is None else f"CASE WHEN {value} ~ '{look}' THEN {value} END"


_FACTS: Mapping[str, Callable[[TypedFact], str]] = {
    "sqlite": _in_sqlite,
    "postgresql": _in_postgresql,
}


def _changed(kind: Kind, cursor: Cursor) -> tuple[Sequence[Query] | None, Cursor]:
    """The matters of a kind that have new entries since the last time."""
    with settled():
        last = Entry.objects.aggregate(last=Max("id"))["last"] or 0
    since = int(cursor) if cursor is not None else None
    if since is None or last - since > WORTH_LOOKING:
        return None, last
    news = of_kinds(Entry.objects.filter(id__gt=since, id__lte=last), [kind.code])
    return ([news.values("matter_id")] if news.exists() else ()), last
