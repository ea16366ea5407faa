"""The whole of it: a world, so many matters with markers, everything published, everything read."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import time as clock
from unittest import mock

import time_machine
from django.test import override_settings

from anmin.callbacks.tests.scene import rules
from anmin.config.tests import rights_property, rights_scene, rights_world
from anmin.config.tests.rights_matters import asking_kind
from anmin.config.tests.rights_world import NOW, World
from anmin.evidence.roots import sign_now
from anmin.matters import registry
from anmin.matters.attachments import LABEL
from anmin.matters.sealed_actions import make_key
from anmin.measures.lake import refresh
from anmin.people.models import Account
from tests.markers import asking, planting, told
from tests.markers.marks import Somebody
from tests.personas import City, body

FAST = {"time_cost": 1, "memory_cost": 64, "parallelism": 1}
WORDS = {"wumin": "a long passphrase 1", "zhengju": "a long passphrase 2"}
Say = Callable[[str], None]


@dataclass
class Result:
    """What was planted, published and read."""

    matters: int
    files: int
    told: told.Told
    columns: list[str]
    empty: list[str]
    searched: asking.Searched


@contextmanager
def pretended() -> Iterator[None]:
    """Ten in the morning, in a house that publishes single decisions and has two kinds more."""
    kinds = [registry.register(one()) for one in (rights_scene.sealed_kind, asking_kind)]
    try:
        with (
            time_machine.travel(NOW, tick=False),
            rules(day_sign_from=clock(0)),
            override_settings(SINGLE_DECISIONS=True),
            mock.patch("anmin.kernel.sealing._COST", FAST),
        ):
            yield
    finally:
        for kind in kinds:
            del registry._kinds[kind.code]


def few(city: City) -> World:
    """What public addresses and a thing in store need, and no more."""
    partner = body().partner
    clerk = Account.objects.create_user("liuyan", "x", role="clerk", unit=city.jinhu)
    things = rights_property.things(city, clerk)
    mine = ("own", "other", "sealed")
    matters = {one: city.incident() for one in mine}
    people = {"clerk": clerk, "partner": partner, "officer": city.officer}
    return World(city, people, matters, {}, {}, {}, {}, city.operator, "", things, {})


def plant_and_read(city: City, rows: int, *, most: int, quick: bool, say: Say) -> Result:
    """So many matters (0: each kind once in each state), at most so many publications of a source."""
    began = time.monotonic()

    def done(words: str) -> None:
        say(f"{time.monotonic() - began:7.1f} s  {words}")

    make_key(passphrases=WORDS, need=2)
    world = few(city) if quick else rights_world.make(city)
    paths = asking.of_the_house(world, quick=quick)
    done(f"a world with {len(paths)} addresses")
    planted = planting.plant_many(rows or len(list(planting.every_state())), city, NOW)
    with_files = [one for one in planted if not one.type.keeps_sealed][:: 5 if quick else 100]
    for serial, one in enumerate(with_files[:: 5 if quick else 1]):
        planting.attach(LABEL, one.number, Somebody(serial), city.inspector)
    for serial in range(1 if quick else 50):
        planting.plant_thing(world, serial, NOW)
    done(f"{len(planted)} matters, {len(with_files)} with files")
    refresh()
    published = told.publish_all(city, planted, most=most)
    sign_now()
    done(f"{sum(published.published.values())} publications: {dict(published.published)}")
    columns, empty = planting.plant_columns()
    searched = asking.read_everything(paths, quick=quick)
    done(f"{searched.answers} answers read, {searched.letters:,} characters")
    return Result(len(planted), len(with_files), published, columns, empty, searched)
