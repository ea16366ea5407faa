"""A lake of its own for each test, over a made-up table."""

import pytest
from django.db import connection
from django.utils import translation

from anmin.measures.registry import Registry, registry
from anmin.measures.tests import calls


@pytest.fixture(autouse=True)
def _in_english():
    """Refusals are told apart by their English words."""
    with translation.override("en"):
        yield


@pytest.fixture
def declared(monkeypatch, settings, tmp_path):
    """The made-up declarations alone, and an empty home."""
    mine = Registry()
    mine.add(*calls.EVERYTHING)
    monkeypatch.setattr(registry, "tables", mine.tables)
    monkeypatch.setattr(registry, "indicators", mine.indicators)
    settings.ANMIN_HOME = tmp_path
    return registry


@pytest.fixture
def table(declared, transactional_db):
    """The made-up table in the database, seen by every connection."""
    calls.create()
    yield
    with connection.cursor() as cursor:
        cursor.execute("DROP TABLE test_calls")


@pytest.fixture
def table_inside(declared, db):
    """The same inside the test's transaction, as most tests of other rooms have it."""
    calls.create()
