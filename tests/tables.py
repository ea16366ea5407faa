"""The tables are made once for a whole run, by the migrations; each worker's database is a copy.

What a test commits is taken out by deleting from those tables alone that have rows.
"""

import fcntl
import os
import shutil
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from django.conf import settings
from django.db import connection, transaction
from django.test import TransactionTestCase
from pytest_django import DjangoDbBlocker


@pytest.fixture(scope="session")
def django_db_setup(
    django_test_environment: None,
    django_db_blocker: DjangoDbBlocker,
    django_db_modify_db_settings: None,
) -> Iterator[None]:
    """This worker's database, as the library's fixture of that name leaves it."""
    with django_db_blocker.unblock():
        own = str(connection.creation._get_test_db_name())
        made = _made()
        if connection.vendor == "postgresql":
            quoted = connection.ops.quote_name
            with connection.creation._nodb_cursor() as cursor:
                cursor.execute(f"CREATE DATABASE {quoted(own)} TEMPLATE {quoted(made)}")
        else:
            shutil.copyfile(made, own)
        _use(own)
        shipped = _rows(_full())
    plain = TransactionTestCase._fixture_teardown

    def empty(case: TransactionTestCase) -> None:
        full = _full()
        if _rows(shipped) != shipped:
            plain(case)  # what the migrations bring must be brought again
        else:
            _delete(full - shipped.keys())

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(TransactionTestCase, "_fixture_teardown", empty)
        yield
    with django_db_blocker.unblock():
        connection.close()


def _made() -> str:
    """The name of the database that has the tables; whoever comes first makes it."""
    shared = Path(os.environ["ANMIN_TEST_SHARED"])
    name = "test_tables" if connection.vendor == "postgresql" else str(shared / "tables.sqlite3")
    with _alone(shared / "tables.lock"), _as_it_was():
        done = shared / "tables.done"
        if not done.exists():
            connection.settings_dict["TEST"]["NAME"] = name
            connection.creation.create_test_db(verbosity=0, autoclobber=True)
            done.touch()
    return name


@contextmanager
def _as_it_was() -> Iterator[None]:
    """Afterwards the connection leads where it led."""
    name, test = connection.settings_dict["NAME"], connection.settings_dict["TEST"]["NAME"]
    try:
        yield
    finally:
        _use(name)
        connection.settings_dict["TEST"]["NAME"] = test


def _use(name: str) -> None:
    connection.close()
    settings.DATABASES[connection.alias]["NAME"] = connection.settings_dict["NAME"] = name


def _full() -> set[str]:
    """The tables that have any row."""
    names = connection.introspection.django_table_names(only_existing=True, include_views=False)
    quoted = connection.ops.quote_name
    asked = (f"SELECT '{one}' WHERE EXISTS (SELECT 1 FROM {quoted(one)})" for one in names)
    with connection.cursor() as cursor:
        cursor.execute(" UNION ALL ".join(asked))
        return {name for (name,) in cursor}


def _rows(tables: Iterable[str]) -> dict[str, int]:
    """How many rows each of these has."""
    counted = {}
    with connection.cursor() as cursor:
        for one in tables:
            cursor.execute(f"SELECT count(*) FROM {connection.ops.quote_name(one)}")
            counted[one] = cursor.fetchone()[0]
    return counted


def _delete(tables: Iterable[str]) -> None:
    with transaction.atomic(), connection.cursor() as cursor:
        if connection.vendor == "postgresql":  # else each row is looked for in every other table
            cursor.execute("SET LOCAL session_replication_role = replica")
        for one in tables:
            cursor.execute(f"DELETE FROM {connection.ops.quote_name(one)}")


@contextmanager
def _alone(path: Path) -> Iterator[None]:
    with path.open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield
