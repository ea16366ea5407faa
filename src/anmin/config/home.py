"""The folder that holds an installation's data, and the secrets kept in it."""

import os
from collections.abc import Callable
from pathlib import Path


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
