"""What is known of a petition, and who reads the accusation."""

from datetime import date, datetime

from django.utils.translation import gettext_lazy as _

from anmin.matters.kind import Details, fact
from anmin.people.roles import Role

DESK = frozenset({Role.INSPECTOR})
HEAD = frozenset({Role.LEADER})
"""The head of the body, who agrees to more time and to what a review decides."""


class PetitionDetails(Details):
    """What is asked for or accused, how it was handled, and what each level answered."""

    way: str = fact(_("How it came"), "", terms="petition_ways")
    purpose: str = fact(_("What is wanted"), "", terms="petition_purposes")
    people: int | None = fact(_("How many people brought it"))
    demand: str = fact(_("Demand and its grounds"), "", longest=4000, personal=True)
    accusation: str = fact(
        _("Accusation, and against whom"), "", longest=4000, personal=True, seen_by=DESK | HEAD
    )
    minor_involved: bool | None = fact(_("A minor is involved"))
    notice: str = fact(
        _("How the petitioner was told, where not by message"), "", terms="petition_notices"
    )
    accepted_at: datetime | None = fact(_("Accepted"))
    refusal: str = fact(_("Why it is not accepted"), "", longest=2000, personal=True, told=True)
    procedure: str = fact(_("Procedure of its own"), "", terms="petition_procedures")
    guidance: str = fact(
        _("Where and how that procedure begins"), "", longest=2000, personal=True, told=True
    )
    passed_to: str = fact(
        _("Lower unit of the police that it was passed to"), "", longest=80, told=True
    )
    passed_ground: str = fact(_("Why that unit has the power"), "", longest=200)
    taken_on: date | None = fact(_("That unit confirmed that it has it on"))
    question: str = fact(_("Question to the petitioner"), "", longest=500, told=True)
    extension_reason: str = fact(_("Why it takes longer"), "", longest=500, told=True)
    heard: str = fact(_("How the petitioner was heard"), "", terms="petition_hearings")
    reasons: str = fact(
        _("Facts found and legal grounds"), "", longest=4000, personal=True, told=True
    )
    reply: str = fact(_("Opinion on the demand"), "", longest=2000, personal=True, told=True)
    replied_at: datetime | None = fact(_("Replied in writing"))
    replied_by: str = fact(_("Office that replied"), "", longest=120)
    delivered_on: date | None = fact(_("Written reply delivered on"))
    review_body: str = fact(_("Who reviews"), "", longest=80)
    review_begun_on: date | None = fact(_("Reviewing body received the request on"))
    review_result: str = fact(_("Result of the review"), "", terms="petition_results")
    review_reply: str = fact(_("Opinion of the review"), "", longest=2000, personal=True, told=True)
    reviewed_at: datetime | None = fact(_("Review decided on"))
    second_body: str = fact(_("Who reviews a second time"), "", longest=80)
    second_begun_on: date | None = fact(_("Body of the second review received the request on"))
    second_result: str = fact(_("Result of the second review"), "", terms="petition_results")
    second_reply: str = fact(
        _("Opinion of the second review"), "", longest=2000, personal=True, told=True
    )
