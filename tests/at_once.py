"""Several threads that do the same at the same moment, each with a connection of its own."""

import threading
from collections.abc import Callable
from typing import Any

from django.db import connection, connections

from anmin.kernel.errors import Conflict

PRESSES = 6


def at_once(press: Callable[[], Any], times: int = PRESSES) -> list[Any]:
    """What so many threads got that do the same at the same moment; a refusal is an answer too."""
    gate, got = threading.Barrier(times), []

    def run() -> None:
        try:
            gate.wait()
            got.append(press())
        except Conflict as refusal:
            got.append(refusal)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=run) for _ in range(times)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    connection.close()
    return got
