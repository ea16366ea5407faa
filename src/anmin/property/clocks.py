"""The two clocks of an item: into the keeper's hands in time, and how long its owner is waited for.

Derived from its facts and the dated rules; only the last day on which an owner was told that he may
come is kept with the item, for it is what was announced.
"""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time
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
    due = seized_at + _rule("property.custody", timezone.localdate(seized_at)).duration
    return due.astimezone(UTC)  # so that moments kept with items can be compared as texts


def custody(item: Item) -> Custody:
    """The moment that was set when it was entered, and when a keeper took it."""
    due, met = (parse_datetime(item.details.get(name, "")) for name in ("keep_by", "kept_at"))
    return Custody(due or keep_by(item.entered_at), met)


def late_before(now: datetime) -> str:
    """What should have been with a keeper before this moment, and is not, is late (``keep_by``)."""
    return now.astimezone(UTC).isoformat()


def is_waited_for(item: Item) -> bool:
    """Whether the time for its owner can run: in an administrative case, and where it turned out to
    have nothing to do with a criminal one (公安机关办理刑事案件程序规定 第二百三十三条)."""
    return item.details.get("procedure") == ADMINISTRATIVE or bool(item.details.get("unrelated_on"))


def unclaimed_from(item: Item) -> date | None:
    """The last day on which its owner is waited for; nothing where no such time runs."""
    said = item.details.get("unclaimed_from")
    return parse_date(said) if said and is_waited_for(item) else None


def release_by(found: date) -> date:
    """By when something that has nothing to do with its case is released, from when that was found."""
    return _after(found, "property.unrelated", found)


def may_be_extended(item: Item) -> bool:
    """Whether its owner can be waited for longer, once: in an administrative case alone (第一百九十七条)."""
    facts: dict[str, Any] = item.details
    return facts.get("procedure") == ADMINISTRATIVE and not facts.get("extended")


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
    if not is_waited_for(item) or not (over or facts.get("procedure") == ADMINISTRATIVE):
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
