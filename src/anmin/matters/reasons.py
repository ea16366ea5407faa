"""Why something is due just then, in words: what moved a promise to an hour at which it is kept."""

from datetime import datetime

from django.conf import settings
from django.utils import formats, timezone
from django.utils.translation import gettext as _

from anmin.kernel.errors import NotFound
from anmin.kernel.hours import Because


def why_due(rule: str, *, start: datetime, due: datetime) -> str:
    """Why a promise by ``rule`` that began at ``start`` is due at ``due``; empty if not moved.

    Also empty where today's rules do not lead to ``due``: it was set under others.
    """
    zone = timezone.get_default_timezone()
    try:
        found = settings.RULES.due(rule, start, settings.CALENDAR, zone)
    except NotFound:
        return ""
    moved = found.moved
    if moved is None or found.at != due:
        return ""
    told = {
        "start": _clock(start),
        "due": _clock(due),
        "day": formats.date_format(timezone.localdate(due), "MONTH_DAY_FORMAT"),
        "hour": f"{moved.hour:%H:%M}",
        "plain": _clock(moved.instead_of),
    }
    return {
        Because.LATE_START: _(
            "Began at %(start)s, after %(hour)s: due by %(due)s on %(day)s, because the same day "
            "left too little time."
        ),
        Because.LITTLE_TIME: _(
            "Began at %(start)s, too little time before %(hour)s, when the quiet hours begin: "
            "due by %(due)s on %(day)s."
        ),
        Because.CLOSED: _("Due by %(due)s, not %(plain)s: nobody is called in the quiet hours."),
    }[moved.because] % told


def _clock(moment: datetime) -> str:
    return f"{timezone.localtime(moment):%H:%M}"
