"""Guards that several kinds use. Pure: see ``flow.Guard``."""

from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext_lazy

from anmin.matters.facts import MatterFacts
from anmin.matters.flow import Text


def no_open_children(matter: MatterFacts) -> Text | None:
    """Nothing ends while orders given from it still run."""
    if not matter.open_children:
        return None
    return ngettext_lazy(
        "%(count)d order given from this matter still runs.",
        "%(count)d orders given from this matter still run.",
        "count",
    ) % {"count": matter.open_children}


def reopened_once(matter: MatterFacts) -> Text | None:
    """What went on after its end once does not do so again."""
    return _("This matter was reopened before.") if matter.reopened else None
