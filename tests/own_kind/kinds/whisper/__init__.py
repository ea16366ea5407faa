"""举报: what somebody tells under the seal. Made for a test alone."""

from django.utils.translation import gettext_lazy as _

from anmin.matters.clock import Clock
from anmin.matters.flow import Flow, Move, Stage, State
from anmin.matters.kind import Details, Kind, fact
from anmin.matters.registry import register
from anmin.people.roles import Role
from anmin.places.queries import responsible_unit

INSPECTION = frozenset({Role.INSPECTOR})


class TipOffDetails(Details):
    """What may be known of it, and what only those who hold the key read."""

    channel: str = fact(_("How it came in"), "", longest=40)
    tip: str = fact(_("What was told"), "", longest=5000, personal=True, sealed=True)
    addition: str = fact(_("What was found out besides"), "", longest=5000, sealed=True)


register(
    Kind(
        code="whisper",
        prefix="MB",
        label=_("Tip-off"),
        details=TipOffDetails,
        flow=Flow(
            "received",
            {
                "received": State(Stage.OPEN, _("Tip taken in")),
                "checked": State(Stage.WORKING, _("Being checked")),
                "closed": State(Stage.DONE, _("Checked")),
            },
            (
                Move(
                    "check",
                    "received",
                    "checked",
                    _("Check it"),
                    INSPECTION,
                    takes=("addition",),
                ),
                Move("close", ("received", "checked"), "closed", _("End the check"), INSPECTION),
            ),
        ),
        clocks=(
            Clock("check", _("Check ended"), "whisper.check", frozenset({"closed"}), promise=True),
        ),
        owner=responsible_unit,
        opened_by=INSPECTION,
        asks=("tip",),
        seals=Role.INSPECTOR,
        unasked=frozenset({"summary", "place", "note"}),
    )
)
