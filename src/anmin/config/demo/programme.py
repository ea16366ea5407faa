"""The demo city's programme: the page's six activities, moved to the latest 1 November."""

import re
from datetime import date, datetime, time, timedelta
from pathlib import Path

from django.utils import timezone

from anmin.campaign import actions
from anmin.config.demo.clock import pretended_time
from anmin.people.models import Account
from anmin.people.roles import Role
from anmin.places.models import Unit, UnitKind

FILE = Path(__file__).with_name("programme.toml")
UNITS = (
    ("RA-XZ", "刑侦大队", "Criminal Investigation"),
    ("RA-JC", "基础管理大队", "Community Policing"),
    ("RA-WJ", "网警大队", "Cyber Police"),
    ("RA-ZF", "执法监督大队", "Law Supervision"),
    ("RA-JW", "纪委", "Discipline Commission"),
)
"""Units that the page names and the demo city had not: code, name, English name."""
_YEAR = re.compile(r"\b(2011|2012)-(\d\d-\d\d)\b")


def hold(now: datetime) -> None:
    """Load the programme as the programme office did before it began, and approve it."""
    parent = Unit.objects.get(code="RA")
    for code, name, name_en in UNITS:
        Unit.objects.create(
            code=code, name=name, name_en=name_en, kind=UnitKind.OTHER, parent=parent
        )
    start = first_day(timezone.localdate(now))
    office = Account.objects.filter(role=Role.PROGRAMME).order_by("pk")[0]
    head = Account.objects.filter(role=Role.LEADER).order_by("pk")[0]
    before = datetime.combine(start, time(9), timezone.get_default_timezone()) - timedelta(days=5)
    with pretended_time(before):
        version = actions.load(name=FILE.name, content=moved(start.year), by=office)
    with pretended_time(before + timedelta(days=1)):
        actions.decide(
            programme=version.programme.code,
            number=version.number,
            keep=True,
            reason="",
            by=head,
        )


def first_day(today: date) -> date:
    """The latest 1 November."""
    return date(today.year if today.month >= 11 else today.year - 1, 11, 1)


def moved(year: int) -> bytes:
    """The file with its days in that year and the next."""
    shift = year - 2011
    text = FILE.read_text(encoding="utf-8")
    return _YEAR.sub(lambda day: f"{int(day[1]) + shift}-{day[2]}", text).encode()
