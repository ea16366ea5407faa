"""What an official document says, without how it looks: one description for every writer.

Pure, without Django. A description is plain data: it can be kept, and written again to the letter.
All its words are in the language of its reader; writers add none of their own.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime
from typing import Annotated, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

type Language = Literal["zh-hans", "en"]


class Said(BaseModel):
    """A part of a description; it never changes."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Text(Said):
    """Words in a cell; never a formula, whatever they look like."""

    sort: Literal["text"] = "text"
    text: str = ""


class Number(Said):
    """A number with so many digits after the point; nothing where it is not known."""

    sort: Literal["number"] = "number"
    value: int | float | None = None
    decimals: int = 0


class Day(Said):
    """A day."""

    sort: Literal["day"] = "day"
    day: date | None = None


class Measured(Said):
    """A figure of the registry with all that belongs to it.

    A share or mean has a ``denominator`` and is written in per cent; a count has none. ``hidden`` are the
    words for a figure of too few: then it has no number at all.
    """

    sort: Literal["measured"] = "measured"
    numerator: float | None = None
    denominator: int | None = None
    value: float | None = None
    low: float | None = None
    high: float | None = None
    percent: bool = True
    hidden: str = ""

    @model_validator(mode="after")
    def _hides_all(self) -> Self:
        numbers = (self.numerator, self.denominator, self.value, self.low, self.high)
        if self.hidden and any(one is not None for one in numbers):
            raise ValueError("a hidden figure has no numbers")
        return self


type Cell = Annotated[Text | Number | Day | Measured, Field(discriminator="sort")]


class Heading(Said):
    """A heading of level 1 to 4; its number comes from where it stands."""

    sort: Literal["heading"] = "heading"
    level: int = Field(1, ge=1, le=4)
    text: str


class Paragraph(Said):
    """A paragraph, its first line indented by two characters."""

    sort: Literal["paragraph"] = "paragraph"
    text: str


class Listing(Said):
    """Points, each a line."""

    sort: Literal["listing"] = "listing"
    items: tuple[str, ...]


class Fact(Said):
    """One thing known, by its label; ``code`` is what a template calls it."""

    label: str
    value: Cell
    code: str = ""


class Facts(Said):
    """What is known, label beside value."""

    sort: Literal["facts"] = "facts"
    facts: tuple[Fact, ...]


class Column(Said):
    """A column: cells of one sort. ``weight`` is its width beside the others."""

    title: str
    sort: Literal["text", "number", "day", "measured"] = "text"
    weight: float = 1


class Table(Said):
    """A table; every row has a cell for each column, of the column's sort."""

    sort: Literal["table"] = "table"
    title: str = ""
    columns: tuple[Column, ...]
    rows: tuple[tuple[Cell, ...], ...] = ()
    note: str = ""

    @model_validator(mode="after")
    def _fits(self) -> Self:
        sorts = [one.sort for one in self.columns]
        for row in self.rows:
            if [cell.sort for cell in row] != sorts:
                raise ValueError(f"{self.title}: a row does not fit its columns")
        return self


class Signing(Said):
    """Lines to sign on, each with its label, and one for the day where ``dated`` has its label."""

    sort: Literal["signing"] = "signing"
    labels: tuple[str, ...]
    dated: str = ""


class PageBreak(Said):
    """What follows begins a new page."""

    sort: Literal["page_break"] = "page_break"


type Block = Annotated[
    Heading | Paragraph | Listing | Facts | Table | Signing | PageBreak, Field(discriminator="sort")
]


class Words(Said):
    """What the writers call the parts of a figure."""

    value: str
    interval: str
    of: str
    numerator: str
    denominator: str
    low: str
    high: str


class Basis(Said):
    """What a document rests on: its period, and which state of the figures, where it has figures."""

    start: date
    end: date
    cutoff: datetime | None = None
    revision: int | None = None


class Document(Said):
    """An official document.

    ``red_head`` is for notices that go out under the name of the authority; ``copies`` says who gets one.
    ``about`` is the person, matter or item that it is about, by number, empty for a report of a period.
    """

    code: str
    language: Language
    issuer: str
    title: str
    number: str = ""
    addressee: str = ""
    blocks: tuple[Block, ...] = ()
    signature: str = ""
    dated: date
    copies: str = ""
    red_head: bool = False
    about: str = ""
    basis: Basis
    words: Words

    @property
    def tables(self) -> Iterator[Table]:
        """Its tables in order."""
        return (one for one in self.blocks if isinstance(one, Table))

    def as_json(self) -> str:
        """As text, the same for the same document."""
        return self.model_dump_json()

    @classmethod
    def of_json(cls, text: str) -> Self:
        """The document that this text says."""
        return cls.model_validate_json(text)
