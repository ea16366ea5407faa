"""What a column profile says: how the columns of somebody's export become facts of a matter."""

import codecs
import re
from datetime import date
from typing import Annotated, Any, Literal, Self
from zoneinfo import ZoneInfo

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    field_validator,
    model_validator,
)

from anmin.exchange.dates import compile_format
from anmin.exchange.readers import Reading
from anmin.matters.several import Rule

MOMENTS = ("received_at", "dispatched_at", "arrived_at", "cleared_at", "answered_at")
"""The moments of an event, in the order in which they can only happen."""
TELLING = ("opened_at", "ended_at", "updated_at")
"""The moments of a record that are no facts of its kind: when it began, when it ended, and when
its row last changed."""
CORE = frozenset(
    {
        *TELLING,
        "external_id",
        "state",
        "category",
        "summary",
        "place",
        "unit",
        "area",
        "longitude",
        "latitude",
        "point",
        "contact_name",
        "contact_phone",
        "contact_address",
    }
)
"""What a column can be besides a fact of the kind of matter."""
CHINESE_SUBSETS = frozenset({"gb2312", "gbk", "cp936"})

PROFILE_NAME = r"[a-z0-9][a-z0-9_-]{0,47}"

type Name = str | int
"""A column by a name in the header line, or by its position, the first being 1."""


def _alternatives(value: Any) -> Any:
    return value if isinstance(value, list | tuple) else (value,)


Names = Annotated[tuple[Name, ...], BeforeValidator(_alternatives), Field(min_length=1)]
"""Names that one column goes by: the first that the file has is meant."""


class _Part(BaseModel):
    """A table of a profile: frozen, and no key is let through unknown."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Column(_Part):
    """Where a fact stands: in one column, or in several whose texts are joined.

    In TOML: ``"Name"``, ``3`` (position), ``["Name", "other name"]`` (alternatives),
    ``{join = ["Road", "Number"], between = " "}`` or ``{date = "Day", time = "Hour"}``.
    """

    parts: tuple[Names, ...] = Field(min_length=1)
    between: str = " "
    clock: bool = False

    @model_validator(mode="before")
    @classmethod
    def _short_forms(cls, value: Any) -> Any:
        if isinstance(value, str | int | list | tuple):
            return {"parts": (value,)}
        if isinstance(value, dict) and "join" in value:
            return {"parts": value["join"], **{k: v for k, v in value.items() if k != "join"}}
        if isinstance(value, dict) and value.keys() == {"date", "time"}:
            return {"parts": (value["date"], value["time"]), "clock": True}
        return value

    @model_validator(mode="after")
    def _positions_from_one(self) -> Self:
        if any(isinstance(n, int) and n < 1 for names in self.parts for n in names):
            raise ValueError("the first column is 1")
        return self


def _formats(value: tuple[str, ...]) -> tuple[str, ...]:
    for layout in value:
        compile_format(layout)
        other = re.sub("%[dm]", lambda found: "%m" if found[0] == "%d" else "%d", layout)
        if other != layout and other in value:
            raise ValueError(
                f"{layout} and {other} read the same texts as different days:"
                " tell the columns apart by formats_for"
            )
    return value


Formats = Annotated[tuple[str, ...], AfterValidator(_formats), Field(min_length=1)]


def _zone(value: str) -> str:
    try:
        ZoneInfo(value)
    except (KeyError, ValueError, OSError) as fault:
        raise ValueError(f"there is no time zone {value}") from fault
    return value


def _pattern(value: str) -> str:
    try:
        re.compile(value)
    except re.error as fault:
        raise ValueError(f"{value} is no regular expression: {fault}") from fault
    return value


class Match(_Part):
    """When a text is meant: equal to one of `exact`, begins with one of `prefix`, or `pattern`.

    Letters count the same in upper and lower case.
    """

    exact: tuple[str, ...] = ()
    prefix: tuple[str, ...] = ()
    pattern: tuple[Annotated[str, AfterValidator(_pattern)], ...] = ()

    @model_validator(mode="after")
    def _something(self) -> Self:
        if not (self.exact or self.prefix or self.pattern):
            raise ValueError("needs exact, prefix or pattern")
        return self


class CategoryRule(Match):
    """The category of a row whose `column` (else: any category column) matches."""

    code: str
    column: Names | None = None


class CategoryMap(_Part):
    """How a row's category is found: the first rule that matches, then `default` or rejection.

    `labels` takes the house's own codes and labels too.
    """

    columns: tuple[Names, ...] = ()
    labels: bool = False
    default: str | None = None
    rules: tuple[CategoryRule, ...] = ()


class UnitOwner(_Part):
    """The unit under which a profile's own units are put; added itself if need be."""

    code: str
    name: str
    kind: str = "bureau"


class PlaceMap(_Part):
    """How a text becomes a unit or an area: by `table`, then by its code or name.

    `code` is the code's layout, with ``{}`` for the text. Unknown texts are rejected, or left
    blank if `unknown` says so.
    """

    by: Literal["code", "name", "either"] = "either"
    code: str = "{}"
    table: dict[str, str] = {}
    unknown: Literal["reject", "blank"] = "reject"


class UnitMap(PlaceMap):
    """As `PlaceMap`; with `create`, unknown units are added under `parent`, named by `name`."""

    create: bool = False
    parent: UnitOwner | None = None
    kind: str = "station"
    name: str = "{}"


class StateMap(_Part):
    """How a text becomes a state, for kinds whose facts do not tell it: by `table`, then by the
    state's code or word. A blank is the state in which the kind begins; an unknown text rejects
    the row, or is taken for a blank if `unknown` says so.
    """

    table: dict[str, str] = {}
    unknown: Literal["reject", "blank"] = "reject"


class Coordinates(_Part):
    """On which datum longitude and latitude stand, and where they can lie (W, S, E, N).

    ``order`` is that of a pair in the one column ``point`` whose text does not tell it.
    """

    datum: Literal["wgs84", "cgcs2000", "gcj02", "bd09"] = "wgs84"
    order: Literal["lat_lon", "lon_lat"] = "lat_lon"
    bounds: tuple[float, float, float, float] = (-180.0, -90.0, 180.0, 90.0)


class Flag(Match):
    """A yes/no detail that is yes when one of the columns matches."""

    field: str
    columns: tuple[Names, ...] = Field(min_length=1)


class File(_Part):
    """What the file looks like. `header` false: columns by position only.

    `pad_short_rows` takes rows that end early as blank to the end (hand-made CSV).
    """

    encoding: str = "auto"
    delimiter: str = "auto"
    sheet: str | None = None
    header: bool = True
    pad_short_rows: bool = False
    blanks: frozenset[str] = frozenset()

    @field_validator("encoding")
    @classmethod
    def _known_codec(cls, value: str) -> str:
        if value.lower() in CHINESE_SUBSETS:
            return "gb18030"
        if value != "auto":
            try:
                codecs.getincrementaldecoder(value)
            except LookupError as fault:
                raise ValueError(f"there is no encoding {value}") from fault
        return value

    @field_validator("delimiter")
    @classmethod
    def _one_character(cls, value: str) -> str:
        if value != "auto" and (len(value) != 1 or value in '"\r\n'):
            raise ValueError("a delimiter is one character")
        return value

    @property
    def reading(self) -> Reading:
        """The part of this that the readers need."""
        return Reading(self.encoding, self.delimiter, self.sheet)


class Time(_Part):
    """How moments and days are written, `formats_for` where a fact has its own. `opened` lists what
    counts as the opening: the first one known.

    Moments before `earliest` (a day) are impossible, and so are those of what has happened more
    than `future_minutes` from now, and an order that is wrong by more than `tolerance_minutes`.
    """

    formats: Formats
    formats_for: dict[str, Formats] = {}
    zone: Annotated[str, AfterValidator(_zone)] = "Asia/Shanghai"
    opened: tuple[str, ...] = ("opened_at", *MOMENTS[:3])
    tolerance_minutes: float = Field(5, ge=0)
    future_minutes: float = Field(1440, ge=0)
    earliest: date = date(1970, 1, 1)


class Profile(_Part):
    """A column profile. ``source`` names the system of record: with the event number it is the key.

    ``kind`` says which kind of matter its rows are. ``optional`` lists facts whose column may be
    missing from a file; ``fixed`` gives values for category, unit, area and facts of the kind that
    stand in no column or are blank there. ``words`` says by fact which codes of its word list, or
    yes and no, other texts mean. ``moments`` says for moments which of several rows about one event
    tells them, where it is not as usual (``matters.several``): ``arrived_at = "first_row"``.
    ``roles`` may use it while the administrator has assigned it to nobody (`profile_use`).
    """

    name: str = Field(pattern=f"^{PROFILE_NAME}$")
    title: str
    title_en: str = ""
    about: str = ""
    kind: str = "incident"
    source: str = Field("", max_length=48)
    roles: frozenset[str] = frozenset()
    file: File = File()
    time: Time
    columns: dict[str, Column]
    optional: frozenset[str] = frozenset()
    fixed: dict[str, str] = {}
    category: CategoryMap = CategoryMap()
    unit: UnitMap = UnitMap()
    area: PlaceMap = PlaceMap()
    coordinates: Coordinates = Coordinates()
    state: StateMap = StateMap()
    words: dict[str, dict[str, str | bool]] = {}
    moments: dict[str, Rule] = {}
    flags: tuple[Flag, ...] = ()

    @model_validator(mode="before")
    @classmethod
    def _source_is_name(cls, value: Any) -> Any:
        if isinstance(value, dict) and not value.get("source"):
            return {**value, "source": value.get("name", "")}
        return value

    @model_validator(mode="after")
    def _fits_together(self) -> Self:
        columns = self.columns
        if "external_id" not in columns:
            raise ValueError("columns need external_id, the event's number")
        if not any(moment in columns for moment in self.time.opened):
            raise ValueError(f"columns need one of {', '.join(self.time.opened)}")
        if ("longitude" in columns) != ("latitude" in columns):
            raise ValueError("longitude and latitude go together")
        if "point" in columns and "longitude" in columns:
            raise ValueError("either point, or longitude and latitude")
        if "external_id" in self.optional:
            raise ValueError("external_id cannot be optional")
        if not self.file.header and any(
            isinstance(n, str) for names in self.all_names() for n in names
        ):
            raise ValueError("without a header line, columns are numbers")
        if self.unit.create and self.unit.parent is None:
            raise ValueError("unit.create needs unit.parent")
        return self

    def counting_from_1904(self) -> Self:
        """The same for a workbook whose days are counted from 1904: ``excel`` counts so there."""

        def counted(formats: tuple[str, ...]) -> tuple[str, ...]:
            return tuple(re.sub(r"^excel\b", "excel1904", one) for one in formats)

        own = {fact: counted(formats) for fact, formats in self.time.formats_for.items()}
        formats = {"formats": counted(self.time.formats), "formats_for": own}
        return self.model_copy(update={"time": self.time.model_copy(update=formats)})

    @property
    def tells_category(self) -> bool:
        """Whether it says anything of what a row is about."""
        told = "category" in self.columns or "category" in self.fixed
        return told or bool(self.category.columns or self.category.default)

    @property
    def details(self) -> frozenset[str]:
        """The facts of the kind that this profile fills."""
        flagged = {flag.field for flag in self.flags}
        return frozenset(((set(self.columns) | set(self.fixed)) - CORE) | flagged)

    def all_names(self) -> list[Names]:
        """Every mention of a column."""
        return [
            *(names for column in self.columns.values() for names in column.parts),
            *self.category.columns,
            *(rule.column for rule in self.category.rules if rule.column),
            *(names for flag in self.flags for names in flag.columns),
        ]
