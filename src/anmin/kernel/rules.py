"""Dated rules: every number that law, practice or this project sets, with where it comes from.

Rules are data (``rules/*.toml``), never literals in code. A key may have several values with
different effective dates; the one in force on the day in question applies. An installation adds
or replaces rules with a folder of its own: the same key and effective date replaces, another
effective date adds.
"""

from bisect import bisect_right
from calendar import monthrange
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from enum import StrEnum
from functools import cached_property
from itertools import chain
from operator import attrgetter
from pathlib import Path
from typing import Annotated, Final, Literal, Self
from zoneinfo import ZoneInfo

from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    PrivateAttr,
    ValidationError,
    model_validator,
)

from anmin.kernel.calendar import Deadline, WorkingCalendar
from anmin.kernel.errors import NotFound, Refusal
from anmin.kernel.hours import END_OF_DAY, Because, Hours, Moved, SameDay
from anmin.kernel.toml_files import read_toml

SHIPPED: Final = Path(__file__).with_name("rules")
OF_A_KIND: Final = "rules.toml"
"""The file in the folder of a kind (``kind_folders``)."""

type Value = int | Decimal | time


class Unit(StrEnum):
    """What a rule's value counts."""

    SECONDS = "seconds"
    MINUTES = "minutes"
    HOURS = "hours"
    CALENDAR_DAYS = "calendar_days"
    WORKING_DAYS = "working_days"
    MONTHS = "months"
    SAME_DAY = "same_day"
    COUNT = "count"
    RATIO = "ratio"
    TIME_OF_DAY = "time_of_day"
    MONEY = "money"


_EXACT: Final = {
    Unit.SECONDS: timedelta(seconds=1),
    Unit.MINUTES: timedelta(minutes=1),
    Unit.HOURS: timedelta(hours=1),
}
_FIXED: Final = {**_EXACT, Unit.CALENDAR_DAYS: timedelta(days=1)}
_DUE: Final = frozenset({*_FIXED, Unit.WORKING_DAYS, Unit.MONTHS, Unit.SAME_DAY})
_ANY_HOUR: Final = Hours()


class BadRule(Refusal):
    """A rule file cannot be used, or a rule is used as what it is not."""

    default_code = "bad_rule"


class UnknownRule(NotFound):
    """No rule of that key is in force on that day."""

    default_code = "unknown_rule"


class Rule(BaseModel):
    """One value of one rule, in force from ``effective`` until the next one of its key.

    ``value`` is a whole number, for ``ratio`` and ``money`` (yuan) a decimal, for ``time_of_day``
    a local time, and 0 for ``same_day``. ``tag``: L the text of a law or regulation, S of a standard, D derived,
    P proposed by this project. ``defers``: by the law in ``source``, a last day that is no
    working day moves to the next one. ``within``: the first part of the rules that say at which
    hours it can be kept (``callback``: ``callback.quiet_until``, ``.quiet_from``, ``.least_time``).
    ``counted``: from what the law counts it.
    """

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True, str_min_length=1)

    key: Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*(\.[a-z][a-z0-9_]*)+$")]
    value: Value = 0
    unit: Annotated[Unit, Field(strict=False)]
    effective: date
    source: str
    tag: Literal["L", "S", "P", "D"]
    label: str
    label_zh: str
    note: str | None = None
    note_zh: str | None = None
    counted: str | None = None
    counted_zh: str | None = None
    defers: bool = False
    within: Annotated[str | None, Field(pattern=r"^[a-z][a-z0-9_.]*$")] = None
    _digests: Mapping[str, str] = PrivateAttr(default_factory=dict)

    @model_validator(mode="after")
    def _value_fits_unit(self) -> Self:
        value, unit = self.value, self.unit
        match unit:
            case Unit.SAME_DAY:
                fits = value == 0
            case Unit.TIME_OF_DAY:
                fits = isinstance(value, time)
            case Unit.RATIO:
                fits = isinstance(value, Decimal) and 0 <= value <= 1
            case Unit.MONEY:
                fits = isinstance(value, int | Decimal) and value >= 0
            case _:
                fits = isinstance(value, int) and value >= (0 if unit is Unit.COUNT else 1)
        if not fits:
            raise ValueError(f"{value!r} is no value in {unit}")
        if self.defers and unit not in (Unit.CALENDAR_DAYS, Unit.MONTHS):
            raise ValueError("only days and months can defer to a working day")
        if self.within and unit not in _DUE:
            raise ValueError(f"nothing is due in {unit}, so nothing is kept within hours")
        return self

    @property
    def digests(self) -> Mapping[str, str]:
        """The digests of the articles that it was read from, where the installation holds them."""
        return self._digests

    def carrying(self, digests: Mapping[str, str]) -> Self:
        """The same rule with the digests of the articles that it was read from."""
        rule = self.model_copy()
        rule._digests = digests
        return rule

    @property
    def number(self) -> int:
        """The value of a count or a period, typed; ``BadRule`` if it is no whole number."""
        if not isinstance(self.value, int):
            raise BadRule(f"{self.key} is in {self.unit}, which is no whole number")
        return self.value

    @property
    def share(self) -> float:
        """The value of a ratio, from 0 to 1."""
        if not isinstance(self.value, Decimal):
            raise BadRule(f"{self.key} is in {self.unit}, which is no ratio")
        return float(self.value)

    @property
    def clock(self) -> time:
        """The value of a time of day."""
        if not isinstance(self.value, time):
            raise BadRule(f"{self.key} is in {self.unit}, which is no time of day")
        return self.value

    @cached_property
    def _exact(self) -> timedelta | None:
        """The length of a period that runs from the moment it starts."""
        return self.duration if self.unit in _EXACT else None

    @property
    def by_the_day(self) -> bool:
        """Whether all that starts on one local day is due at one moment."""
        return self._exact is None

    @property
    def by_workdays(self) -> bool:
        """Whether holidays and make-up workdays can move what is due by it."""
        return self.defers or self.unit is Unit.WORKING_DAYS

    @cached_property
    def duration(self) -> timedelta:
        """The value as a length of time; ``BadRule`` if its length depends on the calendar."""
        step = _FIXED.get(self.unit)
        if step is None:
            raise BadRule(f"{self.key} is in {self.unit}, which is no fixed length of time")
        return self.number * step

    def due(self, start: datetime, calendar: WorkingCalendar, tz: ZoneInfo) -> Deadline:
        """When something that starts at ``start`` (aware) is due under this rule in ``tz``.

        Seconds, minutes and hours run from the moment (and give one in UTC). Days and months do
        not count the day of the start and end at 23:59:59 of the last one; a month ends on the
        day of the same number, or on the last day of the month. ``same_day`` is the day of the
        start. The hours at which it can be kept are not looked at: see ``Promise``.
        """
        unit = self.unit
        if self._exact is not None:
            return Deadline(start.astimezone(UTC) + self._exact)
        if unit is Unit.WORKING_DAYS:
            return calendar.add_working_days(start, self.number, tz=tz)
        day = start.astimezone(tz).date()
        if unit is Unit.CALENDAR_DAYS:
            day += self.duration
        elif unit is Unit.MONTHS:
            day = _add_months(day, self.number)
        elif unit is not Unit.SAME_DAY:
            raise BadRule(f"{self.key} is in {unit}, so nothing can be due by it")
        if self.defers:
            return calendar.first_workday_end(day, tz=tz)
        return Deadline(datetime.combine(day, END_OF_DAY, tz))

    def cutoff(self, now: datetime) -> datetime:
        """The moment that lies this rule's period before ``now``, for what is kept that long."""
        if self.unit is Unit.MONTHS:
            return datetime.combine(_add_months(now.date(), -self.number), now.timetz())
        return (now.astimezone(UTC) - self.duration).astimezone(now.tzinfo)


def _add_months(day: date, months: int) -> date:
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


@dataclass(frozen=True, slots=True)
class Promise:
    """A rule by which something is due, with the hours at which it can be kept: on one day."""

    rule: Rule
    hours: Hours | None = None
    same_day: SameDay | None = None

    @property
    def by_the_day(self) -> bool:
        """Whether all that starts on one local day is due at one moment."""
        return self.rule.by_the_day and self.hours is None and self.same_day is None

    def due(self, start: datetime, calendar: WorkingCalendar, tz: ZoneInfo) -> Deadline:
        """When something that starts at ``start`` (aware) is due in ``tz``, and why if moved."""
        if self.same_day is not None:
            at, moved = self.same_day.due(start, self.hours or _ANY_HOUR, tz)
            return Deadline(at, moved=moved)
        plain = self.rule.due(start, calendar, tz)
        if self.hours is None:
            return plain
        at = self.hours.keep(start, plain.at, tz)
        if at == plain.at:
            return plain
        why = Because.CLOSED if at < plain.at else Because.LITTLE_TIME
        return replace(plain, at=at, moved=Moved(why, plain.at, self.hours.closes))

    def stood(
        self, since: datetime, until: datetime, calendar: WorkingCalendar, tz: ZoneInfo
    ) -> int:
        """How long a pause took in what the rule counts: working days, days or seconds.

        The day on which it began counts as run, the day on which it ended as stood still.
        """
        if not self.rule.by_the_day:
            return int((until - since).total_seconds())
        first, last = since.astimezone(tz).date(), until.astimezone(tz).date()
        if self.rule.unit is Unit.WORKING_DAYS:
            return calendar.working_days_between(first, last)
        return (last - first).days

    def put_off(self, due: datetime, by: int, calendar: WorkingCalendar, tz: ZoneInfo) -> Deadline:
        """A deadline under this rule that is ``by`` of what the rule counts later."""
        if by < 1:
            return Deadline(due)
        if not self.rule.by_the_day:
            return Deadline(due + timedelta(seconds=by))
        if self.rule.unit is Unit.WORKING_DAYS:
            return calendar.add_working_days(due, by, tz=tz)
        day = due.astimezone(tz).date() + timedelta(days=by)
        if self.rule.defers:
            return calendar.first_workday_end(day, tz=tz)
        return Deadline(datetime.combine(day, END_OF_DAY, tz))


class _File(BaseModel):
    """A rule file: nothing but ``[[rule]]`` tables."""

    model_config = ConfigDict(extra="forbid")

    rule: list[Rule]


def _read(path: Path) -> list[Rule]:
    """The rules of one file; ``BadRule`` names the file, the key and what is wrong."""
    raw = read_toml(path, BadRule, parse_float=Decimal)
    try:
        return _File.model_validate(raw).rule
    except ValidationError as error:
        first = error.errors()[0]
        place = [str(part) for part in first["loc"]]
        match first["loc"]:
            case ("rule", int(index), *_) if isinstance(raw["rule"][index], dict):
                place[:2] = [str(raw["rule"][index].get("key", f"rule {index + 1}"))]
        raise BadRule(f"{path}: {': '.join(place)}: {first['msg']}") from error


def _in_folder(folder: Path) -> list[Path]:
    if not folder.is_dir():
        raise BadRule(f"there is no folder of rules at {folder}")
    return sorted(folder.glob("*.toml"))


def _collect(files: Iterable[Path]) -> dict[tuple[str, date], Rule]:
    found: dict[tuple[str, date], Rule] = {}
    for path in files:
        for rule in _read(path):
            if (rule.key, rule.effective) in found:
                raise BadRule(f"{path}: {rule.key}: a second value from {rule.effective}")
            found[rule.key, rule.effective] = rule
    return found


class RuleBook:
    """All rules: those shipped and those of each kind, overlaid by those of ``extra_dir``.

    ``digests`` (``law_texts.read_digests``) tell what each was read from. Everything is read and checked once, here; looking up is O(log of a key's values).
    """

    def __init__(
        self,
        extra_dir: Path | None = None,
        digests: Mapping[tuple[str, date], Mapping[str, str]] | None = None,
        kinds: Iterable[Path] = (),
    ) -> None:
        shipped = [*_in_folder(SHIPPED), *(path for one in kinds for path in one.glob(OF_A_KIND))]
        rules = _collect(shipped) | (_collect(_in_folder(extra_dir)) if extra_dir else {})
        self._history: dict[str, list[Rule]] = {}
        for name, rule in sorted(rules.items()):
            read_from = (digests or {}).get(name)
            self._history.setdefault(rule.key, []).append(
                rule.carrying(read_from) if read_from else rule
            )
        for rule in self.all():
            for part in ("quiet_until", "quiet_from", "least_time") if rule.within else ():
                if f"{rule.within}.{part}" not in self._history:
                    raise BadRule(f"{rule.key}: within: there is no rule {rule.within}.{part}")

    def get(self, key: str, on: date) -> Rule:
        """The rule in force on a (local) day; ``UnknownRule`` if there is none."""
        history = self._history.get(key, ())
        place = bisect_right(history, on, key=_effective)
        if not place and history:
            since = history[0].effective
            raise UnknownRule(
                f"there is no rule {key} before {since}",
                code="rule_not_yet",
                values={"key": key, "since": since},
            )
        if not place:
            raise UnknownRule(f"there is no rule {key}")
        return history[place - 1]

    def all(self) -> Iterator[Rule]:
        """Every value of every rule, by key and then by date."""
        return chain.from_iterable(self._history.values())

    def promise(self, key: str, on: date) -> Promise:
        """The rule in force on a (local) day, with the hours in force at which it can be kept."""
        rule, hours, same_day = self.get(key, on), None, None
        if rule.within:
            hours = Hours(
                opens=self.get(f"{rule.within}.quiet_until", on).clock,
                closes=self.get(f"{rule.within}.quiet_from", on).clock,
                least=self.get(f"{rule.within}.least_time", on).duration,
            )
        if rule.unit is Unit.SAME_DAY:
            same_day = SameDay(
                self.get("same_day.latest_start", on).clock,
                self.get("same_day.next_day_by", on).clock,
            )
        return Promise(rule, hours, same_day)

    def due(self, key: str, start: datetime, calendar: WorkingCalendar, tz: ZoneInfo) -> Deadline:
        """When something is due under the rule in force on the local day of ``start``."""
        return self.promise(key, start.astimezone(tz).date()).due(start, calendar, tz)


_effective = attrgetter("effective")
