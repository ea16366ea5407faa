"""What a programme is, once its file has been checked: the same from TOML and from a workbook."""

from collections.abc import Mapping
from datetime import date
from enum import StrEnum
from typing import Any, Self

from pydantic import BaseModel, ConfigDict

from anmin.kernel.bilingual import english


class Proof(StrEnum):
    """What proves an item. ``OPEN``: the bureau has not said yet."""

    INDICATOR = "indicator"
    EVIDENCE = "evidence"
    MILESTONE = "milestone"
    OPEN = "open"


class Aim(StrEnum):
    """On which side of its target a value is good."""

    AT_LEAST = "at_least"
    AT_MOST = "at_most"


class _Plain(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Activity(_Plain):
    """One of the activities of a programme, in their order; ``slogan`` is what it is to win."""

    code: str
    title: str
    title_en: str = ""
    slogan: str = ""
    slogan_en: str = ""
    lead: str = ""

    def __str__(self) -> str:
        return self.title_en if english() and self.title_en else self.title

    @property
    def said(self) -> str:
        """Its slogan in the reader's language."""
        return self.slogan_en if english() and self.slogan_en else self.slogan


class Item(_Plain):
    """One work item. ``phrase`` is the sentence of the source that it rests on.

    ``measure`` names an indicator or a sort of evidence, narrowed by ``where``: values by dimension.
    ``dropped`` is the reason for which it is no longer worked on; it stays in the programme.
    """

    code: str
    activity: str
    title: str
    title_en: str = ""
    phrase: str = ""
    lead: str
    partners: tuple[str, ...] = ()
    start: date
    end: date
    proof: Proof = Proof.OPEN
    measure: str = ""
    where: Mapping[str, tuple[str, ...]] = {}
    target: float | None = None
    aim: Aim = Aim.AT_LEAST
    note: str = ""
    note_en: str = ""
    dropped: str = ""

    def __str__(self) -> str:
        return self.title_en if english() and self.title_en else self.title

    @property
    def noted(self) -> str:
        """Its note in the reader's language."""
        return self.note_en if english() and self.note_en else self.note

    @property
    def owners(self) -> tuple[str, ...]:
        """The codes of the units whose work it is, the leading one first."""
        return (self.lead, *self.partners)


class Programme(_Plain):
    """A programme as one file describes it; ``planned`` is how many items it is to have in the end."""

    code: str
    title: str
    title_en: str = ""
    start: date
    end: date
    planned: int = 0
    source: str = ""
    activities: tuple[Activity, ...]
    items: tuple[Item, ...]

    def __str__(self) -> str:
        return self.title_en if english() and self.title_en else self.title

    @classmethod
    def kept(cls, row: Any) -> Self:
        """The programme out of what ``as_kept`` gave."""
        return cls.model_validate(row)

    def as_kept(self) -> dict[str, Any]:
        """Plain data, for the database."""
        return self.model_dump(mode="json")

    def item(self, code: str) -> Item | None:
        """The item of that code."""
        return next((one for one in self.items if one.code == code), None)

    def of_activity(self, code: str) -> list[Item]:
        """The items of an activity, in order."""
        return [one for one in self.items if one.activity == code]
