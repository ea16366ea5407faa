"""Exports of other houses: a file, what is guessed of it, and what comes in by that."""

import random
import tomllib
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from anmin.exchange.guess import Guess, Wishes, guess_profile
from anmin.exchange.probe import probe
from anmin.exchange.profile import Profile
from anmin.exchange.reading import Order, Rejected, read
from anmin.exchange.row_facts import Facts, World

CHICAGO = ZoneInfo("America/Chicago")
TYPES = ("Theft", "Noise complaint", "Assault", "Traffic stop")


class Table:
    """A file, what is guessed of it, and what comes in by that."""

    def __init__(self, path: Path, zone: str = "America/Chicago", **wishes: object) -> None:
        self.guess: Guess = guess_profile(path, name="mine", zone=zone, wishes=Wishes(**wishes))  # type: ignore[arg-type]
        self.profile = Profile.model_validate(tomllib.loads(self.guess.toml))
        found = probe(path, encoding=self.profile.file.encoding)
        world = World(now=datetime(2026, 11, 29, tzinfo=UTC))
        self.facts: list[Facts] = []
        self.rejected: list[Rejected] = []
        for batch in read(Order(path, self.profile, world, found, 1000)):
            self.facts += batch.facts
            self.rejected += batch.rejected

    @property
    def columns(self) -> dict[str, list[str | int]]:
        """The first names of every fact's columns."""
        return {f: [part[0] for part in one.parts] for f, one in self.profile.columns.items()}

    @property
    def doubts(self) -> set[str]:
        """Doubts but for those that every file has."""
        return {*self.guess.doubts} - {"zone", "datum"}


def instants(count: int = 30, days: int = 20) -> list[datetime]:
    """Moments of calls, not in step with anything."""
    rng = random.Random(11)
    first = datetime(2024, 3, 4, 9, 5, 7, tzinfo=CHICAGO)
    return sorted(first + timedelta(seconds=rng.randrange(days * 86_400)) for _n in range(count))
