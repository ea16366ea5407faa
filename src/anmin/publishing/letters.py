"""Open letters: written by the bureau to everybody, one at a time; the house only gives the frame."""

from collections.abc import Mapping, Sequence
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from anmin.kernel.errors import NotFound
from anmin.people.models import Account
from anmin.people.policy import Capability, can
from anmin.places.queries import top_unit_label
from anmin.publishing.both import both
from anmin.publishing.series import Series, register_series
from anmin.publishing.sources import Draft, Offer

SERIES = register_series(
    Series(
        code="letters",
        prefix="GK",
        label=gettext_lazy("Open letters"),
        about=gettext_lazy("What the bureau has to say to everybody who lives here."),
        review="publishing.text.review",
        expiry="publishing.text.expiry",
    )
)


def draft(key: str) -> Draft:
    """The frame of a letter: to whom, from whom. Raises ``NotFound``."""
    if not (len(key) == len("2026-11") and key[:4].isdecimal()):
        raise NotFound(_("There is no such letter."))

    def made() -> Mapping[str, Any]:
        return {
            "title": _("To everybody who lives here"),
            "lead": _("An open letter of %s.") % (top_unit_label() or _("the bureau")),
            "body": [
                _("What happened, and what we did:"),
                _("What we promise, by when, and where you can check it:"),
                _("What we ask of you, and how to reach us: 110, or this website."),
            ],
        }

    return Draft(content=both(made), frame=True)


def may_draft(account: Account, _key: str) -> bool:
    """Whoever drafts what is published."""
    return can(account, Capability.DRAFT_PUBLICATIONS)


def still_true(_key: str, _stamp: str) -> str:
    """A letter says what was said on its day."""
    return ""


def offers(account: Account) -> Sequence[Offer]:
    """The letter of this month."""
    today = timezone.localdate()
    return (
        [Offer(f"{today:%Y-%m}", _("To everybody who lives here"))]
        if may_draft(account, "")
        else []
    )
