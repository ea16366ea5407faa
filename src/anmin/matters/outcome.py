"""What became of a matter, as its unit says when it ends. The citizen's own word stands beside it."""

from collections.abc import Mapping
from enum import StrEnum

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


class Outcome(StrEnum):
    """Whether what was wrong is put right."""

    FIXED = "fixed"
    PARTLY = "partly"
    NOT_FIXED = "not_fixed"
    DECLINED = "declined"


OUTCOME_LABELS: Mapping[str, Promise] = {
    Outcome.FIXED: _("Fixed"),
    Outcome.PARTLY: _("Partly fixed"),
    Outcome.NOT_FIXED: _("Not fixed"),
    Outcome.DECLINED: _("Declined, with the reason"),
}


def outcome_choices() -> list[tuple[str, Promise]]:
    """The outcomes with their words."""
    return list(OUTCOME_LABELS.items())
