"""投诉民警: a citizen complains of somebody of the house. Made for a test alone."""

from django.utils.translation import gettext_lazy as _

from anmin.matters.clock import Clock
from anmin.matters.flow import Approval, Flow, Move, Stage, State
from anmin.matters.kind import Details, FollowUp, Kind, fact
from anmin.matters.party_roles import PartyRole, Who
from anmin.matters.registry import register
from anmin.matters.tells import Tell
from anmin.people.roles import Role
from anmin.places.queries import responsible_unit

INSPECTION = frozenset({Role.INSPECTOR})
WORKERS = frozenset({Role.OFFICER, Role.DUTY_LEADER, Role.INSPECTOR})


class ComplaintDetails(Details):
    """What is complained of, and what was found."""

    subject: str = fact(_("About the matter"), "", longest=200)
    suspicion: str = fact(
        _("First suspicion of the inspectorate"), "", longest=500, seen_by=INSPECTION
    )
    finding: str = fact(_("What was found"), "", longest=500, personal=True, told=True)


register(
    Kind(
        code="complaint",
        prefix="TS",
        label=_("Complaint about the police"),
        details=ComplaintDetails,
        flow=Flow(
            "received",
            {
                "received": State(Stage.OPEN, _("Taken in")),
                "looked_into": State(Stage.WORKING, _("Looked into")),
                "closed": State(Stage.DONE, _("Told")),
            },
            (
                Move(
                    "look",
                    "received",
                    "looked_into",
                    _("Look into it"),
                    WORKERS,
                    takes=("suspicion",),
                ),
                Move(
                    "widen",
                    "looked_into",
                    "",
                    _("Look into more"),
                    WORKERS,
                    needs=("suspicion",),
                    approval=Approval(by=INSPECTION),
                ),
                Move(
                    "close",
                    ("received", "looked_into"),
                    "closed",
                    _("Tell what was found"),
                    WORKERS,
                    needs=("finding",),
                    tells=(
                        Tell(_("{bureau}: what was found ({number}): {finding}"), to="guardian"),
                    ),
                ),
            ),
        ),
        clocks=(
            Clock(
                "answer",
                _("Finding told"),
                "complaint.answer",
                frozenset({"closed"}),
                promise=True,
            ),
        ),
        owner=responsible_unit,
        opened_by=WORKERS,
        asks=("subject",),
        children=("search_order",),
        follow_up=FollowUp(
            after="closed", script="incident", lacks=frozenset({"minor_involved", "in_progress"})
        ),
        parties=(
            PartyRole(
                "accused",
                _("Person or unit complained of"),
                who=frozenset({Who.ACCOUNT, Who.UNIT}),
                most=3,
                seen_by=INSPECTION,
                concerned=True,
            ),
            PartyRole("guardian", _("Guardian")),
            PartyRole("witness", _("Witness"), seen_by=INSPECTION),
        ),
    )
)
