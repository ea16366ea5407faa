"""The reports of this room; other rooms declare theirs in modules of this name."""

from django.utils.translation import gettext_lazy as _

from anmin.documents import papers, standing
from anmin.documents.registry import Span, report
from anmin.people.policy import Capability

FIGURES = (Capability.VIEW_FIGURES, Capability.VIEW_DAY, Capability.EXPORT_RECORDS)

report(
    "daily",
    _("Daily brief"),
    hint=_("What came in, the day board, what is in time, and what people say"),
    span=Span.DAY,
    needs=FIGURES,
)(standing.daily)
report(
    "monthly",
    _("Monthly report of a unit"),
    hint=_(
        "What a unit had, whether it answered in time, and what people say, against the month before"
    ),
    span=Span.MONTH,
    needs=FIGURES,
    by_unit=True,
)(standing.monthly)
report(
    "petition_reply",
    _("Written reply"),
    span=Span.MATTER,
    needs=(Capability.VIEW_MATTERS,),
    kinds=("petition",),
    ready="replied_at",
)(papers.petition_reply)
report(
    "listing_notice",
    _("Notice of listing"),
    span=Span.MATTER,
    needs=(Capability.VIEW_MATTERS,),
    kinds=("listing",),
    ready="listed_at",
)(papers.listing_notice)
report("receipt", _("Receipt"), span=Span.ITEM, needs=(Capability.VIEW_PROPERTY,))(papers.receipt)
