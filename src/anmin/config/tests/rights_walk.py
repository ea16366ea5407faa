"""Asks every address of the installation as every role, and says what was answered.

Each request is undone, so that every cell finds the same world.
"""

import hashlib
import re
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import connection, transaction
from django.db.models import Max
from django.http import HttpResponseBase
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver

from anmin.config import rights
from anmin.config.rights import METHODS, NOBODY
from anmin.config.tests.rights_scenes import scene_for
from anmin.config.tests.rights_world import World, whose
from anmin.people.models import AccessLog

NOT_COUNTED = re.compile(
    r"people_(accesslog|accesshead|signedin|tally|sharedcache)|django_session|evidence_\w+"
)
"""Tables that tell of a refused request: the log, its record, sessions, limits."""
SHOWS = (
    "reveal_contact",
    "reveal_party",
    "read_answer",
    "read_reply",
    "see_pictures",
    "open_secrets",
    "print_return",
)
"""Entries of the access log that say that somebody was shown what is kept from the pages."""
FOLDERS = ("profiles", "uploads", "files")
"""Folders of the home that hold what a request can leave there."""
WRITES = re.compile(r'^\s*(?:INSERT INTO|UPDATE|DELETE FROM|REPLACE INTO)\s+"?(\w+)', re.IGNORECASE)


@dataclass(frozen=True)
class Address:
    """One pattern of the installation."""

    route: str
    name: str


@dataclass
class Observed:
    """What one request came to."""

    answer: str
    status: int
    body: str = ""
    wrote: list[str] = field(default_factory=list)


def addresses() -> list[Address]:
    """Every pattern there is, each once, in the order in which it is looked for."""
    found: dict[str, Address] = {}
    for route, name in _patterns(get_resolver().url_patterns):
        found.setdefault(route, Address(route, name))
    return list(found.values())


def _patterns(
    patterns: list[URLPattern | URLResolver], before: str = "", space: str = ""
) -> Iterator[tuple[str, str]]:
    for one in patterns:
        part = str(one.pattern)
        route = before + (part.removeprefix("^") if before else part)  # as Django joins them
        if isinstance(one, URLPattern):
            yield route, space + (one.name or "")
        else:
            inner = f"{space}{one.namespace}:" if one.namespace else space
            yield from _patterns(one.url_patterns, route, inner)


def cells() -> list[tuple[Address, str, str]]:
    """Every address with every method and every sort of object."""
    return [
        (address, method, mine)
        for address in addresses()
        for method in METHODS
        for mine in whose(address.name, address.route)
    ]


class Walker:
    """One role's way over the cells."""

    def __init__(self, world: World, who: str) -> None:
        self._world = world
        self._who = who
        self._client = Client(headers={"Accept-Language": "zh-hans"}, raise_request_exception=False)
        if who != NOBODY:
            self._client.force_login(world.people[who])
            self._client.get("/accounts/sessions/")
        self._cookies = {name: morsel.value for name, morsel in self._client.cookies.items()}
        self._files = _files()

    def ask(self, address: Address, method: str, mine: str) -> Observed:
        """Ask, and undo what it did: the next cell finds the world as it was."""
        query: dict[str, Any] = {}
        if method == "GET" and address.name == "desk:matters_bulk":
            query = {"matter": [self._world.matters[mine].pk]}
        with transaction.atomic():
            taken = rights.methods().get(address.route, frozenset(METHODS))
            named = address.name if method in taken else ""  # 405 before anybody looks
            scene = scene_for(self._world, named, self._who, mine)
            path = self._world.path(address.name, address.route, mine, self._who, scene.parts)
            form = self._world.form(address.name, mine, self._who) | scene.form
            form = {name: value for name, value in form.items() if value is not None}
            known, files = _last_logged(), _files()
            with written() as wrote:
                if method == "GET":
                    response: Any = self._client.get(path + scene.query, query)
                elif method == "POST":
                    response = self._client.post(path + scene.query, form)
                else:
                    response = self._client.generic(method, path)
                body = _body(response)
            made = _files() - files
            wrote += [one.relative_to(settings.ANMIN_HOME).parts[0] for one in made]
            _take_away(made | (files - self._files))
            shown = AccessLog.objects.filter(pk__gt=known, action__in=SHOWS).exists()
            transaction.set_rollback(True)
        for name in set(self._client.cookies) - set(self._cookies):
            del self._client.cookies[name]
        for name, value in self._cookies.items():
            self._client.cookies[name] = value
        answer = _answer(response, method, wrote, shown)
        return Observed(answer, response.status_code, body, wrote)


def _files() -> set[Path]:
    """What is kept outside of the database."""
    home = Path(settings.ANMIN_HOME)
    return {path for folder in FOLDERS for path in (home / folder).rglob("*") if path.is_file()}


def _take_away(files: set[Path]) -> None:
    """These files, and the folders that nothing is left in."""
    for file in files:
        file.unlink(missing_ok=True)
        for folder in file.relative_to(settings.ANMIN_HOME).parents[:-1]:
            with suppress(OSError):
                (Path(settings.ANMIN_HOME) / folder).rmdir()


def _last_logged() -> int:
    return AccessLog.objects.aggregate(last=Max("pk"))["last"] or 0


def _answer(response: Any, method: str, wrote: list[str], shown: bool) -> str:
    """The word of the table for an answer."""
    status = response.status_code
    elsewhere = response.headers.get("Location", "") if 300 <= status < 400 else ""
    if elsewhere.startswith(("/accounts/login/?", "/desk/admin/login/")):
        return "sign-in"
    if status in (401, 403, 404, 405):
        return {401: "signature", 403: "no", 404: "gone", 405: "405"}[status]
    if status == 503:  # figures that the night has not made yet
        return "yes" if method == "GET" else "nothing"
    if method == "GET" and status < 400:
        return "nothing" if elsewhere else "yes"
    if status < 400:
        return "yes" if wrote else "shown" if shown else "nothing"
    return "refused" if status in (400, 409, 410, 413, 415, 422, 429) else str(status)


def _body(response: HttpResponseBase) -> str:
    if response.streaming:
        return b"".join(response.streaming_content).decode("utf-8", "replace")  # type: ignore[attr-defined]
    content: bytes = response.content  # type: ignore[attr-defined]
    return content.decode("utf-8", "replace")


@contextmanager
def written() -> Iterator[list[str]]:
    """The tables that are written to inside, those of ``NOT_COUNTED`` aside."""
    tables: list[str] = []

    def watch(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        result = execute(sql, params, many, context)
        found = WRITES.match(sql)
        # SQLite counts the rows of an INSERT … RETURNING only as they are read.
        changed = sql.lstrip()[:6].upper() == "INSERT" or context["cursor"].rowcount
        if found and changed and not NOT_COUNTED.fullmatch(found[1]):
            tables.append(found[1])
        return result

    with connection.execute_wrapper(watch):
        yield tables


def digest() -> dict[str, str]:
    """A digest of every table, those of ``NOT_COUNTED`` aside."""
    found = {}
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names(cursor):
            if NOT_COUNTED.fullmatch(table):
                continue
            cursor.execute(f"SELECT * FROM {connection.ops.quote_name(table)}")
            rows = sorted(repr(_plain(row)) for row in cursor.fetchall())
            found[table] = hashlib.sha256("\n".join(rows).encode()).hexdigest()
    return found


def _plain(row: tuple[Any, ...]) -> tuple[Any, ...]:
    return tuple(bytes(cell) if isinstance(cell, memoryview) else cell for cell in row)
