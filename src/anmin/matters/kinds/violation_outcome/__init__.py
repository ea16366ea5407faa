"""轻微违法: what a minor violation ended with - education, warning, fine - without saying whose it was."""

from datetime import date

from django.utils.translation import gettext_lazy as _

from anmin.matters.clock import Clock
from anmin.matters.data_rights import ARCHIVED
from anmin.matters.facts import MatterFacts
from anmin.matters.flow import Flow, Move, Stage, State, Text
from anmin.matters.guards import by_now
from anmin.matters.kind import Details, Figure, Kind, Retention, fact
from anmin.matters.penal import Penalty
from anmin.matters.registry import register
from anmin.measures.expressions import Expression, Rows
from anmin.people.roles import Role
from anmin.places.queries import responsible_unit

RECORDERS = frozenset({Role.OFFICER, Role.DUTY_LEADER, Role.CLERK})
INSPECTION = frozenset({Role.INSPECTOR})


class ViolationDetails(Details):
    """What was decided, on which ground, and nothing that tells of a person."""

    measure: str = fact(_("What it ended with"), "", terms="violation_measures")
    decided_on: date | None = fact(_("Decided on"))
    ground: str = fact(_("Ground applied"), "", terms="violation_grounds")
    first_time: bool | None = fact(_("First time"))
    minor_involved: bool | None = fact(_("Under 18"))
    fine: int | None = fact(_("Fine, in yuan"))
    on_the_spot: bool | None = fact(_("Decided on the spot"))


def measured(matter: MatterFacts) -> Text | None:
    """A fine has its amount, and nothing else has one."""
    fine, measure = matter.details.get("fine"), matter.details.get("measure")
    if (fine is not None) != (measure == "fine") or (fine is not None and fine <= 0):
        return _("Give the amount with a fine, and with nothing else.")
    return None


def stands(rows: Rows) -> Expression:
    """What was not overturned."""
    return (rows.state != "overturned") & rows.measure.notnull()


register(
    Kind(
        code="violation_outcome",
        prefix="WF",
        label=_("Outcome of a minor violation"),
        details=ViolationDetails,
        flow=Flow(
            "decided",
            {
                "decided": State(Stage.OPEN, _("Decided, can be contested")),
                "contested": State(Stage.WAITING, _("Contested")),
                "final": State(Stage.DONE, _("Stands")),
                "overturned": State(Stage.WITHDRAWN, _("Overturned")),
            },
            (
                Move(
                    "correct",
                    "decided",
                    "",
                    _("Correct what was recorded"),
                    RECORDERS,
                    takes=(
                        "measure",
                        "decided_on",
                        "ground",
                        "first_time",
                        "minor_involved",
                        "fine",
                    ),
                    guards=(measured, by_now("decided_on")),
                ),
                Move("contest", "decided", "contested", _("It is contested"), INSPECTION),
                Move("upheld", "contested", "final", _("It was upheld"), INSPECTION),
                Move(
                    "overturn",
                    ("decided", "contested"),
                    "overturned",
                    _("It was overturned"),
                    INSPECTION,
                    needs=("note",),
                ),
                Move(
                    "uncontested",
                    "decided",
                    "final",
                    _("Nobody contested it in time"),
                    frozenset({"system"}),
                ),
            ),
        ),
        clocks=(
            Clock(
                "contest",
                _("Time in which it can be contested"),
                "violation_outcome.contest",
                stops=frozenset({"final"}),
                pauses=frozenset({"contested"}),
                lapses="uncontested",
                promise=True,
            ),
        ),
        owner=responsible_unit,
        opened_by=RECORDERS,
        asks=("measure", "decided_on"),
        takes=("ground", "first_time", "minor_involved", "fine"),
        opens_if=(measured, by_now("decided_on")),
        unasked=frozenset({"contact", "summary", "place", "note"}),
        penalty=Penalty(
            measure="measure",
            ground="ground",
            decided_on="decided_on",
            minor="minor_involved",
            final=frozenset({"final"}),
            single=frozenset({"violation_traffic"}),
        ),
        retention=Retention("violation_outcome.retention", duty=ARCHIVED),
        figures=tuple(
            Figure(code, label, how, of=of, among=stands, better=better)
            for code, label, how, of, better in (
                (
                    "educated",
                    _("Ended with education"),
                    _("Of the minor violations that stand, those that ended with education alone."),
                    lambda rows: stands(rows) & (rows.measure == "education"),
                    True,
                ),
                (
                    "warned",
                    _("Ended with a warning"),
                    _("Of the minor violations that stand, those that ended with a warning."),
                    lambda rows: stands(rows) & (rows.measure == "warning"),
                    True,
                ),
                (
                    "fined",
                    _("Ended with a fine"),
                    _("Of the minor violations that stand, those that ended with a fine."),
                    lambda rows: stands(rows) & (rows.measure == "fine"),
                    False,
                ),
            )
        ),
    )
)
