"""The State Council's announcement of a year's holidays, brought while the house runs."""

from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

from django.conf import settings

from anmin.callbacks import promises as callbacks
from anmin.kernel.calendar import BadCalendar, Day, WorkingCalendar, read_announcement
from anmin.matters import promises as matters
from anmin.matters.actor import Actor
from anmin.people.models import Account
from anmin.people.policy import Capability, require


@dataclass(frozen=True, slots=True)
class Announced:
    """What an announcement changed: days that are otherwise than before, and what moved."""

    year: int
    days: list[Day]
    matters: int
    callbacks: int


def folder() -> Path:
    """Where the announcements are."""
    return Path(settings.ANMIN_HOME) / "calendar"


def announce(file: Path, *, by: Account | None = None) -> Announced:
    """Take an announcement into the calendar and reckon anew what is not due yet.

    The file is called ``<year>.toml``. One that cannot be used changes nothing. Bringing the same
    again changes nothing; bringing it after an interruption goes on.
    """
    if by is not None:
        require(by, Capability.MANAGE_REFERENCE)
    if file.suffix != ".toml":
        raise BadCalendar(f"{file}: an announcement is called by its year, like 2027.toml")
    read_announcement(file)
    year, home = int(file.stem), folder()
    before = WorkingCalendar(home)
    was = _days(before, year)
    home.mkdir(mode=0o700, exist_ok=True)
    written = home / f"{file.name}.new"
    written.write_bytes(file.read_bytes())
    written.replace(home / file.name)
    now = WorkingCalendar(home)
    actor = Actor.of(by) if by else None
    moved = called = 0
    while more := matters.reckon_again(actor=actor, before=before):
        moved += more
    while more := callbacks.reckon_again(before=before):
        called += more
    changed = [now.day(on) for on, works in was.items() if now.day(on).kind.works != works]
    return Announced(year, changed, moved, called)


def _days(calendar: WorkingCalendar, year: int) -> dict[date, bool]:
    """Whether offices are open, by day, of a year and the December before it."""
    first = date(year - 1, 12, 1)
    days = (first + timedelta(n) for n in range((date(year, 12, 31) - first).days + 1))
    return {day: calendar.is_workday(day) for day in days}
