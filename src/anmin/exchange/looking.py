"""What is shown of an uploaded file before it is taken in: its columns, and its first rows."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from typing import TYPE_CHECKING

from django.conf import settings
from django.utils.functional import Promise
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from anmin.exchange.fitting import fitting_profiles
from anmin.exchange.guess import USUAL, ColumnGuess, Wishes
from anmin.exchange.header import Binding, bind
from anmin.exchange.models import ImportRun
from anmin.exchange.problems import Unreadable
from anmin.exchange.profile import Profile
from anmin.exchange.profile_use import usable_profile, usable_profiles
from anmin.exchange.profiles import (
    Listed,
    list_profiles,
    parse_profile,
)
from anmin.exchange.queries import MASKS as MASKED
from anmin.exchange.queries import shows_contacts
from anmin.exchange.readers import Table
from anmin.exchange.reasons import NOTES, doubt, refusal
from anmin.exchange.rejections import Rejection, by_reason
from anmin.exchange.row_facts import Facts, NewUnit
from anmin.exchange.uploads import preview, propose, stored_path
from anmin.exchange.vocabulary import vocabulary
from anmin.kernel.errors import Refusal
from anmin.kernel.masking import HIDDEN, mask_free_text, mask_name, mask_phone
from anmin.matters.categories import category
from anmin.matters.registry import kind_of
from anmin.people.policy import Capability, require
from anmin.places.queries import area_labels, unit_labels

if TYPE_CHECKING:
    from anmin.people.models import Account

SHOWN = 10
"""Rows that are shown as they will come in."""
SAMPLES = 3
"""Values that are shown of a column."""
PROPOSED = "proposed"
"""The name of a profile that is made for one file: people read ``profile_name``."""
FACTS: Mapping[str, str | Promise] = {
    "external_id": _("Event number"),
    "received_at": _("Time of the call"),
    "dispatched_at": _("Time of dispatch"),
    "arrived_at": _("Time of arrival"),
    "cleared_at": _("Time handled"),
    "answered_at": _("Time of the answer"),
    "opened_at": _("When it began"),
    "ended_at": _("When it ended"),
    "updated_at": _("Last changed"),
    "state": _("State"),
    "category": _("Category"),
    "summary": _("Summary"),
    "place": _("Place"),
    "unit": _("Unit"),
    "area": _("Area"),
    "longitude": _("Longitude"),
    "latitude": _("Latitude"),
    "point": _("Point (longitude and latitude in one)"),
    "contact_name": _("Reporter: name"),
    "contact_phone": _("Reporter: phone"),
    "contact_address": _("Reporter: address"),
}
"""What a column can be, besides the details of the kind, in the words of the page."""


@dataclass(frozen=True, slots=True)
class ColumnUse:
    """One column of a file: what stands in it (masked as ``MASKED`` says), and what it is taken for.

    ``facts`` are codes. ``sure`` (0–1) and ``why`` are there when it was guessed.
    """

    position: int
    title: str
    samples: tuple[str, ...]
    facts: tuple[str, ...]
    sure: float | None = None
    why: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Coming:
    """One row as it will come in; name and phone are masked."""

    line: int
    number: str
    opened_at: datetime
    category: str
    unit: str
    unit_is_new: bool
    area: str
    place: str
    summary: str
    reply: str
    name: str
    phone: str


@dataclass(frozen=True, slots=True)
class Look:
    """A file seen through a profile.

    ``text`` is the profile as TOML where it was made for this file. ``looked_at`` counts the rows
    read for this look, ``good`` those of them that will come in, ``rejected`` has line and reason
    of the others, ``waiting`` of which come in once their units are added, ``notes`` says what will be left out of good ones, with how many. ``either_order``:
    no value tells the day from the month; ``sheets`` are those of a workbook with several.
    """

    profile: Profile
    text: str
    encoding: str
    columns: Sequence[ColumnUse]
    rows: Sequence[Coming]
    good: int
    rejected: Sequence[tuple[int, str]]
    notes: Sequence[tuple[str, int]]
    doubts: Sequence[str]
    either_order: bool = False
    sheets: Sequence[str] = ()
    waiting: int = 0

    @property
    def rejections(self) -> list[Rejection]:
        """The reasons of the rejected rows, each once."""
        return by_reason(self.rejected)

    @property
    def has_summaries(self) -> bool:
        """Whether any of the rows has a summary."""
        return any(row.summary for row in self.rows)

    @property
    def has_reporters(self) -> bool:
        """Whether any of the rows tells who reported."""
        return any(row.name or row.phone for row in self.rows)

    @property
    def looked_at(self) -> int:
        """Rows read for this look."""
        return self.good + len(self.rejected)


def fact_labels(kind: str = USUAL) -> dict[str, str]:
    """What a column can be taken for, by code, in the reader's language."""
    details = kind_of(kind).details.model_fields
    titles = {name: str(field.title or name) for name, field in details.items()}
    known = {**titles, **{code: str(words) for code, words in FACTS.items()}}
    if "received_at" not in details:  # no calls that a dispatch system numbers
        known["external_id"] = str(_("Number in the file"))
    return {code: known[code] for code in vocabulary(kind).names if code in known}


def fitting(run: ImportRun, *, actor: "Account") -> tuple[list[Listed], list[Listed]]:
    """The profiles that this person may use: those whose columns the file has, best first; others.

    Raises ``NotAllowed``, or ``Refusal`` if the file is not kept any more.
    """
    require(actor, Capability.IMPORT_RECORDS)
    usable = {listed.name for listed in usable_profiles(actor)}
    fits = [one for one in fitting_profiles(stored_path(run)) if one.name in usable]
    names = {listed.name for listed in fits}
    return fits, [one for one in list_profiles() if one.name in usable - names]


def look(
    run: ImportRun,
    *,
    actor: "Account",
    profile: str = "",
    called: str = PROPOSED,
    zone: str = "",
    wishes: Wishes | None = None,
) -> Look:
    """See an uploaded file through a known profile, or through one guessed for it (the default).

    Args:
        called: the name of the guessed one. zone, wishes: what is known about the file.

    Raises ``NotAllowed``, or ``Refusal`` if the file or the profile cannot be used.
    """
    require(actor, Capability.IMPORT_RECORDS)
    guesses: dict[int, ColumnGuess] = {}
    text = ""
    doubts: list[str] = []
    codes: list[str] = []
    sheets: Sequence[str] = ()
    if profile:
        chosen = usable_profile(actor, profile)
    else:
        guess = propose(
            stored_path(run), name=called, zone=zone or settings.TIME_ZONE, wishes=wishes
        )
        guesses = {column.position: column for column in guess.columns}
        labels = fact_labels(wishes.kind if wishes else USUAL)
        text, codes, sheets = guess.toml, guess.doubts, guess.sheets
        doubts = [doubt(code, labels) for code in codes]
        chosen = parse_profile(text)
    seen = preview(run, profile=profile or chosen, actor=actor)
    shown, told = shows_contacts(actor), _telling(run, chosen)
    if not (shown or profile):
        _refuse_other_uses(run, chosen, told)
    return Look(
        profile=chosen,
        text=text,
        encoding=seen.encoding,
        columns=_columns(run, chosen, guesses, told=told, shown=shown),
        rows=_coming(seen.good[:SHOWN], shown=shown),
        good=len(seen.good),
        rejected=[
            (line, reason if shown else mask_free_text(reason)) for line, reason in seen.rejected
        ],
        notes=[(str(NOTES[code]), count) for code, count in seen.notes.items()],
        doubts=doubts,
        either_order="day_month_order" in codes,
        sheets=sheets if len(sheets) > 1 else (),
        waiting=seen.waiting,
    )


def _columns(
    run: ImportRun,
    profile: Profile,
    guesses: Mapping[int, ColumnGuess],
    *,
    told: Mapping[int, str],
    shown: bool,
) -> list[ColumnUse]:
    try:
        with Table(stored_path(run), profile.file.reading) as table:
            rows = iter(table)
            binding, first = bind(profile, rows)
            below = [*first, *islice(rows, SAMPLES)]
    except Unreadable as fault:
        raise refusal(fault) from None
    facts = _facts_by_place(profile, binding)
    return [
        ColumnUse(
            place + 1,
            title.strip() if profile.file.header else "",
            tuple(
                _shown(row.cells[place].strip(), [*facts[place], told.get(place, "")], shown)
                for row in below
                if place < len(row.cells)
            ),
            tuple(facts[place]),
            guesses[place + 1].sure if place + 1 in guesses else None,
            guesses[place + 1].why if place + 1 in guesses else (),
        )
        for place, title in enumerate(binding.header)
    ]


def _shown(cell: str, facts: Iterable[str], shown: bool) -> str:
    """The beginning of a cell, masked where it tells of the reporter."""
    facts = list(facts)
    for fact in facts:
        if mask := MASKED.get(fact):
            return mask(cell)
    if shown:
        return cell[:60]
    return mask_free_text(cell)[:60] if any(facts) else HIDDEN


def _refuse_other_uses(run: ImportRun, profile: Profile, told: Mapping[int, str]) -> None:
    """Who may open no contacts does not see them by taking their columns for something else."""
    try:
        with Table(stored_path(run), profile.file.reading) as table:
            binding, _rows = bind(profile, iter(table))
    except Unreadable as fault:
        raise refusal(fault) from None
    for place, facts in _facts_by_place(profile, binding).items():
        if place in told and not set(facts) <= MASKED.keys():
            raise Refusal(
                _now(
                    "The column “%(column)s” tells of the reporter: your role takes it for nothing else."
                )
                % {"column": binding.title(place)}
            )


def _telling(run: ImportRun, chosen: Profile) -> dict[int, str]:
    """The columns that a guess takes for the reporter, whatever somebody says they are.

    The file is read as the chosen profile reads it.
    """
    file = chosen.file
    encoding = "" if file.encoding == "auto" else file.encoding
    told: dict[int, str] = {}
    for kind in {USUAL, chosen.kind}:  # whatever kind somebody says its rows are
        read_so = Wishes(encoding=encoding, sheet=file.sheet or "", kind=kind)
        try:
            plain = parse_profile(propose(stored_path(run), wishes=read_so).toml)
            with Table(stored_path(run), plain.file.reading) as table:
                binding, _rows = bind(plain, iter(table))
        except (Refusal, Unreadable):
            continue
        found = _facts_by_place(plain, binding)
        told |= {place: fact for place, facts in found.items() for fact in facts if fact in MASKED}
    return told


def _facts_by_place(profile: Profile, binding: Binding) -> dict[int, list[str]]:
    """The facts that stand in each column; those that a column only helps to tell come last."""
    found: dict[int, list[str]] = defaultdict(list)
    for fact, names in _mentions(profile):
        place = binding.places.get(names)
        if place is not None and fact not in found[place]:
            found[place].append(fact)
    return found


def _mentions(profile: Profile) -> Iterator[tuple[str, tuple[str | int, ...]]]:
    for fact, column in profile.columns.items():
        yield from ((fact, names) for names in column.parts)
    yield from (("category", names) for names in profile.category.columns)
    yield from (("category", rule.column) for rule in profile.category.rules if rule.column)
    for flag in profile.flags:
        yield from ((flag.field, names) for names in flag.columns)


def _coming(rows: Sequence[Facts], *, shown: bool) -> list[Coming]:
    plain = str if shown else mask_free_text
    units = unit_labels(row.unit for row in rows if isinstance(row.unit, int))
    areas = area_labels(row.area for row in rows if row.area is not None)
    return [
        Coming(
            line=row.line,
            number=row.external_id,
            opened_at=row.opened_at,
            category=category(row.category).label,
            unit=row.unit.name if isinstance(row.unit, NewUnit) else units.get(row.unit or 0, ""),
            unit_is_new=isinstance(row.unit, NewUnit),
            area=areas.get(row.area or 0, ""),
            place=plain(row.place),
            summary=plain(row.summary),
            reply=plain(row.reply),
            name=mask_name(row.contact[0]) if row.contact else "",
            phone=mask_phone(row.contact[1]) if row.contact else "",
        )
        for row in rows
    ]
