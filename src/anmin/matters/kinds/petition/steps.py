"""The steps of a petition: who takes them, what they need, and what the petitioner is told.

What is told names neither the subject nor what was decided: others may read that telephone.
"""

from django.utils.translation import gettext_lazy as _

from anmin.matters.flow import CITIZENS, YOURS, Approval, Flow, Move, Stage, State
from anmin.matters.guards import by_now, delivered_after
from anmin.matters.kinds.petition.details import DESK, HEAD
from anmin.matters.kinds.petition.guards import another_body
from anmin.matters.outcome import Outcome
from anmin.matters.tells import Tell
from anmin.people.roles import Role

LEADERS = frozenset({Role.DUTY_LEADER, Role.INSPECTOR})
WORKERS = LEADERS | {Role.OFFICER}


MORE = Tell(
    _("{bureau}: your petition ({number}) is complex and takes longer, until {due}. Reason: {page}")
)
FLOW = Flow(
    start="registered",
    states={
        "registered": State(
            Stage.OPEN, _("Registered"), _("Registered, way of handling not told yet")
        ),
        "transferred": State(
            Stage.WAITING, _("Passed on, objection possible"), _("Passed on to a lower unit")
        ),
        "objected": State(
            Stage.OPEN, _("The lower unit objects, to be looked at"), _("Passed on to a lower unit")
        ),
        "unconfirmed": State(
            Stage.WAITING, _("Passed on, not confirmed yet"), _("Passed on to a lower unit")
        ),
        "accepted": State(Stage.WORKING, _("Accepted")),
        "asked": State(Stage.WAITING, _("Waiting for the petitioner"), YOURS),
        "replied": State(Stage.DONE, _("Replied")),
        "review_asked": State(
            Stage.WORKING,
            _("Review asked for, to be brought to the body above"),
            _("Review asked for"),
        ),
        "review": State(Stage.WORKING, _("Under review")),
        "reviewed": State(Stage.DONE, _("Review decided")),
        "second_asked": State(
            Stage.WORKING,
            _("Second review asked for, to be brought to the body above"),
            _("Second review asked for"),
        ),
        "second_review": State(Stage.WORKING, _("Under second review")),
        "hearing": State(Stage.WAITING, _("Hearing, time not counted")),
        "closed": State(Stage.DONE, _("Closed by the second review")),
        "not_accepted": State(Stage.DECLINED, _("Not accepted, with the reason")),
        "own_procedure": State(Stage.DECLINED, _("Has a procedure of its own")),
        "passed_on": State(Stage.DECLINED, _("A lower unit has it")),
        "withdrawn": State(Stage.WITHDRAWN, _("Withdrawn by the petitioner")),
    },
    moves=(
        Move(
            "accept",
            "registered",
            "accepted",
            _("Accept"),
            LEADERS,
            stamps="accepted_at",
            takes=("notice",),
            told_by="notice",
            tells=(
                Tell(
                    _(
                        "{bureau}: {office} accepted your petition ({number}) and replies in "
                        "writing by {due}. {page}"
                    )
                ),
            ),
        ),
        Move(
            "refuse",
            "registered",
            "not_accepted",
            _("Do not accept"),
            DESK,
            needs=("refusal",),
            outcomes=(Outcome.DECLINED,),
            takes=("notice",),
            told_by="notice",
            tells=(
                Tell(
                    _(
                        "{bureau}: your petition ({number}) is not accepted; the reason, and where "
                        "you can turn: {page}"
                    )
                ),
            ),
        ),
        Move(
            "lead",
            ("registered", "accepted"),
            "own_procedure",
            _("Lead into its own procedure"),
            DESK,
            needs=("procedure", "guidance"),
            outcomes=(Outcome.DECLINED,),
            takes=("notice",),
            told_by="notice",
            tells=(
                Tell(
                    _(
                        "{bureau}: by law your petition ({number}) has a procedure of its own; "
                        "where and how that begins: {page}"
                    )
                ),
            ),
        ),
        Move(
            "transfer",
            "registered",
            "transferred",
            _("Pass on to a lower unit of the police"),
            DESK,
            needs=("passed_to", "passed_ground"),
            takes=("notice",),
            told_by="notice",
            tells=(
                Tell(
                    _(
                        "{bureau}: your petition ({number}) is for a lower unit of the police; it "
                        "was passed on. To whom: {page}"
                    )
                ),
            ),
        ),
        Move(
            "object",
            "transferred",
            "objected",
            _("The lower unit objects"),
            DESK,
            needs=("note",),
            public=False,
        ),
        Move(
            "return",
            ("objected", "unconfirmed"),
            "registered",
            _("Agree to the objection, take it back"),
            DESK,
            needs=("note",),
            public=False,
        ),
        Move(
            "insist",
            "objected",
            "unconfirmed",
            _("Do not agree to the objection"),
            DESK,
            needs=("note",),
            public=False,
        ),
        Move(
            "unopposed",
            "transferred",
            "unconfirmed",
            _("Nobody objected in time"),
            frozenset({"system"}),
            public=False,
        ),
        Move(
            "taken",
            ("transferred", "unconfirmed"),
            "passed_on",
            _("The lower unit has confirmed it"),
            DESK,
            needs=("taken_on",),
            guards=(by_now("taken_on"),),
        ),
        Move(
            "ask",
            "accepted",
            "asked",
            _("Ask the petitioner"),
            WORKERS,
            needs=("question",),
            asks=True,
        ),
        Move("resume", "asked", "accepted", _("Go on with it"), WORKERS, replies=True),
        Move(
            "extend",
            "accepted",
            "",
            _("Take longer"),
            LEADERS,
            needs=("extension_reason",),
            takes=("notice",),
            told_by="notice",
            extends="finish",
            approval=Approval(by=HEAD),
            tells=(MORE,),
        ),
        Move(
            "reply",
            ("accepted", "asked"),
            "replied",
            _("Reply in writing"),
            LEADERS,
            needs=("heard", "reasons", "reply"),
            stamps="replied_at",
            signs="replied_by",
            outcomes=tuple(Outcome),
            tells=(
                Tell(
                    _(
                        "{bureau}: {office} has replied to your petition ({number}): {page} "
                        "If you do not agree, you can ask the body one level above for a review "
                        "there, within {days} days of receiving the written reply."
                    )
                ),
            ),
        ),
        Move(
            "deliver",
            ("replied", "reviewed"),
            "",
            _("Record the delivery"),
            LEADERS,
            needs=("delivered_on",),
            guards=(
                by_now("delivered_on"),
                delivered_after("delivered_on", "replied_at", "reviewed_at"),
            ),
        ),
        Move(
            "ask_review",
            "replied",
            "review_asked",
            _("Ask for a review"),
            DESK | CITIZENS,
            within="petition.national.review_request",
            since="delivered_on",
            explains=_(
                "You can ask for a review until {last}, this day included. The body one level above "
                "the one that replied reviews it (Regulations on Petitions, article 35). The time "
                "counts from when you received the written reply."
            ),
            tells=(
                Tell(
                    _(
                        "{bureau}: you asked for a review of your petition ({number}); it goes to "
                        "the body one level above. {page}"
                    )
                ),
            ),
        ),
        Move(
            "review_begins",
            "review_asked",
            "review",
            _("The reviewing body has received it"),
            DESK,
            needs=("review_body", "review_begun_on"),
            guards=(another_body, by_now("review_begun_on")),
            tells=(
                Tell(
                    _(
                        "{bureau}: the review of your petition ({number}) is decided by {due}. {page}"
                    )
                ),
            ),
        ),
        Move(
            "decide",
            "review",
            "reviewed",
            _("Decide the review"),
            DESK,
            needs=("review_result", "review_reply"),
            stamps="reviewed_at",
            approval=Approval(by=HEAD),
            tells=(
                Tell(
                    _(
                        "{bureau}: the review of your petition ({number}) is decided: {page} "
                        "If you do not agree, you can ask the body one level above that one for a "
                        "second review there, within {days} days of receiving this in writing."
                    )
                ),
            ),
        ),
        Move(
            "ask_again",
            "reviewed",
            "second_asked",
            _("Ask for a second review"),
            DESK | CITIZENS,
            within="petition.national.second_review_request",
            since="delivered_on",
            explains=_(
                "You can ask for a second review until {last}, this day included. The body one "
                "level above the one that reviewed decides it (Regulations on Petitions, article "
                "36). The time counts from when you received the review in writing."
            ),
            tells=(
                Tell(
                    _(
                        "{bureau}: you asked for a second review of your petition ({number}); it "
                        "goes to the body above the one that reviewed. {page}"
                    )
                ),
            ),
        ),
        Move(
            "second_begins",
            "second_asked",
            "second_review",
            _("The body of the second review has received it"),
            DESK,
            needs=("second_body", "second_begun_on"),
            guards=(another_body, by_now("second_begun_on")),
            tells=(
                Tell(
                    _(
                        "{bureau}: the second review of your petition ({number}) is decided by "
                        "{due}. {page}"
                    )
                ),
            ),
        ),
        Move("hear", "second_review", "hearing", _("Begin a hearing"), DESK),
        Move("heard", "hearing", "second_review", _("End the hearing"), DESK),
        Move(
            "close",
            "second_review",
            "closed",
            _("Decide the second review"),
            DESK,
            needs=("second_result", "second_reply"),
            approval=Approval(by=HEAD),
            tells=(
                Tell(
                    _("{bureau}: the second review of your petition ({number}) is decided: {page}")
                ),
            ),
        ),
        Move(
            "take_up",
            ("not_accepted", "own_procedure", "passed_on"),
            "registered",
            _("Take it up after all"),
            DESK,
            needs=("note",),
        ),
        Move(
            "withdraw",
            (
                "registered",
                "transferred",
                "objected",
                "unconfirmed",
                "accepted",
                "asked",
                "review_asked",
                "review",
                "second_asked",
                "second_review",
                "hearing",
            ),
            "withdrawn",
            _("The petitioner withdraws it"),
            DESK,
            needs=("note",),
        ),
    ),
)
