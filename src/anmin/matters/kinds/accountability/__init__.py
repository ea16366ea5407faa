"""倒查追责: a confirmed failing is traced to what led to it; no score of anybody comes of it."""

from datetime import date, datetime

from django.utils.translation import gettext_lazy as _

from anmin.matters.clock import Clock
from anmin.matters.data_rights import ARCHIVED
from anmin.matters.facts import MatterFacts
from anmin.matters.flow import Approval, Flow, Move, Stage, State, Text
from anmin.matters.guards import by_now, day_of
from anmin.matters.kind import Details, Figure, Kind, Retention, fact
from anmin.matters.party_roles import PartyRole, Who
from anmin.matters.registry import register
from anmin.people.roles import Role
from anmin.places.queries import responsible_unit

INSPECTION = frozenset({Role.INSPECTOR})
HEAD = frozenset({Role.LEADER})
SEEN = INSPECTION | HEAD


class AccountabilityDetails(Details):
    """What failed, what those concerned say, what was found, and what follows from it."""

    failing: str = fact(_("What failed"), "", longest=4000, personal=True, seen_by=SEEN)
    confirmed_by: str = fact(_("What confirmed it"), "", terms="failing_sources")
    statement: str = fact(
        _("What those concerned say"), "", longest=4000, personal=True, seen_by=SEEN
    )
    heard_on: date | None = fact(_("They were heard on"))
    finding: str = fact(_("What was found"), "", longest=4000, personal=True, seen_by=SEEN)
    cause: str = fact(_("What led to it"), "", terms="failing_causes")
    consequence: str = fact(_("What follows"), "", terms="failing_consequences")
    reasons: str = fact(_("Grounds"), "", longest=4000, personal=True, seen_by=SEEN)
    prevents: str = fact(_("What keeps it from happening again"), "", longest=2000)
    decided_at: datetime | None = fact(_("Decided"))
    told_on: date | None = fact(_("Those concerned were told on"))
    appeal: str = fact(_("What the appeal says"), "", longest=4000, personal=True, seen_by=SEEN)
    appeal_result: str = fact(_("Result of the appeal"), "", terms="appeal_results")
    appeal_reasons: str = fact(
        _("Grounds of the appeal's result"), "", longest=4000, personal=True, seen_by=SEEN
    )


def told_after_deciding(matter: MatterFacts) -> Text | None:
    """What was not decided yet is told to nobody."""
    told, decided = day_of(matter, "told_on"), day_of(matter, "decided_at")
    early = told and decided and told < decided
    return _("They are told after it was decided.") if early else None


register(
    Kind(
        code="accountability",
        prefix="ZZ",
        label=_("Tracing of a failing"),
        details=AccountabilityDetails,
        flow=Flow(
            "begun",
            {
                "begun": State(Stage.OPEN, _("Tracing begun")),
                "heard": State(Stage.WORKING, _("Those concerned were heard")),
                "found": State(Stage.WORKING, _("Found, to be decided")),
                "decided": State(Stage.WAITING, _("Decided, appeal possible")),
                "appealed": State(Stage.WORKING, _("Under appeal")),
                "closed": State(Stage.DONE, _("Tracing closed")),
                "not_confirmed": State(Stage.DECLINED, _("No failing of theirs")),
            },
            (
                Move(
                    "hear",
                    "begun",
                    "heard",
                    _("Record what those concerned say"),
                    INSPECTION,
                    needs=("statement", "heard_on"),
                ),
                Move(
                    "find",
                    "heard",
                    "found",
                    _("Record what was found"),
                    INSPECTION,
                    needs=("finding", "cause"),
                ),
                Move(
                    "clear",
                    ("heard", "found"),
                    "not_confirmed",
                    _("It was no failing of theirs"),
                    INSPECTION,
                    needs=("finding",),
                    approval=Approval(by=HEAD),
                ),
                Move(
                    "decide",
                    "found",
                    "decided",
                    _("Decide what follows"),
                    INSPECTION,
                    needs=("consequence", "reasons", "prevents"),
                    stamps="decided_at",
                    approval=Approval(by=HEAD),
                ),
                Move(
                    "tell",
                    "decided",
                    "",
                    _("Record that they were told"),
                    INSPECTION,
                    needs=("told_on",),
                    guards=(told_after_deciding, by_now("told_on")),
                ),
                Move(
                    "appeal",
                    "decided",
                    "appealed",
                    _("They appeal"),
                    INSPECTION,
                    needs=("appeal",),
                ),
                Move(
                    "answer_appeal",
                    "appealed",
                    "closed",
                    _("Decide the appeal"),
                    INSPECTION,
                    needs=("appeal_result", "appeal_reasons"),
                    approval=Approval(by=HEAD),
                ),
                Move(
                    "close",
                    "decided",
                    "closed",
                    _("Nobody appealed in time"),
                    frozenset({"system"}),
                ),
            ),
        ),
        clocks=(
            Clock(
                "finish",
                _("Decision what follows"),
                "accountability.finish",
                stops=frozenset({"decided", "not_confirmed"}),
                promise=True,
            ),
            Clock(
                "appeal",
                _("Time to appeal"),
                "accountability.appeal",
                stops=frozenset({"appealed", "closed"}),
                starts="decided",
                restarts=frozenset({"tell"}),
                lapses="close",
            ),
            Clock(
                "appeal_answer",
                _("Decision of the appeal"),
                "accountability.appeal_answer",
                stops=frozenset({"closed"}),
                starts="appealed",
            ),
        ),
        owner=responsible_unit,
        opened_by=INSPECTION,
        asks=("failing", "confirmed_by"),
        unasked=frozenset({"contact", "place"}),
        parties=(
            PartyRole(
                "accused",
                _("Person or unit concerned"),
                who=frozenset({Who.ACCOUNT, Who.UNIT}),
                most=5,
                seen_by=SEEN,
                concerned=True,
            ),
        ),
        retention=Retention(
            "accountability.retention", duty=ARCHIVED, keeps=frozenset({"prevents"})
        ),
        figures=(
            Figure(
                "rules_at_fault",
                _("Led to by how the work is arranged"),
                _(
                    "Of the failings that were traced, those to which rules, staffing or tools led, "
                    "and not one person alone."
                ),
                of=lambda rows: rows.cause.isin(["rules", "staffing", "tools", "training"]),
                among=lambda rows: rows.cause.notnull(),
            ),
        ),
    )
)
