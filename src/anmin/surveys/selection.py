"""Drawing a sample of strata, with or without clusters, so that anybody can repeat it. Pure.

The lot of a thing is SHA-256 of ``seed:thing`` (``kernel.fair_draw``); the smallest lots are
drawn. Without clusters the people of a stratum are the things, by their number in the frame.
With clusters, first the clusters of a stratum are drawn (``stratum/cluster``), then in each of
them the people.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from math import ceil
from typing import NamedTuple

from django.utils.translation import gettext as _

from anmin.kernel.errors import Refusal
from anmin.kernel.fair_draw import lot

SMALLEST = 2
"""Fewest people, and clusters, drawn in a stratum: from one alone no error can be estimated."""


class Member(NamedTuple):
    """Somebody in the frame: its number, and where it belongs."""

    number: int
    stratum: str
    cluster: str = ""


@dataclass(frozen=True, slots=True)
class Chance:
    """How one person came to be drawn: units of the first stage, then people of the second.

    Without clusters the people are the first stage and there is no second.
    """

    first: int
    first_drawn: int
    second: int = 1
    second_drawn: int = 1

    @property
    def weight(self) -> float:
        """One over the probability of being drawn."""
        return self.first / self.first_drawn * (self.second / self.second_drawn)


def describe(frame: Iterable[Member]) -> list[str]:
    """The frame as it is digested and published: ``number,stratum,cluster``, nobody's name."""
    return [f"{one.number},{one.stratum},{one.cluster}" for one in sorted(frame)]


def select(
    frame: Iterable[Member], *, seed: str, sizes: Mapping[str, int], take: int | None = None
) -> dict[int, Chance]:
    """The numbers drawn, each with its chance. O(n log n).

    Args:
        sizes: how many people of each stratum; strata left out are not asked.
        take: people from each cluster; without it clusters play no part.

    Raises:
        Refusal: a stratum that is not in the frame, too small a sample, or more than there are.
    """
    strata: dict[str, list[Member]] = defaultdict(list)
    for member in frame:
        strata[member.stratum].append(member)
    drawn: dict[int, Chance] = {}
    for stratum, size in sorted(sizes.items()):
        people = strata.get(stratum, [])
        if not SMALLEST <= size <= len(people):
            raise Refusal(
                _("%(stratum)s: draw from %(least)s to %(people)s people, not %(size)s.")
                % {
                    "stratum": stratum,
                    "least": SMALLEST,
                    "people": len(people),
                    "size": size,
                },
                field="sizes",
            )
        if take is None:
            chance = Chance(len(people), size)
            drawn |= dict.fromkeys(_smallest(people, seed, size), chance)
        else:
            drawn |= _in_clusters(stratum, people, seed=seed, size=size, take=take)
    return drawn


def _smallest(people: Iterable[Member], seed: str, size: int) -> list[int]:
    numbers = sorted((lot(seed, str(one.number)), one.number) for one in people)
    return [number for _lot, number in numbers[:size]]


def _in_clusters(
    stratum: str, people: Iterable[Member], *, seed: str, size: int, take: int
) -> dict[int, Chance]:
    clusters: dict[str, list[Member]] = defaultdict(list)
    for one in people:
        clusters[one.cluster].append(one)
    wanted = max(SMALLEST, ceil(size / max(take, 1)))
    if len(clusters) < SMALLEST:
        raise Refusal(
            _("%(stratum)s has one cluster only: draw people there, or join strata.")
            % {"stratum": stratum},
            field="take",
        )
    order = sorted(clusters, key=lambda name: (lot(seed, f"{stratum}/{name}"), name))
    chosen = order[:wanted]
    drawn: dict[int, Chance] = {}
    for name in chosen:
        here = clusters[name]
        part = min(take, len(here))
        chance = Chance(len(clusters), len(chosen), len(here), part)
        drawn |= dict.fromkeys(_smallest(here, seed, part), chance)
    return drawn
