"""信访: a letter, visit or online complaint or request under the petition rules."""

from django.conf import settings
from django.utils.translation import gettext_lazy as _

from anmin.matters.clock import Clock, Extension
from anmin.matters.data_rights import ARCHIVED
from anmin.matters.facts import MatterFacts
from anmin.matters.kind import ByCitizen, Figure, FollowUp, Kind, Public, Retention
from anmin.matters.kinds.petition.details import DESK, HEAD, PetitionDetails
from anmin.matters.kinds.petition.steps import FLOW, LEADERS
from anmin.matters.party_roles import PartyRole, Who
from anmin.matters.registry import register
from anmin.matters.tells import Tell
from anmin.people.roles import Role
from anmin.places.queries import responsible_unit

REGISTRARS = LEADERS | {Role.CLERK}
SETS = ("national", "zhejiang")


def acceptance(_matter: MatterFacts) -> str:
    """By when it is said that a petition was received, and in what way it is handled."""
    return f"petition.{settings.PETITION_CLOCKS}.acceptance"


def finish(_matter: MatterFacts) -> str:
    """By when a petition is answered."""
    return f"petition.{settings.PETITION_CLOCKS}.finish"


CLOCKS = (
    Clock(
        "acceptance",
        _("Word on the way of handling"),
        acceptance,
        stops=frozenset({"accepted", "not_accepted", "own_procedure", "passed_on"}),
        restarts=frozenset({"take_up"}),
        counted=True,
    ),
    Clock(
        "objection",
        _("Objection of the lower unit"),
        "petition.national.transfer_objection",
        stops=frozenset({"objected", "unconfirmed", "passed_on"}),
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
        "hand_up",
        _("Review brought to the body above"),
        "petition.review_hand_up",
        stops=frozenset({"review"}),
        starts="review_asked",
    ),
    Clock(
        "review",
        _("Review"),
        "petition.national.review",
        stops=frozenset({"reviewed"}),
        starts="review",
        since="review_begun_on",
        counted=True,
    ),
    Clock(
        "hand_up_again",
        _("Second review brought to the body above"),
        "petition.review_hand_up",
        stops=frozenset({"second_review"}),
        starts="second_asked",
    ),
    Clock(
        "second_review",
        _("Second review"),
        "petition.national.second_review",
        stops=frozenset({"closed"}),
        starts="second_review",
        since="second_begun_on",
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
        children=("body_order",),
        asks=("way", "demand"),
        by_citizen=ByCitizen(
            _("A complaint, a demand, or a word about the police"),
            _("You hear in what way it is handled, and get a written answer in the legal time"),
            words="demand",
            accused="accused",
            sets={"way": "online"},
        ),
        opening=Tell(
            _(
                "{bureau}: your petition is registered ({number}). You hear by {due} in what way it is "
                "handled. Follow it at {page}, code {code}"
            )
        ),
        delay=Tell(_("{bureau}: {office} needs longer than {due} for your petition ({number}).")),
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
                most=20,
                seen_by=DESK | HEAD,
                concerned=True,
            ),
            PartyRole("representative", _("Representative of several petitioners"), most=5),
        ),
        public=Public(
            reporter=(
                "accepted_at",
                "procedure",
                "passed_to",
                "replied_at",
                "delivered_on",
                "review_body",
                "review_begun_on",
                "review_result",
                "second_body",
                "second_begun_on",
                "second_result",
            ),
        ),
        voices=True,
        retention=Retention("petition.retention", duty=ARCHIVED),
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
