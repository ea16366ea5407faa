"""Time as people say it: "2 hours left", "1 day late", 今天 14:05, with the exact moment beside it.

Distances are cut, never rounded up: nobody is told that more time is left than there is.
"""

from __future__ import annotations

from datetime import date, datetime, timedelta
from functools import lru_cache

from django import template
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import get_language, ngettext, pgettext
from django.utils.translation import gettext as _

register = template.Library()

_MINUTE = timedelta(minutes=1)
_HOUR = timedelta(hours=1)
_DAY = timedelta(days=1)


@register.filter
def duration(span: timedelta | None, hours_until: int = 24) -> str:
    """A length of time in its largest whole unit, as in "36 minutes", "5 hours", "3 days".

    Hours are used up to ``hours_until`` hours, days from there on. Negative spans are refused.
    """
    if span is None:
        return ""
    if span < timedelta(0):
        raise ValueError("a duration cannot be negative")
    if span < _MINUTE:
        return _("less than a minute")
    if span < _HOUR:
        return ngettext("%(n)d minute", "%(n)d minutes", span // _MINUTE) % {"n": span // _MINUTE}
    if span < hours_until * _HOUR:
        return ngettext("%(n)d hour", "%(n)d hours", span // _HOUR) % {"n": span // _HOUR}
    return ngettext("%(n)d day", "%(n)d days", span.days) % {"n": span.days}


@register.simple_tag
def time_left(due: datetime, now: datetime | None = None) -> str:
    """How far a deadline is: "2 hours left" or "1 day late".

    Hours are said up to two days before the deadline, when each of them still counts, and up to
    one day after it.
    """
    distance = due - (now or timezone.now())
    if distance > timedelta(0):
        return _("%(time)s left") % {"time": duration(distance, 48)}
    return _("%(time)s late") % {"time": duration(-distance, 24)}


@register.simple_tag
def moment(at: datetime | None, now: datetime | None = None) -> SafeString | str:
    """A ``<time>`` that says today, yesterday, a day of this year, or the full date.

    The exact moment with weekday and time zone is in ``title``; ``datetime`` is ISO 8601.
    """
    if at is None:
        return ""
    local = timezone.localtime(at)
    return format_html(
        '<time datetime="{}" title="{}">{}</time>',
        local.isoformat(timespec="seconds"),
        exact(local),
        _spoken(local, timezone.localdate(now)),
    )


@register.filter
def exact(at: datetime) -> str:
    """The full moment with weekday and zone, as in "Wednesday 3 June 2026 14:05 (Beijing time)"."""
    local = timezone.localtime(at)
    before, after = _around(local.date(), get_language(), timezone.get_current_timezone_name())
    return f"{before}{local:%H:%M}{after}"


@lru_cache(maxsize=1000)
def _around(day: date, _language: str | None, zone: str) -> tuple[str, str]:
    """What an exact moment of a day says before and after the time."""
    when = date_format(day, pgettext("exact day, Django date format", "l j F Y"))
    words = {"when": f"{when} \0", "zone": _zone_name(zone)}
    before, _time, after = (_("%(when)s (%(zone)s)") % words).partition("\0")
    return before, after


@register.filter
def spoken(at: datetime, now: datetime | None = None) -> str:
    """A moment in plain text, near days by name: "today 14:05", "yesterday 09:00", "3 Jun 14:05"."""
    return _spoken(timezone.localtime(at), timezone.localdate(now))


def _spoken(local: datetime, today: date) -> str:
    day = spoken_day(local.date(), today)
    return _("%(day)s %(time)s") % {"day": day, "time": f"{local:%H:%M}"}


@register.filter
def spoken_day(day: date, today: date | None = None) -> str:
    """A day in plain text: today, yesterday, tomorrow, "3 Jun", or "3 Jun 2025" in another year."""
    return _day_by_name(day, today or timezone.localdate(), get_language())


@lru_cache(maxsize=1000)
def _day_by_name(day: date, today: date, _language: str | None) -> str:
    names = {-1: _("yesterday"), 0: _("today"), 1: _("tomorrow")}
    if name := names.get((day - today).days):
        return name
    if day.year == today.year:
        return date_format(day, pgettext("day of this year, Django date format", "j M"))
    return date_format(day, pgettext("day of another year, Django date format", "j M Y"))


def _zone_name(zone: str) -> str:
    # Beijing time is what the law and every clock on the wall say; other zones go by their name.
    return _("Beijing time") if zone in {"Asia/Shanghai", "PRC", "CST"} else zone
