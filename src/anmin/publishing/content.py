"""What a text says, in parts, in one or two languages; and its one byte form, whose digest is shown.

Whatever is typed loses characters that nobody sees: a name is not hidden from a rule by a space of
no width.
"""

import hashlib
import json
import unicodedata
from collections.abc import Iterator, Mapping
from functools import cached_property, lru_cache
from typing import Annotated, Any, Final, Self

from django.utils.translation import gettext as _
from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Field,
    SerializerFunctionWrapHandler,
    ValidationError,
    model_serializer,
    model_validator,
)

from anmin.kernel import chain
from anmin.kernel.bilingual import english
from anmin.kernel.errors import Refusal

LANGUAGES: Final = ("zh", "en")
MARKS: Final = frozenset({"standing", "since", "due", "lifted", "area"})
"""What a page reads besides the words: ``standing`` (``live``, ``lifted``), days, an area's code."""


MOST: Final = 9_999_999
"""The most that a figure is of: more digits are somebody's number, which no rule would find there."""


def _plain(text: str) -> str:
    """The text without characters that nobody sees, and without blanks around it."""
    if not text.isprintable():
        text = text.replace("\r\n", "\n")
        text = "".join(one for one in text if one == "\n" or not _unseen(one))
    return unicodedata.normalize("NFC", text).strip()


def _unseen(one: str) -> bool:
    return unicodedata.category(one) in {"Cc", "Cf", "Co", "Cs", "Cn"}


SHORT: Final = 120
LINE: Final = 600
LONG: Final = 4000
MOST_PHOTOS: Final = 12
_LONGEST: Final = {
    "alt": LINE,
    "lead": LINE,
    "value": LINE,
    "note": LINE,
    "change": LINE,
    "body": LONG,
}
type Short = Annotated[str, AfterValidator(_plain), Field(max_length=SHORT)]
type Line = Annotated[str, AfterValidator(_plain), Field(max_length=LINE)]
type Long = Annotated[str, AfterValidator(_plain), Field(max_length=LONG)]


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Fact(_Part):
    """One fact or figure. A figure never stands alone: of how many, its interval, counted until when."""

    label: Short
    value: Line
    n: Annotated[int, Field(ge=0, le=MOST)] | None = None
    interval: Short = ""
    cut_off: Short = ""
    note: Line = ""


class Shown(_Part):
    """A photo: the digest of its bytes as everybody fetches them, and in words what it shows."""

    digest: Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]
    alt: Line = ""


class Said(_Part):
    """The whole text in one language. ``change``: what a correction changed, and why."""

    title: Annotated[Short, Field(min_length=1)]
    lead: Line = ""
    facts: Annotated[tuple[Fact, ...], Field(max_length=40)] = ()
    body: Annotated[tuple[Long, ...], Field(max_length=60)] = ()
    change: Line = ""
    photos: Annotated[tuple[Shown, ...], Field(max_length=MOST_PHOTOS)] = ()

    @model_serializer(mode="wrap")
    def _without_none(self, plain: SerializerFunctionWrapHandler) -> dict[str, Any]:
        """A text without photos has the form that it had before there were any."""
        data: dict[str, Any] = plain(self)
        if not data["photos"]:
            del data["photos"]
        return data


class Content(_Part):
    """A text as a page shows it. ``marks`` are read by programs, see ``MARKS``."""

    zh: Said | None = None
    en: Said | None = None
    marks: Mapping[str, Short] = {}

    @model_validator(mode="after")
    def _says_something(self) -> Self:
        if self.zh is None and self.en is None:
            raise ValueError("a text is in Chinese or in English")
        if strange := set(self.marks) - MARKS:
            raise ValueError(f"no page reads {sorted(strange)}")
        return self

    @cached_property
    def bytes(self) -> bytes:
        """The one form of it that its digest covers: JSON, keys sorted."""
        return chain.canonical(self.model_dump(mode="json"))

    @cached_property
    def digest(self) -> str:
        """SHA-256 of ``bytes``, as anybody can compute it."""
        return hashlib.sha256(self.bytes).hexdigest()

    @property
    def said(self) -> Said:
        """It in the reader's language, or in the one there is."""
        found = (self.en or self.zh) if english() else (self.zh or self.en)
        assert found is not None  # checked when it was made
        return found

    @property
    def language(self) -> str:
        """The language that ``said`` is in, as HTML names it."""
        return "en" if self.said is self.en else "zh-Hans"

    def photos(self) -> tuple[str, ...]:
        """The digests of its photos."""
        shown = [one.digest for said in (self.zh, self.en) if said for one in said.photos]
        return tuple(dict.fromkeys(shown))

    def passages(self) -> Iterator[tuple[str, str]]:
        """Every string that a reader reads, by where it stands (``zh.body.0``)."""
        for language in LANGUAGES:
            said = getattr(self, language)
            if said is not None:
                yield from _strings(said.model_dump(mode="json"), language)

    def replaced(self, texts: Mapping[str, str]) -> "Content":
        """The same with these passages instead, each as far as there is room for it."""
        data = self.model_dump(mode="json")
        for path, text in texts.items():
            *way, last = path.split(".")
            part: Any = data
            for step in way:
                part = part[int(step)] if step.isdecimal() else part[step]
            part[int(last) if last.isdecimal() else last] = _fitted(path, text)
        return content_of(data)


def content_of(data: Mapping[str, Any]) -> Content:
    """A text from plain data. Raises ``Refusal`` naming the first part that is wrong."""
    try:
        return Content.model_validate(data)
    except ValidationError as problem:
        first = problem.errors()[0]
        where = ".".join(str(part) for part in first["loc"])
        if first["type"] in ("string_too_long", "too_long"):
            told = _("This is too long: at most %(most)s characters.")
            if isinstance(first["input"], list | tuple):
                told = _("These are too many: at most %(most)s.")
            raise Refusal(told % {"most": first["ctx"]["max_length"]}, field=where) from None
        if first["type"] in ("string_too_short", "too_short"):
            raise Refusal(_("A text needs a title."), field=where) from None
        raise Refusal(_("Check this entry."), field=where, code="bad_text") from None


def kept_content(data: Mapping[str, Any]) -> Content:
    """The same for a text that was stored; of one that is asked for often no part is read twice."""
    return _kept(json.dumps(data))


@lru_cache(maxsize=1024)
def _kept(data: str) -> Content:
    return content_of(json.loads(data))


def _fitted(path: str, text: str) -> str:
    """A passage cut to its room: what stands instead of something hidden may be longer than that."""
    most = room_of(path)
    return text if len(text) <= most else f"{text[: most - 1]}…"


def room_of(path: str) -> int:
    """The most characters of a passage, by where it stands (``zh.body.0``)."""
    name = next(one for one in reversed(path.split(".")) if not one.isdecimal())
    return _LONGEST.get(name, SHORT)


def _strings(part: Any, path: str) -> Iterator[tuple[str, str]]:
    if isinstance(part, str):
        if part:
            yield path, part
    elif isinstance(part, dict):
        for name, inner in part.items():
            if name == "digest":  # a number of nobody's, in which a rule could find one
                continue
            yield from _strings(inner, f"{path}.{name}")
    elif isinstance(part, list):
        for place, inner in enumerate(part):
            yield from _strings(inner, f"{path}.{place}")
