"""Answers to surveys as the lake keeps them, so that they can be counted: one row each, nothing of what was said."""

from collections.abc import Sequence

from django.db.models import F
from django.utils.translation import gettext_lazy as _

from anmin.measures.columns import Column, ColumnType
from anmin.measures.countable import evidence_of
from anmin.measures.registry import Cursor, LakeTable, Query, registry
from anmin.measures.since import added_since
from anmin.surveys.models import Return


def _answers(_vendor: str) -> Query:
    rows = Return.objects.filter(counts=True).order_by()
    return rows.values("id", "at", wave=F("case__wave__code"))


def _changed(cursor: Cursor) -> tuple[Sequence[Query] | None, Cursor]:
    return added_since(Return.objects.all(), cursor)


registry.add(
    LakeTable(
        name="survey_answers",
        label=_("Answers to surveys"),
        key="id",
        month="at",
        source=_answers,
        changed=_changed,
        columns={
            "id": Column(ColumnType.INTEGER, _("primary key")),
            "at": Column(ColumnType.TIMESTAMP, _("when it was given")),
            "wave": Column(ColumnType.STRING, _("code of the survey")),
        },
    )
)
evidence_of(
    "survey_answers",
    _("Answers to surveys"),
    table="survey_answers",
    unit=_("answers"),
    how_made=_("People who answered a sample survey, by the day on which they did."),
    dimensions=("wave",),
)
