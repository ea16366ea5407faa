"""Publications as the lake keeps them, so that they can be counted: one row for each, no word of it."""

from collections.abc import Sequence

from django.utils.translation import gettext_lazy as _

from anmin.measures.columns import Column, ColumnType
from anmin.measures.countable import evidence_of
from anmin.measures.registry import Cursor, LakeTable, Query, registry
from anmin.measures.since import added_since
from anmin.publishing.models import Publication, Standing, Step
from anmin.publishing.series import all_series
from anmin.publishing.sources import all_sources


def _published(_vendor: str) -> Query:
    rows = Publication.objects.filter(published_at__isnull=False).order_by()
    return rows.values("id", "number", "series", "source", "standing", "published_at")


def _changed(cursor: Cursor) -> tuple[Sequence[Query] | None, Cursor]:
    """The publications with which something was done since last time."""
    return added_since(Step.objects.all(), cursor, of="publication_id")


registry.add(
    LakeTable(
        name="publications",
        label=_("Publications"),
        key="id",
        month="published_at",
        source=_published,
        changed=_changed,
        columns={
            "id": Column(ColumnType.INTEGER, _("primary key")),
            "number": Column(ColumnType.STRING, _("number of the publication")),
            "series": Column(ColumnType.STRING, _("series")),
            "source": Column(ColumnType.STRING, _("sort of text")),
            "standing": Column(ColumnType.STRING, _("whether it may still be read")),
            "published_at": Column(ColumnType.TIMESTAMP, _("when it was published first")),
        },
    )
)
evidence_of(
    "publications",
    _("Published texts"),
    table="publications",
    unit=_("texts"),
    how_made=_(
        "Texts that went to the public, by the day of their first edition. One that was taken back "
        "does not count."
    ),
    records=lambda rows: rows.standing != Standing.WITHDRAWN.value,
    dimensions=("series", "source"),
    values={"series": all_series, "source": all_sources},
)
