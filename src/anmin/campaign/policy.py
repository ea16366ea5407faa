"""Who loads a programme, who approves, who brings proof of an item, and who accepts it."""

from django.utils.translation import gettext as _

from anmin.campaign.description import Item, Proof
from anmin.campaign.models import Milestone, State, Verdict, Version
from anmin.kernel.errors import NotAllowed
from anmin.people.models import Account
from anmin.people.policy import Capability, can, require


def may_load(account: Account) -> bool:
    """Whether somebody may load a file."""
    return can(account, Capability.EDIT_PROGRAMME)


def require_view(account: Account) -> None:
    """Raise ``NotAllowed`` unless this person may see programmes."""
    require(account, Capability.VIEW_PROGRAMME)


def may_decide(account: Account, version: Version) -> bool:
    """Whether somebody may approve this version or turn it down: not who loaded it."""
    return (
        version.state == State.PROPOSED
        and can(account, Capability.APPROVE_PROGRAMME)
        and version.loaded_by_id != account.pk
    )


def require_decider(account: Account, version: Version) -> None:
    """Raise ``NotAllowed`` unless this person may decide on the version."""
    require(account, Capability.APPROVE_PROGRAMME)
    if version.loaded_by_id == account.pk:
        raise NotAllowed(_("Somebody else than the one who loaded it must decide."))


def unit_of(account: Account) -> str:
    """The code of somebody's unit; empty without one."""
    return account.unit.code if account.unit else ""


def may_bring(account: Account, item: Item) -> bool:
    """Whether somebody may bring the proof of an item: who works in a unit whose work it is."""
    return (
        item.proof is Proof.MILESTONE
        and not item.dropped
        and can(account, Capability.VIEW_PROGRAMME)
        and unit_of(account) in item.owners
    )


def require_bringer(account: Account, item: Item) -> None:
    """Raise ``NotAllowed`` unless this person may bring the proof of the item."""
    require(account, Capability.VIEW_PROGRAMME)
    if not may_bring(account, item):
        raise NotAllowed(
            _("Proof of a milestone is brought by the units whose work it is, and by nobody else.")
        )


def may_accept(account: Account, item: Item, milestone: Milestone) -> bool:
    """Whether somebody may accept a proof or send it back."""
    return (
        milestone.verdict == Verdict.SUBMITTED
        and can(account, Capability.APPROVE_PROGRAMME)
        and _of_another(account, item, milestone)
    )


def require_acceptor(account: Account, item: Item, milestone: Milestone) -> None:
    """Raise ``NotAllowed`` unless this person may decide on the proof: a second person, of a unit that
    neither owns the item nor brought the proof."""
    require(account, Capability.APPROVE_PROGRAMME)
    if not _of_another(account, item, milestone):
        raise NotAllowed(
            _("A second person of another unit than those whose work it is must decide.")
        )


def _of_another(account: Account, item: Item, milestone: Milestone) -> bool:
    return (
        account.pk != milestone.submitted_by_id
        and account.unit_id is not None
        and account.unit_id != milestone.unit_id
        and unit_of(account) not in item.owners
    )
