"""走访: what was heard on a visit, and what was answered back to those who were visited."""

from datetime import date, datetime

from django.utils.translation import gettext_lazy as _

from anmin.matters.clock import Clock
from anmin.matters.flow import CITIZENS, GO_ON, Flow, Move, Stage, State
from anmin.matters.guards import by_now
from anmin.matters.kind import Details, Figure, FollowUp, Kind, Public, Retention, fact
from anmin.matters.outcome import Outcome
from anmin.matters.registry import register
from anmin.matters.tells import Tell
from anmin.people.roles import Role
from anmin.places.queries import responsible_unit

VISITORS = frozenset({Role.OFFICER, Role.DUTY_LEADER, Role.CLERK, Role.PROGRAMME, Role.INSPECTOR})
WORKERS = frozenset({Role.OFFICER, Role.DUTY_LEADER, Role.PROGRAMME, Role.INSPECTOR})
INSPECTION = frozenset({Role.INSPECTOR})


class VisitDetails(Details):
    """Who was visited when, what was heard, and what they were told in return."""

    visited: str = fact(_("Who was visited"), "", terms="visited")
    visited_on: date | None = fact(_("Visited on"))
    hosts: str = fact(_("Name of the firm, school, group or community"), "", longest=200)
    heard: str = fact(_("What was heard"), "", longest=4000, personal=True)
    minor_involved: bool | None = fact(_("A minor is involved"))
    passed_to: str = fact(_("Body that can settle it"), "", longest=200, told=True)
    reply: str = fact(
        _("Answer to those who were visited"), "", longest=2000, personal=True, told=True
    )
    answered_by: str = fact(_("How they were answered"), "", terms="visit_answers")
    answered_at: datetime | None = fact(_("Answer given"))


register(
    Kind(
        code="visit_finding",
        prefix="ZF",
        label=_("Finding of a visit"),
        details=VisitDetails,
        flow=Flow(
            "heard",
            {
                "heard": State(Stage.OPEN, _("Heard on a visit")),
                "worked_on": State(Stage.WORKING, _("Being settled")),
                "passed_on": State(Stage.WAITING, _("Passed on to the body in charge")),
                "answered": State(Stage.DONE, _("Answered to those who were visited")),
                "withdrawn": State(Stage.WITHDRAWN, _("Withdrawn")),
            },
            (
                Move(
                    "take_up",
                    "heard",
                    "worked_on",
                    _("Begin to settle it"),
                    WORKERS,
                ),
                Move(
                    "pass_on",
                    ("heard", "worked_on"),
                    "passed_on",
                    _("Pass it on to the body in charge"),
                    WORKERS,
                    needs=("passed_to",),
                    tells=(
                        Tell(
                            _(
                                "{bureau}: what you told us on a visit ({number}) is for {passed_to}; "
                                "{office} tells you by {due} what they answer."
                            )
                        ),
                    ),
                ),
                Move(
                    "came_back", "passed_on", "worked_on", _("The other body has answered"), WORKERS
                ),
                Move(
                    "answer",
                    ("heard", "worked_on", "passed_on"),
                    "answered",
                    _("Answer those who were visited"),
                    WORKERS,
                    needs=("reply", "answered_by"),
                    stamps="answered_at",
                    outcomes=tuple(Outcome),
                    tells=(
                        Tell(
                            _(
                                "{bureau}: {office} on what you told us on a visit ({number}): "
                                "{reply}"
                            )
                        ),
                    ),
                ),
                Move(
                    "reopen",
                    "answered",
                    "worked_on",
                    _("Reopen"),
                    INSPECTION,
                    needs=("note",),
                ),
                Move(
                    "go_on",
                    "answered",
                    "worked_on",
                    _("It is not solved: please go on"),
                    CITIZENS,
                    within="visit_finding.go_on",
                    explains=GO_ON,
                ),
                Move(
                    "withdraw",
                    ("heard", "worked_on", "passed_on"),
                    "withdrawn",
                    _("Withdraw"),
                    INSPECTION,
                    needs=("note",),
                ),
            ),
        ),
        clocks=(
            Clock(
                "answer",
                _("Answer to those who were visited"),
                "visit_finding.answer",
                stops=frozenset({"answered"}),
                restarts=frozenset({"reopen", "go_on"}),
                promise=True,
                said=_("Answer to you"),
            ),
        ),
        owner=responsible_unit,
        opened_by=VISITORS,
        children=("body_order",),
        asks=("visited", "visited_on", "heard"),
        opens_if=(by_now("visited_on"),),
        opening=Tell(
            _(
                "{bureau}: thank you for what you told us on a visit ({number}). {office} answers by "
                "{due}. Follow it at {page}, code {code}"
            )
        ),
        delay=Tell(
            _(
                "{bureau}: {office} needs longer than {due} for what you told us on a visit ({number})."
            )
        ),
        follow_up=FollowUp(
            after="answered", script="visit_finding", lacks=frozenset({"in_progress"})
        ),
        public=Public(reporter=("visited_on", "answered_at")),
        voices=True,
        retention=Retention("visit_finding.retention", keeps=frozenset({"hosts", "passed_to"})),
        figures=(
            Figure(
                "in_person",
                _("Answered on another visit"),
                _("Of the findings that were answered, those that were answered on another visit."),
                of=lambda rows: rows.answered_by == "visit",
                among=lambda rows: rows.answered_by.notnull(),
            ),
        ),
    )
)
