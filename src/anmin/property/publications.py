"""What of property the public may read: that such a thing is here, and what went back on one day.

A thing is told of so that its owner finds it, and nobody else can claim it: class, colour, brand and
month, never a serial number, mark, place, photo or value.
"""

from django.utils.translation import gettext_lazy as _

from anmin.property import published
from anmin.publishing.series import Series, register_series
from anmin.publishing.sources import Source, register_source

FOUND = register_series(
    Series(
        code=published.SERIES,
        prefix="WP",
        label=_("Things that wait for their owners"),
        about=_("What was seized and may be yours. You claim it by what only the owner knows."),
        review="property.published_review",
        expiry="property.published_expiry",
    )
)
RETURNED = register_series(
    Series(
        code="returns",
        prefix="FH",
        label=_("Property given back"),
        about=_("Days on which property went back to its owners, by class and value."),
        review="property.event_review",
        expiry="property.event_expiry",
    )
)
register_source(
    Source(
        label=published.THING,
        title=_("Thing that waits for its owner"),
        series=FOUND.code,
        may_draft=published.may_draft_thing,
        draft=published.draft_thing,
        still_true=published.thing_still_here,
        offers=published.things_offered,
        about=published.about_thing,
        no_photos=published.no_photos,
    )
)
register_source(
    Source(
        label=published.EVENT,
        title=_("Return event"),
        series=RETURNED.code,
        may_draft=published.may_draft_event,
        draft=published.draft_event,
        still_true=published.event_still_so,
        offers=published.events_offered,
        about=published.about_event,
    )
)
