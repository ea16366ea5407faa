"""Whether somebody could be recognised although nobody is named: what the reviewer has to answer.

Small counts, a place where few live, and a day with a place and a category that few matters have.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from django.conf import settings
from django.utils import formats, timezone
from django.utils.translation import gettext as _

from anmin.matters.models import Matter
from anmin.places.models import Area
from anmin.publishing.content import LANGUAGES, Content
from anmin.publishing.face import Face
from anmin.publishing.models import Text

_DAY = re.compile(
    r"(?P<y>(?:19|20)[0-9]{2})\s*[年./-]\s*(?P<m>1[0-2]|0?[1-9])\s*[月./-]\s*(?P<d>3[01]|[12][0-9]|0?[1-9])(?![0-9])"
)
_SHORT_DAY = re.compile(r"(?<![0-9年])(?P<m>1[0-2]|0?[1-9])月(?P<d>3[01]|[12][0-9]|0?[1-9])[日号]")


@dataclass(frozen=True, slots=True)
class Hint:
    """One thing that could tell whose a text is; ``key`` names it in its text."""

    key: str
    words: str


def warnings(text: Text, face: Face) -> list[Hint]:
    """What the reviewer of this text, as the public would read it, has to answer."""
    return [*_small_counts(face.content), *_rare_place(text), *_few_alike(text, face)]


def _number(key: str) -> int:
    found: int = settings.RULES.get(key, timezone.localdate()).number
    return found


def _small_counts(content: Content) -> Iterator[Hint]:
    least, told_of = _number("measures.suppress_below"), set[tuple[int, int]]()
    for language in LANGUAGES:
        said = getattr(content, language)
        for place, fact in enumerate(said.facts if said is not None else ()):
            # The same figure in the other language is no other question.
            if fact.n is not None and 0 < fact.n < least and (place, fact.n) not in told_of:
                told_of.add((place, fact.n))
                told = _("“%(label)s” counts %(n)s: fewer than %(least)s could tell of somebody.")
                values = {"label": fact.label, "n": fact.n, "least": least}
                yield Hint(f"few:{language}:{fact.label}:{fact.n}"[:120], told % values)


def _rare_place(text: Text) -> Iterator[Hint]:
    area = Area.objects.filter(code=text.area).first() if text.area else None
    least = _number("publishing.least_addresses")
    if area is not None and area.households is not None and area.households < least:
        told = _("Addresses in %(place)s: %(n)s. Fewer than %(least)s could tell who it is about.")
        values = {"place": area.label, "n": area.households, "least": least}
        yield Hint(f"place:{area.code}", told % values)


def _few_alike(text: Text, face: Face) -> Iterator[Hint]:
    """Days that somebody wrote into it, with its place and category: how many matters fit?

    Days of the source's own draft (listed on, due by) are days of the house; where they are of
    somebody's matter the source names that (``Draft.day``).
    """
    if not text.area and not text.category:
        return
    least = _number("publishing.least_alike")
    own = _days(face.own) if face.own is not None else set()
    for day in sorted((_days(face.content) - own) | ({text.day} if text.day else set())):
        n = alike(text.area, text.category, day)
        if 0 < n < least:
            told = _(
                "Matters of that place and category brought on %(day)s: %(n)s. Fewer than "
                "%(least)s could tell whose it is."
            )
            said = formats.date_format(day, "DATE_FORMAT")
            yield Hint(f"alike:{day.isoformat()}", told % {"day": said, "n": n, "least": least})


def alike(area: str, category: str, day: date) -> int:
    """How many matters of that place and category were brought on that day."""
    begins = timezone.make_aware(datetime.combine(day, time.min))
    rows = Matter.objects.filter(opened_at__gte=begins, opened_at__lt=begins + timedelta(days=1))
    place = Area.objects.filter(code=area).first() if area else None
    if place is not None:
        rows = rows.filter(area__path__startswith=place.path)
    if category:
        rows = rows.filter(category=category)
    return rows.count()


def _days(content: Content) -> set[date]:
    """The days that a text names; without a year, of the last twelve months."""
    found: set[date] = set()
    today = timezone.localdate()
    for _path, text in content.passages():
        for one in _DAY.finditer(text):
            found |= _day(int(one["y"]), int(one["m"]), int(one["d"]))
        for one in _SHORT_DAY.finditer(text):
            month, day = int(one["m"]), int(one["d"])
            year = today.year if (month, day) <= (today.month, today.day) else today.year - 1
            found |= _day(year, month, day)
    return found


def _day(year: int, month: int, day: int) -> set[date]:
    try:
        return {date(year, month, day)}
    except ValueError:
        return set()
