"""警情: a call or report that the police must answer."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from django.utils.translation import gettext_lazy as _

from anmin.matters.categories import categories
from anmin.matters.clock import Clock
from anmin.matters.data_rights import ARCHIVED
from anmin.matters.facts import MatterFacts
from anmin.matters.flow import CITIZENS, GO_ON, YOURS, Flow, Move, Stage, State
from anmin.matters.kind import ByCitizen, Details, FollowUp, Kind, Public, Retention, fact
from anmin.matters.kinds.incident import cases
from anmin.matters.kinds.incident.cases import HANDLERS, LEADERS
from anmin.matters.registry import register
from anmin.matters.tells import Tell
from anmin.people.roles import Role
from anmin.places.queries import responsible_unit

INSPECTION = frozenset({Role.INSPECTOR})


class IncidentDetails(Details):
    """What is known of one incident; times are moments, not promises."""

    received_at: datetime | None = fact(_("Received"))
    dispatched_at: datetime | None = fact(_("Dispatched"))
    arrived_at: datetime | None = fact(_("Arrived"))
    cleared_at: datetime | None = fact(_("Handled"))
    answered_at: datetime | None = fact(_("Answer given"))
    call_type: str = fact(_("Type of call"), "", longest=200)
    priority: str = fact(_("Priority"), "", longest=20)
    clearance: str = fact(_("How it ended"), "", longest=200)
    general_offense: str = fact(_("Case number"), "", longest=64)
    minor_involved: bool | None = fact(_("A minor is involved"))
    in_progress: bool | None = fact(_("The case is still under investigation"))
    mediated_first: str = fact(
        _("Who tried to settle the noise first"), "", terms="noise_mediators"
    )
    loss_yuan: int | None = fact(_("Loss, in yuan"))
    loss_source: str = fact(_("Loss known from"), "", terms="loss_sources")
    recovered_yuan: int | None = fact(_("Recovered, in yuan"))
    recovered_how: str = fact(_("Recovered how"), "", terms="recoveries")
    solved: bool | None = fact(_("Case solved"))
    solved_on: date | None = fact(_("Case solved on"))
    referral: str = fact(_("How the reporter was referred"), "", terms="incident_referrals")
    reply: str = fact(_("Answer for the reporter"), "", longest=2000, personal=True, told=True)
    question: str = fact(_("Question to the reporter"), "", longest=500, told=True)


# Whoever telephoned is answered by telephone; the answer is sent where it was promised at reporting.
ANSWER = Tell(_("{bureau}: {office} on {about} ({number}): {reply} {page}"), followed=True)
FLOW = Flow(
    start="received",
    states={
        "received": State(Stage.OPEN, _("Received")),
        "dispatched": State(Stage.WORKING, _("Dispatched")),
        "arrived": State(Stage.WORKING, _("Attending")),
        "asked": State(Stage.WAITING, _("Waiting for the reporter"), YOURS),
        "handled": State(Stage.WORKING, _("Handled, answer owed")),
        "answered": State(Stage.DONE, _("Answered")),
        "referred": State(Stage.DECLINED, _("Referred, not for the police")),
        "withdrawn": State(Stage.WITHDRAWN, _("Withdrawn")),
    },
    moves=(
        Move("dispatch", "received", "dispatched", _("Dispatch"), HANDLERS, stamps="dispatched_at"),
        Move(
            "arrive",
            ("received", "dispatched"),
            "arrived",
            _("Arrived"),
            HANDLERS,
            stamps="arrived_at",
        ),
        Move(
            "handle",
            ("received", "dispatched", "arrived"),
            "handled",
            _("Handled"),
            HANDLERS,
            needs=("clearance",),
            stamps="cleared_at",
        ),
        Move(
            "ask",
            ("arrived", "handled"),
            "asked",
            _("Ask the reporter"),
            HANDLERS,
            needs=("question",),
            asks=True,
        ),
        Move("resume", "asked", "arrived", _("Go on"), HANDLERS, replies=True),
        Move(
            "answer",
            ("received", "dispatched", "arrived", "handled", "asked"),
            "answered",
            _("Answer the reporter"),
            HANDLERS,
            needs=("reply",),
            stamps="answered_at",
            tells=(ANSWER,),
        ),
        Move(
            "refer",
            "received",
            "referred",
            _("Refer, with an answer"),
            LEADERS,
            needs=("referral", "reply"),
            stamps="answered_at",
            tells=(ANSWER,),
        ),
        Move(
            "withdraw",
            ("received", "dispatched"),
            "withdrawn",
            _("Withdraw"),
            INSPECTION,  # its citizen is not asked, so whoever is rated does not say so
            needs=("note",),
        ),
        # Not the unit's own: its citizen may be about to be asked, and then it changes nothing.
        Move("reopen", "answered", "handled", _("Reopen"), INSPECTION, needs=("note",)),
        Move(
            "go_on",
            ("answered", "referred"),
            "received",
            _("It is not solved: please go on"),
            CITIZENS,
            within="incident.go_on",
            explains=GO_ON,
        ),
        *cases.MOVES,
    ),
)


def answer_rule(matter: MatterFacts) -> str:
    """Which rule sets the answer deadline of an incident."""
    topic = categories().get(matter.category)
    return "incident.answer.same_day" if topic and topic.same_day else "incident.answer"


def state_from_facts(details: Mapping[str, Any]) -> str:
    """What a dispatch system's facts prove; closed only if the reporter was answered."""
    if details.get("answered_at") and details.get("reply"):
        return "answered"
    for moment, state in (
        ("cleared_at", "handled"),
        ("arrived_at", "arrived"),
        ("dispatched_at", "dispatched"),
    ):
        if details.get(moment):
            return state
    return "received"


register(
    Kind(
        code="incident",
        prefix="JQ",
        turn=1,
        label=_("Incident"),
        details=IncidentDetails,
        flow=FLOW,
        clocks=(
            Clock(
                "answer",
                _("Answer to the reporter"),
                rule=answer_rule,
                stops=frozenset({"answered", "referred"}),
                restarts=frozenset({"reopen", "go_on"}),
                promise=True,
                said=_("Answer to you"),
            ),
        ),
        owner=responsible_unit,
        opened_by=HANDLERS,
        children=("body_order",),
        by_citizen=ByCitizen(
            _("Something that is wrong and should be looked at"),
            _("A theft, noise, a fight, a danger on the road, something suspicious"),
        ),
        follow_up=FollowUp(after=("answered", "referred"), script="incident"),
        public=Public(
            fields=("received_at", "dispatched_at", "arrived_at", "cleared_at", "answered_at"),
            when=frozenset({"received", "dispatched", "arrived", "asked", "handled", "answered"}),
        ),
        observe=state_from_facts,
        figures=cases.FIGURES,
        retention=Retention(
            "incident.retention", duty=ARCHIVED, keeps=frozenset({"call_type", "priority"})
        ),
    )
)
