"""The reports of this room; other rooms declare theirs in modules of this name."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.utils.translation import gettext_lazy as _

from anmin.documents import papers, standing
from anmin.documents.registry import Span, report
from anmin.people.policy import Capability

if TYPE_CHECKING:
    from anmin.documents.description import Document
    from anmin.documents.registry import Asked

FIGURES = (Capability.VIEW_FIGURES, Capability.VIEW_DAY, Capability.EXPORT_RECORDS)


@report(
    "daily",
    _("Daily brief"),
    hint=_("What came in, the day board, what is in time, and what people say"),
    span=Span.DAY,
    needs=FIGURES,
    archived=True,
)
def daily(asked: Asked) -> Document:
    """The brief of a day."""
    return standing.daily(asked)


@report(
    "monthly",
    _("Monthly report of a unit"),
    hint=_(
        "What a unit had, whether it answered in time, and what people say, against the month before"
    ),
    span=Span.MONTH,
    needs=FIGURES,
    archived=True,
    by_unit=True,
)
def monthly(asked: Asked) -> Document:
    """The report of a month."""
    return standing.monthly(asked)


@report(
    "petition_reply",
    _("Written reply"),
    span=Span.MATTER,
    needs=(Capability.VIEW_MATTERS,),
    kinds=("petition",),
    ready="replied_at",
)
def petition_reply(asked: Asked) -> Document:
    """The written reply to a petition."""
    return papers.petition_reply(asked)


@report(
    "listing_notice",
    _("Notice of listing"),
    span=Span.MATTER,
    needs=(Capability.VIEW_MATTERS,),
    kinds=("listing",),
    ready="listed_at",
)
def listing_notice(asked: Asked) -> Document:
    """The notice of a listing."""
    return papers.listing_notice(asked)


@report("receipt", _("Receipt"), span=Span.ITEM, needs=(Capability.VIEW_PROPERTY,))
def receipt(asked: Asked) -> Document:
    """The receipt for a thing that went back."""
    return papers.receipt(asked)
