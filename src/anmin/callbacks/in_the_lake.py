"""The callbacks as the lake keeps them: one row for each, with the answer that counts.

The excluded ones are in it, too. Of a callback the first answer counts, whatever came after it (but
for a slip put right within minutes: ``amending``), and of a matter that was opened again the first
closing that was not withdrawn before anybody answered (docs/adr/0035).
"""

import json
from collections.abc import Sequence

from django.db.models import Max
from django.utils.translation import gettext_lazy as _

from anmin.callbacks.dispositions import WITHDRAWN
from anmin.callbacks.models import Attempt, Callback, Draw
from anmin.matters.demands import set_aside_sql
from anmin.matters.in_the_lake import TOWN_DIGITS, WORTH_LOOKING
from anmin.matters.ledger import settled
from anmin.matters.models import Entry
from anmin.matters.origins import origin_sql
from anmin.matters.registry import all_kinds
from anmin.measures.columns import Column, ColumnType
from anmin.measures.registry import Cursor, LakeTable, Query

_VALID = f"({{0}}.exclusion = '' AND {{0}}.disposition <> '{WITHDRAWN}')"
"""Neither excluded by a rule nor withdrawn, in SQL; the name of the table goes in."""


def callbacks_in_the_lake(_vendor: str) -> str:
    """Every callback with the answer that counts; nothing of sealed kinds."""
    sealed = ", ".join(f"'{kind.code}'" for kind in all_kinds() if kind.seals) or "''"
    return f"""
        SELECT c.id, m.number, c.round, m.kind, m.category, u.code AS unit, a.code AS area,
               substr(a.code, 1, {TOWN_DIGITS}) AS town, m.opened_at, c.due_at, c.closed_at,
               c.exclusion, c.attempts, c.disposition,
               {_VALID.format("c")} AND NOT EXISTS (
                   SELECT 1 FROM callbacks_callback e
                   WHERE e.matter_id = c.matter_id AND e.round = c.round
                     AND e.closing < c.closing AND {_VALID.format("e")}
               ) AS counts,
               m.id AS matter, {origin_sql()} AS origin, {set_aside_sql()} AS unreasonable, f.via, f.satisfaction, f.solved,
               CAST(f.concerns AS TEXT) AS concerns, f.at AS answered_at
        FROM callbacks_callback c
        JOIN matters_matter m ON m.id = c.matter_id
        LEFT JOIN places_unit u ON u.id = c.unit_id
        LEFT JOIN places_area a ON a.id = m.area_id
        LEFT JOIN (
            SELECT callback_id, MAX(seq) AS seq FROM callbacks_answer
            WHERE counts_instead GROUP BY callback_id
        ) i ON i.callback_id = c.id
        LEFT JOIN callbacks_answer f ON f.callback_id = c.id AND f.seq = COALESCE(i.seq, 1)
        WHERE m.kind NOT IN ({sealed}) AND m.stage <> 'void'
    """  # noqa: S608 - the codes come from the program's own kinds


def changed_callbacks(cursor: Cursor) -> tuple[Sequence[Query] | None, Cursor]:
    """The callbacks that changed, or whose matter did, since last time."""
    with settled():
        last = [
            model.objects.aggregate(last=Max("pk"))["last"] or 0
            for model in (Entry, Callback, Attempt)
        ]
        drawn = Draw.objects.aggregate(last=Max("drawn_at"))["last"]
    now = json.dumps([*last, drawn.isoformat() if drawn else ""])
    if cursor is None:
        return None, now
    *since, drawn_since = json.loads(str(cursor))
    if any(new - old > WORTH_LOOKING for new, old in zip(last, since, strict=True)):
        return None, now
    entries, callbacks, attempts = (
        {"pk__gt": old, "pk__lte": new} for new, old in zip(last, since, strict=True)
    )
    of_matters = Entry.objects.filter(**entries).values("matter_id")
    changes: list[Query] = [
        Callback.objects.filter(matter__in=of_matters).values("pk"),
        Callback.objects.filter(**callbacks).values("pk"),
        Attempt.objects.filter(**attempts).values("callback_id"),
        # Which closing of a matter counts may turn on what happened to another one.
        Callback.objects.filter(
            matter__in=Attempt.objects.filter(**attempts).values("callback__matter_id")
        ).values("pk"),
    ]
    if drawn is not None and drawn.isoformat() != drawn_since:
        later = {"draw__drawn_at__gt": drawn_since} if drawn_since else {}
        decided = Callback.objects.filter(draw__drawn_at__isnull=False, **later)
        changes.append(decided.values("pk"))
    return changes if str(cursor) != now else (), now


CALLBACKS = LakeTable(
    name="callbacks",
    label=_("Callbacks"),
    key="id",
    month="opened_at",
    source=callbacks_in_the_lake,
    changed=changed_callbacks,
    columns={
        "id": Column(ColumnType.INTEGER, _("primary key")),
        "number": Column(ColumnType.STRING, _("reference number of the matter")),
        "matter": Column(ColumnType.INTEGER, _("key of the matter")),
        "origin": Column(ColumnType.STRING, _("who brought the matter")),
        "unreasonable": Column(
            ColumnType.BOOLEAN, _("whether what was asked was found unreasonable in the end")
        ),
        "round": Column(ColumnType.INTEGER, _("1, or 2 after something was put right")),
        "kind": Column(ColumnType.STRING, _("kind of matter")),
        "category": Column(ColumnType.STRING, _("what it is about")),
        "unit": Column(ColumnType.STRING, _("code of the unit that served")),
        "area": Column(ColumnType.STRING, _("code of the area")),
        "town": Column(ColumnType.STRING, _("code of the town or street")),
        "opened_at": Column(ColumnType.TIMESTAMP, _("when the matter was recorded")),
        "due_at": Column(ColumnType.TIMESTAMP, _("when the callback is due")),
        "closed_at": Column(ColumnType.TIMESTAMP, _("when the callback ended")),
        "exclusion": Column(ColumnType.STRING, _("the rule that excludes it; empty: none")),
        "attempts": Column(ColumnType.INTEGER, _("how often the citizen was contacted")),
        "disposition": Column(ColumnType.STRING, _("AAPOR code of how it ended; empty: open")),
        "counts": Column(
            ColumnType.BOOLEAN, _("whether of all closings of the matter this one counts")
        ),
        "via": Column(ColumnType.STRING, _("how the first answer came")),
        "satisfaction": Column(ColumnType.STRING, _("first answer: satisfaction")),
        "solved": Column(ColumnType.STRING, _("first answer: solved or not")),
        "concerns": Column(ColumnType.STRING, _("first answer: codes of concerns, as JSON")),
        "answered_at": Column(ColumnType.TIMESTAMP, _("first answer: when")),
    },
    event=("matter", "round", "counts"),
)
