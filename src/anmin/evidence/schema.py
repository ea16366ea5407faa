"""What the models declare of uniqueness, keys, checks and indexes against what the database has.

Without a unique index the same closing could be called about twice, without a foreign key a row
could lead nowhere; every row would still be sound. A few statements for each table.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import groupby
from typing import Any, Final, Self

from django.apps import apps
from django.db import connection, models
from django.db.migrations.loader import MigrationLoader
from django.utils.translation import gettext as _

type Column = tuple[str, bool, object]
"""A column's name, whether it may be empty, and its default."""


class Sort(StrEnum):
    """What may be declared of some columns of a table."""

    KEY = "key"
    UNIQUE = "unique"
    FOREIGN = "foreign"
    CHECK = "check"
    INDEX = "index"


REFUSING: Final = (Sort.UNIQUE, Sort.CHECK, Sort.INDEX)
"""What may keep a row out that should come in; an index does by an expression that fails."""


@dataclass(frozen=True, slots=True)
class Rule:
    """One thing that holds for columns of a table.

    ``only`` are the words of its condition; those of a check stand in their order.
    """

    sort: Sort
    columns: tuple[str, ...]
    name: str = ""
    target: tuple[str, str] | None = None
    only: frozenset[str] | tuple[str, ...] = frozenset()

    def is_met_by(self, other: Self) -> bool:
        """Whether the database's ``other`` does what this declares. Names are the database's."""
        if not self.columns:
            same = self.sort is not Sort.CHECK or other.only == self.only
            return other.sort is self.sort and other.name == self.name and same
        enough = {self.sort, Sort.UNIQUE, Sort.KEY} if self.sort is Sort.INDEX else {self.sort}
        return (
            other.sort in enough
            and other.columns == self.columns
            and other.target == self.target
            and other.only == self.only
        )

    def comes_with(self, declared: Self) -> bool:
        """Whether this of the database is there because of what is ``declared``.

        PostgreSQL has a second index of texts that are unique or indexed.
        """
        beside = self.sort is Sort.INDEX and bool(self.columns) and not self.only
        return declared.is_met_by(self) or (beside and declared.columns == self.columns)


def drift() -> list[str]:
    """What is declared and not there, refuses more than is declared, or is switched off."""
    found: list[str] = []
    with connection.cursor() as cursor:
        there = set(connection.introspection.table_names(cursor))
        conditions, checks = _conditions(cursor), _checks(cursor)
        described, held_of = _described(cursor), _held_of(cursor, conditions)
        for model in apps.get_models(include_auto_created=True):
            table = model._meta.db_table
            if not model._meta.managed or model._meta.proxy:
                continue
            if table not in there:
                found.append(_("table %(table)s: missing") % {"table": table})
                continue
            found += _columns(model, described(table))
            wanted = list(_declared(model))
            held = [*held_of(table)]
            held += _held_checks(model, checks.get(table, ()))
            found += [
                _told(one, table, _("missing or changed"))
                for one in wanted
                if not any(map(one.is_met_by, held))
            ]
            found += [
                _told(one, table, _("not made by Anmin"))
                for one in held
                if one.sort in REFUSING and not any(map(one.comes_with, wanted))
            ]
        found += [*_migrations(), *_switched_off(cursor), *torn(cursor)]
    return found


def _columns(model: type[models.Model], described: Iterable[Column]) -> Iterator[str]:
    """Columns that no model knows, or that take nothing, or something, where it does not."""
    table = model._meta.db_table
    fields: dict[str, Any] = {str(one.column): one for one in model._meta.local_concrete_fields}
    for name, optional, default in described:
        told = {"name": f"{table}.{name}"}
        field = fields.get(name)
        if field is None:
            yield _("column %(name)s: not made by Anmin") % told
            continue
        empty = optional != bool(field.null) and not field.primary_key
        if empty or (default is not None and not field.has_db_default()):
            yield _("column %(name)s: changed") % told


def _migrations() -> Iterator[str]:
    """Steps of building that are said to be done, or not done, and are not so."""
    loader = MigrationLoader(connection)
    for app, name in sorted(loader.applied_migrations.keys() ^ loader.disk_migrations.keys()):
        told = {"name": f"{app}.{name}"}
        if (app, name) in loader.disk_migrations:
            yield _("migration %(name)s: not done, by the database's own list") % told
        else:
            yield _("migration %(name)s: no such, but on the database's list") % told


def _told(one: Rule, table: str, how: str) -> str:
    words = {
        Sort.KEY: _("primary key"),
        Sort.UNIQUE: _("unique index"),
        Sort.FOREIGN: _("foreign key"),
        Sort.CHECK: _("check"),
        Sort.INDEX: _("index"),
    }
    place = f"{table} ({', '.join(one.columns)})" if one.columns else table
    return f"{words[one.sort]} {one.name or place}: {how}" + (f" – {place}" if one.name else "")


# --- as the models declare it ----------------------------------------------------------------
def _declared(model: type[models.Model]) -> Iterator[Rule]:
    meta = model._meta
    yield Rule(Sort.KEY, (str(meta.pk.column),))
    for field in meta.local_concrete_fields:
        yield from _of_field(field)
    for names in meta.unique_together:
        yield Rule(Sort.UNIQUE, tuple(_column(model, name) for name in names))
    for constraint in meta.constraints:
        if isinstance(constraint, models.CheckConstraint):
            editor: Any = connection.schema_editor()
            said = getattr(constraint, "_get_check_sql")(model, editor)  # noqa: B009 - not in stubs
            yield Rule(Sort.CHECK, (), constraint.name, only=_said(str(said)))
        elif isinstance(constraint, models.UniqueConstraint):
            columns = tuple(_column(model, name) for name in constraint.fields)
            only = _words(_where(model, constraint))
            yield Rule(Sort.UNIQUE, columns, constraint.name, only=only)
    for index in meta.indexes:
        if type(index) is not models.Index:  # a library's own: what it makes of it is its own
            yield Rule(Sort.INDEX, (), index.name)
            continue
        named = [name.lstrip("-") for name in index.fields] or map(_named, index.expressions)
        columns = tuple(_column(model, name) for name in named)
        only = _words(_where(model, index))
        yield Rule(Sort.INDEX, columns, index.name, only=only)


def _of_field(field: Any) -> Iterator[Rule]:
    columns = (str(field.column),)
    if field.unique and not field.primary_key:
        yield Rule(Sort.UNIQUE, columns)
    elif field.db_index and not field.unique:
        yield Rule(Sort.INDEX, columns)
    if field.is_relation and field.db_constraint:
        target = field.target_field
        yield Rule(Sort.FOREIGN, columns, target=(target.model._meta.db_table, str(target.column)))
    if said := field.db_parameters(connection=connection)["check"]:
        yield Rule(Sort.CHECK, columns, only=_said(str(said)))


def _named(expression: Any) -> str:
    """The field of an index by expressions: its own, or in some order."""
    return str(getattr(expression, "expression", expression).name)


def _column(model: type[models.Model], name: str) -> str:
    return str(model._meta.get_field(name).column)  # type: ignore[union-attr]


def _where(model: type[models.Model], of: Any) -> str:
    """The condition of an index or constraint as it was written when the table was made."""
    return str(of._get_condition_sql(model, connection.schema_editor()) or "")


# --- as the database has it --------------------------------------------------------------------
def _described(cursor: Any) -> Callable[[str], Iterable[Column]]:
    """The columns of a table."""
    if connection.vendor != "sqlite":
        told = connection.introspection.get_table_description
        return lambda table: (
            (one.name, bool(one.null_ok), one.default) for one in told(cursor, table)
        )
    found: dict[str, list[Column]] = {}
    cursor.execute(_COLUMNS)
    for table, name, must, default in cursor.fetchall():
        found.setdefault(table, []).append((name, not must, default))
    return lambda table: found.get(table, ())


def _held_of(cursor: Any, conditions: dict[str, str]) -> Callable[[str], Iterable[Rule]]:
    """What a table has, its checks aside.

    SQLite is asked for what it has made of its tables' texts, of all at once: to read the texts
    themselves, as Django does, takes hundreds of times as long.
    """
    if connection.vendor != "sqlite":
        return lambda table: _held(cursor, table, conditions)
    found: dict[str, list[Rule]] = {}
    cursor.execute(_INDEXES)
    for (table, name, unique, own), rows in groupby(cursor.fetchall(), lambda row: row[:4]):
        columns = tuple(dict.fromkeys(column for *_of, column in rows if column))
        if own != "pk":
            sort, known = Sort.UNIQUE if unique else Sort.INDEX, name if own == "c" else ""
            only = _words(conditions.get(name, ""))
            found.setdefault(table, []).append(Rule(sort, columns, known, only=only))
    cursor.execute(_FOREIGN)
    for table, column, *target in cursor.fetchall():
        rule = Rule(Sort.FOREIGN, (column,), target=(target[0], target[1]))
        found.setdefault(table, []).append(rule)
    cursor.execute(_PRIMARY)
    for table, rows in groupby(cursor.fetchall(), lambda row: row[0]):
        rule = Rule(Sort.KEY, tuple(column for _table, column in rows))
        found.setdefault(table, []).append(rule)
    return lambda table: found.get(table, ())


def _held(cursor: Any, table: str, conditions: dict[str, str]) -> Iterator[Rule]:
    for name, one in connection.introspection.get_constraints(cursor, table).items():
        columns = tuple(dict.fromkeys(column for column in one["columns"] or () if column))
        only = _words(conditions.get(name, ""))
        if one["primary_key"]:
            yield Rule(Sort.KEY, columns, name)
        elif one["foreign_key"]:
            to_table, to_column = one["foreign_key"]
            yield Rule(Sort.FOREIGN, columns, name, target=(to_table, to_column))
        elif one["unique"]:
            yield Rule(Sort.UNIQUE, columns, name, only=only)
        elif one["index"]:
            yield Rule(Sort.INDEX, columns, name, only=only)


def _held_checks(model: type[models.Model], checks: Sequence[tuple[str, str]]) -> Iterator[Rule]:
    known = {str(field.column) for field in model._meta.local_concrete_fields}
    for name, text in checks:
        words = _said(text)
        columns = tuple(dict.fromkeys(word for word in words if word in known))
        yield Rule(Sort.CHECK, columns, name, only=words)


_COLUMNS: Final = """
    SELECT m.name, c.name, c."notnull", c.dflt_value
    FROM sqlite_master AS m, pragma_table_xinfo(m.name) AS c
    WHERE m.type = 'table' AND c.hidden IN (0, 2, 3)
"""
_INDEXES: Final = """
    SELECT m.name, i.name, i."unique", i.origin, c.name
    FROM sqlite_master AS m, pragma_index_list(m.name) AS i, pragma_index_info(i.name) AS c
    WHERE m.type = 'table' ORDER BY m.name, i.seq, c.seqno
"""
_FOREIGN: Final = """
    SELECT m.name, f."from", f."table", f."to"
    FROM sqlite_master AS m, pragma_foreign_key_list(m.name) AS f
    WHERE m.type = 'table' ORDER BY m.name, f.id
"""
_PRIMARY: Final = """
    SELECT m.name, c.name FROM sqlite_master AS m, pragma_table_info(m.name) AS c
    WHERE m.type = 'table' AND c.pk > 0 ORDER BY m.name, c.pk
"""
TORN: Final = 20
"""Damages of a file that are told."""
_CONDITIONS: Final = {
    "sqlite": "SELECT name, substr(sql, instr(sql, ' WHERE ') + 7) FROM sqlite_master"
    " WHERE type = 'index' AND instr(sql, ' WHERE ') > 0",
    "postgresql": "SELECT c.relname, pg_get_expr(i.indpred, i.indrelid) FROM pg_index AS i"
    " JOIN pg_class AS c ON c.oid = i.indexrelid WHERE i.indpred IS NOT NULL",
}
_OFF: Final = """
    SELECT conrelid::regclass::text, conname FROM pg_constraint
    WHERE NOT convalidated AND connamespace = ANY (current_schemas(false)::regnamespace[])
    UNION ALL SELECT indrelid::regclass::text, indexrelid::regclass::text FROM pg_index
    WHERE NOT (indisvalid AND indisready)
    UNION ALL SELECT DISTINCT t.tgrelid::regclass::text, c.conname FROM pg_trigger AS t
    JOIN pg_constraint AS c ON c.oid = t.tgconstraint
    WHERE t.tgisinternal AND t.tgenabled NOT IN ('O', 'A')
    ORDER BY 1, 2
"""
_CHECKS: Final = {
    "sqlite": "SELECT name, '', sql FROM sqlite_master WHERE type = 'table'",
    "postgresql": "SELECT conrelid::regclass::text, conname, pg_get_expr(conbin, conrelid)"
    " FROM pg_constraint WHERE contype = 'c'"
    " AND connamespace = ANY (current_schemas(false)::regnamespace[])",
}
_CHECK: Final = re.compile(
    r"""--[^\n]*|/\*.*?\*/|'(?:[^']|'')*'|(?:\bCONSTRAINT\s+"?(?P<name>\w+)"?\s+)?"""
    r"""\b(?P<check>CHECK)\s*\(|"[^"]*"|[()]""",
    re.IGNORECASE | re.DOTALL,
)
"""In the text of a table: what may hold brackets or the word, and where a check begins."""
_SPELLED: Final = (
    (r"::(?:character varying|timestamp with time zone|\w+)(?:\(\d+\))?(?:\[\])?", ""),
    (r"<>|!=", " not = "),
    (r"=\s*ANY\s*\(\s*ARRAY", " in "),
    (r"([\w\".]+)\s+BETWEEN\s+(\S+)\s+AND\s+([^\s)]+)", r"\1 >= \2 AND \1 <= \3"),
    (r"'(-?\d+(?:\.\d+)?)'", r" \1 "),
)
"""What PostgreSQL writes in other words than those it was told."""
_NOISE: Final = frozenset(
    ["text", "character", "varying", "bpchar", "any", "array", "boolean", "integer", "bigint",
     "smallint", "in", "or", "and", "where"]
)  # fmt: skip


def _conditions(cursor: Any) -> dict[str, str]:
    cursor.execute(_CONDITIONS[connection.vendor])
    return {str(name): str(condition) for name, condition in cursor.fetchall()}


def _words(condition: str) -> frozenset[str]:
    """What a condition speaks of, however a database writes it: columns, values, is, not, null."""
    plain = condition.replace("<>", " not ").replace("!=", " not ")
    words = re.findall(r"'(?:[^']|'')*'|[<>]=?|[\w.]+", plain)
    return frozenset(word if word[0] == "'" else word.lower() for word in words) - _NOISE


def _checks(cursor: Any) -> dict[str, list[tuple[str, str]]]:
    """By table the checks that the database has: their names, where they have one, and texts."""
    cursor.execute(_CHECKS[connection.vendor])
    found: dict[str, list[tuple[str, str]]] = {}
    for table, name, text in cursor.fetchall():
        whole = connection.vendor == "postgresql"
        found.setdefault(table, []).extend([(name, text)] if whole else _checks_in(text))
    return found


def _checks_in(text: str) -> Iterator[tuple[str, str]]:
    """The checks in the text of a table of SQLite."""
    name, begins, depth = "", 0, 0
    for found in _CHECK.finditer(text):
        if not depth and found["check"]:
            name, begins, depth = found["name"] or "", found.end(), 1
        elif depth:
            depth += (found[0][-1] == "(") - (found[0] == ")")
            if not depth:
                yield name, text[begins : found.start()]


def _said(condition: str) -> tuple[str, ...]:
    """The words of a check in their order, however a database writes them."""
    for spelled, plain in _SPELLED:
        condition = re.sub(spelled, plain, condition, flags=re.IGNORECASE)
    words = re.findall(r"'(?:[^']|'')*'|[<>]=?|=|[+*/%|&~]|-?[\w.]+|-", condition)
    return tuple(word if word[0] == "'" else word.lower() for word in words)


def torn(cursor: Any) -> list[str]:
    """What SQLite finds of indexes that lack rows, and of a file that is damaged. O(rows)."""
    if connection.vendor != "sqlite":
        return []
    cursor.execute(f"PRAGMA integrity_check({TORN})")
    told = [str(row[0]) for row in cursor.fetchall()]
    return [_("the database's file: %(what)s") % {"what": one} for one in told if one != "ok"]


def _switched_off(cursor: Any) -> list[str]:
    """Keys and checks of PostgreSQL that are there and do not work."""
    if connection.vendor != "postgresql":
        return []
    cursor.execute(_OFF)
    off = [
        _("%(name)s of %(table)s: switched off") % {"name": name, "table": table}
        for table, name in cursor.fetchall()
    ]
    cursor.execute("SHOW session_replication_role")
    if cursor.fetchone()[0] != "origin":
        off.append(_("foreign keys of the whole database: switched off"))
    return off
