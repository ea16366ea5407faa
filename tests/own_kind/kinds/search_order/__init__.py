"""协查: the order to another body to look for something. Made for a test alone."""

from django.utils.translation import gettext_lazy as _

from anmin.matters.clock import Clock
from anmin.matters.flow import Flow, Move, Stage, State
from anmin.matters.kind import Details, Kind, fact
from anmin.matters.registry import register
from anmin.people.roles import Role
from anmin.places.queries import responsible_unit

LEADERS = frozenset({Role.DUTY_LEADER, Role.INSPECTOR})
INSPECTION = frozenset({Role.INSPECTOR})


class SearchOrderDetails(Details):
    """Where to look."""

    where: str = fact(_("Where to look"), "", longest=80)


register(
    Kind(
        code="search_order",
        prefix="XC",
        label=_("Search order"),
        details=SearchOrderDetails,
        flow=Flow(
            "given",
            {
                "given": State(Stage.OPEN, _("Search ordered")),
                "looked": State(Stage.DONE, _("Searched")),
            },
            (
                Move("look", "given", "looked", _("We have searched"), INSPECTION, needs=("note",)),
                Move("again", "looked", "given", _("Search again"), INSPECTION),
            ),
        ),
        clocks=(
            Clock(
                "look",
                _("Searching"),
                "search_order.look",
                frozenset({"looked"}),
                restarts=frozenset({"again"}),
                promise=True,
            ),
        ),
        owner=responsible_unit,
        opened_by=LEADERS,
        asks=("where",),
    )
)
