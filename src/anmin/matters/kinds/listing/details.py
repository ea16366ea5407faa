"""What a listing carries: why, what is missing, what was reached, and the three checks at its end."""

from datetime import date, datetime

from django.utils.translation import gettext_lazy as _

from anmin.matters.checks import Checks
from anmin.matters.kind import Details, fact


class ListingDetails(Details):
    """A place and the bodies that answer for it; nobody's name."""

    ground: str = fact(_("Why it is put forward"), "", terms="listing_grounds")
    case: str = fact(_("What speaks for it, in figures"), "", longest=2000)
    counted: int | None = fact(_("Events counted"))
    usual: int | None = fact(_("Usual number"))
    since: date | None = fact(_("Counted since"))
    bodies: str = fact(_("Bodies that answer for the place"), "", longest=500)
    told_on: date | None = fact(_("They were told on"))
    reply: str = fact(_("Their reply"), "", longest=4000, personal=True)
    board_number: str = fact(_("Number on the board"), "", longest=20)
    lacks: list[str] = fact(_("What is missing"), factory=list, terms="listing_needs")
    listed_at: datetime | None = fact(_("Listed"))
    milestone: str = fact(_("What was reached"), "", longest=500)
    milestone_on: date | None = fact(_("Reached on"))
    inspected_on: date | None = fact(_("Joint inspection on"))
    inspection: str = fact(_("What the inspection found"), "", longest=4000)
    people_checked: Checks | None = fact(
        _("People: guards and patrols"), terms="listing_people_points"
    )
    physical_checked: Checks | None = fact(
        _("Physical protection"), terms="listing_physical_points"
    )
    technical_checked: Checks | None = fact(
        _("Technical protection"), terms="listing_technical_points"
    )
    owners_checked: Checks | None = fact(_("Owners' committee"), terms="listing_owners_points")
    manager_checked: Checks | None = fact(_("Property manager"), terms="listing_manager_points")
    fire_checked: Checks | None = fact(_("Fire safety"), terms="listing_fire_points")
    community_checked_on: date | None = fact(_("Checked by the community on"))
    town_checked_on: date | None = fact(_("Checked by the town or subdistrict on"))
    extension_reason: str = fact(_("Why it takes longer"), "", longest=1000)
    result: str = fact(_("What has changed, in figures"), "", longest=2000)
    delisted_at: datetime | None = fact(_("Taken off the list on"))


CHECKLISTS = (
    "people_checked",
    "physical_checked",
    "technical_checked",
    "owners_checked",
    "manager_checked",
    "fire_checked",
)
"""What the joint inspection looks at, each a checklist of the body that knows it."""
