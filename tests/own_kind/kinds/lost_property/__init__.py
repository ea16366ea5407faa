"""失物: something that a citizen lost, until it is found or given up. Made for a test alone."""

from datetime import datetime

from django.utils.translation import gettext_lazy as _

from anmin.matters.clock import Clock, Extension
from anmin.matters.facts import MatterFacts
from anmin.matters.flow import Approval, Flow, Move, Stage, State, Text
from anmin.matters.kind import Details, FollowUp, Kind, Public, fact
from anmin.matters.registry import register
from anmin.people.roles import Role
from anmin.places.queries import responsible_unit

WORKERS = frozenset({Role.OFFICER, Role.DUTY_LEADER})
INSPECTION = frozenset({Role.INSPECTOR})


class LostPropertyDetails(Details):
    """What was lost and what became of it."""

    article: str = fact(_("Article lost"), "", longest=80)
    worth: int | None = fact(_("Worth in yuan"))
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
                    guards=(on_a_shelf,),
                ),
                Move("give_up", "missing", "given_up", _("Give up"), WORKERS, needs=("answer",)),
                Move("look_again", "given_up", "missing", _("Look again"), INSPECTION),
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
        follow_up=FollowUp(
            after=("returned", "given_up"),
            script="lost_property",
            lacks=frozenset({"minor_involved", "in_progress"}),
        ),
        public=Public(fields=("article", "given_back_at"), when=frozenset({"missing", "returned"})),
    )
)
