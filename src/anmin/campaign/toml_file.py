"""Reading a programme from TOML, with the line of every value."""

import re
import tomllib
from typing import Any

from django.utils.translation import gettext as _

from anmin.campaign.sheets import Cell, Fault, Faults, Faulty, Row, Sheets

_TABLE = re.compile(r"^\s*\[\[?\s*([A-Za-z0-9_-]+)\s*\]?\]")
_KEY = re.compile(r"^\s*\"?([A-Za-z0-9_-]+)\"?\s*=")
_LONG = re.compile(r'"""|\'\'\'')
TABLES = ("programme", "activity", "item")


def read_toml(content: bytes) -> Sheets:
    """The tables of a TOML file. Raises ``Faulty`` with the line."""
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as fault:
        line = content[: fault.start].count(b"\n") + 1
        raise Faulty([Fault(_line(line), _("This is not text in UTF-8."))]) from fault
    try:
        found = tomllib.loads(text)
    except (tomllib.TOMLDecodeError, RecursionError) as fault:
        raise Faulty([Fault("", _("This is not TOML: %(reason)s") % {"reason": fault})]) from fault
    lines, faults = _lines(text), Faults()
    for name in found:
        if name not in TABLES:
            place = _line(lines.get((name, 0), {}).get("", 1))
            faults.add(place, _("A programme has no table “%(name)s”.") % {"name": name[:40]})
    tables = {name: _rows(found.get(name, []), lines, name, faults) for name in TABLES}
    if len(tables["programme"]) != 1:
        faults.add(_line(1), _("There must be one table [programme]."))
    faults.raise_any()
    (programme,) = tables["programme"]
    return Sheets(programme, tables["activity"], tables["item"])


def _rows(
    given: Any, lines: dict[tuple[str, int], dict[str, int]], name: str, faults: Faults
) -> list[Row]:
    rows = []
    for n, one in enumerate(given if isinstance(given, list) else [given]):
        known = lines.get((name, n), {})
        start = known.get("", 1)
        if not isinstance(one, dict):
            faults.add(_line(start), _("“%(name)s” must be a table.") % {"name": name})
            continue
        cells = {key: Cell(value, _line(known.get(key, start))) for key, value in one.items()}
        rows.append(Row(cells, _line(start)))
    return rows


def _lines(text: str) -> dict[tuple[str, int], dict[str, int]]:
    """By table and its place among those of that name: the line of each key, and of its head as ``""``."""
    found: dict[tuple[str, int], dict[str, int]] = {}
    seen: dict[str, int] = {}
    now, within = ("", 0), ""
    for number, line in enumerate(text.splitlines(), 1):
        inside = within
        for mark in _LONG.findall(line):
            within = "" if within == mark else within or mark
        if inside:
            continue
        if table := _TABLE.match(line):
            name = table[1]
            now = (name, seen.get(name, 0))
            seen[name] = now[1] + 1
            found[now] = {"": number}
        elif key := _KEY.match(line):
            found.setdefault(now, {"": 1}).setdefault(key[1], number)
    return found


def _line(number: int) -> str:
    return _("line %(number)s") % {"number": number}
