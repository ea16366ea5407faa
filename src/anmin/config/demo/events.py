"""Made-up events with the rhythm of a real city: hours, weekdays, seasons, towns."""

import math
import random
import tomllib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from functools import cache
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from pydantic import BaseModel, ConfigDict

from anmin.matters.contacts import ContactFacts
from anmin.matters.intake import Observation

SURNAMES = "王李张刘陈杨黄赵吴周徐孙马朱胡林郭何高罗郑梁谢宋唐许邓冯韩曹"
GIVEN = [
    "秀英",
    "伟",
    "芳",
    "敏",
    "静",
    "丽",
    "强",
    "磊",
    "军",
    "洋",
    "勇",
    "艳",
    "杰",
    "娟",
    "涛",
    "明",
    "超",
    "霞",
    "平",
    "刚",
    "桂英",
    "建国",
    "小红",
    "志强",
]


class Story(BaseModel):
    """What events of one category are like; ``sad`` is the share that ends in dissatisfaction."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    weight: float
    peak: list[int]
    sad: float
    summaries: list[str]
    places: list[str]
    clearances: list[str]
    replies: list[str]
    minor: float = 0.02


@dataclass(frozen=True, slots=True)
class Place:
    """Where events happen: an area with the unit that answers there, and its share of events."""

    area_id: int
    unit_id: int
    name: str
    longitude: float
    latitude: float
    weight: float


@cache
def stories() -> dict[str, Story]:
    """Every category's stories."""
    raw = tomllib.loads(Path(__file__).with_name("texts.toml").read_text("utf-8"))
    return {code: Story.model_validate(entry) for code, entry in raw.items()}


def events_of(
    day: date,
    *,
    count: int,
    places: Sequence[Place],
    rng: random.Random,
    zone: ZoneInfo,
    prefix: str = "D",
) -> Iterator[Observation]:
    """About ``count`` events of one day, in the order of their time, all answered in the end."""
    number = _about(count * _season(day), rng)
    codes, told = list(stories()), stories()
    weights = [told[code].weight for code in codes]
    picked = rng.choices(codes, weights, k=number)
    where = rng.choices(places, [place.weight for place in places], k=number)
    moments = sorted((_moment(day, told[code], rng, zone), n) for n, code in enumerate(picked))
    for serial, (at, n) in enumerate(moments):
        yield event(f"{prefix}{day:%Y%m%d}{serial:04d}", picked[n], at, where[n], rng)


def event(
    number: str, category: str, at: datetime, place: Place, rng: random.Random
) -> Observation:
    """One event as the dispatch system knows it when all is done."""
    story = stories()[category]
    sent = at + timedelta(seconds=rng.randrange(30, 240))
    arrived = sent + timedelta(seconds=rng.randrange(180, 1500))
    cleared = arrived + timedelta(minutes=rng.randrange(5, 90))
    slow = rng.random() < 0.06
    wait = rng.randrange(26, 60) * 60 if slow else int(rng.expovariate(1 / 90))
    answered = cleared + timedelta(minutes=max(1, wait))
    reached = rng.random() < 0.97
    times = (at, sent, arrived, cleared, answered)
    names = ("received_at", "dispatched_at", "arrived_at", "cleared_at", "answered_at")
    details: dict[str, Any] = {
        name: moment.isoformat() for name, moment in zip(names, times, strict=True)
    }
    details["clearance"] = rng.choice(story.clearances)
    details["call_type"] = rng.choice(("110电话", "110电话", "110电话", "窗口", "短信报警"))
    if rng.random() < story.minor:
        details["minor_involved"] = True
    contact = person(rng) if reached else None
    return Observation(
        source="demo_cad",
        external_id=number,
        kind="incident",
        category=category,
        area_id=place.area_id,
        unit_id=place.unit_id,
        summary=rng.choice(story.summaries),
        place=f"{place.name}{rng.choice(story.places)}",
        longitude=round(place.longitude + rng.gauss(0, 0.004), 6),
        latitude=round(place.latitude + rng.gauss(0, 0.004), 6),
        opened_at=at,
        facts_at=answered,
        details=details,
        reply=rng.choice(story.replies),
        contact=contact,
    )


def known_at(one: Observation, moment: datetime) -> Observation | None:
    """The same event as an export of that moment would tell it, or nothing yet."""
    if one.opened_at > moment:
        return None
    details = {
        name: value
        for name, value in one.details.items()
        if not name.endswith("_at") or datetime.fromisoformat(value) <= moment
    }
    if "cleared_at" not in details:
        details.pop("clearance", None)
    told = [datetime.fromisoformat(v) for k, v in details.items() if k.endswith("_at")]
    reply = one.reply if "answered_at" in details else ""
    return replace(one, details=details, reply=reply, facts_at=max(told))


def _about(mean: float, rng: random.Random) -> int:
    """A count that scatters as independent events do (normal approximation of a Poisson)."""
    return max(1, round(rng.gauss(mean, math.sqrt(mean))))


def _season(day: date) -> float:
    """Weekends and late summer are busier than a Tuesday in winter."""
    weekly = (0.95, 0.93, 0.95, 0.98, 1.08, 1.12, 1.02)[day.weekday()]
    yearly = 1 + 0.12 * math.cos((day.timetuple().tm_yday - 225) / 365 * 2 * math.pi)
    return weekly * yearly


def _moment(day: date, story: Story, rng: random.Random, zone: ZoneInfo) -> datetime:
    hour = rng.choice(story.peak) if rng.random() < 0.55 else rng.choice(range(6, 24))
    at = time(hour, rng.randrange(60), rng.randrange(60))
    return datetime.combine(day, at, zone)


def person(rng: random.Random) -> ContactFacts:
    """Somebody with a telephone."""
    return ContactFacts(_name(rng), _phone(rng), "")


def _name(rng: random.Random) -> str:
    return rng.choice(SURNAMES) + rng.choice(GIVEN)


def _phone(rng: random.Random) -> str:
    """A number of the form of a mobile phone; its middle is one that no operator has issued."""
    return f"+861990000{rng.randrange(10**4):04d}"
