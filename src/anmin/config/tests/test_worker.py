"""The worker runs each job when it is due, one worker at a time, and survives all of them."""

import os
import signal
import sqlite3
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import time_machine
from django.db import connection
from django.tasks import task
from django.utils import timezone, translation
from tests.personas import City

from anmin.config import integrity
from anmin.config import worker as module
from anmin.config.commands import worker as command
from anmin.config.models import Heartbeat, JobLease
from anmin.config.tests.running import set_up
from anmin.config.worker import Worker, backlogs, newest_beat
from anmin.evidence.findings import What
from anmin.kernel import jobs as registry
from anmin.kernel.jobs import Job
from anmin.matters import news
from anmin.matters import registry as kinds
from anmin.matters.kind_check import BadKind

pytestmark = pytest.mark.django_db(transaction=True)

DONE_BY_HAND = What.DONE_BY_HAND
HOST = "no-such-host:1:abc"


@pytest.fixture
def only(monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """Let the worker know these jobs and no others."""

    def know(*jobs: Job) -> None:
        monkeypatch.setattr(module, "all_jobs", lambda: jobs)

    return know


def test_a_job_speaks_the_language_of_the_house(only: Callable[..., None]) -> None:
    spoken: list[str | None] = []

    def work() -> int:
        spoken.append(translation.get_language())
        return 0

    only(Job("test.speaks", work, seconds=60))
    with translation.override("en"):  # as the shell does in which the worker was started
        Worker().drain()
        assert translation.get_language() == "en"
    assert spoken == ["zh-hans"]


def pile(count: int, done: list[int]) -> Job:
    """A job with so many pieces of work, two of which it does at a time."""

    def work() -> int:
        step = min(2, count - sum(done))
        done.append(step)
        return step

    return Job("test.pile", work, seconds=60, backlog=lambda: count - sum(done))


def test_drain_does_everything_and_stops(only: Callable[..., None]) -> None:
    done: list[int] = []
    only(pile(5, done))
    assert Worker().drain() == 5
    assert done == [2, 2, 1, 0]
    lease = JobLease.objects.get(job="test.pile")
    assert (lease.holder, lease.failures) == ("", 0)
    assert backlogs() == {"test.pile": 0}
    assert newest_beat() is not None


def test_a_failing_job_is_told_and_does_not_stop_the_others(only: Callable[..., None]) -> None:
    done: list[int] = []

    def fail() -> int:
        raise ValueError("the gateway said no")

    only(Job("test.fail", fail, seconds=1), pile(3, done))
    one = Worker()
    assert one.drain() == 3
    assert one.failed == {"test.fail": "ValueError: the gateway said no"}
    lease = JobLease.objects.get(job="test.fail")
    assert (lease.failures, lease.last_error) == (1, "ValueError: the gateway said no")

    one = Worker()
    only(Job("test.fail", lambda: 0, seconds=1))
    one.failed["test.fail"] = "as before"
    one._round()
    lease.refresh_from_db()
    assert (lease.failures, lease.last_error) == (0, "")


def test_a_failing_job_waits_longer_each_time(only: Callable[..., None]) -> None:
    def fail() -> int:
        raise ValueError

    only(Job("test.fail", fail, seconds=0))
    one = Worker()
    one._sign_on()
    for wait in (2, 4, 8, 16, 32, 64, 128, 256, 300, 300):
        one._next.clear()
        before = time.monotonic()
        one._round()
        assert before + wait <= one._next["test.fail"] <= time.monotonic() + wait


def test_a_job_is_never_run_by_two_workers(only: Callable[..., None]) -> None:
    busy = threading.Lock()
    both: list[str] = []
    runs: list[int] = []

    def work() -> int:
        if not busy.acquire(blocking=False):
            both.append("two at once")
            return 0
        time.sleep(0.01)
        runs.append(1)
        busy.release()
        return 1 if len(runs) < 20 else 0

    only(Job("test.single", work, seconds=0))

    def one() -> None:
        Worker().drain()
        connection.close()

    threads = [threading.Thread(target=one) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert both == []
    assert len(runs) >= 20


def test_what_another_live_worker_holds_is_left_alone_until_its_lease_ends(
    only: Callable[..., None],
) -> None:
    done: list[int] = []
    only(pile(1, done))
    now = timezone.now()
    JobLease.objects.create(job="test.pile", holder=HOST, expires_at=now + timedelta(seconds=30))
    assert Worker().drain() == 0
    JobLease.objects.update(expires_at=now - timedelta(seconds=1))
    assert Worker().drain() == 1


def test_a_clock_that_is_set_back_an_hour_holds_nothing_up(only: Callable[..., None]) -> None:
    done: list[int] = []
    only(pile(1, done))
    later = timezone.now() + timedelta(hours=1)
    JobLease.objects.create(job="test.pile", holder=HOST, expires_at=later + timedelta(seconds=30))
    Heartbeat.objects.create(worker=HOST, beat_at=later)
    assert newest_beat() is None  # nobody is alive because of a sign from a time to come
    assert Worker().drain() == 1
    beat = newest_beat()
    assert beat is not None
    assert beat < timezone.now() + timedelta(seconds=5)


def test_what_a_dead_worker_of_this_host_held_is_free_at_once(only: Callable[..., None]) -> None:
    done: list[int] = []
    only(pile(1, done))
    gone = subprocess.Popen([sys.executable, "-c", "pass"])
    gone.wait()
    holder = Worker().name.replace(f":{os.getpid()}:", f":{gone.pid}:")
    later = timezone.now() + timedelta(hours=1)
    JobLease.objects.create(job="test.pile", holder=holder, expires_at=later)
    assert Worker().drain() == 1


def test_a_daily_job_runs_once_a_day_after_its_hour(only: Callable[..., None]) -> None:
    days: list[str] = []

    def night() -> int:
        days.append(timezone.localtime().isoformat()[:16])
        return 0

    only(Job("test.night", night, at=datetime(2026, 3, 1, 4, 30).time()))
    with time_machine.travel(datetime(2026, 3, 1, 20, 29, tzinfo=UTC), tick=False) as clock:
        Worker().drain()
        assert days == []
        clock.shift(timedelta(minutes=1))
        Worker().drain()
        Worker().drain()
        assert days == ["2026-03-02T04:30"]
        clock.shift(timedelta(days=3))  # nobody at work meanwhile: one run makes up for it
        Worker().drain()
        assert days == ["2026-03-02T04:30", "2026-03-05T04:30"]


def test_a_day_that_somebody_wrote_in_is_not_done(only: Callable[..., None]) -> None:
    """With the database and without the keys nobody keeps a job of the day from running."""
    days: list[date] = []

    def night() -> int:
        days.append(timezone.localdate())
        return 0

    only(Job("test.night", night, at=datetime(2026, 3, 1, 4, 30).time()))
    with time_machine.travel(datetime(2026, 3, 1, 21, tzinfo=UTC), tick=False) as clock:
        Worker().drain()
        lease = JobLease.objects.get(job="test.night")
        assert lease.proven_day == date(2026, 3, 2)
        assert [one.name for one in integrity.check().findings if one.what == DONE_BY_HAND] == []
        JobLease.objects.filter(job="test.night").update(done_for=date(2026, 3, 3))
        [found] = [one for one in integrity.check().findings if one.what == DONE_BY_HAND]
        assert found.name == "test.night (2026-03-03)"
        assert "2026-03-03" in found.sentence
        clock.shift(timedelta(days=1))
        Worker().drain()
        assert days == [date(2026, 3, 2), date(2026, 3, 3)]
        assert [one for one in integrity.check().findings if one.what == DONE_BY_HAND] == []


def test_a_daily_job_may_take_its_hour_from_a_rule(only: Callable[..., None]) -> None:
    runs: list[int] = []
    only(Job("test.rule", lambda: runs.append(1) or 0, at="day.night_close"))
    with time_machine.travel(datetime(2026, 3, 1, 15, 59, 59, tzinfo=UTC), tick=False):
        Worker().drain()
    assert runs == [1]


def test_a_worker_ends_after_the_job_in_hand(only: Callable[..., None]) -> None:
    started, go_on = threading.Event(), threading.Event()
    ended: list[str] = []

    def work() -> int:
        started.set()
        go_on.wait(60)
        ended.append("whole")
        return 1

    only(Job("test.long", work, seconds=0))
    one = Worker()

    def run() -> None:
        one.run()
        connection.close()

    thread = threading.Thread(target=run)
    thread.start()
    assert started.wait(60)
    one.stop()
    go_on.set()
    thread.join(60)
    assert not thread.is_alive()
    assert ended == ["whole"]
    assert JobLease.objects.get(job="test.long").holder == ""


def test_a_sign_of_life_keeps_the_lease_of_the_job_in_hand(only: Callable[..., None]) -> None:
    held: list[timedelta] = []
    one = Worker()

    def work() -> int:
        JobLease.objects.update(expires_at=timezone.now() + timedelta(seconds=1))
        one._beat()
        held.append(JobLease.objects.get(job="test.long").expires_at - timezone.now())
        return 0

    only(Job("test.long", work, seconds=0))
    one.drain()
    assert held[0] > timedelta(seconds=25)
    assert Heartbeat.objects.get(worker=one.name).beat_at > timezone.now() - timedelta(seconds=5)


@task
def greet(name: str) -> str:
    """A task as rooms may queue them."""
    return f"hello {name}"


def test_queued_tasks_are_run_and_those_of_a_dead_worker_again(
    only: Callable[..., None], settings: object
) -> None:
    from django_tasks_db.models import DBTaskResult

    from anmin.config.tasks import queued_tasks

    first, second = greet.enqueue("林晓"), greet.enqueue("陈立")
    DBTaskResult.objects.filter(id=first.id).update(status="RUNNING", started_at=timezone.now())
    only(Job("test.queued", queued_tasks, seconds=0))
    assert Worker().drain() == 2
    results = [DBTaskResult.objects.get(id=one.id).return_value for one in (first, second)]
    assert results == ["hello 林晓", "hello 陈立"]


def test_nobody_who_follows_the_news_is_left_behind(
    city: City, settings: Any, tmp_path: Path
) -> None:
    """With the jobs as they are: each room that follows the news has one that reads it."""
    settings.ANMIN_HOME = tmp_path
    city.answered()
    assert min(news.backlog().values()) > 0
    one = Worker()
    one.drain()
    assert one.failed == {}
    assert set(news.backlog().values()) == {0}


def test_two_jobs_of_one_name_are_a_mistake(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(registry, "_jobs", {})

    def make() -> Callable[[], int]:
        def work() -> int:
            return 0

        return work

    registry.every(seconds=1)(make())
    with pytest.raises(ValueError, match="two jobs"):
        registry.every(seconds=1)(make())


@pytest.mark.once  # the processes that it starts are on SQLite
@pytest.mark.slow
def test_a_killed_worker_process_leaves_its_jobs_to_the_next(tmp_path: Path) -> None:
    """Killed for good, not asked to end: its leases are free for the next worker on this host."""
    environment = {**os.environ, "ANMIN_HOME": str(tmp_path / "home")}
    environment.pop("DATABASE_URL", None)  # a database of its own
    anmin = [sys.executable, "-m", "anmin.config.command"]
    set_up(tmp_path / "home")

    def holders() -> list[str]:
        database = sqlite3.connect(tmp_path / "home" / "anmin.sqlite3")
        rows = database.execute("SELECT job FROM config_joblease WHERE holder <> ''").fetchall()
        database.close()
        return [job for (job,) in rows]

    process = subprocess.Popen([*anmin, "worker"], env=environment)
    deadline = time.monotonic() + 60
    while not holders() and time.monotonic() < deadline:
        time.sleep(0.1)
    process.send_signal(signal.SIGKILL)
    process.wait()
    assert holders() != []
    again = [*anmin, "worker", "--once", "--json"]
    done = subprocess.run(again, env=environment, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    assert holders() == []


def test_without_the_kind_of_a_matter_no_news_is_read(
    city: City, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What such a worker read of it would be passed over, and no callback ever planned."""
    city.answered()
    done: list[Worker] = []
    monkeypatch.setattr(Worker, "drain", done.append)
    monkeypatch.delitem(kinds._kinds, "incident")
    with pytest.raises(BadKind, match="incident"):
        command.worker(once=True)
    assert not done
