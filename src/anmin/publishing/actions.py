"""The one door for writes of this room; and clippings, which are nothing but a note."""

from datetime import date

from django.utils import timezone
from django.utils.translation import gettext as _

from anmin.evidence.log import atomic
from anmin.kernel.errors import Refusal
from anmin.people.models import Account
from anmin.people.policy import Capability, can, require
from anmin.publishing.deciding import answer, approve, refuse, sign_off
from anmin.publishing.drafting import (
    Written,
    abandon,
    begin,
    hide_again,
    lift,
    marked_words,
    plan,
    revise,
    submit,
    take_back,
)
from anmin.publishing.ending import keep, withdraw, withdraw_about
from anmin.publishing.models import Clipping
from anmin.publishing.picturing import choose, put_in, take_out
from anmin.publishing.steps import held

__all__ = [
    "Written",
    "abandon",
    "answer",
    "approve",
    "begin",
    "choose",
    "clip",
    "hide_again",
    "keep",
    "lift",
    "marked_words",
    "plan",
    "put_in",
    "refuse",
    "revise",
    "sign_off",
    "submit",
    "take_back",
    "take_out",
    "withdraw",
    "withdraw_about",
]


@atomic
def clip(
    *, publication_id: int, outlet: str, on: date, by: Account, form_key: str, link: str = ""
) -> Clipping:
    """Note where something was reprinted. Sending it twice notes it once."""
    if not can(by, Capability.APPROVE_PUBLICATIONS):
        require(by, Capability.DRAFT_PUBLICATIONS)
    publication = held(publication_id)
    if publication.number is None:
        raise Refusal(_("It is not before the public."))
    if not outlet.strip():
        raise Refusal(_("Say where it was reprinted."), field="outlet")
    if link and not link.startswith(("https://", "http://")):
        raise Refusal(_("This is no address of a page."), field="link")
    if on > timezone.localdate():
        raise Refusal(_("This day is still to come."), field="on")
    known = Clipping.objects.filter(publication=publication, key=form_key).first()
    if known is not None:
        return known
    return Clipping.objects.create(
        publication=publication,
        at=timezone.now(),
        by=by,
        outlet=outlet.strip()[:120],
        link=link.strip()[:400],
        on=on,
        key=form_key,
    )
