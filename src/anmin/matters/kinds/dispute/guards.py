"""What a dispute may not do: the law's bounds on mediation, as pure functions of the matter."""

from django.conf import settings
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from anmin.matters.facts import MatterFacts
from anmin.matters.flow import Text
from anmin.matters.guards import day_of

POLICE = "public_security"
KEPT = frozenset({"kept", "partly"})


def guardian_knows(matter: MatterFacts) -> Text | None:
    """No minor is mediated with before the guardian was told."""
    told = matter.details.get("guardian_told") or not matter.details.get("minor_involved")
    return None if told else _("A minor is involved: tell the guardian first, and say so here.")


def not_too_often(matter: MatterFacts) -> Text | None:
    """Public-security mediation is tried once, and once more at most."""
    if matter.details.get("way") == POLICE and matter.details.get("second_attempt"):
        return _("Public-security mediation is tried twice at most.")
    return None


def by_the_police(matter: MatterFacts) -> Text | None:
    """Only what public-security mediation did not settle goes on as a case."""
    police = matter.details.get("way") == POLICE
    return None if police else _("Only after public-security mediation does the case go on.")


def not_by_the_police(matter: MatterFacts) -> Text | None:
    """What public-security mediation did not settle does not end there: the case goes on."""
    police = matter.details.get("way") == POLICE
    return _("Public-security mediation has failed: the case goes on.") if police else None


def asked_in_time(matter: MatterFacts) -> Text | None:
    """Both sides ask the court together, within the time from the agreement."""
    asked, agreed = day_of(matter, "court_asked_on"), day_of(matter, "agreed_on")
    if asked is None or agreed is None:
        return None
    if asked < agreed:
        return _("The court is asked after the agreement.")
    most = settings.RULES.get("mediation.court_confirmation", agreed).duration
    if asked > agreed + most:
        return _("The court is asked within %(days)d days of the agreement.") % {"days": most.days}
    confirmed = day_of(matter, "confirmed_on")
    if confirmed and confirmed < asked:
        return _("The court confirms after it was asked.")
    return None


def first_time_is_over(matter: MatterFacts) -> Text | None:
    """Whether it held is asked when there was time for it to hold."""
    return _asked_too_soon(matter, "dispute.first_check_from") or _held(matter, "held_first")


def second_time_is_over(matter: MatterFacts) -> Text | None:
    """As the first time, later."""
    return _asked_too_soon(matter, "dispute.second_check_from") or _held(matter, "held_second")


def _held(matter: MatterFacts, name: str) -> Text | None:
    """What was broken is no end: it is said with what was not kept."""
    told = matter.details.get(name)
    return None if told in KEPT else _("It was not kept: say so by the step for that.")


def _asked_too_soon(matter: MatterFacts, key: str) -> Text | None:
    agreed = day_of(matter, "agreed_on")
    if agreed is None:
        return None
    first = settings.RULES.get(key, agreed).duration
    if timezone.localdate() < agreed + first:
        return _("That is asked from the %(days)dth day after the agreement.") % {
            "days": first.days
        }
    return None
