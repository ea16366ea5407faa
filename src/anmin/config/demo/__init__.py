"""The demo city: Rui'an's real towns and communities, made-up people and events.

Nothing is written behind the house's back: events come in through the import's door, and every
callback, answer and signed day is made by the same actions that people use, at a pretended time.
"""

import random
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from django.conf import settings
from django.utils import timezone

from anmin.config.demo.people import sign_ins as _sign_ins
from anmin.kernel.errors import Conflict

DAYS, PER_DAY, SEED = 120, 11, 20111125
MARK = "demo"


@dataclass(frozen=True, slots=True)
class Loaded:
    """What the demo city holds."""

    days: int
    incidents: int
    answers: int
    rectifications: int


def wanted() -> bool:
    """Whether there is nothing yet that a demo city could disturb."""
    from anmin.matters.models import Matter
    from anmin.people.models import Account

    return not (Matter.objects.exists() or Account.objects.exists())


def load(
    *,
    days: int = DAYS,
    per_day: int = PER_DAY,
    seed: int = SEED,
    hot_spot: bool = True,
    surveys_share: float = 1.0,
    advance: Callable[[int, int], None] | None = None,
) -> Loaded:
    """Fill an empty installation with ``days`` of a city's life up to now.

    The same seed on the same day gives the same city. With ``hot_spot``, thefts come thick in one
    neighbourhood of late, for the nightly scan to find. ``surveys_share`` makes the surveys smaller.
    Raises ``Conflict`` if there is anything.
    """
    from anmin.callbacks.models import Answer
    from anmin.config.demo import programme, publications, replies, surveys, told
    from anmin.config.demo import property as goods
    from anmin.config.demo.clock import pretended_time
    from anmin.config.demo.map import add_estate, places
    from anmin.config.demo.people import hire
    from anmin.config.demo.simulate import City
    from anmin.matters.models import Matter
    from anmin.matters.registry import rectifying_kind
    from anmin.measures.lake import refresh
    from anmin.people.models import Account
    from anmin.people.roles import Role
    from anmin.places.queries import steady
    from anmin.watch.hotspots import scan_night
    from anmin.watch.nights import score_months, suggest_places

    if not wanted():
        raise Conflict("there is data already; the demo city only moves into an empty home")
    (settings.ANMIN_HOME / MARK).touch()
    now = timezone.now()
    today = timezone.localdate(now)
    first = today - timedelta(days=days - 1)
    rng = random.Random(seed)  # noqa: S311 - reproducible on purpose
    with pretended_time(now - timedelta(days=days + 1)) as clock:
        add_estate()
        leaders = hire()
        everywhere, estate = places(rng)
        city = City(
            clock=clock,
            rng=rng,
            leaders=leaders,
            operators=list(Account.objects.filter(role=Role.OPERATOR).order_by("pk")),
            places=everywhere,
            estate=estate,
            hot_spot=hot_spot,
        )
        with steady():
            for done, _day in enumerate(city.live(first, today, per_day, now), start=1):
                publications.on_day(days - done)
                if advance:
                    advance(done, days)
    with steady():
        surveys.hold(seed, now, share=surveys_share)
        replies.hold()
        goods.hold(now, share=surveys_share)
        programme.hold(now)
    _open_all_night()
    refresh()
    scan_night(today)
    score_months(today)
    suggest_places(today)
    told.publish()
    matters = Matter.objects.all()
    return Loaded(
        days=days,
        incidents=matters.filter(kind="incident").count(),
        answers=Answer.objects.count(),
        rectifications=matters.filter(kind=rectifying_kind().code).count(),
    )


def _open_all_night() -> None:
    """Whoever tries the demo city late in the evening finds calls to make as by day."""
    own = settings.ANMIN_HOME / "rules"
    own.mkdir(exist_ok=True)
    shutil.copy(Path(__file__).with_name("rules.toml"), own / "demo.toml")


def sign_ins() -> list[tuple[str, str, str]]:
    """Username, password and role of the demo's people; nothing outside a demo city."""
    return _sign_ins() if (settings.ANMIN_HOME / MARK).exists() else []
