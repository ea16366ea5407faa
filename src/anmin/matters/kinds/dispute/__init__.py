"""矛盾纠纷: a quarrel that somebody neutral helps to settle, if both sides want it."""

from django.utils.translation import gettext_lazy as _

from anmin.matters.clock import Clock, Extension
from anmin.matters.data_rights import ARCHIVED
from anmin.matters.facts import MatterFacts
from anmin.matters.kind import ByCitizen, Figure, FollowUp, Kind, Public, Retention
from anmin.matters.kinds.dispute import guards
from anmin.matters.kinds.dispute.details import DisputeDetails
from anmin.matters.kinds.dispute.steps import FLOW, WORKERS
from anmin.matters.party_roles import PartyRole
from anmin.matters.registry import register
from anmin.matters.tells import Tell
from anmin.measures.expressions import Expression, Rows
from anmin.people.roles import Role
from anmin.places.queries import responsible_unit

TAKERS = WORKERS | {Role.CLERK, Role.INSPECTOR, Role.PROGRAMME}


def first_word(matter: MatterFacts) -> str:
    """By when somebody speaks with both sides: at once where it could turn violent."""
    return "dispute.word.urgent" if matter.details.get("urgent") else "dispute.word"


def second_attempt(matter: MatterFacts) -> str:
    """By when public-security mediation is tried once more; other mediation has no such time."""
    return "mediation.second" if matter.details.get("way") == guards.POLICE else ""


def unkept(rows: Rows) -> Expression:
    """What was agreed and goes on, or went on, because it was not kept."""
    after = ["broken", "failed", "case", "case_decided", "mediating", "unsettled"]
    return rows.agreed_on.notnull() & rows.state.isin(after)


CLOCKS = (
    Clock(
        "word",
        _("Somebody speaks with both sides"),
        first_word,
        stops=frozenset({"offered"}),
        counted=True,
    ),
    Clock(
        "consent",
        _("Both sides say whether they want it"),
        "dispute.consent",
        stops=frozenset({"mediating", "declined"}),
        starts="offered",
    ),
    Clock(
        "settle",
        _("Mediation ended"),
        "dispute.settle",
        stops=frozenset({"agreed", "failed", "case"}),
        starts="mediating",
        restarts=frozenset({"resume"}),
        promise=True,
    ),
    Clock(
        "second",
        _("Mediated once more"),
        second_attempt,
        stops=frozenset({"mediating", "agreed", "failed", "case"}),
        starts="unsettled",
    ),
    Clock(
        "first_check",
        _("Whether it held, asked the first time"),
        "dispute.first_check",
        stops=frozenset({"held_once", "broken"}),
        starts="agreed",
        restarts=frozenset({"agree"}),
        counted=True,
    ),
    Clock(
        "second_check",
        _("Whether it held, asked the second time"),
        "dispute.second_check",
        stops=frozenset({"held", "broken"}),
        starts="agreed",
        restarts=frozenset({"agree"}),
        counted=True,
    ),
    Clock(
        "breach",
        _("What follows the breach"),
        "dispute.breach",
        stops=frozenset({"mediating", "failed", "case"}),
        starts="broken",
        restarts=frozenset({"broke", "not_kept", "go_on"}),
    ),
    Clock(
        "case",
        _("Decision in the case"),
        "case.finish",
        stops=frozenset({"case_decided"}),
        starts="case",
        extension=Extension("case.extension"),
        counted=True,
    ),
)

register(
    Kind(
        code="dispute",
        prefix="JF",
        label=_("Dispute"),
        details=DisputeDetails,
        flow=FLOW,
        clocks=CLOCKS,
        owner=responsible_unit,
        opened_by=TAKERS,
        children=("body_order",),
        asks=("what",),
        takes=("urgent", "people"),
        by_citizen=ByCitizen(
            _("A quarrel that you cannot settle between yourselves"),
            _("Neighbours, wages, a contract, damage: mediation is free, if both sides want it"),
            words="what",
            sets={"found": "reported"},
        ),
        opening=Tell(
            _(
                "{bureau}: {about} is registered ({number}). {office} speaks with both sides by "
                "{due}. Follow it at {page}, code {code}"
            )
        ),
        delay=Tell(_("{bureau}: {office} needs longer than {due} for {about} ({number}).")),
        follow_up=FollowUp(
            after=("held", "failed", "declined", "case_decided"),
            script="dispute",
            lacks=frozenset({"in_progress"}),
        ),
        parties=(
            PartyRole("side", _("A side of the dispute"), most=20),
            PartyRole("guardian", _("Guardian"), most=4),
        ),
        public=Public(
            reporter=(
                "way",
                "mediated_by",
                "agreed_on",
                "perform_by",
                "court_asked_on",
                "confirmed_on",
            )
        ),
        voices=True,
        retention=Retention("dispute.retention", duty=ARCHIVED),
        figures=(
            Figure(
                "agreed",
                _("Ended in an agreement"),
                _(
                    "Of the disputes that were mediated to an end, those in which both sides agreed."
                ),
                of=lambda rows: rows.agreed_on.notnull(),
                among=lambda rows: (
                    rows.agreed_on.notnull() | rows.state.isin(["failed", "case", "case_decided"])
                ),
            ),
            Figure(
                "held_first",
                _("Agreements kept when asked the first time"),
                _(
                    "Of the agreements that were asked about for the first time or were not kept before, "
                    "those that were kept in full till then."
                ),
                of=lambda rows: rows.held_first == "kept",
                among=lambda rows: rows.held_first.notnull() | unkept(rows),
            ),
            Figure(
                "held",
                _("Agreements that held"),
                _(
                    "Of the agreements that were asked about for the second time or were not kept before, "
                    "those that were kept in full."
                ),
                of=lambda rows: (rows.state == "held") & (rows.held_second == "kept"),
                among=lambda rows: (rows.state == "held") | unkept(rows),
            ),
        ),
    )
)
