"""The first drafts of what the public reads about property, and whether it is still so."""

from collections.abc import Sequence
from typing import Any

from django.utils import timezone, translation
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from anmin.kernel.errors import NotFound
from anmin.matters.conflict import About
from anmin.people.listing import listed
from anmin.people.models import Account
from anmin.property.events import overall, totals
from anmin.property.models import ReturnEvent
from anmin.property.policy import REGISTER, had_in_hand
from anmin.property.titles import title_of
from anmin.property.words import colours, sorts, yuan
from anmin.publishing.actions import withdraw_about
from anmin.publishing.content import content_of
from anmin.publishing.models import Publication, Standing
from anmin.publishing.redaction import Known
from anmin.publishing.sources import Draft, Offer
from anmin.registers.models import Item

SERIES = "goods"
THING, EVENT = "found_thing", "return_event"
GONE = "no_longer_true"
OFFERED = 50
LANGUAGES = (("zh", "zh-hans"), ("en", "en"))


def month_of(item: Item) -> str:
    """The month in which it was seized, as the public reads and searches it."""
    return timezone.localtime(item.entered_at).strftime("%Y-%m")


def _here(key: str) -> Item:
    """A thing that is in store and whose owner nobody knows."""
    item = Item.objects.filter(register=REGISTER, number=key, state="kept").first()
    if item is None or title_of(item).shown_by:
        raise NotFound(_("It does not wait for its owner."))
    return item


def no_photos(_key: str) -> str:
    """What a photo shows is what only its owner is to know."""
    return _("A photo would tell whoever claims it falsely how it looks.")


def draft_thing(key: str) -> Draft:
    """Class, colour, brand and month; what else is known of it is named, to be hidden."""
    item = _here(key)
    facts: dict[str, Any] = item.details
    data: dict[str, Any] = {}
    for code, language in LANGUAGES:
        with translation.override(language):
            sort = sorts()[facts["sort"]].label
            colour = colours().get(facts.get("colour", ""))
            told = [
                (_("Class"), sort),
                (_("Colour"), colour.label if colour else ""),
                (_("Brand"), facts.get("brand", "")),
                (_("Month"), month_of(item)),
            ]
            name = listed([one for one in (sort, told[1][1], told[2][1]) if one])
            data[code] = {
                "title": _("Waits for its owner: %(name)s") % {"name": name},
                "lead": _(
                    "If it is yours, claim it with what only the owner knows: serial number, marks, "
                    "when and how you lost it. It costs nothing."
                ),
                "facts": [{"label": label, "value": value} for label, value in told if value],
            }
    hidden = [*facts.get("serials", ()), facts.get("case_number", ""), item.number]
    staff = Account.objects.filter(username__in=had_in_hand(item))
    names = [Known(one, "number") for one in hidden if one]
    names += [Known(one.display_name, "staff") for one in staff if one.display_name]
    return Draft(content_of(data), names, stamp=item.state)


def thing_still_here(key: str, _stamp: str) -> str:
    """Whether it still waits for its owner."""
    try:
        _here(key)
    except NotFound:
        return GONE
    return ""


def waits_no_longer(item: Item) -> None:
    """Take back at once what the public reads of a thing that went, or whose owner is known."""
    withdraw_about(source=THING, key=item.number, why=GONE)


def may_draft_thing(_account: Account, key: str) -> bool:
    """Whoever drafts for the public may of each that waits: no more of it is told than the public reads."""
    return not thing_still_here(key, "")


def things_offered(_account: Account) -> Sequence[Offer]:
    """Those in store whose owner nobody knows and of which nothing is public yet, the newest first."""
    told = Publication.objects.filter(source=THING).exclude(standing=Standing.WITHDRAWN)
    rows = Item.objects.filter(register=REGISTER, state="kept")
    rows = rows.exclude(number__in=told.values("key")).order_by("-entered_at", "-pk")
    found = []
    for item in rows[: 2 * OFFERED]:
        if title_of(item).shown_by:
            continue
        words = (sorts()[item.details["sort"]].label, item.details.get("brand", ""), month_of(item))
        found.append(Offer(item.number, " · ".join([item.number, *(one for one in words if one)])))
    return found[:OFFERED]


def about_thing(key: str) -> About:
    """Whoever had it in hand."""
    item = Item.objects.filter(register=REGISTER, number=key).first()
    if item is None:
        return About()
    people = Account.objects.filter(username__in=had_in_hand(item))
    return About(frozenset(people.values_list("pk", flat=True)), frozenset({item.unit_id}))


def thing_of(number: str) -> Item:
    """The thing of which the publication of that number tells. Raises ``NotFound``."""
    told = Publication.objects.filter(number=number, source=THING, standing=Standing.LIVE).first()
    if told is None:
        raise NotFound(_("Nothing of this number waits for its owner."))
    return _here(told.key)


def _event(key: str) -> ReturnEvent:
    found = ReturnEvent.objects.filter(code=key, day__lte=timezone.localdate()).first()
    if found is None or not found.handovers.exists():
        raise NotFound(_("Nothing has gone back there."))
    return found


def draft_event(key: str) -> Draft:
    """How much went back there, by class, and what it was worth."""
    event = _event(key)
    rows = totals(event)
    number, value = overall(rows)
    data: dict[str, Any] = {}
    for code, language in LANGUAGES:
        with translation.override(language):
            day = date_format(event.day, "DATE_FORMAT")
            data[code] = {
                "title": str(event),
                "lead": ngettext(
                    "On %(day)s %(number)d thing went back to its owner, worth %(value)s yuan.",
                    "On %(day)s %(number)d things went back to their owners, worth %(value)s yuan.",
                    number,
                )
                % {"day": day, "number": number, "value": yuan(value)},
                "facts": [
                    {
                        "label": one.sort.label,
                        "value": ngettext(
                            "%(number)d thing, %(value)s yuan",
                            "%(number)d things, %(value)s yuan",
                            one.number,
                        )
                        % {"number": one.number, "value": yuan(one.value)},
                    }
                    for one in rows
                ],
                "body": [
                    _(
                        "Values are those at which the things were valued before they went back, or "
                        "counted in cash. Nobody of the police collects anything for an owner."
                    )
                ],
            }
    return Draft(content_of(data), stamp=f"{number}:{value}")


def event_still_so(key: str, stamp: str) -> str:
    """Whether the totals are those that were told."""
    try:
        number, value = overall(totals(_event(key)))
    except NotFound:
        return GONE
    return "" if f"{number}:{value}" == stamp else GONE


def may_draft_event(_account: Account, key: str) -> bool:
    """Whoever drafts for the public, once something went back there."""
    try:
        _event(key)
    except NotFound:
        return False
    return True


def events_offered(_account: Account) -> Sequence[Offer]:
    """The latest events at which something went back."""
    rows = ReturnEvent.objects.filter(handovers__isnull=False, day__lte=timezone.localdate())
    return [Offer(one.code, f"{one.day.isoformat()} · {one}") for one in rows.distinct()[:OFFERED]]


def about_event(key: str) -> About:
    """The unit that held it."""
    event = ReturnEvent.objects.filter(code=key).first()
    return About(frozenset(), frozenset({event.unit_id} if event else ()))
