"""信访: a letter, visit or online complaint or request under the petition rules."""

from datetime import datetime

from django.conf import settings
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from anmin.matters.clock import Clock, Extension
from anmin.matters.facts import MatterFacts
from anmin.matters.flow import CITIZENS, Approval, Flow, Move, Stage, State, Text
from anmin.matters.kind import ByCitizen, Figure, FollowUp, Kind, Public, Retention
from anmin.matters.kinds.petition.details import DESK, HEAD, PetitionDetails
from anmin.matters.outcome import Outcome
from anmin.matters.party_roles import PartyRole, Who
from anmin.matters.registry import register
from anmin.matters.tells import Tell
from anmin.people.roles import Role
from anmin.places.queries import responsible_unit

LEADERS = frozenset({Role.DUTY_LEADER, Role.INSPECTOR})
WORKERS = LEADERS | {Role.OFFICER}
REGISTRARS = LEADERS | {Role.CLERK}
SETS = ("national", "zhejiang")


def acceptance(_matter: MatterFacts) -> str:
    """By when it is said whether a petition is accepted."""
    return f"petition.{settings.PETITION_CLOCKS}.acceptance"


def finish(_matter: MatterFacts) -> str:
    """By when a petition is answered."""
    return f"petition.{settings.PETITION_CLOCKS}.finish"


def not_before_the_reply(matter: MatterFacts) -> Text | None:
    """What was not written yet is not delivered: the reply, or what decided its review."""
    written_at = "reviewed_at" if matter.state == "reviewed" else "replied_at"
    told, replied = matter.details.get("delivered_on"), matter.details.get(written_at)
    if not told or not replied:
        return None
    if told > timezone.localdate().isoformat():
        return _("This moment lies in the future.")
    written = timezone.localdate(datetime.fromisoformat(replied))
    return _("It is delivered before it is written.") if told < written.isoformat() else None


MORE = Tell(
    _(
        "{bureau}: {about} ({number}) is complex and takes longer, until {due}. "
        "Reason: {extension_reason}"
    )
)
FLOW = Flow(
    start="registered",
    states={
        "registered": State(
            Stage.OPEN, _("Registered"), _("Registered, not decided yet whether it is accepted")
        ),
        "transferred": State(
            Stage.WAITING, _("Passed on, objection possible"), _("Passed on to another body")
        ),
        "accepted": State(Stage.WORKING, _("Accepted")),
        "asked": State(Stage.WAITING, _("Waiting for the petitioner")),
        "replied": State(Stage.DONE, _("Replied")),
        "review": State(Stage.WORKING, _("Under review")),
        "reviewed": State(Stage.DONE, _("Review decided")),
        "second_review": State(Stage.WORKING, _("Under second review")),
        "hearing": State(Stage.WAITING, _("Hearing, time not counted")),
        "closed": State(Stage.DONE, _("Closed by the second review")),
        "not_accepted": State(Stage.DECLINED, _("Not accepted, with the reason")),
        "own_procedure": State(Stage.DECLINED, _("Has a procedure of its own")),
        "passed_on": State(Stage.DECLINED, _("Another body has it")),
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
            tells=(
                Tell(
                    _(
                        "{bureau}: {office} accepted {about} ({number}) and replies in writing "
                        "by {due}. {page}"
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
            tells=(Tell(_("{bureau}: {about} ({number}) is not accepted: {refusal} {page}")),),
        ),
        Move(
            "lead",
            ("registered", "accepted"),
            "own_procedure",
            _("Lead into its own procedure"),
            DESK,
            needs=("procedure", "guidance"),
            outcomes=(Outcome.DECLINED,),
            tells=(
                Tell(
                    _(
                        "{bureau}: by law {about} ({number}) has a procedure of its own: "
                        "{guidance} {page}"
                    )
                ),
            ),
        ),
        Move(
            "transfer",
            "registered",
            "transferred",
            _("Pass on to another body"),
            DESK,
            needs=("passed_to",),
            tells=(
                Tell(
                    _("{bureau}: {about} ({number}) is for {passed_to}; it was passed on to them.")
                ),
            ),
        ),
        Move(
            "object",
            "transferred",
            "registered",
            _("The other body objects"),
            DESK,
            needs=("note",),
            public=False,
        ),
        Move("taken", "transferred", "passed_on", _("The other body has taken it"), DESK),
        Move(
            "unopposed",
            "transferred",
            "passed_on",
            _("Nobody objected in time"),
            frozenset({"system"}),
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
            needs=("reasons", "reply"),
            stamps="replied_at",
            outcomes=tuple(Outcome),
            tells=(
                Tell(
                    _(
                        "{bureau}: {office} on {about} ({number}): {reply} Grounds: {page} "
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
            guards=(not_before_the_reply,),
        ),
        Move(
            "ask_review",
            "replied",
            "review",
            _("Ask for a review"),
            DESK | CITIZENS,
            within="petition.national.review_request",
            since="delivered_on",
            explains=_(
                "You can ask for a review until {last}, this day included. The body one level above "
                "the one that replied reviews it (Regulations on Petitions, article 35). The time "
                "counts from when you received the written reply."
            ),
            tells=(Tell(_("{bureau}: the review of {about} ({number}) is decided by {due}.")),),
        ),
        Move(
            "decide",
            "review",
            "reviewed",
            _("Decide the review"),
            DESK,
            needs=("review_body", "review_result", "review_reply"),
            stamps="reviewed_at",
            approval=Approval(by=HEAD),
            tells=(
                Tell(
                    _(
                        "{bureau}: review of {about} ({number}): {review_reply} More: {page} "
                        "If you do not agree, you can ask the body one level above that one for a "
                        "second review there, within {days} days of receiving this in writing."
                    )
                ),
            ),
        ),
        Move(
            "ask_again",
            "reviewed",
            "second_review",
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
                Tell(_("{bureau}: the second review of {about} ({number}) is decided by {due}.")),
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
            needs=("second_body", "second_result", "second_reply"),
            approval=Approval(by=HEAD),
            tells=(
                Tell(
                    _("{bureau}: second review of {about} ({number}): {second_reply} More: {page}")
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
            ("registered", "accepted", "asked", "review", "second_review"),
            "withdrawn",
            _("The petitioner withdraws it"),
            DESK,
            needs=("note",),
        ),
    ),
)
CLOCKS = (
    Clock(
        "acceptance",
        _("Word on whether it is accepted"),
        acceptance,
        stops=frozenset({"accepted", "not_accepted", "own_procedure", "passed_on"}),
        restarts=frozenset({"take_up"}),
        pauses=frozenset({"transferred"}),
        counted=True,
    ),
    Clock(
        "objection",
        _("Objection of the other body"),
        "petition.national.transfer_objection",
        stops=frozenset({"registered", "passed_on"}),
        starts="transferred",
        restarts=frozenset({"transfer"}),
        lapses="unopposed",
    ),
    Clock(
        "finish",
        _("Written reply"),
        finish,
        stops=frozenset({"replied"}),
        starts="accepted",
        restarts=frozenset({"accept"}),
        extension=Extension(
            {f"petition.{one}.finish": f"petition.{one}.extension" for one in SETS}
        ),
        promise=True,
    ),
    Clock(
        "review",
        _("Review"),
        "petition.national.review",
        stops=frozenset({"reviewed"}),
        starts="review",
        counted=True,
    ),
    Clock(
        "second_review",
        _("Second review"),
        "petition.national.second_review",
        stops=frozenset({"closed"}),
        starts="second_review",
        pauses=frozenset({"hearing"}),
        counted=True,
    ),
)

register(
    Kind(
        code="petition",
        prefix="XF",
        label=_("Petition"),
        details=PetitionDetails,
        flow=FLOW,
        clocks=CLOCKS,
        owner=responsible_unit,
        opened_by=REGISTRARS,
        asks=("way", "demand"),
        by_citizen=ByCitizen(
            _("A complaint, a demand, or a word about the police"),
            _("You get a decision whether it is accepted, and a written answer in the legal time"),
            words="demand",
            sets={"way": "online"},
        ),
        opening=Tell(
            _(
                "{bureau}: {about} is registered ({number}). You hear by {due} whether it is "
                "accepted. Follow it at {page}, code {code}"
            )
        ),
        delay=Tell(_("{bureau}: {office} needs longer than {due} for {about} ({number}).")),
        follow_up=FollowUp(
            after=("replied", "reviewed", "closed", "not_accepted", "own_procedure"),
            script="petition",
            lacks=frozenset({"in_progress"}),
        ),
        parties=(
            PartyRole(
                "accused",
                _("Person or unit accused"),
                who=frozenset({Who.ACCOUNT, Who.UNIT}),
                most=5,
                seen_by=DESK | HEAD,
                concerned=True,
            ),
            PartyRole("representative", _("Representative of several petitioners"), most=5),
        ),
        public=Public(
            reporter=(
                "accepted_at",
                "procedure",
                "replied_at",
                "delivered_on",
                "review_body",
                "review_result",
                "second_body",
                "second_result",
            ),
        ),
        retention=Retention("petition.retention"),
        figures=(
            Figure(
                "reviewed_upheld",
                _("Reviews that upheld the reply"),
                _("Of the reviews that were decided, those that left the reply as it was."),
                of=lambda rows: rows.review_result == "upheld",
                among=lambda rows: rows.review_result.notnull(),
            ),
        ),
    )
)
