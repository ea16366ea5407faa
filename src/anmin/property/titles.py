"""Whose an item is: the losses that were found to be it, and the claims that were granted.

It goes back where the title is clear and nobody else claims it (公安机关涉案财物管理若干规定 第十九条).
"""

from dataclasses import dataclass

from django.utils.translation import gettext as _

from anmin.kernel.errors import Conflict, NotFound
from anmin.matters.flow import LIVE
from anmin.matters.models import Matter
from anmin.property.models import Loss
from anmin.registers.models import Item

CLAIM, GRANTED = "property_claim", "granted"
"""The kind of matter by which citizens claim things, and its state that says whose they are."""


@dataclass(frozen=True, slots=True)
class Title:
    """What speaks for an owner: matters that show it, and claims that are still open."""

    shown_by: list[Matter]
    open_claims: list[Matter]

    @property
    def clear(self) -> bool:
        """Whether one is the owner and nobody else claims to be."""
        return bool(self.shown_by) and not self.open_claims and not self.disputed

    @property
    def disputed(self) -> bool:
        """Whether several claims were granted, or several losses found to be it."""
        claims = [one for one in self.shown_by if one.kind == CLAIM]
        return len(claims) > 1 or len(self.shown_by) - len(claims) > 1


def claims_of(item: Item) -> list[Matter]:
    """The claims to an item, the newest first."""
    rows = Matter.objects.filter(kind=CLAIM, details__item=item.number).exclude(stage="void")
    return list(rows.order_by("-opened_at", "-pk"))


def title_of(item: Item) -> Title:
    """Who has shown to be its owner, and who else says so."""
    claims = claims_of(item)
    losses = Loss.objects.filter(item=item, holds=True).select_related("matter")
    shown = [one for one in claims if one.state == GRANTED]
    live = {stage.value for stage in LIVE}
    open_claims = [one for one in claims if one.stage in live]
    return Title([*(one.matter for one in losses.order_by("pk")), *shown], open_claims)


def ground_for(item: Item, number: str) -> Matter:
    """The matter of that number, which shows whose the item is. Raises ``Conflict``, ``NotFound``."""
    title = title_of(item)
    if title.open_claims:
        raise Conflict(_("Somebody else claims it, too: answer that claim first."), field="ground")
    if title.disputed:
        raise Conflict(
            _("Several people were found to be its owner: that must be settled first."),
            field="ground",
        )
    for one in title.shown_by:
        if one.number == number:
            return one
    raise NotFound(_("Nothing of that number shows whose it is."), field="ground")
