"""建言献策: what a citizen proposes, and what became of it."""

from datetime import date, datetime

from django.utils.translation import gettext_lazy as _

from anmin.matters.clock import Clock
from anmin.matters.facts import MatterFacts
from anmin.matters.flow import CITIZENS, YOURS, Flow, Move, Stage, State, Text
from anmin.matters.kind import ByCitizen, Details, Figure, FollowUp, Kind, Public, Retention, fact
from anmin.matters.public_answer import PublicAnswer
from anmin.matters.registry import register
from anmin.matters.tells import Tell
from anmin.people.roles import Role
from anmin.places.queries import responsible_unit

WORKERS = frozenset({Role.OFFICER, Role.DUTY_LEADER, Role.INSPECTOR, Role.PROGRAMME})
DECIDERS = frozenset({Role.DUTY_LEADER, Role.INSPECTOR, Role.PROGRAMME})
TAKERS = WORKERS | {Role.CLERK}
INSPECTION = frozenset({Role.INSPECTOR})
AGREED = frozenset({"adopted", "partly"})
ANEW = {"consent_publish": None}
"""The consent was to the answer that there was: to the next one it is asked for again."""
PUBLISHED = _(
    "May your suggestion and the answer to it be published, without your name? You can change your "
    "mind at any time."
)


class SuggestionDetails(Details):
    """What is proposed, what was decided with which reason, and whether others may read it."""

    way: str = fact(_("How it was made"), "", terms="suggestion_ways")
    proposal: str = fact(_("What is proposed"), "", longest=4000, personal=True)
    minor_involved: bool | None = fact(_("A minor is involved"))
    taken_up_at: datetime | None = fact(_("Taken up"))
    question: str = fact(_("Question to whoever proposed it"), "", longest=500, told=True)
    decision: str = fact(_("What was decided on it"), "", terms="suggestion_decisions")
    reply: str = fact(_("Answer, with the reason"), "", longest=2000, personal=True, told=True)
    answered_at: datetime | None = fact(_("Answer given"))
    carry_out_by: date | None = fact(_("To be carried out by"))
    carried_out: str = fact(_("What was carried out"), "", longest=1000, told=True)
    carried_out_at: datetime | None = fact(_("Carried out on"))
    consent_publish: bool | None = fact(_("The answer may be published"))
    asked_again: bool | None = fact(_("A second answer was asked for"))


def agreed(matter: MatterFacts) -> Text | None:
    """Only what was adopted is carried out."""
    taken = matter.details.get("decision") in AGREED
    return None if taken else _("This suggestion was not adopted.")


def asked_once(matter: MatterFacts) -> Text | None:
    """A second answer is given, and no third: a further thought is a further suggestion."""
    again = matter.details.get("asked_again")
    return _("A second answer is given once.") if again else None


register(
    Kind(
        code="suggestion",
        prefix="JY",
        label=_("Suggestion"),
        details=SuggestionDetails,
        flow=Flow(
            "received",
            {
                "received": State(Stage.OPEN, _("Suggestion received")),
                "considered": State(Stage.WORKING, _("Being considered")),
                "asked": State(Stage.WAITING, _("Waiting for whoever proposed it"), YOURS),
                "answered": State(Stage.DONE, _("Suggestion answered")),
                "withdrawn": State(Stage.WITHDRAWN, _("Suggestion withdrawn")),
            },
            (
                Move(
                    "take_up",
                    "received",
                    "considered",
                    _("Take it up"),
                    TAKERS,
                    stamps="taken_up_at",
                    tells=(
                        Tell(
                            _(
                                "{bureau}: {office} considers your suggestion on {about} ({number}) "
                                "and answers by {due}. {page}"
                            )
                        ),
                    ),
                ),
                Move(
                    "ask",
                    "considered",
                    "asked",
                    _("Ask whoever proposed it"),
                    WORKERS,
                    needs=("question",),
                    asks=True,
                ),
                Move(
                    "resume", "asked", "considered", _("Consider it further"), WORKERS, replies=True
                ),
                Move(
                    "answer",
                    ("received", "considered", "asked"),
                    "answered",
                    _("Answer the suggestion"),
                    DECIDERS,
                    needs=("decision", "reply"),
                    takes=("carry_out_by",),
                    stamps="answered_at",
                    tells=(
                        Tell(_("{bureau}: {office} on your suggestion ({number}): {reply} {page}")),
                    ),
                ),
                Move(
                    "carry_out",
                    "answered",
                    "",
                    _("Record that it was carried out"),
                    DECIDERS,
                    needs=("carried_out",),
                    stamps="carried_out_at",
                    when=(agreed,),
                    tells=(
                        Tell(
                            _("{bureau}: your suggestion ({number}) was carried out: {carried_out}")
                        ),
                    ),
                ),
                Move(
                    "consent",
                    "answered",
                    "",
                    _("The answer may be published"),
                    INSPECTION | CITIZENS,
                    sets={"consent_publish": True},
                    unexplained=True,
                    explains=PUBLISHED,
                ),
                Move(
                    "refuse_consent",
                    "answered",
                    "",
                    _("The answer may not be published"),
                    INSPECTION | CITIZENS,
                    sets={"consent_publish": False},
                    unexplained=True,
                    explains=PUBLISHED,
                ),
                Move(
                    "go_on",
                    "answered",
                    "considered",
                    _("This is not an answer: please look at it again"),
                    CITIZENS,
                    sets={"asked_again": True, **ANEW},
                    when=(asked_once,),
                    within="suggestion.go_on",
                    explains=_(
                        "Say what the answer leaves open. You can ask for a second answer once, "
                        "until {last}."
                    ),
                ),
                Move(
                    "reconsider",
                    "answered",
                    "considered",
                    _("Consider it once more"),
                    INSPECTION,
                    needs=("note",),
                    sets=ANEW,
                ),
                Move(
                    "withdraw",
                    ("received", "considered", "asked"),
                    "withdrawn",
                    _("Withdrawn by whoever proposed it"),
                    INSPECTION,
                    needs=("note",),
                ),
            ),
        ),
        clocks=(
            Clock(
                "first_word",
                _("First word"),
                "suggestion.first_word",
                stops=frozenset({"considered", "answered"}),
                counted=True,
            ),
            Clock(
                "answer",
                _("Answer to the suggestion"),
                "suggestion.answer",
                stops=frozenset({"answered"}),
                restarts=frozenset({"reconsider", "go_on"}),
                promise=True,
            ),
        ),
        owner=responsible_unit,
        opened_by=TAKERS,
        children=("body_order",),
        asks=("proposal",),
        by_citizen=ByCitizen(
            _("An idea how something could be better"),
            _("It is considered, and answered with the reason"),
            words="proposal",
            sets={"way": "online"},
            takes_part=True,
        ),
        opening=Tell(
            _(
                "{bureau}: thank you for your suggestion on {about} ({number}). {office} answers by "
                "{due}. Follow it at {page}, code {code}"
            )
        ),
        delay=Tell(_("{bureau}: {office} needs longer than {due} for {about} ({number}).")),
        follow_up=FollowUp(after="answered", script="suggestion", lacks=frozenset({"in_progress"})),
        public=Public(
            reporter=(
                "decision",
                "answered_at",
                "carry_out_by",
                "carried_out_at",
                "consent_publish",
            )
        ),
        public_answer=PublicAnswer(
            words="proposal",
            reply="reply",
            decision="decision",
            done="carried_out",
            consent="consent_publish",
            states=frozenset({"answered"}),
            facts=("decision", "answered_at", "carry_out_by", "carried_out_at"),
        ),
        voices=True,
        retention=Retention("suggestion.retention"),
        figures=(
            Figure(
                "adopted",
                _("Adopted, in full or in part"),
                _(
                    "Of the suggestions that were answered, those that were adopted, in full or in part."
                ),
                of=lambda rows: rows.decision.isin(sorted(AGREED)),
                among=lambda rows: rows.decision.notnull(),
            ),
            Figure(
                "carried_out",
                _("Adopted ones carried out"),
                _("Of the suggestions that were adopted, those that are said to be carried out."),
                of=lambda rows: rows.carried_out_at.notnull(),
                among=lambda rows: rows.decision.isin(sorted(AGREED)),
            ),
        ),
    )
)
