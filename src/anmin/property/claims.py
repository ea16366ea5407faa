"""A citizen claims a thing that the public reads of: a matter of its own, with the unit that has it.

Nothing here says whether what was told is right; each claim costs a sender work (``portal.effort``).
"""

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _

from anmin.kernel.errors import Conflict
from anmin.matters import reported
from anmin.matters.contacts import ContactFacts
from anmin.matters.models import Matter
from anmin.people.limits import Limit, take
from anmin.property.published import thing_of
from anmin.property.titles import CLAIM

TOPIC = "claim_property"
MOST = Limit(40, 86_400)
"""Claims to one thing in a day: who tries marks by the dozen reaches nobody's desk with more."""


def claim(
    *,
    number: str,
    key: str,
    details: Mapping[str, Any],
    contact: ContactFacts | None = None,
) -> Matter:
    """Claim the thing of which the publication of that number tells.

    Raises ``NotFound`` where nothing waits under it (any more), ``Conflict`` where it was claimed too
    often today, ``Refusal`` for what is missing.
    """
    item = thing_of(number)
    known = reported.sent_with(key)
    if known is not None:
        return known
    if take("claims to a thing", item.number, limit=MOST).over:
        raise Conflict(_("This was claimed very often today. Please come to the police station."))
    told = {**details, "item": item.number, "sort": item.details["sort"], "way": "online"}
    return reported.report(
        kind=CLAIM,
        key=key,
        category=TOPIC,
        area=item.area,
        unit=item.unit,
        details=told,
        contact=contact,
    )
