"""Which reported loss an item may be: ranked with the reasons, decided by a person.

Looked for over the incidents that this person may see: by serial number in all their texts, and by
what they say of class, brand, colour, place and day.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from anmin.channels.actions import queue_message
from anmin.channels.letters import register_letter
from anmin.evidence.log import atomic
from anmin.kernel.errors import Conflict, NotFound, Refusal
from anmin.matters import messages
from anmin.matters.contacts import unseal
from anmin.matters.models import Contact, Matter
from anmin.matters.policy import visible as visible_matters
from anmin.matters.search import search
from anmin.matters.telling import address, bureau, named
from anmin.people.models import Account
from anmin.places.queries import directory
from anmin.property import policy
from anmin.property.models import Loss
from anmin.property.published import waits_no_longer
from anmin.property.words import colours, sorts
from anmin.registers.models import Item

THEFTS = ("theft", "burglary", "robbery", "fraud")
LOOKED_THROUGH = 3000
SHOWN = 12
REASON = 1000
SERIAL = 6
"""A serial number of fewer characters tells nothing."""
POINTS = {
    "serial": 60,
    "sort": 15,
    "brand": 12,
    "colour": 6,
    "community": 12,
    "town": 6,
    "near": 10,
}
"""What each reason weighs. An order to look at, not a probability."""
NEAR = timedelta(days=30)
LETTER = register_letter(
    "found", gettext_lazy("A lost thing may have been found"), "property.custody"
)


@dataclass(slots=True)
class Candidate:
    """A reported loss, how near it comes, why, and what somebody found already."""

    matter: Matter
    reasons: list[str] = field(default_factory=list)
    decided: Loss | None = None

    @property
    def score(self) -> int:
        """The sum of what its reasons weigh."""
        return sum(POINTS[one] for one in self.reasons)


def candidates(account: Account, item: Item) -> list[Candidate]:
    """The reported losses that come nearest, the nearest first; those decided on are among them.

    O(incidents of the rule's months that this person sees), of which the newest are looked through.
    """
    policy.require_work(account, item)
    found = {pk: one for one in _compared(account, item) if (pk := one.matter.pk)}
    for matter in _with_serial(account, item):
        one = found.setdefault(matter.pk, Candidate(matter, _reasons(item, matter)))
        if "serial" not in one.reasons:
            one.reasons.insert(0, "serial")
    decided = {row.matter_id: row for row in Loss.objects.filter(item=item)}
    missing = [pk for pk in decided if pk not in found]
    for matter in visible_matters(account, Matter.objects.filter(pk__in=missing)):
        found[matter.pk] = Candidate(matter, _reasons(item, matter))
    for pk, row in decided.items():
        if pk in found:
            found[pk].decided = row
    ranked = sorted(found.values(), key=lambda one: (-one.score, -one.matter.opened_at.timestamp()))
    kept = [one for one in ranked if one.decided is None][:SHOWN]
    return [*(one for one in ranked if one.decided is not None), *kept]


def _compared(account: Account, item: Item) -> Iterator[Candidate]:
    """Those whose words name such a thing, by a reason beyond place and day."""
    last = item.entered_at + timedelta(days=1)
    rule = settings.RULES.get("property.losses_looked_at", timezone.localdate(item.entered_at))
    rows = visible_matters(
        account,
        Matter.objects.filter(
            kind="incident",
            category__in=THEFTS,
            opened_at__lte=last,
            opened_at__gte=rule.cutoff(timezone.localtime(item.entered_at)),
        ),
    )
    for matter in rows.order_by("-opened_at", "-pk")[:LOOKED_THROUGH]:
        reasons = _reasons(item, matter)
        if {"sort", "brand"} & set(reasons):
            yield Candidate(matter, reasons)


def _with_serial(account: Account, item: Item) -> Iterator[Matter]:
    """Those in whose texts a serial number of it stands, notes included."""
    for serial in item.details.get("serials", ()):
        if len(serial.strip()) < SERIAL:
            continue
        try:
            rows = search(account, serial.strip(), limit=SHOWN).rows
        except Refusal:
            continue
        yield from (one for one in rows if one.kind == "incident")


def _reasons(item: Item, matter: Matter) -> list[str]:
    facts: dict[str, Any] = item.details
    text = f"{matter.summary} {matter.place}".casefold()
    sort = sorts().get(facts.get("sort", ""))
    colour = colours().get(facts.get("colour", ""))
    said = [*(sort.said if sort else ())]
    brand = facts.get("brand", "").casefold()
    serials = [one.casefold() for one in facts.get("serials", ()) if len(one) >= SERIAL]
    town = directory().area_parents.get(item.area_id) if item.area_id else None
    gap = item.entered_at - matter.opened_at
    holds = {
        "serial": any(one in text for one in serials),
        "sort": any(one.casefold() in text for one in said),
        "brand": bool(brand) and brand in text,
        "colour": colour is not None and colour.code != "mixed" and colour.zh[0] in text,
        "community": item.area_id is not None and matter.area_id == item.area_id,
        "near": timedelta(0) <= gap <= NEAR,
    }
    holds["town"] = (
        not holds["community"]
        and town is not None
        and matter.area_id is not None
        and directory().area_parents.get(matter.area_id) == town
    )
    return [name for name in POINTS if holds[name]]


@atomic
def decide_loss(
    *, item_id: int, number: str, by: Account, holds: bool, reason: str, tell: bool = False
) -> Loss:
    """Say that an item is, or is not, what was lost. With ``tell`` the owner is told, where it is.

    Raises ``NotAllowed``, ``NotFound``, ``Conflict`` where somebody decided otherwise before.
    """
    item = Item.objects.select_for_update().get(pk=item_id)
    policy.require_work(by, item)
    matter = visible_matters(by, Matter.objects.filter(number=number, kind="incident")).first()
    if matter is None:
        raise NotFound(_("There is no such matter, or you may not see it."))
    known = Loss.objects.filter(item=item, matter=matter).first()
    if known is not None:
        if known.holds == holds and known.decided_by_id == by.pk:
            return known
        raise Conflict(_("Somebody decided on this loss already."))
    if not item.standing.live:
        raise Conflict(_("This cannot be done now: %(status)s.") % {"status": item.standing.label})
    reason = reason.strip()
    if not reason:
        raise Refusal(_("Give the reason."), field="reason")
    if len(reason) > REASON:
        told = _("Give the reason in at most %(most)s characters.") % {"most": REASON}
        raise Refusal(told, field="reason")
    reasons = _reasons(item, matter)
    row = Loss(
        item=item,
        matter=matter,
        score=sum(POINTS[one] for one in reasons),
        reasons=reasons,
        holds=holds,
        decided_by=by,
        decided_at=timezone.now(),
        reason=reason,
    )
    if holds and tell and _told(item, matter):
        row.told_at = row.decided_at
    row.save()
    if holds:
        waits_no_longer(item)
    return row


def _told(item: Item, matter: Matter) -> bool:
    """Tell whoever reported the loss that something was found: not what, nor where; whether it went."""
    contact = Contact.objects.filter(matter=matter).first()
    facts = unseal(contact, number=matter.number) if contact else None
    if facts is None or not facts.phone or (matter.topic and matter.topic.sensitive):
        return False
    language = facts.language or settings.LANGUAGE_CODE
    with translation.override(language):
        body = _(
            "%(bureau)s: something was found that may be what you reported (%(about)s, %(number)s). "
            "Come to %(office)s with your identity card and proof that it is yours, or read %(link)s. "
            "Nobody asks you for money."
        ) % {
            "bureau": bureau(),
            "about": named(matter, language)["about"],
            "number": matter.number,
            "office": named(matter, language)["office"],
            "link": address(f"{settings.BASE_URL}/f/{matter.number}", matter),
        }
    message = queue_message(
        key=f"found:{item.number}/{matter.number}",
        medium="sms",
        recipient=facts.phone,
        body=body,
        template=LETTER.code,
        language=language,
        not_before=messages.permitted(timezone.now()),
        subject_ref=f"matter:{matter.number}",
    )
    return message.status != "cancelled"
