"""Writing places: loading areas, units and responsibilities from rows of a table."""

import csv
import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from anmin.evidence.log import atomic
from anmin.kernel.errors import Refusal
from anmin.kernel.phones import normalise_phone
from anmin.places.models import (
    Area,
    Responsibility,
    Unit,
    clean_code,
)
from anmin.places.queries import directory

DATA = Path(__file__).parent / "data"

type Row = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Loaded:
    """What a load did, in rows."""

    created: int = 0
    updated: int = 0
    unchanged: int = 0


def load_areas(rows: Iterable[Row]) -> Loaded:
    """Bring areas in line with rows of code, name, level, parent (a code or empty).

    Optional: name_en, latitude, longitude (degrees), households. A committee's name becomes that
    of its place (四坦村委会 is 四坦村). A parent may stand anywhere in
    the rows or be known already. Nothing is removed. Loading the same rows again changes nothing.

    Raises:
        Refusal: with the line (the header is line 1) of the first wrong row; nothing is loaded.
    """
    return _load_tree(Area, rows, _area_facts)


def load_units(rows: Iterable[Row]) -> Loaded:
    """Bring units in line with rows of code, name, kind, parent, area (codes or empty).

    Optional: name_en, active (yes or no), phone (of a body outside the police). Otherwise as
    ``load_areas``.
    """
    areas = dict(Area.objects.values_list("code", "id"))

    def facts(row: Row) -> dict[str, Any]:
        known: dict[str, Any] = {"kind": row["kind"]}
        known["area_id"] = _known(areas, row["area"]) if row.get("area") else None
        if active := row.get("active"):
            known["active"] = active == "yes"
        if phone := row.get("phone"):
            known["phone"] = normalise_phone(phone) or phone
        return known

    return _load_tree(Unit, rows, facts)


@atomic
def load_responsibilities(rows: Iterable[Row]) -> Loaded:
    """Bring responsibilities in line with rows of area, kind (or empty) and unit, all codes.

    Raises:
        Refusal: with the line of the first wrong row; nothing is loaded.
    """
    areas = dict(Area.objects.values_list("code", "id"))
    units = dict(Unit.objects.values_list("code", "id"))
    held = {
        (row.area_id, row.kind): row.unit_id for row in Responsibility.objects.order_by().iterator()
    }
    done = Counter[str]()
    for line, row in enumerate(rows, start=2):
        with _refusing(line):
            key = (_known(areas, row["area"]), row.get("kind") or "")
            unit_id = _known(units, row["unit"])
            if unit_id in directory().outside:
                raise Refusal(_("A body outside the police answers for no place."))
        if held.get(key) != unit_id:
            Responsibility.objects.update_or_create(
                area_id=key[0], kind=key[1], defaults={"unit_id": unit_id}
            )
            done["updated" if key in held else "created"] += 1
            held[key] = unit_id
        else:
            done["unchanged"] += 1
    return Loaded(**done)


@atomic
def ensure_unit(*, code: str, name: str, kind: str, parent: Unit | None = None) -> Unit:
    """The unit of that code, added if there is none yet; an existing one stays as it is.

    Raises ``Refusal`` for an impossible code or kind.
    """
    with _refusing():
        code = clean_code(code)
    known = Unit.objects.filter(code=code).first()
    if known is None:
        known = Unit(code=code, name=name.strip() or code, kind=kind, parent=parent)
        with _refusing():
            known.clean_fields(exclude={"parent", "area", "path"})
        known.save()
    return known


@atomic
def load_shipped() -> dict[str, Loaded]:
    """Load the shipped areas, units and responsibilities, each only into an empty table."""
    done = {}
    for name, model, load in (
        ("ruian_areas", Area, load_areas),
        ("units", Unit, load_units),
        ("responsibilities", Responsibility, load_responsibilities),
    ):
        if not model.objects.exists():
            with (DATA / f"{name}.csv").open(encoding="utf-8", newline="") as file:
                done[name] = load(csv.DictReader(file, strict=True))
    return done


@atomic
def _load_tree[N: (Area, Unit)](
    model: type[N], rows: Iterable[Row], facts: Callable[[Row], dict[str, Any]]
) -> Loaded:
    held = {row.code: row for row in model._default_manager.all()}
    made = changed = same = 0
    for generation in _generations(_read(rows, facts), set(held)):
        fresh: list[N] = []
        for line, code, parent, fields in generation:
            row = held.setdefault(code, model(code=code))
            before = _values(row, fields)
            row.parent = held[parent] if parent else None
            for name, value in fields.items():
                setattr(row, name, value)
            with _refusing(line):
                row.clean_fields(exclude={"parent", "area", "path"})
                row.fits()
            if row.pk is None:
                fresh.append(row)
            elif _values(row, fields) != before:
                row.save()
                changed += 1
            else:
                same += 1
            row.path = row.path_below(row.parent)
        # Ids are needed by the next generation; a save each would take a second for a county.
        if fresh:
            model._default_manager.bulk_create(fresh)
            made += len(fresh)
    return Loaded(made, changed, same)


type _Line = tuple[int, str, str, dict[str, Any]]


def _read(rows: Iterable[Row], facts: Callable[[Row], dict[str, Any]]) -> list[_Line]:
    """Line number, code, code of the parent or nothing, and the fields of every row."""
    read: dict[str, _Line] = {}
    for line, row in enumerate(rows, start=2):
        with _refusing(line):
            code = clean_code(row["code"])
            if code in read:
                raise Refusal(_("The code %(code)s stands here twice.") % {"code": code})
            parent = clean_code(row["parent"]) if row.get("parent") else ""
            names = {"name": row["name"].strip(), "name_en": (row.get("name_en") or "").strip()}
            read[code] = (line, code, parent, {**names, **facts(row)})
    return list(read.values())


def _generations(lines: list[_Line], known: set[str]) -> Iterator[list[_Line]]:
    """The lines in groups, so that every parent is known before its children come."""
    listed = {code for _line, code, _parent, _fields in lines}
    placed = known - listed
    waiting = lines
    while waiting:
        ready = [line for line in waiting if not line[2] or line[2] in placed]
        if not ready:
            raise Refusal(
                _("“%(code)s” is not known, or lies below itself.") % {"code": waiting[0][2]},
                line=waiting[0][0],
                field="parent",
            )
        yield ready
        placed |= {code for _line, code, _parent, _fields in ready}
        waiting = [line for line in waiting if line[1] not in placed]


def _values(row: Area | Unit, fields: Iterable[str]) -> list[Any]:
    return [row.parent_id, *(getattr(row, name) for name in fields)]


_COMMITTEES = (
    (re.compile(r"(?<=.)(?:村民委员会|村委会)$"), "村"),
    (re.compile(r"(?<=.)(?:社区)?(?:居民委员会|居委会)$"), "社区"),
)


def place_name(name: str) -> str:
    """The place where official lists give its committee: 四坦村 for 四坦村委会."""
    plain = name.strip()
    for committee, place in _COMMITTEES:
        plain = committee.sub(place, plain)
    return plain


def _area_facts(row: Row) -> dict[str, Any]:
    facts: dict[str, Any] = {"level": row["level"], "name": place_name(row["name"])}
    for name, largest in (("latitude", 90.0), ("longitude", 180.0)):
        if text := row.get(name):
            degrees = float(text)
            if not -largest <= degrees <= largest:
                raise ValueError(text)
            facts[name] = degrees
    if text := row.get("households"):
        facts["households"] = int(text)
    return facts


def _known(ids: Mapping[str, int], code: str) -> int:
    try:
        return ids[clean_code(code)]
    except KeyError:
        raise Refusal(_("“%(code)s” is not known.") % {"code": code}) from None


@contextmanager
def _refusing(line: int | None = None) -> Iterator[None]:
    """Turns whatever is wrong with a row into a refusal that names its line."""
    try:
        yield
    except Refusal as refusal:
        refusal.line = refusal.line or line
        raise
    except ValidationError as problem:
        field = next(iter(problem.message_dict)) if hasattr(problem, "error_dict") else None
        raise Refusal(problem.messages[0], field=field, line=line) from None
    except KeyError as problem:
        raise Refusal(
            _("The column “%(name)s” is missing.") % {"name": problem.args[0]}, line=line
        ) from None
    except ValueError as problem:
        raise Refusal(
            _("Not a number in its range: %(problem)s") % {"problem": problem}, line=line
        ) from None
