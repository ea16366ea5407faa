"""The folder that holds an installation's data: the secrets kept in it, and who is using it."""

import fcntl
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from anmin.kernel.errors import Conflict


def make_home(home: Path) -> Path:
    """Make the folder, readable by its owner alone; an existing one keeps its mode."""
    if not home.is_dir():
        home.mkdir(parents=True, mode=0o700)
    return home


def kept_secret(path: Path, make: Callable[[], str]) -> str:
    """The secret in `path`; made once, mode 0600, when the file is absent.

    Two processes starting together agree: the file appears whole under its name or not at all,
    and whoever comes second reads what the first wrote.
    """
    if not path.exists():
        draft = path.with_name(f".{path.name}.{os.getpid()}")
        descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            file.write(make())
            file.flush()
            os.fsync(file.fileno())
        try:
            os.link(draft, path)
        except FileExistsError:
            pass
        finally:
            draft.unlink()
    return path.read_text(encoding="utf-8").strip()


@contextmanager
def in_use(home: Path, *, alone: bool = False) -> Iterator[None]:
    """Say that this process works with the home; with `alone`, that nobody else does.

    Raises:
        Conflict: somebody is at work there and we want to be alone, or the other way round.
    """
    descriptor = os.open(home / ".in-use", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(descriptor, (fcntl.LOCK_EX if alone else fcntl.LOCK_SH) | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(descriptor)
        raise Conflict(
            f"{home} is in use: stop `anmin up` and every worker first"
            if alone
            else f"{home} is being restored: wait until that has ended"
        ) from None
    try:
        yield
    finally:
        os.close(descriptor)
