"""What a dispute carries: what it is, who mediates, what was agreed, and whether that held."""

from datetime import date

from django.utils.translation import gettext_lazy as _

from anmin.matters.kind import Details, fact


class DisputeDetails(Details):
    """What is known of one dispute. Who takes part in it stands among its parties."""

    found: str = fact(_("How it became known"), "", terms="dispute_sources")
    what: str = fact(_("What the quarrel is"), "", longest=4000, personal=True)
    people: int | None = fact(_("How many people it concerns"))
    urgent: bool | None = fact(_("Could turn violent: somebody goes there at once"))
    minor_involved: bool | None = fact(_("A minor is involved"))
    way: str = fact(_("Kind of mediation"), "", terms="mediation_ways")
    mediated_by: str = fact(_("Body that mediates"), "", longest=200, told=True)
    mediator: str = fact(_("Mediator"), "", longest=100, personal=True)
    guardian_told: bool | None = fact(_("The guardian of the minor was told"))
    session_on: date | None = fact(_("Session on"))
    session: str = fact(_("What was said in the session"), "", longest=4000, personal=True)
    second_attempt: bool | None = fact(_("Mediated once more"))
    form: str = fact(_("Form of the agreement"), "", terms="agreement_forms")
    agreement: str = fact(_("What was agreed"), "", longest=4000, personal=True, told=True)
    agreed_on: date | None = fact(_("Agreed on"))
    perform_by: date | None = fact(_("To be kept by"))
    court_asked_on: date | None = fact(_("Court asked to confirm it on"))
    confirmed_on: date | None = fact(_("Confirmed by the court on"))
    held_first: str = fact(_("Whether it held, asked the first time"), "", terms="agreement_held")
    held_second: str = fact(_("Whether it held, asked the second time"), "", terms="agreement_held")
    breach: str = fact(_("What was not kept"), "", longest=1000, personal=True)
    guidance: str = fact(_("Other ways that are open"), "", longest=1000, told=True)
    case_result: str = fact(_("What was decided in the case"), "", longest=1000, told=True)
