"""整治任务: what one body has to do for a listed place, and by when."""

from datetime import date, datetime

from django.utils.translation import gettext_lazy as _

from anmin.matters.clock import Clock
from anmin.matters.data_rights import ARCHIVED
from anmin.matters.facts import MatterFacts
from anmin.matters.flow import Flow, Move, Stage, State
from anmin.matters.guards import by_now
from anmin.matters.kind import Details, Kind, Retention, fact
from anmin.matters.outcome import Outcome
from anmin.matters.owning import Bodies
from anmin.matters.registry import register
from anmin.people.roles import Role
from anmin.places.queries import responsible_unit

OFFICE = frozenset({Role.PROGRAMME})
STATION = frozenset({Role.DUTY_LEADER, Role.OFFICER})
BODY = frozenset({Role.PARTNER})
LAWFUL = {
    "owners_prepare": "owners_committee.preparation",
    "owners_meet": "owners_committee.first_meeting",
    "owners_file": "owners_committee.filing",
}
"""What an owners' committee takes by law, which is longer than a listing lasts."""


class ListingOrderDetails(Details):
    """Who does what by when, and what was found when it was looked at."""

    body: str = fact(_("Sort of body"), "", terms="listing_bodies")
    body_name: str = fact(_("Name of the body"), "", longest=200)
    remedy: str = fact(_("What is to be done"), "", terms="listing_remedies")
    task: str = fact(_("What exactly"), "", longest=2000)
    due_by: date | None = fact(_("To be done by"))
    report: str = fact(_("What the body did"), "", longest=2000)
    reported_at: datetime | None = fact(_("Told to be done"))
    looked_on: date | None = fact(_("Looked at on"))
    found: str = fact(_("What was found there"), "", longest=2000)


def finish(matter: MatterFacts) -> str:
    """By the law where it gives a time for the remedy."""
    return LAWFUL.get(matter.details.get("remedy", ""), "listing_order.finish")


register(
    Kind(
        code="listing_order",
        prefix="GD",
        label=_("Task for a listed place"),
        details=ListingOrderDetails,
        flow=Flow(
            "given",
            {
                "given": State(Stage.OPEN, _("Task given")),
                "under_way": State(Stage.WORKING, _("Task under way")),
                "reported": State(Stage.WAITING, _("Told to be done, to be looked at")),
                "accepted": State(Stage.DONE, _("Looked at and done")),
                "dropped": State(Stage.WITHDRAWN, _("Task withdrawn")),
            },
            (
                Move(
                    "begin", "given", "under_way", _("The body has begun"), OFFICE | STATION | BODY
                ),
                Move(
                    "report",
                    ("given", "under_way"),
                    "reported",
                    _("The body says it is done"),
                    OFFICE | STATION | BODY,
                    needs=("report",),
                    stamps="reported_at",
                ),
                Move(
                    "accept",
                    "reported",
                    "accepted",
                    _("Looked at: it is done"),
                    OFFICE,
                    needs=("looked_on", "found"),
                    guards=(by_now("looked_on"),),
                    outcomes=(Outcome.FIXED, Outcome.PARTLY),
                ),
                Move(
                    "send_back",
                    "reported",
                    "under_way",
                    _("Looked at: it is not done"),
                    OFFICE,
                    needs=("looked_on", "found"),
                    guards=(by_now("looked_on"),),
                ),
                Move(
                    "drop",
                    ("given", "under_way"),
                    "dropped",
                    _("Withdraw the task"),
                    OFFICE,
                    needs=("note",),
                ),
            ),
        ),
        clocks=(
            Clock(
                "finish",
                _("Task done"),
                finish,
                stops=frozenset({"reported"}),
                restarts=frozenset({"send_back"}),
                promise=True,
                due="due_by",
            ),
            Clock(
                "look",
                _("Somebody looks at it"),
                "listing_order.look",
                stops=frozenset({"accepted", "under_way"}),
                starts="reported",
                restarts=frozenset({"report"}),
            ),
        ),
        owner=responsible_unit,
        opened_by=OFFICE,
        asks=("body", "body_name", "remedy", "task"),
        unasked=frozenset({"contact"}),
        imported=False,
        bodies=Bodies.MAY,
        retention=Retention(
            "listing.retention",
            duty=ARCHIVED,
            keeps=frozenset({"body_name", "task", "report", "found"}),
        ),
    )
)
