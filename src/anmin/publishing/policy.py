"""Who may draft, review, approve and take back: never one person alone, never who it is about."""

from django.conf import settings
from django.utils.translation import gettext as _

from anmin.kernel.errors import Conflict, NotAllowed
from anmin.people.models import Account
from anmin.people.policy import Capability, can, require
from anmin.publishing.models import Did, Publication, Standing, Step, Text, Work
from anmin.publishing.sources import Source


def require_on(source: Source) -> None:
    """Refuse texts of a sort that the installation has not switched on."""
    if source.sign_off and not settings.SINGLE_DECISIONS:
        raise NotAllowed(_("This installation does not publish single decisions."))


def require_drafter(account: Account, source: Source, key: str) -> None:
    """Refuse to draft by who may not, or about what is not his or hers to publish."""
    require(account, Capability.DRAFT_PUBLICATIONS)
    require_on(source)
    if not source.may_draft(account, key):
        raise NotAllowed(_("You may not publish anything about this."))


def require_pictured(publication: Publication) -> None:
    """Refuse photos where no draft is in hand, or whoever is in it agreed to words alone."""
    if publication.work != Work.DRAFT:
        raise Conflict(_("There is no draft in hand."))
    if why := publication.of.no_photos(publication.key):
        raise NotAllowed(why)


def concerned(account: Account, publication: Publication) -> bool:
    """Whether it is about this person, or about the unit where he or she works."""
    return publication.of.about(publication.key).person(account)


def wrote(account: Account, publication: Publication) -> bool:
    """Whether this person wrote any text of it, or what it was made from, or lifted a hiding."""
    if publication.of.wrote(account, publication.key):
        return True
    if Text.objects.filter(publication=publication, by=account).exists():
        return True
    by_hand = (Did.DRAFT, Did.REVISE, Did.LIFT, Did.HIDE, Did.SUBMIT)
    return Step.objects.filter(publication=publication, actor=account, did__in=by_hand).exists()


def why_not_review(account: Account, publication: Publication) -> str:
    """Why this person is not the other one who reviews it; nothing where he or she is."""
    if publication.work != Work.SUBMITTED:
        return _("It does not wait for another person.")
    if wrote(account, publication):
        return _("You wrote a part of this: somebody else approves it.")
    if concerned(account, publication):
        return _("This is about you or your unit: somebody else approves it.")
    return ""


def may_review(account: Account, publication: Publication) -> bool:
    """Whether this person may refuse or approve it now."""
    capable = can(account, Capability.APPROVE_PUBLICATIONS)
    return capable and not why_not_review(account, publication)


def require_reviewer(account: Account, publication: Publication) -> None:
    """Refuse whoever is not another person, capable and not concerned."""
    require(account, Capability.APPROVE_PUBLICATIONS)
    if why := why_not_review(account, publication):
        raise NotAllowed(why)


def signer_of(publication: Publication) -> int | None:
    """Who signed the newest text off by law."""
    rows = Step.objects.filter(
        publication=publication, did=Did.SIGN_OFF, text=publication.newest
    ).order_by("-seq")
    found: int | None = rows.values_list("actor_id", flat=True).first()
    return found


def require_signer(account: Account, publication: Publication) -> None:
    """Refuse whoever is not another person with that right; the one who signs does not approve."""
    require(account, Capability.SIGN_PUBLICATIONS)
    if not publication.of.sign_off:
        raise NotAllowed(_("This needs no lawyer's word."))
    if why := why_not_review(account, publication):
        raise NotAllowed(why)


def require_signed(account: Account, publication: Publication) -> None:
    """Refuse to approve what needs a lawyer's word and has none, or only one's own."""
    require_on(publication.of)
    if not publication.of.sign_off:
        return
    signer = signer_of(publication)
    if signer is None:
        raise NotAllowed(_("A lawyer signs this off first."))
    if signer == account.pk:
        raise NotAllowed(_("You signed this off: somebody else approves it."))


def require_ender(account: Account, publication: Publication) -> None:
    """Refuse to take something back by who may not, or whom it is about."""
    if not can(account, Capability.DRAFT_PUBLICATIONS):
        require(account, Capability.APPROVE_PUBLICATIONS)
    if concerned(account, publication):
        raise NotAllowed(_("This is about you or your unit: somebody else decides."))


def may_end(account: Account, publication: Publication) -> bool:
    """Whether this person may take it back from the public."""
    held = (Capability.DRAFT_PUBLICATIONS, Capability.APPROVE_PUBLICATIONS)
    live = publication.standing == Standing.LIVE
    return live and any(can(account, one) for one in held) and not concerned(account, publication)


def may_write(account: Account, publication: Publication) -> bool:
    """Whether this person may go on writing it."""
    return can(account, Capability.DRAFT_PUBLICATIONS) and publication.of.may_draft(
        account, publication.key
    )
