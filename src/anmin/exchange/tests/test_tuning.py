"""How a long import uses its process and SQLite, and that it leaves both as they were."""

import gc
import threading
import time
from pathlib import Path

import pytest
from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from anmin.exchange import tuning
from anmin.exchange.tuning import tuned
from anmin.matters.bulk import begin_batch
from anmin.matters.models import Deadline

sqlite = pytest.mark.skipif(connection.vendor != "sqlite", reason="a log that SQLite has")


@pytest.mark.django_db
def test_no_garbage_is_looked_for_until_the_import_ends_however_it_ends() -> None:
    looking: list[bool] = []

    def broken_off() -> None:
        with tuned():
            looking.append(gc.isenabled())
            raise LookupError

    with pytest.raises(LookupError):
        broken_off()
    assert (looking, gc.isenabled()) == ([False], True)


@pytest.mark.django_db
def test_it_stays_so_for_one_import_when_another_ends() -> None:
    def another() -> None:
        with tuned():
            pass

    with tuned():
        another()
        assert not gc.isenabled()
    assert gc.isenabled()


@sqlite
@pytest.mark.django_db(transaction=True)
def test_the_log_is_carried_over_while_batches_are_written(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(tuning, "EVERY", 0.01)
    file = Path(connection.settings_dict["NAME"])  # written when the log is carried over alone
    with connection.cursor() as cursor, tuned():
        before = file.stat().st_mtime_ns
        cursor.execute("CREATE TABLE heap (what BLOB)")
        try:
            end = time.monotonic() + 30
            while file.stat().st_mtime_ns == before:
                assert time.monotonic() < end
                time.sleep(0.01)
        finally:
            cursor.execute("DROP TABLE heap")
    assert "carrier" not in {thread.name for thread in threading.enumerate()}


@pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite checks at once")
@pytest.mark.django_db(transaction=True)
def test_postgres_checks_keys_at_once_and_waits_for_the_disk_again_afterwards() -> None:
    moment = timezone.now()
    with connection.cursor() as cursor:
        cursor.execute("SET synchronous_commit = on")  # as an installation has it
        with transaction.atomic():
            begin_batch()
            assert cursor.execute("SHOW synchronous_commit").fetchone() == ("off",)
            with pytest.raises(IntegrityError, match="matters_deadline"), transaction.atomic():
                Deadline.objects.create(matter_id=-1, clock="x", started_at=moment, due_at=moment)
        assert cursor.execute("SHOW synchronous_commit").fetchone() == ("on",)
        cursor.execute("RESET synchronous_commit")
