"""Writers on SQLite: everybody's turn comes, nobody is told that the database is locked."""

import multiprocessing
import os
import signal
import sqlite3
import threading
import time
from collections.abc import Iterator
from multiprocessing.synchronize import Event
from pathlib import Path
from typing import Any

import pytest
from django.db import OperationalError, transaction

from anmin.config.sqlite.base import DatabaseWrapper
from anmin.config.sqlite.turns import TurnTimeout, turns_for

SPAWN = multiprocessing.get_context("spawn")


def connect(path: Path, timeout: float = 30) -> DatabaseWrapper:
    """A connection as the settings make it, to a file of the test's own."""
    from django.conf import settings

    default = settings.DATABASES["default"]
    options: dict[str, Any] = {
        "transaction_mode": "IMMEDIATE",
        "timeout": timeout,
        "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL",
    }
    wrapper = DatabaseWrapper(
        {
            **default,
            "ENGINE": "anmin.config.sqlite",
            "NAME": str(path),
            "OPTIONS": options,
            "TIME_ZONE": None,
            "AUTOCOMMIT": True,
            "CONN_MAX_AGE": None,
            "CONN_HEALTH_CHECKS": False,
        },
        "default",
    )
    wrapper.inc_thread_sharing()
    return wrapper


@pytest.fixture
def database(tmp_path: Path, django_db_blocker: Any) -> Iterator[Path]:
    path = tmp_path / "turns.sqlite3"
    plain = sqlite3.connect(path)
    plain.execute("PRAGMA journal_mode=WAL")
    plain.execute("CREATE TABLE line (id INTEGER PRIMARY KEY, writer INTEGER, text TEXT)")
    plain.commit()
    plain.close()
    with django_db_blocker.unblock():
        yield path


def write(wrapper: DatabaseWrapper, writer: int) -> None:
    """One short transaction of three statements, as an answered callback makes."""
    wrapper.set_autocommit(False, force_begin_transaction_with_broken_autocommit=True)
    with wrapper.cursor() as cursor:
        for _ in range(3):
            cursor.execute("INSERT INTO line (writer, text) VALUES (%s, %s)", [writer, "x" * 300])
    wrapper.commit()
    wrapper.set_autocommit(True)


def many_writers(path: Path, first: int, seconds: float, report: Any, together: Any) -> None:
    """Four threads of one process, writing as fast as they are let in, once all processes are there."""
    waits: list[list[float]] = [[] for _ in range(4)]
    faults: list[str] = []
    together.wait(60)
    end = time.monotonic() + seconds

    def run(number: int) -> None:
        wrapper = connect(path)
        try:
            while time.monotonic() < end:
                began = time.monotonic()
                write(wrapper, first + number)
                waits[number].append(time.monotonic() - began)
        except Exception as fault:
            faults.append(repr(fault))
        finally:
            wrapper.close()

    threads = [threading.Thread(target=run, args=(number,)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    report.put((waits, faults))


@pytest.mark.slow
def test_eight_writers_in_two_processes_share_the_file_fairly(database: Path) -> None:
    report, together = SPAWN.Queue(), SPAWN.Barrier(2)
    processes = [
        SPAWN.Process(
            target=many_writers, args=(database, first, 4.0, report, together), daemon=True
        )
        for first in (0, 4)
    ]
    for process in processes:
        process.start()
    reports = [report.get(timeout=60) for _ in processes]
    for process in processes:
        process.join()

    assert [faults for _, faults in reports] == [[], []]
    per_writer = [len(waits) for process_waits, _ in reports for waits in process_waits]
    waits = sorted(wait for process_waits, _ in reports for one in process_waits for wait in one)
    written = sqlite3.connect(database).execute("SELECT count(*) FROM line").fetchone()[0]
    assert written == 3 * sum(per_writer)
    assert sum(per_writer) > 4 * 250, "fewer than 250 short transactions a second"
    assert min(per_writer) > 0.5 * max(per_writer), f"somebody starved: {per_writer}"
    assert waits[int(len(waits) * 0.99)] < 0.3


def hold_the_turn(path: Path, holding: Event) -> None:
    wrapper = connect(path)
    wrapper.set_autocommit(False, force_begin_transaction_with_broken_autocommit=True)
    with wrapper.cursor() as cursor:
        cursor.execute("INSERT INTO line (writer) VALUES (99)")
    holding.set()
    time.sleep(600)


def test_a_killed_process_frees_its_turn_and_leaves_nothing_behind(database: Path) -> None:
    holding = SPAWN.Event()
    process = SPAWN.Process(target=hold_the_turn, args=(database, holding), daemon=True)
    process.start()
    assert holding.wait(30)
    wrapper = connect(database, timeout=0.3)
    try:
        with pytest.raises(OperationalError, match="locked"):
            write(wrapper, 1)
        assert process.pid is not None
        os.kill(process.pid, signal.SIGKILL)
        process.join()
        write(wrapper, 1)
        with wrapper.cursor() as cursor:
            assert cursor.execute("SELECT DISTINCT writer FROM line").fetchall() == [(1,)]
    finally:
        wrapper.close()


def test_readers_do_not_wait_for_a_writer(database: Path) -> None:
    writer, reader = connect(database), connect(database)
    try:
        writer.set_autocommit(False, force_begin_transaction_with_broken_autocommit=True)
        with writer.cursor() as cursor:
            cursor.execute("INSERT INTO line (writer) VALUES (1)")
        with reader.cursor() as cursor:
            assert cursor.execute("SELECT count(*) FROM line").fetchone() == (0,)
        writer.rollback()
    finally:
        writer.close()
        reader.close()


def test_a_lone_insert_that_returns_its_row_is_committed_at_once(database: Path) -> None:
    writer, reader = connect(database), connect(database)
    try:
        with writer.cursor() as cursor:
            cursor.execute("INSERT INTO line (writer) VALUES (7), (8) RETURNING writer")
            with reader.cursor() as other:
                assert other.execute("SELECT count(*) FROM line").fetchone() == (2,)
            assert cursor.fetchone() == (7,)
            assert cursor.fetchmany(5) == [(8,)]
            assert cursor.fetchone() is None
            cursor.execute("SELECT writer FROM line ORDER BY writer")
            assert list(cursor) == [(7,), (8,)]
        write(reader, 9)  # the turn was given back
    finally:
        writer.close()
        reader.close()


def test_closing_in_the_middle_of_a_transaction_gives_the_turn_back(database: Path) -> None:
    first, second = connect(database), connect(database, timeout=0.3)
    try:
        first.set_autocommit(False, force_begin_transaction_with_broken_autocommit=True)
        with first.cursor() as cursor:
            cursor.execute("INSERT INTO line (writer) VALUES (1)")
        first.close()
        write(second, 2)
    finally:
        first.close()
        second.close()


def test_who_gives_up_waiting_leaves_the_line(database: Path) -> None:
    turns = turns_for(database)
    turns.take(1)
    with pytest.raises(TurnTimeout):
        turns.take(0.05)
    turns.give()
    turns.take(0.05)
    turns.give()


def test_threads_are_served_in_the_order_they_came(database: Path) -> None:
    turns = turns_for(database)
    served: list[int] = []
    turns.take(1)

    def wait(number: int) -> None:
        turns.take(10)
        served.append(number)
        turns.give()

    threads = []
    for number in range(6):
        threads.append(threading.Thread(target=wait, args=(number,)))
        threads[-1].start()
        while len(turns._line) <= number:
            time.sleep(0.001)
    turns.give()
    for thread in threads:
        thread.join()
    assert served == list(range(6))


@pytest.mark.django_db(transaction=True)
def test_djangos_own_transactions_nest_inside_one_turn() -> None:
    from django.contrib.contenttypes.models import ContentType

    with transaction.atomic():
        ContentType.objects.create(app_label="test", model="outer")
        inner = transaction.savepoint()
        ContentType.objects.create(app_label="test", model="inner")
        transaction.savepoint_rollback(inner)
        with transaction.atomic():
            ContentType.objects.create(app_label="test", model="second")
    kept = ContentType.objects.filter(app_label="test").values_list("model", flat=True)
    assert sorted(kept) == ["outer", "second"]


def test_the_journal_is_cut_off_unless_somebody_still_reads_it(database: Path) -> None:
    writer = connect(database)
    reader = sqlite3.connect(database, isolation_level=None)
    reader.execute("BEGIN")
    reader.execute("SELECT count(*) FROM line").fetchall()
    with writer.cursor() as cursor:
        for number in range(40):
            cursor.execute(
                "INSERT INTO line (writer, text) VALUES (%s, zeroblob(100000))", [number]
            )
    longer = 2 << 20
    began = time.monotonic()
    assert writer.shorten_journal(longer) > longer
    assert time.monotonic() - began < 5
    write(writer, 1)  # and nobody is held up
    reader.execute("COMMIT")
    assert writer.shorten_journal(longer) == 0
    assert reader.execute("SELECT count(*) FROM line").fetchone() == (43,)
    assert writer.shorten_journal(longer) == 0
    reader.close()
    writer.close()


def test_what_is_taken_out_of_a_row_is_written_over_in_the_file(database: Path) -> None:
    from django.conf import settings

    options = settings.DATABASES["default"]["OPTIONS"]
    if "init_command" not in options:
        pytest.skip("the settings are those of PostgreSQL")
    wrapper = connect(database)
    wrapper.settings_dict["OPTIONS"] = options
    with wrapper.cursor() as cursor:
        for n in range(300):
            cursor.execute("INSERT INTO line (writer, text) VALUES (%s, %s)", [n, "陈秀英 " * 20])
        cursor.execute("UPDATE line SET text = '' WHERE writer < 200")
        cursor.execute("DELETE FROM line")
        cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        cursor.fetchall()
    wrapper.close()
    assert "陈秀英".encode() not in database.read_bytes()
