"""The two clocks of an item: into the keeper's hands in time, and how long its owner is waited for.

Derived from its facts and the dated rules; only the last day on which an owner was told that he may
come is kept with the item, for it is what was announced.
"""

from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Any

from django.conf import settings
from django.utils import timezone
from django.utils.dateparse import parse_date, parse_datetime
from django.utils.translation import gettext as _

from anmin.kernel.errors import Conflict
from anmin.kernel.rules import Rule, UnknownRule
from anmin.registers.models import Item

ADMINISTRATIVE = "administrative"


@dataclass(frozen=True, slots=True)
class Custody:
    """By when an item had to be with a keeper, and when it was."""

    due: datetime
    met_at: datetime | None

    def late(self, now: datetime | None = None) -> bool:
        """Whether it came late, or has not come and the time is over."""
        return (self.met_at or now or timezone.now()) > self.due


def keep_by(seized_at: datetime) -> datetime:
    """When the keeper must have what was seized then, by the rule of that day."""
    return seized_at + _rule("property.custody", timezone.localdate(seized_at)).duration


def custody(item: Item) -> Custody:
    """The moment that was set when it was entered, and when a keeper took it."""
    due, met = (parse_datetime(item.details.get(name, "")) for name in ("keep_by", "kept_at"))
    return Custody(due or keep_by(item.entered_at), met)


def custody_cutoff(now: datetime) -> datetime:
    """What was seized before that and is still with whoever seized it is late."""
    return now - _rule("property.custody", timezone.localdate(now)).duration


def unclaimed_from(item: Item) -> date | None:
    """The last day on which its owner is waited for; nothing where no such time runs."""
    said = item.details.get("unclaimed_from")
    return parse_date(said) if said and item.details.get("procedure") == ADMINISTRATIVE else None


def waits_until(noticed: date) -> date:
    """The last day of the time that began with the notice or announcement."""
    return _after(noticed, "property.unclaimed", noticed)


def longer(until: date) -> date:
    """The same day with the extension."""
    return _after(until, "property.unclaimed_extension", until)


def over(item: Item, today: date | None = None) -> bool:
    """Whether its owner was waited for long enough."""
    until = unclaimed_from(item)
    return until is not None and (today or timezone.localdate()) > until


def require_time(item: Item, *, over: bool) -> None:
    """Raise ``Conflict`` unless the owner's time is over, or runs and can be extended."""
    facts: dict[str, Any] = item.details
    if facts.get("procedure") != ADMINISTRATIVE:
        raise Conflict(_("Property of a criminal case goes with the case."))
    until = unclaimed_from(item)
    if until is None:
        raise Conflict(_("Its owner was not told, and it was not announced: do that first."))
    if over and timezone.localdate() <= until:
        raise Conflict(_("Its owner still has time: until %(day)s.") % {"day": until.isoformat()})
    if not over and facts.get("extended"):
        raise Conflict(_("The time was extended once; it is not extended again."))


def _rule(key: str, day: date) -> Rule:
    """The rule of that day; what is older than the first rule goes by today's."""
    try:
        return settings.RULES.get(key, day)
    except UnknownRule:
        return settings.RULES.get(key, timezone.localdate())


def _after(start: date, key: str, day: date) -> date:
    tz = timezone.get_default_timezone()
    begun = datetime.combine(start, time(12), tzinfo=tz)
    due = _rule(key, day).due(begun, settings.CALENDAR, tz)
    return timezone.localtime(due.at).date()
