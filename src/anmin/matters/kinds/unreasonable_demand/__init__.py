"""不合理诉求: a unit proposes it, another body decides, the citizen may appeal; nothing is left out silently."""

from datetime import datetime

from django.utils.translation import gettext_lazy as _

from anmin.matters.clock import Clock
from anmin.matters.data_rights import ARCHIVED
from anmin.matters.flow import CITIZENS, Flow, Move, Stage, State
from anmin.matters.kind import Details, Figure, Kind, Public, Retention, fact
from anmin.matters.registry import register
from anmin.matters.tells import Tell
from anmin.people.roles import Role
from anmin.places.queries import responsible_unit

PROPOSERS = frozenset({Role.OFFICER, Role.DUTY_LEADER, Role.CLERK})
INSPECTION = frozenset({Role.INSPECTOR})
SECOND = INSPECTION | {Role.LEADER}


class DemandDetails(Details):
    """Why it is held to be unreasonable, what shows it, and what others found."""

    why: str = fact(_("Why it is unreasonable"), "", longest=2000, personal=True)
    evidence: str = fact(_("What shows it"), "", longest=2000, personal=True)
    grounds: str = fact(_("Grounds of the finding"), "", longest=1000, personal=True, told=True)
    told_how: str = fact(_("How the citizen was told"), "", terms="finding_told")
    decided_at: datetime | None = fact(_("Found or not confirmed"))
    appeal_grounds: str = fact(
        _("Grounds of the decision on the appeal"), "", longest=1000, personal=True, told=True
    )
    appeal_told_how: str = fact(_("How the decision was told"), "", terms="finding_told")
    appeal_decided_at: datetime | None = fact(_("Appeal decided"))


TAKEN_BACK = Tell(
    _(
        "{bureau}: what was found about your demand ({number}) is taken back and no longer holds. {page}"
    )
)
FLOW = Flow(
    "proposed",
    {
        "proposed": State(Stage.OPEN, _("Proposed, for the inspectorate to decide")),
        "found": State(
            Stage.WAITING,
            _("Found unreasonable, appeal possible"),
            _("What you ask was found unreasonable; you may appeal"),
        ),
        "appealed": State(
            Stage.WORKING,
            _("Appealed, to be decided by somebody else"),
            _("Somebody else decides your appeal"),
        ),
        "stands": State(
            Stage.DONE, _("Found unreasonable, final"), _("What you ask was found unreasonable")
        ),
        "not_confirmed": State(Stage.DECLINED, _("Not confirmed")),
        "overturned": State(
            Stage.DECLINED,
            _("Overturned on appeal"),
            _("Your appeal succeeded: the finding no longer holds"),
        ),
        "withdrawn": State(Stage.WITHDRAWN, _("Proposal withdrawn")),
    },
    (
        Move(
            "find",
            "proposed",
            "found",
            _("It is unreasonable"),
            INSPECTION,
            needs=("grounds",),
            takes=("told_how",),
            told_by="told_how",
            stamps="decided_at",
            unlike=("open",),
            tells=(
                Tell(
                    _(
                        "{bureau}: the inspectorate finds that what you ask in {about} ({number}) is "
                        "unreasonable: {grounds} What you answered stays as it is. You may appeal "
                        "within {rule[unreasonable_demand.appeal]} days at {page} or by telephone. "
                        "The ways that the law gives you stay open."
                    )
                ),
            ),
        ),
        # A message that could not be delivered told nobody: the time begins when it is told otherwise.
        Move(
            "tell",
            "found",
            "",
            _("Tell the finding another way"),
            INSPECTION,
            needs=("told_how",),
        ),
        Move(
            "not_confirm",
            "proposed",
            "not_confirmed",
            _("It is not confirmed"),
            INSPECTION,
            needs=("grounds",),
            stamps="decided_at",
            unlike=("open",),
        ),
        Move(
            "withdraw",
            "proposed",
            "withdrawn",
            _("Withdraw the proposal"),
            PROPOSERS,
            needs=("note",),
        ),
        Move(
            "appeal",
            "found",
            "appealed",
            _("Appeal"),
            CITIZENS | INSPECTION,
            needs=("note",),
        ),
        Move(
            "unappealed",
            "found",
            "stands",
            _("Nobody appealed against it in time"),
            frozenset({"system"}),
        ),
        Move(
            "uphold",
            "appealed",
            "stands",
            _("The finding stands"),
            SECOND,
            needs=("appeal_grounds",),
            takes=("appeal_told_how",),
            told_by="appeal_told_how",
            stamps="appeal_decided_at",
            unlike=("open", "find"),
            tells=(
                Tell(
                    _(
                        "{bureau}: somebody else has decided your appeal ({number}). The finding "
                        "stands: {appeal_grounds} The ways that the law gives you stay open. {page}"
                    )
                ),
            ),
        ),
        Move(
            "overturn",
            "appealed",
            "overturned",
            _("The appeal succeeds"),
            SECOND,
            needs=("appeal_grounds",),
            takes=("appeal_told_how",),
            told_by="appeal_told_how",
            stamps="appeal_decided_at",
            unlike=("open", "find"),
            tells=(
                Tell(
                    _(
                        "{bureau}: your appeal ({number}) succeeds, the finding no longer holds: "
                        "{appeal_grounds} {page}"
                    )
                ),
            ),
        ),
        Move(
            "take_back",
            ("found", "appealed"),
            "withdrawn",
            _("Take the proposal back"),
            PROPOSERS,
            needs=("note",),
            takes=("appeal_told_how",),
            told_by="appeal_told_how",
            tells=(TAKEN_BACK,),
        ),
        # Final here; a court may see it otherwise.
        Move(
            "revoke",
            "stands",
            "withdrawn",
            _("Revoke the finding"),
            SECOND,
            needs=("note",),
            takes=("appeal_told_how",),
            told_by="appeal_told_how",
            tells=(TAKEN_BACK,),
        ),
    ),
)

register(
    Kind(
        code="unreasonable_demand",
        prefix="RD",
        turn=90,
        label=_("Unreasonable demand"),
        details=DemandDetails,
        flow=FLOW,
        clocks=(
            Clock(
                "decide",
                _("Decision whether it is unreasonable"),
                "unreasonable_demand.decide",
                stops=frozenset({"found", "not_confirmed"}),
                promise=True,
            ),
            Clock(
                "appeal",
                _("Time to appeal against it"),
                "unreasonable_demand.appeal",
                stops=frozenset({"appealed", "stands"}),
                starts="found",
                restarts=frozenset({"tell"}),
                lapses="unappealed",
                heard=True,
            ),
            Clock(
                "appeal_answer",
                _("Decision on the citizen's appeal"),
                "unreasonable_demand.appeal_answer",
                stops=frozenset({"stands", "overturned"}),
                starts="appealed",
                counted=True,
            ),
        ),
        owner=responsible_unit,
        opened_by=PROPOSERS,
        asks=("why", "evidence"),
        unasked=frozenset({"contact", "summary", "place", "note"}),
        imported=False,
        public=Public(when=frozenset({"found", "appealed", "stands", "overturned"})),
        sets_aside=frozenset({"stands"}),
        retention=Retention("unreasonable_demand.retention", duty=ARCHIVED),
        figures=(
            Figure(
                "confirmed",
                _("Proposals that were confirmed"),
                _(
                    "Of the proposals that are decided for good, those that stand: found unreasonable, "
                    "and not appealed against or upheld. What was found and then taken back is not "
                    "confirmed. A unit of which few are confirmed proposes too much."
                ),
                of=lambda rows: rows.state == "stands",
                among=lambda rows: (
                    rows.state.isin(["stands", "not_confirmed", "overturned"])
                    | ((rows.state == "withdrawn") & rows.decided_at.notnull())
                ),
            ),
            Figure(
                "overturned",
                _("Findings overturned on appeal"),
                _(
                    "Of the findings that were appealed against and decided, those that somebody else "
                    "overturned."
                ),
                of=lambda rows: rows.state == "overturned",
                among=lambda rows: (
                    rows.state.isin(["stands", "overturned"]) & rows.appeal_decided_at.notnull()
                ),
                better=False,
            ),
        ),
    )
)
