"""整改: the order to put right what a callback or a check found."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from anmin.matters.clock import Clock
from anmin.matters.data_rights import ARCHIVED
from anmin.matters.flow import Flow, Move, Stage, State
from anmin.matters.kind import Details, FollowUp, Kind, Retention, fact
from anmin.matters.registry import register
from anmin.matters.terms import term_list
from anmin.people.listing import clauses
from anmin.people.roles import Role
from anmin.places.queries import responsible_unit

LEADER = frozenset({Role.DUTY_LEADER})
INSPECTORATE = frozenset({Role.INSPECTOR})


class RectificationDetails(Details):
    """What was wrong, what was done about it and what the citizen was told."""

    concerns: list[str] = fact(
        _("What the citizen is unhappy about"), factory=list, terms="concerns"
    )
    complaint: str = fact(_("In the citizen's words"), "", longest=2000, personal=True)
    contacted_at: datetime | None = fact(_("First contact"))
    finding: str = fact(_("What the check found"), "", longest=2000)
    measure: str = fact(_("What was done"), "", longest=2000)
    explanation: str = fact(
        _("Explanation to the citizen"), "", longest=2000, personal=True, told=True
    )
    finished_at: datetime | None = fact(_("Put right"))


def headline(details: Mapping[str, Any]) -> str:
    """What the citizen was unhappy about, in one line."""
    told, known = gettext("Dissatisfied in the callback"), term_list("concerns")
    words = clauses(known[code].label for code in details.get("concerns", ()) if code in known)
    if not words:
        return told
    return gettext("%(summary)s (%(concerns)s)") % {"summary": told, "concerns": words}


FLOW = Flow(
    start="ordered",
    states={
        "ordered": State(Stage.OPEN, _("Ordered")),
        "contacted": State(Stage.WORKING, _("Citizen contacted")),
        "put_right": State(Stage.DONE, _("Put right")),
        "not_upheld": State(Stage.DECLINED, _("Not upheld, explained")),
        "withdrawn": State(Stage.WITHDRAWN, _("Withdrawn")),
    },
    moves=(
        Move(
            "contact",
            "ordered",
            "contacted",
            _("Record first contact"),
            LEADER | INSPECTORATE,
            needs=("note",),
            stamps="contacted_at",
            unnamed_by=INSPECTORATE,
        ),
        Move(
            "put_right",
            "contacted",
            "put_right",
            _("Put right"),
            LEADER,
            needs=("measure", "explanation"),
            stamps="finished_at",
        ),
        Move(
            "explain",
            "contacted",
            "not_upheld",
            _("Not upheld, explain"),
            LEADER,
            needs=("finding", "explanation"),
            stamps="finished_at",
        ),
        Move(
            "return",
            ("put_right", "not_upheld"),
            "contacted",
            _("Send back"),
            INSPECTORATE,
            needs=("note",),
        ),
        Move("withdraw", "ordered", "withdrawn", _("Withdraw"), INSPECTORATE, needs=("note",)),
    ),
)

register(
    Kind(
        code="rectification",
        prefix="ZG",
        label=_("Rectification"),
        details=RectificationDetails,
        flow=FLOW,
        clocks=(
            Clock(
                "first_contact",
                _("First contact"),
                rule="rectification.first_contact",
                stops=frozenset({"contacted"}),
                counted=True,
            ),
            Clock(
                "finish",
                _("Put right"),
                rule="rectification.finish",
                stops=frozenset({"put_right", "not_upheld"}),
                restarts=frozenset({"return"}),
                promise=True,
            ),
        ),
        owner=responsible_unit,
        opened_by=INSPECTORATE,
        children=("body_order",),
        follow_up=FollowUp(
            after=("put_right", "not_upheld"),
            script="second_call",
            round=2,
            about="cause",
            scripts_after=(("not_upheld", "second_call_explained"),),
        ),
        rectifies=True,
        headline=headline,
        retention=Retention("rectification.retention", duty=ARCHIVED),
    )
)
