"""Guards that several kinds use. Pure: see ``flow.Guard``."""

from datetime import date, datetime

from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext_lazy

from anmin.matters.facts import MatterFacts
from anmin.matters.flow import Guard, Text


def no_open_children(matter: MatterFacts) -> Text | None:
    """Nothing ends while orders given from it still run."""
    if not matter.open_children:
        return None
    return ngettext_lazy(
        "%(count)d order given from this matter still runs.",
        "%(count)d orders given from this matter still run.",
        "count",
    ) % {"count": matter.open_children}


def reopened_once(matter: MatterFacts) -> Text | None:
    """What went on after its end once does not do so again."""
    return _("This matter was reopened before.") if matter.reopened else None


def by_now(*days: str) -> Guard:
    """None of these facts names a day that is still to come."""

    def told(matter: MatterFacts) -> Text | None:
        today = timezone.localdate().isoformat()
        ahead = any((matter.details.get(name) or "") > today for name in days)
        return _("This moment lies in the future.") if ahead else None

    return told


def delivered_after(day: str, *written: str) -> Guard:
    """What was not written yet is not delivered: ``day`` is not before the last of these moments."""

    def told(matter: MatterFacts) -> Text | None:
        delivered = day_of(matter, day)
        moments = [one for name in written if (one := day_of(matter, name))]
        early = delivered and moments and delivered < max(moments)
        return _("It is delivered before it is written.") if early else None

    return told


def day_of(matter: MatterFacts, name: str) -> date | None:
    """The day that a fact names, or of the moment that it names."""
    told = matter.details.get(name)
    if not told or len(told) == len("2026-01-31"):
        return date.fromisoformat(told) if told else None
    return timezone.localdate(datetime.fromisoformat(told))
