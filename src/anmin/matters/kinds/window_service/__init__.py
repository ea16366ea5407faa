"""即办制: a service at a window, on the spot or by the day promised, chosen from the catalogue."""

from django.utils.translation import gettext_lazy as _

from anmin.matters.clock import Clock, Extension
from anmin.matters.data_rights import ARCHIVED
from anmin.matters.facts import MatterFacts
from anmin.matters.kind import Figure, FollowUp, Kind, Public, Retention
from anmin.matters.kinds.window_service.details import CODE, WindowServiceDetails
from anmin.matters.kinds.window_service.steps import FLOW, WINDOW
from anmin.matters.registry import register
from anmin.matters.services import service_rule
from anmin.matters.tells import Tell
from anmin.places.queries import responsible_unit


def promised(matter: MatterFacts) -> str:
    """By when the window promises the service."""
    return service_rule(CODE, matter.category, "promised")


def legal(matter: MatterFacts) -> str:
    """By when the law asks for the service; nothing where it sets no time."""
    return service_rule(CODE, matter.category, "legal")


ENDS = frozenset({"done", "refused", "elsewhere"})
STANDS = frozenset({"papers", "heard"})
ANEW = frozenset({"again", "papers_in"})
"""What is done once more, and what is complete at last: by law the time counts from then."""
register(
    Kind(
        code=CODE,
        prefix="CK",
        label=_("Window service"),
        details=WindowServiceDetails,
        flow=FLOW,
        clocks=(
            Clock(
                "promised",
                _("Service by the day promised"),
                promised,
                stops=ENDS,
                restarts=ANEW,
                pauses=STANDS,
                promise=True,
            ),
            Clock(
                "legal",
                _("Service by the day of the law"),
                legal,
                stops=ENDS | {"granted"},
                restarts=ANEW,
                pauses=STANDS,
                extension=Extension(
                    {
                        "window_service.hotel_licence.legal": "window_service.extension",
                        "window_service.passport.legal": "window_service.passport.extension",
                        "window_service.id_card.legal": "window_service.id_card.extension",
                    }
                ),
                counted=True,
            ),
            Clock(
                "delivery",
                _("Licence delivered"),
                "window_service.delivery",
                stops=frozenset({"done"}),
                starts="granted",
                restarts=frozenset({"grant"}),
            ),
        ),
        owner=responsible_unit,
        opened_by=WINDOW,
        opening=Tell(
            _(
                "{bureau}: {about} ({number}) is promised by {due} at {office}. "
                "Follow it at {page}, code {code}"
            )
        ),
        delay=Tell(_("{bureau}: {office} needs longer than {due} for {about} ({number}).")),
        follow_up=FollowUp(
            after=("done", "refused", "elsewhere"), script=CODE, lacks=frozenset({"in_progress"})
        ),
        public=Public(
            reporter=("wait_for", "wait_until", "granted_at", "done_at", "on_the_spot", "visits")
        ),
        retention=Retention("window_service.retention", duty=ARCHIVED),
        figures=(
            Figure(
                "on_the_spot",
                _("Share done on the spot"),
                _("Of the services that were done, those done while the citizen waited."),
                of=lambda rows: rows.on_the_spot,
                among=lambda rows: rows.stage == "done",
            ),
            Figure(
                "one_visit",
                _("One visit at most"),
                _("Of the services that were done, those that took one visit or none."),
                of=lambda rows: rows.visits <= 1,
                among=lambda rows: (rows.stage == "done") & rows.visits.notnull(),
            ),
        ),
    )
)
