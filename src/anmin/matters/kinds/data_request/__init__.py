"""个人信息请求: what somebody asks about the data that the house holds of him or her, and what was done."""

from datetime import datetime

from django.utils.translation import gettext_lazy as _

from anmin.matters.clock import Clock
from anmin.matters.data_rights import DataRights, Right
from anmin.matters.flow import CITIZENS, Approval, Flow, Move, Stage, State
from anmin.matters.kind import ByCitizen, Details, Figure, Kind, Public, Retention, fact
from anmin.matters.registry import register
from anmin.matters.tells import Tell
from anmin.people.roles import Role
from anmin.places.queries import checking_unit

OFFICE = frozenset({Role.INSPECTOR})
SECOND = OFFICE | {Role.LEADER}


class DataRequestDetails(Details):
    """What is asked for, how it was shown who asks, what was decided and what was done."""

    words: str = fact(_("What is asked for, in their words"), "", longest=2000, personal=True)
    identity: str = fact(_("How it was shown who asks"), "", terms="identity_checks")
    proven_at: datetime | None = fact(_("It was shown who asks"))
    right_name: str = fact(_("The right name"), "", longest=80, personal=True)
    right_phone: str = fact(_("The right number"), "", longest=40, personal=True)
    right_address: str = fact(_("The right address"), "", longest=200, personal=True)
    beside: str = fact(
        _("What is put beside the record, in their words"), "", longest=1000, personal=True
    )
    ground: str = fact(_("Ground of the refusal"), "", terms="data_refusals")
    reply: str = fact(_("Explanation"), "", longest=2000, personal=True, told=True)
    decided_at: datetime | None = fact(_("Decided"))
    result: str = fact(_("What came of the request"), "", longest=4000, personal=True, told=True)
    done_at: datetime | None = fact(_("Carried out on"))


FLOW = Flow(
    "received",
    {
        "received": State(
            Stage.WAITING, _("To be shown who asks"), _("Please show that this is your number")
        ),
        "proven": State(Stage.OPEN, _("To be decided"), _("Being looked into")),
        "granted": State(Stage.WORKING, _("Granted, being carried out"), _("Being carried out")),
        "done": State(Stage.DONE, _("Request carried out")),
        "refused": State(Stage.DECLINED, _("Request refused")),
        "unproven": State(
            Stage.WITHDRAWN, _("Nobody showed who asks"), _("Ended: it was not shown who asks")
        ),
        "withdrawn": State(Stage.WITHDRAWN, _("Request withdrawn")),
    },
    (
        Move(
            "prove",
            "received",
            "proven",
            _("The code that was texted is right"),
            frozenset({"system"}),
            needs=("identity",),
            stamps="proven_at",
        ),
        Move(
            "show",
            "received",
            "proven",
            _("Identity document shown in person"),
            OFFICE,
            sets={"identity": "shown"},
            stamps="proven_at",
        ),
        Move(
            "grant",
            "proven",
            "granted",
            _("Grant it"),
            OFFICE,
            takes=("right_name", "right_phone", "right_address", "beside"),
            stamps="decided_at",
            approval=Approval(by=SECOND),
        ),
        Move(
            "refuse",
            "proven",
            "refused",
            _("Refuse it, with the reason"),
            OFFICE,
            needs=("ground", "reply"),
            stamps="decided_at",
            approval=Approval(by=SECOND),
            tells=(
                Tell(
                    _(
                        "{bureau}: your request about your data ({number}) cannot be met: {reply} You "
                        "may bring it before a court (Personal Information Protection Law, article "
                        "50). {page}"
                    )
                ),
            ),
        ),
        Move(
            "carry_out",
            "granted",
            "done",
            _("Carried out"),
            frozenset({"system"}),
            needs=("result",),
            stamps="done_at",
            tells=(
                Tell(
                    _(
                        "{bureau}: your request about your data ({number}) was carried out. What was "
                        "done stands at {page}"
                    )
                ),
            ),
        ),
        Move(
            "again",
            "done",
            "granted",
            _("Carry it out once more"),
            OFFICE,
            needs=("note",),
        ),
        Move(
            "not_proven",
            "received",
            "unproven",
            _("Nobody showed in time who asks"),
            frozenset({"system"}),
        ),
        Move(
            "withdraw",
            ("received", "proven"),
            "withdrawn",
            _("Take the request back"),
            CITIZENS,
            unexplained=True,
        ),
        Move(
            "close",
            ("received", "proven"),
            "withdrawn",
            _("Taken back by whoever asked"),
            OFFICE,
            needs=("note",),
        ),
    ),
)

register(
    Kind(
        code="data_request",
        prefix="GX",
        turn=95,
        label=_("Request about personal data"),
        details=DataRequestDetails,
        flow=FLOW,
        clocks=(
            Clock(
                "proof",
                _("Time to show who asks"),
                "data_request.proof",
                stops=frozenset({"proven", "unproven", "withdrawn"}),
                lapses="not_proven",
            ),
            Clock(
                "answer",
                _("Answer to the request"),
                "data_request.answer",
                stops=frozenset({"done", "refused"}),
                starts="proven",
                restarts=frozenset({"again"}),
                promise=True,
            ),
        ),
        owner=checking_unit,
        opened_by=OFFICE,
        asks=("words",),
        unasked=frozenset({"summary", "place", "note"}),
        imported=False,
        by_citizen=ByCitizen(
            _("Your data: see it, correct it, have it erased"),
            _("What we hold about you, by the number that you left with us"),
            words="words",
            question=_("What exactly do you ask for?"),
            named=True,
        ),
        opening=Tell(
            _(
                "{bureau}: your request about your data was received ({number}). Follow it at {page}, "
                "code {code}. If you did not ask for this, do nothing: nothing is told or changed."
            )
        ),
        public=Public(reporter=("identity", "ground", "decided_at", "done_at")),
        data_rights=DataRights(
            by_topic={
                "data_access": Right.FILE,
                "data_copy": Right.FILE,
                "data_correction": Right.CORRECTION,
                "data_erasure": Right.ERASURE,
                "data_withdrawal": Right.WITHDRAWAL,
            },
            unproven="received",
            prove="prove",
            granted="granted",
            carried="carry_out",
        ),
        retention=Retention("data_request.retention"),
        figures=(
            Figure(
                "granted",
                _("Requests granted"),
                _(
                    "Of the requests about personal data that were decided, those that were granted "
                    "and carried out."
                ),
                of=lambda rows: rows.state.isin(["done", "granted"]),
                among=lambda rows: rows.decided_at.notnull(),
            ),
        ),
    )
)
