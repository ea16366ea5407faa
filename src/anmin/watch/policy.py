"""Who may put a place forward, and who decides: never the same person."""

from django.utils.translation import gettext as _

from anmin.kernel.errors import NotAllowed
from anmin.people.models import Account
from anmin.people.policy import Capability, can, require
from anmin.watch.models import Candidate, State


def may_propose(account: Account) -> bool:
    """Whether somebody may propose a place, or set a suggestion aside."""
    return can(account, Capability.PROPOSE_LISTING)


def may_decide(account: Account, candidate: Candidate) -> bool:
    """Whether somebody may keep or dismiss this proposal: not who made it."""
    return (
        candidate.state == State.PROPOSED
        and can(account, Capability.DECIDE_LISTING)
        and candidate.proposed_by_id != account.pk
    )


def require_decider(account: Account, candidate: Candidate) -> None:
    """Raise ``NotAllowed`` unless this person may decide."""
    require(account, Capability.DECIDE_LISTING)
    if candidate.proposed_by_id == account.pk:
        raise NotAllowed(_("Somebody else than the one who proposed it must decide."))
