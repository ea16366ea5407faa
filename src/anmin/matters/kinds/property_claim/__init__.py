"""认领财物: somebody says that a thing in the hands of the police is theirs, and how that was checked.

What an item is stands elsewhere (``property``); here is who claims it, what they say of it, and the
answer. Two people decide, and nobody ever tells a claimant whether one single answer was right.
"""

from datetime import date, datetime

from django.utils.translation import gettext_lazy as _

from anmin.matters.clock import Clock
from anmin.matters.flow import CITIZENS, Approval, Flow, Move, Stage, State
from anmin.matters.kind import ByCitizen, Details, Figure, FollowUp, Kind, Public, Retention, fact
from anmin.matters.outcome import Outcome
from anmin.matters.registry import register
from anmin.matters.tells import Tell
from anmin.people.roles import Role
from anmin.places.queries import responsible_unit

WORKERS = frozenset({Role.OFFICER, Role.DUTY_LEADER})
TAKERS = WORKERS | {Role.CLERK}
HEADS = frozenset({Role.DUTY_LEADER, Role.LEADER})
INSPECTION = frozenset({Role.INSPECTOR})
OPEN = ("received", "checking", "asked")


class ClaimDetails(Details):
    """Which thing, what the claimant says of it, what the check found, and the answer."""

    way: str = fact(_("How it was claimed"), "", terms="claim_ways")
    item: str = fact(_("Number of the item"), "", longest=32)
    sort: str = fact(_("What sort of thing"), "", terms="property_sorts")
    lost_on: date | None = fact(_("Lost or stolen on"))
    serial: str = fact(_("Serial number or plate"), "", longest=200, personal=True)
    marks: str = fact(_("Marks and other signs"), "", longest=4000, personal=True)
    minor_involved: bool | None = fact(_("A minor is involved"))
    question: str = fact(_("Question to whoever claims it"), "", longest=500, told=True)
    finding: str = fact(_("What the check found"), "", longest=1000, personal=True)
    reply: str = fact(_("Answer, with the reason"), "", longest=1000, personal=True, told=True)
    taken_up_at: datetime | None = fact(_("Check begun on"))
    answered_at: datetime | None = fact(_("Answer given"))


register(
    Kind(
        code="property_claim",
        prefix="RL",
        label=_("Claim to property"),
        details=ClaimDetails,
        flow=Flow(
            "received",
            {
                "received": State(Stage.OPEN, _("Claim received")),
                "checking": State(Stage.WORKING, _("Claim being checked")),
                "asked": State(Stage.WAITING, _("Waiting for the claimant")),
                "granted": State(Stage.DONE, _("Claim granted")),
                "refused": State(Stage.DECLINED, _("Claim refused")),
                "withdrawn": State(Stage.WITHDRAWN, _("Claim withdrawn")),
            },
            (
                Move(
                    "take_up",
                    "received",
                    "checking",
                    _("Begin to check it"),
                    TAKERS,
                    takes=("item",),
                    stamps="taken_up_at",
                ),
                Move(
                    "ask",
                    "checking",
                    "asked",
                    _("Ask the claimant"),
                    WORKERS,
                    needs=("question",),
                    asks=True,
                ),
                Move("resume", "asked", "checking", _("Check it further"), WORKERS, replies=True),
                Move(
                    "grant",
                    "checking",
                    "granted",
                    _("Grant the claim"),
                    WORKERS,
                    needs=("finding", "reply"),
                    takes=("item",),
                    stamps="answered_at",
                    approval=Approval(by=HEADS),
                    outcomes=(Outcome.FIXED,),
                    tells=(Tell(_("{bureau}: {office} on your claim ({number}): {reply} {page}")),),
                ),
                Move(
                    "refuse",
                    ("checking", "asked"),
                    "refused",
                    _("Refuse the claim"),
                    WORKERS,
                    needs=("finding", "reply"),
                    stamps="answered_at",
                    approval=Approval(by=HEADS),
                    outcomes=(Outcome.NOT_FIXED,),
                    tells=(Tell(_("{bureau}: {office} on your claim ({number}): {reply} {page}")),),
                ),
                Move(
                    "reconsider",
                    "refused",
                    "checking",
                    _("Check it once more"),
                    INSPECTION,
                    needs=("note",),
                ),
                Move(
                    "withdraw",
                    OPEN,
                    "withdrawn",
                    _("Withdraw the claim"),
                    INSPECTION | CITIZENS,
                    needs=("note",),
                ),
            ),
        ),
        clocks=(
            Clock(
                "first_word",
                _("First word"),
                "property_claim.first_word",
                stops=frozenset({"checking", "refused"}),
                counted=True,
            ),
            Clock(
                "answer",
                _("Answer to the claim"),
                "property_claim.answer",
                stops=frozenset({"granted", "refused"}),
                restarts=frozenset({"reconsider"}),
                pauses=frozenset({"asked"}),
                promise=True,
            ),
        ),
        owner=responsible_unit,
        opened_by=TAKERS,
        asks=("marks",),
        by_citizen=ByCitizen(
            _("Something of mine may be with the police"),
            _("Say what only the owner knows; two people check it"),
            asks=("sort", "lost_on", "serial"),
            words="marks",
            question=_("What does it look like, and what does only its owner know of it?"),
            sets={"way": "online"},
        ),
        opening=Tell(
            _(
                "{bureau}: your claim ({number}) has come in. {office} answers by {due}. Follow it at "
                "{page}, code {code}"
            )
        ),
        delay=Tell(_("{bureau}: {office} needs longer than {due} for your claim ({number}).")),
        follow_up=FollowUp(
            after=("granted", "refused"),
            script="property_claim",
            lacks=frozenset({"in_progress"}),
        ),
        public=Public(reporter=("item", "lost_on", "answered_at")),
        imported=False,
        retention=Retention("property_claim.retention"),
        figures=(
            Figure(
                "granted",
                _("Claims granted"),
                _("Of the claims that were answered, those that were granted."),
                of=lambda rows: rows.state == "granted",
                among=lambda rows: rows.state.isin(["granted", "refused"]),
            ),
        ),
    )
)
