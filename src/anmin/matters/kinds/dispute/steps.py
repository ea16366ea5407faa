"""The steps of a dispute: offered, mediated, agreed, watched; or shown other ways, or a case."""

from django.utils.translation import gettext_lazy as _

from anmin.matters.flow import CITIZENS, GO_ON, Approval, Flow, Move, Stage, State
from anmin.matters.guards import by_now
from anmin.matters.kinds.dispute import guards
from anmin.matters.outcome import Outcome
from anmin.matters.tells import Tell
from anmin.people.roles import Role

WORKERS = frozenset({Role.OFFICER, Role.DUTY_LEADER})
LEADERS = frozenset({Role.DUTY_LEADER})
INSPECTION = frozenset({Role.INSPECTOR})
OPEN = ("mediating", "unsettled")

FLOW = Flow(
    start="found",
    states={
        "found": State(Stage.OPEN, _("Dispute known"), _("Registered")),
        "offered": State(Stage.WAITING, _("Mediation offered")),
        "mediating": State(Stage.WORKING, _("In mediation")),
        "unsettled": State(Stage.WORKING, _("No agreement yet")),
        "agreed": State(Stage.WAITING, _("Agreed, watched whether it holds")),
        "held_once": State(Stage.WAITING, _("Held so far")),
        "broken": State(Stage.WORKING, _("Agreement not kept")),
        "case": State(Stage.WORKING, _("Handled as a case")),
        "held": State(Stage.DONE, _("Held to the end")),
        "case_decided": State(Stage.DONE, _("Case decided")),
        "failed": State(Stage.DECLINED, _("Not settled, other ways shown")),
        "declined": State(Stage.DECLINED, _("Mediation not wanted")),
        "withdrawn": State(Stage.WITHDRAWN, _("Dispute withdrawn")),
    },
    moves=(
        Move(
            "offer",
            "found",
            "offered",
            _("Offer mediation"),
            WORKERS,
            needs=("way", "mediated_by"),
            takes=("mediator", "urgent", "people"),
            tells=(
                Tell(
                    _(
                        "{bureau}: {mediated_by} offers to mediate ({number}). It is free and "
                        "voluntary: it takes place only if both sides want it. {page}"
                    )
                ),
            ),
        ),
        Move(
            "begin",
            "offered",
            "mediating",
            _("Both sides agree to it"),
            WORKERS,
            takes=("mediator", "guardian_told"),
            guards=(guards.guardian_knows,),
        ),
        Move(
            "decline",
            "offered",
            "declined",
            _("A side does not want it"),
            WORKERS,
            needs=("guidance",),
            outcomes=(Outcome.DECLINED,),
            tells=(
                Tell(
                    _(
                        "{bureau}: there is no mediation ({number}), because not both sides want it. "
                        "{guidance}"
                    )
                ),
            ),
        ),
        Move(
            "meet",
            "mediating",
            "",
            _("Record a session"),
            WORKERS,
            needs=("session_on", "session"),
            guards=(by_now("session_on"),),
            public=False,
        ),
        Move(
            "agree",
            OPEN,
            "agreed",
            _("Record the agreement"),
            WORKERS,
            needs=("form", "agreement", "agreed_on"),
            takes=("perform_by",),
            guards=(by_now("agreed_on"),),
            tells=(
                Tell(
                    _(
                        "{bureau}: what both sides agreed ({number}) is at {page}. If a mediation "
                        "committee mediated, both together can ask the court within "
                        "{rule[mediation.court_confirmation]} days to confirm it. We ask twice later "
                        "whether it held."
                    )
                ),
            ),
        ),
        Move(
            "part",
            "mediating",
            "unsettled",
            _("No agreement this time"),
            WORKERS,
            needs=("session_on", "session"),
            guards=(by_now("session_on"),),
        ),
        Move(
            "again",
            "unsettled",
            "mediating",
            _("Mediate once more"),
            WORKERS,
            sets={"second_attempt": True},
            when=(guards.not_too_often,),
        ),
        Move(
            "confirm",
            ("agreed", "held_once"),
            "",
            _("Record the court's confirmation"),
            WORKERS,
            needs=("court_asked_on",),
            takes=("confirmed_on",),
            guards=(guards.asked_in_time, by_now("court_asked_on", "confirmed_on")),
        ),
        Move(
            "check",
            "agreed",
            "held_once",
            _("Asked whether it held"),
            WORKERS,
            needs=("held_first",),
            guards=(guards.first_time_is_over,),
        ),
        Move(
            "check_again",
            "held_once",
            "held",
            _("Asked once more whether it held"),
            WORKERS,
            needs=("held_second",),
            guards=(guards.second_time_is_over,),
            outcomes=(Outcome.FIXED, Outcome.PARTLY),
        ),
        Move(
            "broke",
            ("agreed", "held_once"),
            "broken",
            _("The agreement was not kept"),
            WORKERS,
            needs=("breach",),
        ),
        Move(
            "not_kept",
            ("agreed", "held_once"),
            "broken",
            _("What was agreed is not kept"),
            CITIZENS,
            explains=_("Say what is not kept. The people who mediated then speak with both sides."),
        ),
        Move(
            "go_on",
            "held",
            "broken",
            _("It is not kept any more: please go on"),
            CITIZENS,
            within="dispute.go_on",
            explains=GO_ON,
        ),
        Move(
            "resume",
            "broken",
            "mediating",
            _("Mediate anew"),
            WORKERS,
            when=(guards.not_by_the_police,),
        ),
        Move(
            "fail",
            ("unsettled", "broken"),
            "failed",
            _("End it, and show other ways"),
            WORKERS,
            needs=("guidance",),
            when=(guards.not_by_the_police,),
            outcomes=(Outcome.NOT_FIXED,),
            tells=(Tell(_("{bureau}: mediation did not settle it ({number}). {guidance}")),),
        ),
        Move(
            "to_case",
            ("unsettled", "broken"),
            "case",
            _("Go on with the case"),
            LEADERS,
            when=(guards.by_the_police,),
            tells=(
                Tell(
                    _(
                        "{bureau}: mediation did not settle it; {office} goes on with the case "
                        "({number}) and decides by {due}."
                    )
                ),
            ),
        ),
        Move(
            "extend",
            "case",
            "",
            _("Take longer for the case"),
            LEADERS,
            needs=("note",),
            extends="case",
            approval=Approval(by=frozenset({Role.LEADER})),
        ),
        Move(
            "decide",
            "case",
            "case_decided",
            _("Record what was decided"),
            LEADERS,
            needs=("case_result",),
            outcomes=tuple(Outcome),
            tells=(Tell(_("{bureau}: it is decided in the case ({number}): {page}")),),
        ),
        Move(
            "withdraw",
            ("found", "offered", *OPEN),
            "withdrawn",
            _("Withdraw"),
            INSPECTION,
            needs=("note",),
        ),
    ),
)
