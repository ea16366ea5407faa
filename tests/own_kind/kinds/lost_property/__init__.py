"""失物: something that a citizen lost, until it is found or given up. Made for a test alone."""

from datetime import date, datetime

from django.utils.translation import gettext_lazy as _

from anmin.matters.clock import Clock, Extension
from anmin.matters.facts import MatterFacts
from anmin.matters.flow import CITIZENS, Approval, Flow, Move, Stage, State, Text
from anmin.matters.guards import no_open_children, reopened_once
from anmin.matters.kind import Details, FollowUp, Kind, Public, Retention, fact
from anmin.matters.outcome import Outcome
from anmin.matters.registry import register
from anmin.matters.tells import Tell
from anmin.people.roles import Role
from anmin.places.queries import responsible_unit

WORKERS = frozenset({Role.OFFICER, Role.DUTY_LEADER})
INSPECTION = frozenset({Role.INSPECTOR})


class LostPropertyDetails(Details):
    """What was lost and what became of it."""

    article: str = fact(_("Article lost"), "", longest=80)
    sort: str = fact(_("Sort of article"), "", terms="articles")
    worth: int | None = fact(_("Worth in yuan"))
    weight: float | None = fact(_("Weight in kilograms"))
    insured: bool | None = fact(_("Insured"))
    order: bool | None = fact(_("By order of a court"))  # a word of SQL, too
    lost_on: date | None = fact(_("Day of the loss"))
    colours: list[str] = fact(_("Colours"), factory=list, terms="colours")
    marks: str = fact(_("Marks that only the owner knows"), "", longest=200, personal=True)
    shelf: str = fact(_("Shelf"), "", longest=20)
    looked: str = fact(_("Where it was looked for"), "", longest=200)
    given_back_at: datetime | None = fact(_("Given back"))
    answer: str = fact(
        _("What the owner was told of it"), "", longest=500, personal=True, told=True
    )


def on_a_shelf(matter: MatterFacts) -> Text | None:
    """Nothing is given back that nobody has."""
    return None if matter.details.get("shelf") else _("It lies on no shelf yet.")


def search_rule(matter: MatterFacts) -> str:
    """What is worth much is looked for longer."""
    dear = (matter.details.get("worth") or 0) >= 1000
    return "lost_property.search.dear" if dear else "lost_property.search"


register(
    Kind(
        code="lost_property",
        prefix="SW",
        label=_("Lost property"),
        details=LostPropertyDetails,
        flow=Flow(
            "missing",
            {
                "missing": State(Stage.OPEN, _("Missing")),
                "with_expert": State(Stage.WAITING, _("With an expert")),
                "found": State(Stage.WORKING, _("Found")),
                "returned": State(Stage.DONE, _("Given back")),
                "asked_others": State(
                    Stage.WAITING, _("Others look for it"), _("Others are looking for it")
                ),
                "given_up": State(Stage.DECLINED, _("Given up")),
            },
            (
                Move("find", "missing", "found", _("Found it"), WORKERS, needs=("shelf",)),
                Move("examine", "found", "with_expert", _("To an expert"), WORKERS),
                Move("back", "with_expert", "found", _("Back from the expert"), WORKERS),
                Move(
                    "longer",
                    ("missing", "found"),
                    "",
                    _("Look for longer"),
                    WORKERS,
                    needs=("looked",),
                    extends="search",
                    approval=Approval(by=INSPECTION),
                ),
                Move(
                    "give",
                    "found",
                    "returned",
                    _("Give it back"),
                    WORKERS,
                    needs=("answer",),
                    takes=("worth",),
                    stamps="given_back_at",
                    guards=(on_a_shelf, no_open_children),
                    outcomes=(Outcome.FIXED, Outcome.PARTLY),
                    tells=(
                        Tell(_("{bureau}: {office} on {about} ({number}): {answer} More: {page}")),
                    ),
                ),
                Move(
                    "give_up",
                    "missing",
                    "given_up",
                    _("Give up"),
                    WORKERS,
                    needs=("answer",),
                    guards=(no_open_children,),
                    outcomes=(Outcome.NOT_FIXED,),
                ),
                Move(
                    "look_again",
                    "given_up",
                    "missing",
                    _("Preview again"),
                    INSPECTION | CITIZENS,
                    guards=(reopened_once,),
                    within="lost_property.look_again",
                ),
                Move("ask_others", "missing", "asked_others", _("Let others look"), WORKERS),
                Move(
                    "heard",
                    "asked_others",
                    "missing",
                    _("They have looked"),
                    WORKERS,
                    guards=(no_open_children,),
                    children_done=True,
                ),
            ),
        ),
        clocks=(
            Clock("first", _("First look"), "lost_property.first", frozenset({"found"})),
            Clock(
                "search",
                _("Search"),
                search_rule,
                frozenset({"returned", "given_up"}),
                restarts=frozenset({"look_again"}),
                pauses=frozenset({"with_expert"}),
                extension=Extension("lost_property.extension", most=2),
                promise=True,
            ),
        ),
        owner=responsible_unit,
        opened_by=WORKERS,
        asks=("article",),
        children=("search_order",),
        opening=Tell(_("{bureau}: {office} looks for what you lost by {due}. {page} Code: {code}")),
        delay=Tell(_("{bureau}: {office} needs longer than {due} for {about} ({number}).")),
        follow_up=FollowUp(
            after=("returned", "given_up"),
            script="lost_property",
            lacks=frozenset({"minor_involved", "in_progress"}),
        ),
        retention=Retention("lost_property.retention", keeps=frozenset({"shelf"})),
        public=Public(fields=("article", "given_back_at"), when=frozenset({"missing", "returned"})),
    )
)
