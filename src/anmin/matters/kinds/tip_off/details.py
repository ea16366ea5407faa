"""What the house knows of a tip-off, and what only holders of the key read."""

from datetime import datetime

from django.utils.translation import gettext_lazy as _

from anmin.matters.kind import Details, fact
from anmin.people.roles import Role

DECIDERS = frozenset({Role.INSPECTOR})


class TipOffDetails(Details):
    """Words are sealed; what lies open tells only that there is a tip-off, and how it ended."""

    way: str = fact(_("How it came in"), "", terms="tip_off_ways")
    tip: str = fact(_("What was told"), "", longest=5000, sealed=True)
    addition: str = fact(_("What was added"), "", longest=5000, sealed=True)
    question: str = fact(
        _("Question to whoever told it"), "", longest=1000, sealed=True, answers=True
    )
    remark: str = fact(_("What was found out so far"), "", longest=5000, sealed=True)
    extension_ground: str = fact(_("Why it takes longer"), "", terms="tip_off_extensions")
    finding: str = fact(
        _("What was found, for whoever told it"), "", longest=2000, sealed=True, answers=True
    )
    verified_at: datetime | None = fact(_("Verified"))
    handed_to: str = fact(_("Authority that it was handed to"), "", longest=80, sealed=True)
    passed_as: str = fact(_("Number of the matter that was opened"), "", longest=40, sealed=True)
    reward: int | None = fact(_("Reward in yuan"), seen_by=DECIDERS)
