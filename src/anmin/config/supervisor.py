"""Keeps an installation's processes running: starts them, starts them again, stops them."""

import ctypes
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field

import structlog

log = structlog.get_logger(__name__)

PATIENCE = 20.0
"""Seconds that a process is given to finish what it has in hand before it is killed."""
SHORT_LIFE = 5.0
"""A process that lived for fewer seconds is started again only after a wait, longer each time."""
LONGEST_WAIT = 30.0
PR_SET_PDEATHSIG = 1  # from <linux/prctl.h>


@dataclass
class Child:
    """One process, and how it has fared."""

    name: str
    command: Sequence[str]
    environment: Mapping[str, str] = field(default_factory=dict)
    process: subprocess.Popen[bytes] | None = None
    started: float = 0.0
    start_at: float = 0.0
    short_lives: int = 0

    def start(self) -> None:
        """Start it in a group of its own, so that what it starts can be ended with it."""
        self.started = time.monotonic()
        self.process = subprocess.Popen(  # noqa: S603 - our own interpreter and modules
            self.command,
            env={**os.environ, **self.environment},
            stdin=subprocess.DEVNULL,
            start_new_session=True,
            preexec_fn=_die_with_parent if sys.platform == "linux" else None,
        )

    def signal(self, number: int, *, whole_group: bool = False) -> None:
        """Send a signal to the process, or also to all that it has started."""
        if self.process is not None:
            with suppress(ProcessLookupError):
                (os.killpg if whole_group else os.kill)(self.process.pid, number)


class Supervisor:
    """Runs its children until `stop`. `tell` is given one line about anything unusual."""

    def __init__(self, children: Sequence[Child], tell: Callable[[str], None]) -> None:
        self._children = children
        self._tell = tell
        self._stopping = threading.Event()

    def stop(self) -> None:
        """End `run`; may be called from a signal handler."""
        self._stopping.set()

    def run(self, started: Callable[[], None]) -> None:
        """Start all, call `started`, watch; return when all have ended after `stop`."""
        try:
            for child in self._children:
                child.start()
            threading.Thread(target=started, daemon=True).start()
            while not self._stopping.wait(0.3):
                for child in self._children:
                    self._look_after(child)
        finally:
            self._end_all()

    def _look_after(self, child: Child) -> None:
        if child.process is None:
            if time.monotonic() >= child.start_at:
                child.start()
            return
        status = child.process.poll()
        if status is None:
            return
        child.signal(signal.SIGKILL, whole_group=True)  # what it may have left behind
        child.process = None
        lived = time.monotonic() - child.started
        child.short_lives = child.short_lives + 1 if lived < SHORT_LIFE else 0
        wait = min(2.0**child.short_lives - 1, LONGEST_WAIT)
        child.start_at = time.monotonic() + wait
        log.warning("process ended", process=child.name, status=status, restart_in=wait)
        when = f"in {wait:.0f} s" if wait else "now"
        self._tell(f"{child.name} ended unexpectedly (status {status}); starting it again {when}")

    def _end_all(self) -> None:
        for child in self._children:
            child.signal(signal.SIGTERM)
        deadline = time.monotonic() + PATIENCE
        for child in self._children:
            if child.process is None:
                continue
            try:
                child.process.wait(max(0.1, deadline - time.monotonic()))
            except subprocess.TimeoutExpired:
                self._tell(f"{child.name} did not end within {PATIENCE:.0f} s and is killed")
            child.signal(signal.SIGKILL, whole_group=True)
            child.process.wait()


def _die_with_parent() -> None:
    """Ask Linux to end this process when its parent dies, however that happens."""
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGTERM)
