"""What this room itself has to say: listed places on the exposure board."""

from django.utils.translation import gettext_lazy as _

from anmin.publishing import listings
from anmin.publishing.series import BOARD
from anmin.publishing.sources import Source, register_source

register_source(
    Source(
        label="listing",
        title=_("Listing of a place"),
        series=BOARD.code,
        may_draft=listings.may_draft,
        draft=listings.draft,
        still_true=listings.still_true,
        offers=listings.offers,
        about=listings.about,
        face="listing",
    )
)
