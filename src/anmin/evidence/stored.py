"""How values lie in the database, and what was put into it besides tables.

A mac covers what the program reads. SQLite keeps any type in any column, and a comparison in SQL
tells apart what the program reads as one: ``4.9`` and ``4``, ``x'3132'`` and ``12``, a blank and
a ``T`` in a moment, the first and the last of two equal names in JSON. A trigger or a view lies
while every row is sound.
"""

from collections.abc import Iterator
from typing import Any, Final

from django.db import connection, models

from anmin.evidence.shapes import within_calendar

_TEXT: Final = "typeof({0}) <> 'text'"
_WHOLE: Final = "typeof({0}) <> 'integer'"
_NUMBER: Final = "typeof({0}) NOT IN ('integer', 'real')"
_DIGIT: Final = "[0-9]"
_DAY: Final = f"{_DIGIT * 4}-{_DIGIT * 2}-{_DIGIT * 2}"
_MOMENT: Final = f"{_DAY} {_DIGIT * 2}:{_DIGIT * 2}:{_DIGIT * 2}"
_ILL: Final[dict[str, str]] = {
    **dict.fromkeys(("CharField", "TextField", "SlugField", "EmailField"), _TEXT),
    **dict.fromkeys(("FloatField", "DecimalField"), _NUMBER),
    "BooleanField": "(typeof({0}) <> 'integer' OR {0} NOT IN (0, 1))",
    "BinaryField": "typeof({0}) <> 'blob'",
    "DateField": f"(typeof({{0}}) <> 'text' OR {{0}} NOT GLOB '{_DAY}')",
    "DateTimeField": f"(typeof({{0}}) <> 'text' OR NOT ({{0}} GLOB '{_MOMENT}'"
    f" OR {{0}} GLOB '{_MOMENT}.{_DIGIT * 6}'))",
    "UUIDField": "(typeof({0}) <> 'text' OR length({0}) <> 32 OR {0} GLOB '*[^0-9a-f]*')",
    "JSONField": "(typeof({0}) <> 'text' OR NOT json_valid({0}) OR EXISTS (SELECT 1"
    " FROM json_tree({0}) AS part WHERE typeof(part.key) = 'text'"
    " GROUP BY part.parent, part.key HAVING count(*) > 1))",
}
"""By the sort of a column on SQLite: what nobody writes who writes by this program."""


_TIMES: Final = ("DateField", "DateTimeField")


def ill_formed(model: type[models.Model]) -> Iterator[Any]:
    """The keys of rows that hold a value in a form in which it is never written. One pass."""
    quote = connection.ops.quote_name
    key = quote(str(model._meta.pk.column))
    wrong = [f"{key} < 1"]
    if connection.vendor == "postgresql":
        times = [one for one in model._meta.concrete_fields if _sort(one) in _TIMES]
        wrong += [f"NOT {within_calendar(quote(str(one.column)))}" for one in times]
    else:
        for field in model._meta.concrete_fields:
            column = quote(str(field.column))
            wrong.append(
                f"({column} IS NOT NULL AND {_ILL.get(_sort(field), _WHOLE).format(column)})"
            )
    query = f"SELECT {key} FROM {quote(model._meta.db_table)} WHERE {' OR '.join(wrong)} LIMIT 1000"  # noqa: S608
    with connection.cursor() as cursor:
        cursor.execute(query)
        found = cursor.fetchall()
    yield from (row[0] for row in found)


def _sort(field: Any) -> str:
    while field.is_relation:
        field = field.target_field
    return str(field.get_internal_type())


_FOREIGN: Final = {
    "sqlite": "SELECT type || ' ' || name || ' (' || tbl_name || ')' FROM sqlite_master"
    " WHERE type IN ('trigger', 'view') ORDER BY 1",
    "postgresql": """
        SELECT 'trigger ' || tgname || ' (' || tgrelid::regclass || ')'
        FROM pg_trigger WHERE NOT tgisinternal
        UNION ALL SELECT 'event trigger ' || evtname FROM pg_event_trigger
        UNION ALL SELECT 'rule ' || rulename || ' (' || tablename || ')' FROM pg_rules
        WHERE schemaname = ANY (current_schemas(false))
        UNION ALL SELECT 'row policy ' || policyname || ' (' || tablename || ')' FROM pg_policies
        UNION ALL SELECT 'function ' || p.oid::regprocedure FROM pg_proc AS p
        WHERE p.pronamespace = ANY (current_schemas(false)::regnamespace[])
        AND NOT EXISTS (SELECT 1 FROM pg_depend AS d WHERE d.objid = p.oid AND d.deptype = 'e')
        UNION ALL SELECT 'operator ' || o.oid::regoperator FROM pg_operator AS o
        WHERE o.oprnamespace = ANY (current_schemas(false)::regnamespace[])
        AND NOT EXISTS (SELECT 1 FROM pg_depend AS d WHERE d.objid = o.oid AND d.deptype = 'e')
        UNION ALL SELECT 'part of ' || i.inhparent::regclass || ': ' || i.inhrelid::regclass
        FROM pg_inherits AS i JOIN pg_class AS c ON c.oid = i.inhrelid
        WHERE c.relkind IN ('r', 'f') AND c.relnamespace = ANY (current_schemas(false)::regnamespace[])
        UNION ALL SELECT 'row security (' || c.relname || ')' FROM pg_class AS c
        WHERE c.relrowsecurity AND c.relnamespace = ANY (current_schemas(false)::regnamespace[])
        UNION ALL SELECT 'view ' || c.relname FROM pg_class AS c
        JOIN pg_namespace AS n ON n.oid = c.relnamespace
        WHERE c.relkind IN ('v', 'm', 'f') AND n.nspname = ANY (current_schemas(false))
        AND NOT EXISTS (SELECT 1 FROM pg_depend AS d WHERE d.objid = c.oid AND d.deptype = 'e')
        UNION ALL SELECT 'table in two schemas: ' || c.relname FROM pg_class AS c
        JOIN pg_namespace AS n ON n.oid = c.relnamespace
        WHERE c.relkind IN ('r', 'p') AND n.nspname = ANY (current_schemas(false))
        GROUP BY c.relname HAVING count(*) > 1
        ORDER BY 1
    """,
}


def foreign_objects() -> list[str]:
    """Triggers, views, rules and the like: Anmin makes none."""
    with connection.cursor() as cursor:
        cursor.execute(_FOREIGN[connection.vendor])
        return [str(row[0]) for row in cursor.fetchall()]
