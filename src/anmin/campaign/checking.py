"""From rows to a programme: everything that is wrong is told at once, each with its place."""

import re
from collections.abc import Collection, Mapping, Sequence
from datetime import date, datetime
from typing import Any, Final

from django.utils.translation import gettext as _

from anmin.campaign.description import Activity, Aim, Item, Programme, Proof
from anmin.campaign.sheets import Faults, Row, Sheets, strange_names
from anmin.campaign.sources import Known, indicator_of
from anmin.kernel.errors import Refusal
from anmin.measures.registry import Direction, Indicator, Kind

CODE: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9-]{0,23}")
SHORT, LONG = 120, 600
MOST_ITEMS: Final = 500
LONGEST_DAYS: Final = 1100
_AIMS = {
    **{one.value: one for one in Aim},
    "不低于": Aim.AT_LEAST,
    "至少": Aim.AT_LEAST,
    "不高于": Aim.AT_MOST,
    "至多": Aim.AT_MOST,
    ">=": Aim.AT_LEAST,
    "<=": Aim.AT_MOST,
}
_PROOFS = {
    **{one.value: one for one in Proof},
    "指标": Proof.INDICATOR,
    "证据": Proof.EVIDENCE,
    "里程碑": Proof.MILESTONE,
    "待定": Proof.OPEN,
}


def checked(sheets: Sheets, known: Known, before: Programme | None = None) -> Programme:
    """The programme that these rows describe.

    ``before`` is the version that it follows: of its items none may be missing.

    Raises:
        Faulty: with every fault and its place.
    """
    faults = Faults()
    head = _Cells("programme", sheets.programme, faults)
    start, end = _period(head)
    code = head.code("code")
    activities = [_activity(row, known, faults) for row in sheets.activities]
    _once([one.code for one in activities], sheets.activities, faults)
    if not activities:
        faults.add(head.row.place, _("A programme has at least one activity."))
    if len(sheets.items) > MOST_ITEMS:
        faults.add(sheets.items[-1].place, _("At most %(most)s items.") % {"most": MOST_ITEMS})
        faults.raise_any()
    items = [
        _item(row, known, faults, (start, end), {one.code for one in activities})
        for row in sheets.items
    ]
    _once([one["code"] for one in items], sheets.items, faults)
    if before is not None:
        _nothing_lost(before, code, {one["code"] for one in items}, head, faults)
    planned = head.whole("planned")
    title, title_en = head.text("title", SHORT), head.text("title_en", SHORT, must=False)
    source = head.text("source", LONG, must=False)
    faults.raise_any()
    assert start is not None
    assert end is not None
    return Programme(
        code=code,
        title=title,
        title_en=title_en,
        start=start,
        end=end,
        planned=planned,
        source=source,
        activities=tuple(activities),
        items=tuple(Item(**one) for one in items),
    )


class _Cells:
    """One row being read; what is wrong is noted, and something harmless stands for it."""

    def __init__(self, table: str, row: Row, faults: Faults) -> None:
        self.row, self.faults = row, faults
        strange_names(table, row, faults)

    def wrong(self, name: str, reason: str) -> None:
        self.faults.add(self.row.at(name), reason)

    def _value(self, name: str) -> Any:
        return self.row.cells[name].value if name in self.row.cells else None

    def text(self, name: str, most: int, *, must: bool = True) -> str:
        value = self._value(name)
        if isinstance(value, bool | list | dict | date):
            self.wrong(name, _("“%(name)s” must be text.") % {"name": name})
            return ""
        said = "" if value is None else " ".join(str(value).split())
        if any(ord(one) < 32 or 0xD800 <= ord(one) < 0xE000 for one in said):
            self.wrong(name, _("“%(name)s” has characters that cannot be kept.") % {"name": name})
            return ""
        if must and not said:
            self.wrong(name, _("“%(name)s” is missing.") % {"name": name})
        if len(said) > most:
            self.wrong(
                name,
                _("“%(name)s” has more than %(most)s characters.") % {"name": name, "most": most},
            )
        return said

    def code(self, name: str) -> str:
        said = self.text(name, SHORT)
        if said and not CODE.fullmatch(said):
            self.wrong(
                name,
                _("“%(said)s” is no code: letters, digits and hyphens, at most 24.")
                % {"said": said[:40]},
            )
        return said

    def day(self, name: str, usual: date | None = None) -> date | None:
        value = self._value(name)
        if value is None and usual is not None:
            return usual
        if isinstance(value, datetime):
            return value.date()
        if isinstance(value, date):
            return value
        said = self.text(name, SHORT)
        try:
            return date.fromisoformat(said) if said else None
        except ValueError:
            self.wrong(
                name,
                _("“%(said)s” is no day; write it like 2026-11-01.") % {"said": said[:40]},
            )
            return None

    def whole(self, name: str) -> int:
        value = self._value(name)
        if value is None:
            return 0
        if isinstance(value, int) and not isinstance(value, bool) and 0 <= value <= MOST_ITEMS:
            return value
        self.wrong(
            name,
            _("“%(name)s” must be a whole number from 0 to %(most)s.")
            % {"name": name, "most": MOST_ITEMS},
        )
        return 0

    def number(self, name: str) -> float | None:
        value = self._value(name)
        if value is None:
            return None
        said = str(value).strip()
        try:
            found = float(said.rstrip("%％")) / (100 if said.endswith(("%", "％")) else 1)
        except ValueError:
            found = float("nan")
        if isinstance(value, bool) or not 0 <= found < 1e12:
            self.wrong(name, _("“%(said)s” is no number from 0.") % {"said": said[:40]})
            return None
        return found

    def words(self, name: str) -> tuple[str, ...]:
        value = self._value(name)
        if isinstance(value, list):
            return tuple(dict.fromkeys(str(one).strip() for one in value if str(one).strip()))
        said = self.text(name, LONG, must=False)
        return tuple(dict.fromkeys(one for one in re.split(r"[,，、;；\s]+", said) if one))

    def choice[T](self, name: str, known: Mapping[str, T], usual: T) -> T:
        said = self.text(name, SHORT, must=False)
        if said and said.lower() not in known:
            self.wrong(
                name,
                _("“%(said)s” is not one of: %(known)s.")
                % {"said": said[:40], "known": ", ".join(known)},
            )
        return known.get(said.lower(), usual)


def _period(cells: _Cells, usual: tuple[date | None, date | None] = (None, None)) -> Any:
    start, end = cells.day("start", usual[0]), cells.day("end", usual[1])
    if start and end and end < start:
        cells.wrong("end", _("It ends before it begins."))
    elif start and end and (end - start).days > LONGEST_DAYS:
        cells.wrong("end", _("It lasts longer than three years."))
    return start, end


def _activity(row: Row, known: Known, faults: Faults) -> Activity:
    cells = _Cells("activity", row, faults)
    return Activity(
        code=cells.code("code"),
        title=cells.text("title", SHORT),
        title_en=cells.text("title_en", SHORT, must=False),
        slogan=cells.text("slogan", SHORT, must=False),
        slogan_en=cells.text("slogan_en", SHORT, must=False),
        lead=_unit(cells, known, must=False),
    )


def _unit(cells: _Cells, known: Known, *, must: bool) -> str:
    code = cells.text("lead", SHORT, must=must)
    if code and code not in known.units:
        cells.wrong("lead", _("There is no unit %(code)s.") % {"code": code[:40]})
    return code


def _item(
    row: Row,
    known: Known,
    faults: Faults,
    period: tuple[date | None, date | None],
    activities: Collection[str],
) -> dict[str, Any]:
    cells = _Cells("item", row, faults)
    start, end = _period(cells, period)
    code, activity = cells.code("code"), cells.text("activity", SHORT)
    if activity and activity not in activities:
        cells.wrong("activity", _("There is no activity %(code)s.") % {"code": activity[:40]})
    if start and end and period[0] and period[1] and not period[0] <= start <= end <= period[1]:
        cells.wrong(
            "start" if start < period[0] else "end",
            _("It does not lie within the time of the programme."),
        )
    lead, partners = _unit(cells, known, must=True), cells.words("partners")
    for one in partners:
        if one not in known.units:
            cells.wrong("partners", _("There is no unit %(code)s.") % {"code": one[:40]})
    if lead in partners:
        cells.wrong("partners", _("The leading unit is no partner of itself."))
    return {
        "code": code,
        "activity": activity,
        "title": cells.text("title", SHORT),
        "title_en": cells.text("title_en", SHORT, must=False),
        "phrase": cells.text("phrase", LONG, must=False),
        "lead": lead,
        "partners": partners,
        "start": start,
        "end": end,
        "note": cells.text("note", LONG, must=False),
        "note_en": cells.text("note_en", LONG, must=False),
        "dropped": cells.text("dropped", LONG, must=False),
        **_binding(cells, known),
    }


def _binding(cells: _Cells, known: Known) -> dict[str, Any]:
    """What proves an item: exactly one thing, and nothing of another."""
    proof = cells.choice("proof", _PROOFS, Proof.OPEN)
    aim = cells.choice("aim", _AIMS, Aim.AT_LEAST)
    measure, target = cells.text("measure", SHORT, must=False), cells.number("target")
    where = _where(cells)
    counted = proof in (Proof.INDICATOR, Proof.EVIDENCE)
    if not counted:
        for name in ("measure", "target", "where"):
            if name in cells.row.cells:
                cells.wrong(
                    name,
                    _("An item that is proved by “%(proof)s” has no “%(name)s”.")
                    % {"proof": proof.value, "name": name},
                )
        return {"proof": proof, "aim": aim}
    if not measure:
        cells.wrong("measure", _("“%(name)s” is missing.") % {"name": "measure"})
        return {"proof": proof, "aim": aim}
    try:
        indicator = indicator_of(proof, measure)
    except Refusal as refusal:
        cells.wrong("measure", str(refusal))
        return {"proof": proof, "aim": aim}
    _target(cells, indicator, target, aim)
    _narrowing(cells, known, proof, indicator, where)
    if indicator.hide_small and len(where) > 1:
        cells.wrong(
            "where",
            _("Figures of answers are narrowed by one dimension: two may tell of somebody."),
        )
    return {"proof": proof, "aim": aim, "measure": measure, "target": target, "where": where}


def _target(cells: _Cells, indicator: Indicator, target: float | None, aim: Aim) -> None:
    if target is None:
        cells.wrong("target", _("“%(name)s” is missing.") % {"name": "target"})
    elif indicator.kind is not Kind.COUNT and not 0 <= target <= 1:
        cells.wrong("target", _("The target of a share lies between 0 and 1, or 0% and 100%."))
    elif indicator.kind is Kind.COUNT and target != int(target):
        cells.wrong("target", _("The target of a count is a whole number."))
    contrary = {Direction.HIGHER: Aim.AT_MOST, Direction.LOWER: Aim.AT_LEAST}
    if contrary.get(indicator.direction) is aim:
        cells.wrong("aim", _("Of this indicator the other direction is the better one."))


def _narrowing(
    cells: _Cells,
    known: Known,
    proof: Proof,
    indicator: Indicator,
    where: Mapping[str, Sequence[str]],
) -> None:
    for name, values in where.items():
        if name not in indicator.dimensions:
            cells.wrong(
                "where",
                _("%(key)s has no dimension %(name)s; it has: %(known)s.")
                % {
                    "key": indicator.key,
                    "name": name[:40],
                    "known": ", ".join(indicator.dimensions),
                },
            )
            continue
        for value in known.strange(proof, indicator.key, name, values):
            cells.wrong(
                "where",
                _("There is no “%(value)s” among the values of “%(name)s”.")
                % {"value": value[:40], "name": name},
            )


def _where(cells: _Cells) -> dict[str, tuple[str, ...]]:
    """``kind=incident; category=theft,robbery`` as values by dimension."""
    said, found = cells.text("where", LONG, must=False), dict[str, tuple[str, ...]]()
    for one in filter(None, re.split(r"[;；]", said)):
        name, sign, values = one.partition("=")
        every = tuple(filter(None, (value.strip() for value in re.split(r"[,，、]", values))))
        if not sign or not name.strip() or not every or name.strip() in found:
            cells.wrong(
                "where",
                _("“%(said)s” is not like: kind=incident; category=theft,robbery.")
                % {"said": one.strip()[:40]},
            )
            continue
        found[name.strip()] = every
    return found


def _once(codes: Sequence[str], rows: Sequence[Row], faults: Faults) -> None:
    seen: dict[str, str] = {}
    for code, row in zip(codes, rows, strict=True):
        if code and code in seen:
            faults.add(
                row.at("code"),
                _("%(code)s stands in the file already: %(place)s.")
                % {"code": code, "place": seen[code]},
            )
        seen.setdefault(code, row.at("code"))


def _nothing_lost(
    before: Programme, code: str, items: Collection[str], head: _Cells, faults: Faults
) -> None:
    """No item vanishes: what is no longer worked on stays, with the reason."""
    if code != before.code:
        head.wrong("code", _("This file is of another programme."))
        return
    for one in before.items:
        if one.code not in items:
            faults.add(
                "",
                _(
                    "Item %(code)s (%(title)s) is missing. Leave it in the file and say in “dropped” why it "
                    "is no longer worked on."
                )
                % {"code": one.code, "title": one},
            )
