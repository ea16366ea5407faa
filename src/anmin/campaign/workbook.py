"""Reading a programme from a workbook (XLSX): three sheets, with the cell of every value."""

import io
import zipfile
from collections.abc import Sequence
from typing import Any, Final

from django.utils.translation import gettext as _
from python_calamine import CalamineWorkbook

from anmin.campaign.sheets import COLUMNS, Cell, Fault, Faults, Faulty, Row, Sheets

NAMES: Final = {
    "programme": ("programme", "专项活动"),
    "activity": ("activity", "activities", "活动"),
    "item": ("item", "items", "工作项目"),
}
"""What the sheets may be called."""
UNPACKED: Final = 64 * 2**20
"""Bytes that a workbook may have unpacked: a small one may hide a very large one."""
ROWS: Final = 2000
WIDE: Final = 60
"""Rows and columns that are looked at."""


def read_workbook(content: bytes) -> Sheets:
    """The tables of a workbook. Raises ``Faulty`` with the cell."""
    book = _opened(content)
    faults = Faults()
    tables: dict[str, list[Row]] = {}
    for table, names in NAMES.items():
        title = next((one for one in book.sheet_names if one.strip().lower() in names), None)
        if title is None:
            faults.add("", _("There is no sheet “%(name)s”.") % {"name": names[0]})
            continue
        tables[table] = _rows(book, title, table, faults)
    faults.raise_any()
    if len(tables["programme"]) != 1:
        faults.add(NAMES["programme"][0], _("This sheet must have one row below its headings."))
    faults.raise_any()
    (programme,) = tables["programme"]
    return Sheets(programme, tables["activity"], tables["item"])


def _opened(content: bytes) -> CalamineWorkbook:
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as packed:
            size = sum(one.file_size for one in packed.infolist())
        if size > UNPACKED:
            raise Faulty([Fault("", _("Unpacked, this workbook is too large."))])
        return CalamineWorkbook.from_filelike(io.BytesIO(content))
    except Faulty:
        raise
    except Exception as fault:
        raise Faulty([Fault("", _("This is not a workbook that can be read (XLSX)."))]) from fault


def _rows(book: CalamineWorkbook, title: str, table: str, faults: Faults) -> list[Row]:
    """The rows below the headings; empty ones are left out."""
    try:
        given = book.get_sheet_by_name(title).to_python(skip_empty_area=False, nrows=ROWS + 2)
    except Exception as fault:
        raise Faulty([Fault(title, _("This sheet cannot be read."))]) from fault
    if len(given) > ROWS + 1:
        faults.add(title, _("This sheet has more than %(most)s rows.") % {"most": ROWS})
        return []
    heads = _heads(given[0] if given else [], title, table, faults)
    rows = []
    for number, values in enumerate(given[1:], 2):
        cells = {
            name: Cell(_plain(values[place]), f"{title}!{_letters(place)}{number}")
            for place, name in heads.items()
            if place < len(values) and values[place] not in ("", None)
        }
        if cells:
            rows.append(Row(cells, f"{title}!A{number}"))
    return rows


def _heads(given: Sequence[Any], title: str, table: str, faults: Faults) -> dict[int, str]:
    known = {heading: name for name, heading in COLUMNS[table].items()}
    heads: dict[int, str] = {}
    for place, cell in enumerate(given[:WIDE]):
        said = str(cell).strip()
        name = known.get(said, said.lower())
        if not name:
            continue
        at = f"{title}!{_letters(place)}1"
        if name in heads.values():
            faults.add(at, _("The heading “%(name)s” stands here twice.") % {"name": said[:40]})
        heads[place] = name
    return heads


def _plain(value: Any) -> Any:
    """A number that is whole is one: Excel knows no others."""
    if isinstance(value, float) and value.is_integer():
        return int(value)
    return value


def _letters(place: int) -> str:
    letters, rest = "", place + 1
    while rest:
        rest, one = divmod(rest - 1, 26)
        letters = chr(65 + one) + letters
    return letters
