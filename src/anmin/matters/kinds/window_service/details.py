"""What is known of a window service."""

from datetime import date, datetime

from django.utils.translation import gettext_lazy as _

from anmin.matters.kind import Details, fact

CODE = "window_service"


class WindowServiceDetails(Details):
    """What the citizen came for, what is missing, and what it took."""

    way: str = fact(_("Where it was asked for"), "", terms="service_ways")
    wish: str = fact(_("What exactly is asked for"), "", longest=1000, personal=True)
    minor_involved: bool | None = fact(_("A minor is involved"))
    notice: str = fact(
        _("How the applicant was told, where not by message"), "", terms="service_notices"
    )
    papers: str = fact(_("Papers that are missing"), "", longest=1000, told=True)
    papers_in_at: datetime | None = fact(_("Papers complete"))
    wait_for: str = fact(_("What the law asks for before the decision"), "", terms="service_waits")
    wait_reason: str = fact(_("Reason, and how long it takes"), "", longest=500, told=True)
    wait_until: date | None = fact(_("Over by about"))
    longer_reason: str = fact(_("Why it takes longer"), "", longest=500, told=True)
    granted_at: datetime | None = fact(_("Licence granted"))
    on_the_spot: bool | None = fact(_("Done while the citizen waited"))
    visits: int | None = fact(_("Visits it took"))
    result: str = fact(_("What was given, or why not"), "", longest=1000, personal=True, told=True)
    done_at: datetime | None = fact(_("Service ended"))
    delivered_on: date | None = fact(_("Written decision delivered on"))
