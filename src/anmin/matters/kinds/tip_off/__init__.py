"""检举: what somebody tells about others without a name, under a seal that the inspectorate's holders open."""

from django.utils.translation import gettext_lazy as _

from anmin.matters.clock import Clock, Extension
from anmin.matters.kind import UNASKED, Confided, Kind, Retention
from anmin.matters.kinds.tip_off.details import TipOffDetails
from anmin.matters.kinds.tip_off.steps import ENDED, FLOW, INSPECTION
from anmin.matters.registry import register
from anmin.people.roles import Role
from anmin.places.queries import checking_unit

register(
    Kind(
        code="tip_off",
        prefix="JB",
        label=_("Tip-off"),
        details=TipOffDetails,
        flow=FLOW,
        clocks=(
            Clock(
                "verify",
                _("Verification"),
                "tip_off.verify",
                stops=ENDED,
                restarts=frozenset({"take_up"}),
                extension=Extension("tip_off.extension"),
                promise=True,
            ),
        ),
        owner=checking_unit,
        opened_by=INSPECTION,
        asks=("tip",),
        confided=Confided(
            _("Tell of a wrong, secretly"),
            _(
                "Sealed before it is kept: only holders of the inspectorate's keys open it, together."
            ),
            words="tip",
            adds="addition",
            answers={
                "question": _("A question to you"),
                "finding": _("What was found about it"),
                "reward": _("Your reward in yuan"),
                "ticket": _("Number of your reward"),
                "word": _("Word that fetches it"),
                "claim_by": _("To be fetched by"),
            },
            sets={"way": "online"},
        ),
        seals=Role.INSPECTOR,
        unasked=UNASKED,
        retention=Retention("tip_off.retention"),
    )
)
