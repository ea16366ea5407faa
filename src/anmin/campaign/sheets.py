"""What a programme file says, before anybody believes it: rows of cells that know where they stand."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from django.utils.translation import gettext as _

from anmin.kernel.errors import Refusal

COLUMNS: Final[Mapping[str, Mapping[str, str]]] = {
    "programme": {
        "code": "编号",
        "title": "名称",
        "title_en": "英文名称",
        "start": "开始",
        "end": "结束",
        "planned": "计划项目数",
        "source": "来源",
    },
    "activity": {
        "code": "编号",
        "title": "名称",
        "title_en": "英文名称",
        "slogan": "口号",
        "slogan_en": "英文口号",
        "lead": "牵头单位",
    },
    "item": {
        "code": "编号",
        "activity": "活动",
        "title": "名称",
        "title_en": "英文名称",
        "phrase": "依据原文",
        "lead": "牵头单位",
        "partners": "配合单位",
        "start": "开始",
        "end": "结束",
        "proof": "证明方式",
        "measure": "指标或证据",
        "where": "范围",
        "target": "目标",
        "aim": "方向",
        "note": "说明",
        "note_en": "英文说明",
        "dropped": "取消原因",
    },
}
"""What each table of a file may have: names for TOML, and the headings of a workbook."""


@dataclass(frozen=True, slots=True)
class Cell:
    """A value and where it stands: ``line 12``, or ``item!C7``."""

    value: Any
    place: str


@dataclass(frozen=True, slots=True)
class Row:
    """One row; ``place`` is where it begins."""

    cells: Mapping[str, Cell]
    place: str

    def at(self, name: str) -> str:
        """Where a cell stands; where the row begins, if it is not there."""
        return self.cells[name].place if name in self.cells else self.place


@dataclass(frozen=True, slots=True)
class Sheets:
    """The three tables of a file."""

    programme: Row
    activities: Sequence[Row]
    items: Sequence[Row]


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong, and where."""

    place: str
    reason: str

    def __str__(self) -> str:
        return f"{self.place}: {self.reason}" if self.place else self.reason


MOST_TOLD: Final = 20


class Faulty(Refusal):
    """A file that is no programme, with everything that is wrong with it."""

    default_code = "bad_programme"

    def __init__(self, faults: Sequence[Fault]) -> None:
        told = [str(one) for one in faults[:MOST_TOLD]]
        if len(faults) > MOST_TOLD:
            told.append(_("… and %(more)s more") % {"more": len(faults) - MOST_TOLD})
        super().__init__("\n".join(told), field="file")
        self.faults = tuple(faults)


@dataclass(slots=True)
class Faults:
    """The faults found so far."""

    found: list[Fault] = field(default_factory=list)

    def add(self, place: str, reason: str) -> None:
        """One more."""
        self.found.append(Fault(place, reason))

    def raise_any(self) -> None:
        """Raise ``Faulty`` if there is any."""
        if self.found:
            raise Faulty(self.found)


def strange_names(table: str, row: Row, faults: Faults) -> None:
    """Note what a table has not: what is misspelt would else be left out in silence."""
    for name, cell in row.cells.items():
        if name not in COLUMNS[table]:
            faults.add(
                cell.place,
                _("“%(name)s” is not known here; there are: %(known)s.")
                % {"name": name[:40], "known": ", ".join(COLUMNS[table])},
            )
