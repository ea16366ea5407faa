"""What a step of a window service is refused for by the law of the service."""

from datetime import datetime

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from anmin.matters.facts import MatterFacts
from anmin.matters.flow import Text
from anmin.matters.kinds.window_service.details import CODE
from anmin.matters.reckoning import reckoner
from anmin.matters.services import service_of


def papers_in_time(matter: MatterFacts) -> Text | None:
    """Whoever says nothing of missing papers in time has accepted the application as it came."""
    came = matter.details.get("papers_in_at")
    since = datetime.fromisoformat(came) if came else matter.opened_at
    if since is None or timezone.now() <= reckoner()("window_service.papers", since).at:
        return None
    return _("The time for asking for papers is over: by law it is accepted as it came in.")


def uncounted(matter: MatterFacts) -> Text | None:
    """Time stands still only for what the law of the service names; an inspection on site is counted."""
    service = service_of(CODE, matter.category)
    named = service.uncounted if service else frozenset()
    if matter.details.get("wait_for") in named:
        return None
    return _("The law of this service does not know that: its time is counted.")


def may_wait(matter: MatterFacts) -> Text | None:
    """A service whose law names nothing that is not counted never stands still."""
    service = service_of(CODE, matter.category)
    if service and service.uncounted:
        return None
    return _("The law of this service does not know that: its time is counted.")


def is_licence(matter: MatterFacts) -> Text | None:
    """Only a licence is granted by a decision of its own."""
    return None if _licence(matter) else _("This service is no licence: end it as done.")


def granted_first(matter: MatterFacts) -> Text | None:
    """A licence is granted before it is given."""
    if _licence(matter) and matter.state != "granted":
        return _("Grant the licence first.")
    return None


def _licence(matter: MatterFacts) -> bool:
    service = service_of(CODE, matter.category)
    return service is not None and service.licence
