"""The frame of the area index, read from ``index.toml`` and checked against the registry."""

import hashlib
import json
import tomllib
from datetime import date
from enum import StrEnum
from functools import cache
from pathlib import Path
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from anmin.kernel.bilingual import Term
from anmin.measures.registry import Direction, Kind, registry
from anmin.surveys.outside import measures

ALL = 100
LEVELS = ("town", "area")
"""The dimensions of the figures that name a place: a town or street, and a community."""

type Weight = Annotated[int, Field(gt=0, le=ALL)]


class Scoring(StrEnum):
    """How an indicator becomes points out of 100."""

    SHARE = "share"
    AGAINST_BEFORE = "against_before"


class Part(BaseModel):
    """One indicator of an aspect."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    key: str
    scoring: Scoring
    weight: Weight


class Aspect(Term):
    """One side of a safe place."""

    environment: str
    weight: Weight
    indicators: list[Part] = Field(min_length=1)
    outside: list[str] = []
    """Measures of others that are shown beside it; they score nothing."""


class Frame(BaseModel):
    """What a place is judged by."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    version: int
    effective: date
    source: str
    environments: list[Term] = Field(alias="environment", min_length=1)
    aspects: list[Aspect] = Field(alias="aspect", min_length=1)

    @property
    def digest(self) -> str:
        """What tells two frames apart."""
        scoring = self.model_dump(
            mode="json", by_alias=True, exclude={"aspects": {"__all__": {"outside"}}}
        )
        said = json.dumps(scoring, sort_keys=True)
        return hashlib.sha256(said.encode()).hexdigest()

    @property
    def keys(self) -> list[str]:
        """The indicators of all aspects, each once, in order."""
        return list(dict.fromkeys(part.key for one in self.aspects for part in one.indicators))

    def environment_of(self, aspect: Aspect) -> Term:
        """The environment that an aspect belongs to."""
        return next(one for one in self.environments if one.code == aspect.environment)


def read_frame(path: Path) -> Frame:
    """The frame of a file.

    Raises ``ValueError`` that names the aspect or indicator which does not add up or does not fit.
    """
    frame = Frame.model_validate(tomllib.loads(path.read_text("utf-8")))
    _whole("the aspects", [one.weight for one in frame.aspects])
    known = {one.code for one in frame.environments}
    codes = [one.code for one in frame.aspects]
    if len(set(codes)) < len(codes):
        raise ValueError(f"{path.name}: an aspect stands twice")
    for aspect in frame.aspects:
        _whole(aspect.code, [part.weight for part in aspect.indicators])
        if aspect.environment not in known:
            raise ValueError(f"{aspect.code}: there is no environment {aspect.environment}")
        for part in aspect.indicators:
            _check(part)
        if unknown := set(aspect.outside) - measures().keys():
            raise ValueError(f"{aspect.code}: nobody measures {sorted(unknown)}")
    return frame


def _whole(name: str, weights: list[int]) -> None:
    if sum(weights) != ALL:
        raise ValueError(f"{name}: the weights make {sum(weights)}, not {ALL}")


def _check(part: Part) -> None:
    """An indicator must be declared, known by place, and of the sort that its scoring needs."""
    one = registry.indicators.get(part.key)
    if one is None:
        raise ValueError(f"there is no indicator {part.key}")
    if missing := set(LEVELS) - set(one.dimensions):
        raise ValueError(f"{part.key} is not known by {sorted(missing)}")
    count, better = one.kind is Kind.COUNT, one.direction
    wanted = Direction.LOWER if count else Direction.HIGHER
    if count is not (part.scoring is Scoring.AGAINST_BEFORE) or better is not wanted:
        raise ValueError(f"{part.key} cannot be scored as {part.scoring}")


@cache
def frame() -> Frame:
    """The frame in force."""
    return read_frame(Path(__file__).with_name("index.toml"))
