"""The steps of a window service, and what the applicant is told."""

from django.utils.translation import gettext_lazy as _

from anmin.matters.flow import Approval, Flow, Move, Stage, State
from anmin.matters.guards import by_now, delivered_after
from anmin.matters.kinds.window_service.guards import (
    granted_first,
    is_licence,
    may_wait,
    papers_in_time,
    uncounted,
)
from anmin.matters.outcome import Outcome
from anmin.matters.tells import Tell
from anmin.people.roles import Role

WINDOW = frozenset({Role.CLERK, Role.OFFICER, Role.DUTY_LEADER})
DECIDERS = frozenset({Role.OFFICER, Role.DUTY_LEADER})
INSPECTION = frozenset({Role.INSPECTOR})
HEAD = frozenset({Role.LEADER})

FLOW = Flow(
    "asked_for",
    {
        "asked_for": State(Stage.OPEN, _("Asked for")),
        "papers": State(Stage.WAITING, _("Papers are missing")),
        "heard": State(Stage.WAITING, _("Hearing or examination, time not counted")),
        "granted": State(Stage.WORKING, _("Licence granted, to be delivered")),
        "done": State(Stage.DONE, _("Service done")),
        "elsewhere": State(Stage.DECLINED, _("Not for this office, told where to apply")),
        "refused": State(Stage.DECLINED, _("Service refused, with the reason")),
        "withdrawn": State(Stage.WITHDRAWN, _("Taken back by the citizen")),
    },
    (
        Move(
            "at_once",
            "asked_for",
            "done",
            _("Done on the spot"),
            WINDOW,
            needs=("result",),
            sets={"on_the_spot": True, "visits": 1},
            stamps="done_at",
            when=(granted_first,),
            outcomes=(Outcome.FIXED,),
            tells=(Tell(_("{bureau}: {about} ({number}) was done at once at {office}: {result}")),),
        ),
        Move(
            "grant",
            "asked_for",
            "granted",
            _("Grant the licence"),
            DECIDERS,
            stamps="granted_at",
            when=(is_licence,),
            tells=(
                Tell(
                    _(
                        "{bureau}: {about} ({number}) is granted; the licence is delivered within "
                        "{rule[window_service.delivery]} working days. {page}"
                    )
                ),
            ),
        ),
        Move(
            "finish",
            ("asked_for", "granted"),
            "done",
            _("Service done, tell the citizen"),
            WINDOW,
            needs=("result", "visits"),
            sets={"on_the_spot": False},
            stamps="done_at",
            when=(granted_first,),
            outcomes=(Outcome.FIXED,),
            tells=(Tell(_("{bureau}: {about} ({number}) is done at {office}: {result}")),),
        ),
        Move(
            "refuse",
            ("asked_for", "papers", "heard"),
            "refused",
            _("Refuse, with the reason"),
            DECIDERS,
            needs=("result",),
            takes=("notice",),
            told_by="notice",
            stamps="done_at",
            approval=Approval(by=frozenset({Role.DUTY_LEADER}) | HEAD),
            outcomes=(Outcome.DECLINED,),
            tells=(
                Tell(
                    _(
                        "{bureau}: {about} ({number}) is refused; the written reason: {page} Against "
                        "the decision you can ask for administrative reconsideration within "
                        "{rule[window_service.reconsideration]} days, or go to court within "
                        "{rule[window_service.court]} months."
                    )
                ),
            ),
        ),
        Move(
            "send_elsewhere",
            "asked_for",
            "elsewhere",
            _("Not for this office, say where to apply"),
            WINDOW,
            needs=("result",),
            takes=("notice",),
            told_by="notice",
            stamps="done_at",
            outcomes=(Outcome.DECLINED,),
            tells=(Tell(_("{bureau}: {about} ({number}) is not for {office}: {result}")),),
        ),
        Move(
            "ask_papers",
            "asked_for",
            "papers",
            _("Tell what is missing, all at once"),
            WINDOW,
            needs=("papers",),
            takes=("notice",),
            told_by="notice",
            when=(papers_in_time,),
            tells=(Tell(_("{bureau}: for {about} ({number}) we still need: {papers}")),),
        ),
        Move(
            "papers_in",
            "papers",
            "asked_for",
            _("Papers are complete"),
            WINDOW,
            stamps="papers_in_at",
            tells=(
                Tell(
                    _(
                        "{bureau}: the papers for {about} ({number}) are complete; it is promised "
                        "by {due}."
                    )
                ),
            ),
        ),
        Move(
            "hear",
            "asked_for",
            "heard",
            _("Hearing, test or examination begins"),
            DECIDERS,
            needs=("wait_for", "wait_reason", "wait_until"),
            takes=("notice",),
            told_by="notice",
            when=(may_wait,),
            guards=(uncounted,),
            tells=(
                Tell(
                    _(
                        "{bureau}: for {about} ({number}) the law asks for a hearing, a test or an "
                        "examination, whose time is not counted: {wait_reason} {page}"
                    )
                ),
            ),
        ),
        Move("go_on", "heard", "asked_for", _("Hearing, test or examination is over"), DECIDERS),
        Move(
            "longer",
            "asked_for",
            "",
            _("More time by the law"),
            WINDOW,
            needs=("longer_reason",),
            takes=("notice",),
            told_by="notice",
            extends="legal",
            approval=Approval(by=HEAD),
            tells=(Tell(_("{bureau}: {about} ({number}) takes longer: {longer_reason}")),),
        ),
        Move(
            "deliver",
            ("done", "refused"),
            "",
            _("Record the delivery of the decision"),
            WINDOW,
            needs=("delivered_on",),
            guards=(by_now("delivered_on"), delivered_after("delivered_on", "done_at")),
        ),
        Move(
            "again",
            ("done", "refused", "elsewhere"),
            "asked_for",
            _("Do it again"),
            INSPECTION,
            needs=("note",),
        ),
        Move(
            "withdraw",
            ("asked_for", "papers", "heard", "granted"),
            "withdrawn",
            _("The citizen takes it back"),
            INSPECTION,
            needs=("note",),
        ),
    ),
)
