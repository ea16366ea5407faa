"""即办制: a service at a window, on the spot or by the day promised, chosen from the catalogue."""

from datetime import datetime

from django.utils.translation import gettext_lazy as _

from anmin.matters.clock import Clock, Extension
from anmin.matters.facts import MatterFacts
from anmin.matters.flow import Approval, Flow, Move, Stage, State
from anmin.matters.kind import Details, Figure, FollowUp, Kind, Public, Retention, fact
from anmin.matters.outcome import Outcome
from anmin.matters.registry import register
from anmin.matters.services import service_rule
from anmin.matters.tells import Tell
from anmin.people.roles import Role
from anmin.places.queries import responsible_unit

CODE = "window_service"
WINDOW = frozenset({Role.CLERK, Role.OFFICER, Role.DUTY_LEADER})
INSPECTION = frozenset({Role.INSPECTOR})
HEAD = frozenset({Role.LEADER})


class WindowServiceDetails(Details):
    """What the citizen came for, what is missing, and what it took."""

    way: str = fact(_("Where it was asked for"), "", terms="service_ways")
    wish: str = fact(_("What exactly is asked for"), "", longest=1000, personal=True)
    minor_involved: bool | None = fact(_("A minor is involved"))
    papers: str = fact(_("Papers that are missing"), "", longest=1000, told=True)
    wait_reason: str = fact(_("Hearing, test or examination"), "", longest=500, told=True)
    longer_reason: str = fact(_("Why it takes longer"), "", longest=500, told=True)
    on_the_spot: bool | None = fact(_("Done while the citizen waited"))
    visits: int | None = fact(_("Visits it took"))
    result: str = fact(_("What was given, or why not"), "", longest=1000, personal=True, told=True)
    done_at: datetime | None = fact(_("Service ended"))


def promised(matter: MatterFacts) -> str:
    """By when the window promises the service."""
    return service_rule(CODE, matter.category, "promised")


def legal(matter: MatterFacts) -> str:
    """By when the law asks for the service; nothing where it sets no time."""
    return service_rule(CODE, matter.category, "legal")


ENDS = frozenset({"done", "refused"})
STANDS = frozenset({"papers", "heard"})
FLOW = Flow(
    "asked_for",
    {
        "asked_for": State(Stage.OPEN, _("Asked for")),
        "papers": State(Stage.WAITING, _("Papers are missing")),
        "heard": State(Stage.WAITING, _("Hearing or examination, time not counted")),
        "done": State(Stage.DONE, _("Service done")),
        "refused": State(Stage.DECLINED, _("Service refused, with the reason")),
        "withdrawn": State(Stage.WITHDRAWN, _("Taken back by the citizen")),
    },
    (
        Move(
            "at_once",
            "asked_for",
            "done",
            _("Done on the spot"),
            WINDOW,
            needs=("result",),
            sets={"on_the_spot": True, "visits": 1},
            stamps="done_at",
            outcomes=(Outcome.FIXED,),
            tells=(Tell(_("{bureau}: {about} ({number}) was done at once at {office}: {result}")),),
        ),
        Move(
            "finish",
            "asked_for",
            "done",
            _("Service done, tell the citizen"),
            WINDOW,
            needs=("result", "visits"),
            sets={"on_the_spot": False},
            stamps="done_at",
            outcomes=(Outcome.FIXED,),
            tells=(Tell(_("{bureau}: {about} ({number}) is done at {office}: {result}")),),
        ),
        Move(
            "refuse",
            ("asked_for", "papers", "heard"),
            "refused",
            _("Refuse, with the reason"),
            WINDOW,
            needs=("result",),
            stamps="done_at",
            outcomes=(Outcome.DECLINED,),
            tells=(Tell(_("{bureau}: {about} ({number}) is not possible: {result} {page}")),),
        ),
        Move(
            "ask_papers",
            "asked_for",
            "papers",
            _("Tell what is missing, all at once"),
            WINDOW,
            needs=("papers",),
            tells=(Tell(_("{bureau}: for {about} ({number}) we still need: {papers}")),),
        ),
        Move("papers_in", "papers", "asked_for", _("Papers are complete"), WINDOW),
        Move(
            "hear",
            "asked_for",
            "heard",
            _("Hearing, test or examination begins"),
            WINDOW,
            needs=("wait_reason",),
        ),
        Move("go_on", "heard", "asked_for", _("Hearing, test or examination is over"), WINDOW),
        Move(
            "longer",
            "asked_for",
            "",
            _("More time by the law"),
            WINDOW,
            needs=("longer_reason",),
            extends="legal",
            approval=Approval(by=HEAD),
            tells=(Tell(_("{bureau}: {about} ({number}) takes longer: {longer_reason}")),),
        ),
        Move(
            "again",
            ("done", "refused"),
            "asked_for",
            _("Do it again"),
            INSPECTION,
            needs=("note",),
        ),
        Move(
            "withdraw",
            ("asked_for", "papers", "heard"),
            "withdrawn",
            _("The citizen takes it back"),
            INSPECTION,
            needs=("note",),
        ),
    ),
)

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
                restarts=frozenset({"again"}),
                pauses=STANDS,
                promise=True,
            ),
            Clock(
                "legal",
                _("Service by the day of the law"),
                legal,
                stops=ENDS,
                restarts=frozenset({"again"}),
                pauses=STANDS,
                extension=Extension(
                    {
                        "window_service.hotel_licence.legal": "window_service.extension",
                        "window_service.passport.legal": "window_service.passport.extension",
                    }
                ),
                counted=True,
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
            after=("done", "refused"), script=CODE, lacks=frozenset({"in_progress"})
        ),
        public=Public(reporter=("done_at", "on_the_spot", "visits")),
        retention=Retention("window_service.retention"),
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
