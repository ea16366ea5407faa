"""即办: something done at a window, on the spot or by the day promised. Made for a test alone."""

from datetime import date, datetime

from django.utils.translation import gettext_lazy as _

from anmin.matters.clock import Clock, Extension
from anmin.matters.facts import MatterFacts
from anmin.matters.flow import Approval, Flow, Move, Stage, State
from anmin.matters.kind import Details, FollowUp, Kind, fact
from anmin.matters.outcome import Outcome
from anmin.matters.registry import register
from anmin.people.roles import Role
from anmin.places.queries import responsible_unit

WINDOW = frozenset({Role.CLERK, Role.OFFICER, Role.DUTY_LEADER})
INSPECTION = frozenset({Role.INSPECTOR})
LEADER = frozenset({Role.DUTY_LEADER})


class CounterServiceDetails(Details):
    """What is asked for, and what it took."""

    on_the_spot: bool | None = fact(_("Done while the citizen waits"))
    papers: str = fact(_("Papers that are missing"), "", longest=300)
    promised_on: date | None = fact(_("Day promised at the window"))
    visits: int | None = fact(_("Visits"))
    done_at: datetime | None = fact(_("Done"))
    result: str = fact(_("What was given"), "", longest=300, told=True)


def promised(matter: MatterFacts) -> str:
    """What is done on the spot is done that day."""
    spot = matter.details.get("on_the_spot")
    return "counter_service.on_the_spot" if spot else "counter_service.promised"


register(
    Kind(
        code="counter_service",
        prefix="GT",
        label=_("Counter service"),
        details=CounterServiceDetails,
        flow=Flow(
            "asked_for",
            {
                "asked_for": State(Stage.OPEN, _("Asked for at the window")),
                "papers": State(Stage.WAITING, _("Papers are missing")),
                "heard": State(Stage.WAITING, _("Hearing or expert")),
                "done": State(Stage.DONE, _("Done at the window")),
                "mistaken": State(Stage.WITHDRAWN, _("Taken in by mistake, written off")),
                "refused": State(Stage.DECLINED, _("Not done, with the reason")),
            },
            (
                Move(
                    "ask_papers",
                    "asked_for",
                    "papers",
                    _("Ask for missing papers"),
                    WINDOW,
                    needs=("papers",),
                ),
                Move(
                    "fix_day",
                    "asked_for",
                    "",
                    _("Promise another day"),
                    WINDOW,
                    needs=("promised_on",),
                ),
                Move(
                    "disappoint",
                    "asked_for",
                    "",
                    _("Say that the day cannot be kept"),
                    WINDOW,
                    needs=("note",),
                    gives_up="promised",
                ),
                Move("mistaken", "asked_for", "mistaken", _("Taken in by mistake"), INSPECTION),
                Move("papers_in", "papers", "asked_for", _("Papers are complete"), WINDOW),
                Move("hear", "asked_for", "heard", _("Hear, or ask an expert"), WINDOW),
                Move("go_on", "heard", "asked_for", _("Hearing is over"), WINDOW),
                Move(
                    "longer",
                    "asked_for",
                    "",
                    _("More time at the window"),
                    WINDOW,
                    extends="legal",
                    approval=Approval(by=LEADER),
                ),
                Move(
                    "do",
                    "asked_for",
                    "done",
                    _("Do it"),
                    WINDOW,
                    needs=("result",),
                    takes=("visits",),
                    stamps="done_at",
                    outcomes=(Outcome.FIXED,),
                ),
                Move(
                    "refuse",
                    ("asked_for", "papers"),
                    "refused",
                    _("Refuse it"),
                    WINDOW,
                    needs=("result",),
                    outcomes=(Outcome.DECLINED,),
                ),
            ),
        ),
        clocks=(
            Clock(
                "promised",
                _("Done by the day promised"),
                promised,
                frozenset({"done", "refused"}),
                pauses=frozenset({"papers", "heard"}),
                promise=True,
                due="promised_on",
            ),
            Clock(
                "legal",
                _("Done by the day of the law"),
                "counter_service.legal",
                frozenset({"done", "refused"}),
                pauses=frozenset({"papers", "heard"}),
                extension=Extension("counter_service.extension"),
            ),
        ),
        owner=responsible_unit,
        opened_by=WINDOW,
        follow_up=FollowUp(
            after=("done", "refused"),
            script="incident",
            lacks=frozenset({"minor_involved", "in_progress"}),
        ),
    )
)
