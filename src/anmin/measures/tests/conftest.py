"""A lake of its own for each test, over a made-up table."""

import pytest
from django.db import connection
from django.utils import translation

from anmin.measures.lake import refresh
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


@pytest.fixture
def quarter(table_inside):
    """Two units over two months; unit C has answers from three people only."""
    calls.put(
        *calls.group(0, 40, calls.MARCH, satisfied=30, unit="A"),
        *calls.group(100, 60, calls.APRIL, satisfied=50, replied=55, unit="A"),
        *calls.group(200, 20, calls.MARCH, satisfied=10, replied=12, unit="B"),
        *calls.group(300, 30, calls.APRIL, satisfied=20, unit="B"),
        *calls.group(400, 3, calls.APRIL, satisfied=1, unit="C"),
        *calls.group(500, 14, calls.APRIL, satisfied=7, unit=None),
    )
    return refresh().manifest
