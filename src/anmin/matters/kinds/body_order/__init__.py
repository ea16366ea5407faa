"""协办单: what a body outside the police is asked to do about a matter, and by when.

It says what the body has to know, and nothing of whom the matter is about. The body accepts it or says
that it is not theirs; whoever asked looks at what was done. A body without an account is spoken to, and
whoever asked writes down what it says.
"""

from datetime import date, datetime

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from anmin.kernel.masking import mask_free_text
from anmin.matters.clock import Clock
from anmin.matters.data_rights import ARCHIVED
from anmin.matters.facts import MatterFacts
from anmin.matters.flow import Flow, Guard, Move, Stage, State, Text
from anmin.matters.guards import by_now
from anmin.matters.kind import Details, Kind, Retention, fact
from anmin.matters.outcome import Outcome
from anmin.matters.owning import Bodies
from anmin.matters.registry import register
from anmin.people.roles import Role
from anmin.places.queries import responsible_unit

ASKERS = frozenset({Role.DUTY_LEADER, Role.OFFICER, Role.INSPECTOR, Role.PROGRAMME})
BODY = frozenset({Role.PARTNER})


class BodyOrderDetails(Details):
    """What is asked by when, what the body says to it, and what was found when it was looked at."""

    task: str = fact(_("What is asked of the body"), "", longest=2000)
    due_by: date | None = fact(_("To be done by"))
    accepted_at: datetime | None = fact(_("Accepted by the body"))
    not_theirs: str = fact(_("Why it is not the body's to do"), "", longest=1000)
    report: str = fact(_("What the body did"), "", longest=2000)
    reported_at: datetime | None = fact(_("Told to be done"))
    looked_on: date | None = fact(_("Looked at on"))
    found: str = fact(_("What was found there"), "", longest=2000)


def for_others(*names: str) -> Guard:
    """What another body reads has nobody's number in it."""

    def told(matter: MatterFacts) -> Text | None:
        texts = (matter.details.get(name) or "" for name in names)
        if all(mask_free_text(text) == text for text in texts):
            return None
        return _(
            "Another body reads this: leave out telephone, identity and card numbers, and mail "
            "addresses."
        )

    return told


def ahead(matter: MatterFacts) -> Text | None:
    """By when is not over already."""
    due = matter.details.get("due_by")
    return _("This day is over already.") if due and due < str(timezone.localdate()) else None


register(
    Kind(
        code="body_order",
        prefix="XB",
        label=_("Order to another body"),
        details=BodyOrderDetails,
        flow=Flow(
            "given",
            {
                "given": State(Stage.OPEN, _("Given, not yet accepted")),
                "under_way": State(Stage.WORKING, _("Accepted, under way")),
                "returned": State(Stage.WAITING, _("Sent back: not theirs")),
                "reported": State(Stage.WAITING, _("Told to be done, to be looked at")),
                "done": State(Stage.DONE, _("Looked at and done")),
                "not_theirs": State(Stage.DECLINED, _("Not theirs, closed")),
                "withdrawn": State(Stage.WITHDRAWN, _("Order withdrawn")),
            },
            (
                Move(
                    "accept",
                    "given",
                    "under_way",
                    _("Accept the order"),
                    BODY | ASKERS,
                    stamps="accepted_at",
                    public=False,
                ),
                Move(
                    "progress",
                    "under_way",
                    "",
                    _("Say how far it is"),
                    BODY | ASKERS,
                    needs=("note",),
                    public=False,
                ),
                Move(
                    "report",
                    ("given", "under_way"),
                    "reported",
                    _("It is done: report"),
                    BODY | ASKERS,
                    needs=("report",),
                    stamps="reported_at",
                    public=False,
                ),
                Move(
                    "send_off",
                    ("given", "under_way"),
                    "returned",
                    _("Not ours: send it back"),
                    BODY | ASKERS,
                    needs=("not_theirs",),
                    public=False,
                ),
                Move(
                    "approve",
                    "reported",
                    "done",
                    _("Looked at: it is done"),
                    ASKERS,
                    needs=("looked_on", "found"),
                    guards=(by_now("looked_on"),),
                    outcomes=(Outcome.FIXED, Outcome.PARTLY),
                    public=False,
                ),
                Move(
                    "send_back",
                    "reported",
                    "under_way",
                    _("Looked at: it is not done"),
                    ASKERS,
                    needs=("looked_on", "found"),
                    takes=("due_by",),
                    guards=(by_now("looked_on"), for_others("found")),
                    public=False,
                ),
                Move(
                    "give_again",
                    "returned",
                    "given",
                    _("It is theirs: give it again"),
                    ASKERS,
                    needs=("note",),
                    takes=("due_by",),
                    public=False,
                ),
                Move(
                    "let_go",
                    "returned",
                    "not_theirs",
                    _("It is not theirs: close the order"),
                    ASKERS,
                    takes=("note",),
                    public=False,
                ),
                Move(
                    "withdraw",
                    ("given", "under_way", "returned", "reported"),
                    "withdrawn",
                    _("Withdraw the order"),
                    ASKERS,
                    needs=("note",),
                    public=False,
                ),
            ),
        ),
        clocks=(
            Clock(
                "accept",
                _("The body accepts it, or says that it is not theirs"),
                "body_order.accept",
                stops=frozenset({"under_way", "returned", "reported"}),
                restarts=frozenset({"give_again"}),
                counted=True,
            ),
            Clock(
                "finish",
                _("The body has done it"),
                "body_order.finish",
                stops=frozenset({"reported"}),
                restarts=frozenset({"send_back"}),
                pauses=frozenset({"returned"}),
                promise=True,
                due="due_by",
            ),
            Clock(
                "settle",
                _("Whoever asked settles whose it is"),
                "body_order.settle",
                stops=frozenset({"given", "not_theirs"}),
                starts="returned",
                restarts=frozenset({"send_off"}),
            ),
            Clock(
                "look",
                _("Somebody looks at it"),
                "body_order.look",
                stops=frozenset({"done", "under_way"}),
                starts="reported",
                restarts=frozenset({"report"}),
            ),
        ),
        owner=responsible_unit,
        opened_by=ASKERS,
        asks=("task",),
        takes=("due_by",),
        opens_if=(for_others("task"), ahead),
        unasked=frozenset({"contact", "note"}),
        imported=False,
        retention=Retention("body_order.retention", duty=ARCHIVED),
        bodies=Bodies.ALWAYS,
    )
)
