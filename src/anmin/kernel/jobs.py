"""Work that is done without anybody asking: what to run, and when.

A room says so beside the work, in its `tasks.py`; the worker (`anmin.config.worker`) finds it:

    @every(seconds=2, backlog=queries.waiting)
    def send() -> int:
        return actions.send_due()

A job returns how much it did. It is run again soon while it returns more than 0, so it should
do a bounded amount each time, commit it, and be able to go on after a crash where it stopped. At
most one worker runs a job at a time; two jobs may run side by side.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import time

Work = Callable[[], int]


@dataclass(frozen=True, slots=True)
class Job:
    """One job. Either `seconds` is set (a rhythm) or `at` (a time of day, local)."""

    name: str
    run: Work
    seconds: float | None = None
    at: time | str | None = None
    backlog: Work | None = None

    @property
    def daily(self) -> bool:
        """Whether it is due once a day."""
        return self.at is not None


_jobs: dict[str, Job] = {}


def every(*, seconds: float, backlog: Work | None = None) -> Callable[[Work], Work]:
    """Run the function every so many seconds. `backlog` tells how much waits for it."""

    def register(work: Work) -> Work:
        return _add(Job(_name(work), work, seconds=seconds, backlog=backlog))

    return register


def daily(*, at: str, backlog: Work | None = None) -> Callable[[Work], Work]:
    """Run the function once a day, at `"HH:MM"` local time or at the time that a rule names.

    A day that was missed because no worker ran is made up for by one run as soon as one does.
    """
    moment: time | str = time.fromisoformat(at) if at[:1].isdigit() else at

    def register(work: Work) -> Work:
        return _add(Job(_name(work), work, at=moment, backlog=backlog))

    return register


def jobs() -> tuple[Job, ...]:
    """Every job registered so far, in the order of registration."""
    return tuple(_jobs.values())


def _name(work: Work) -> str:
    room = work.__module__.removeprefix("anmin.").split(".")[0]
    return f"{room}.{work.__name__}"


def _add(job: Job) -> Work:
    known = _jobs.get(job.name)
    if known and known.run is not job.run:
        raise ValueError(f"there are two jobs called {job.name}")
    _jobs[job.name] = job
    return job.run
