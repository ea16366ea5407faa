"""Who may work in a web process: in the order in which they came, and nobody past a line."""

import threading
from collections.abc import Iterator

import pytest

from anmin.config.sqlite import slots


@pytest.fixture(autouse=True)
def _one_at_work() -> Iterator[None]:
    slots.serve(1)
    yield
    slots._free, slots._most_waiting = None, 0


class Request(threading.Thread):
    """A request that works until it is let go."""

    def __init__(self, at: list["Request"]) -> None:
        super().__init__(daemon=True)
        self.at, self.begun, self.go = at, threading.Event(), threading.Event()

    def run(self) -> None:
        """Work, and say that one does."""
        with slots.at_work():
            self.at.append(self)
            self.begun.set()
            self.go.wait(10)


def standing(count: int) -> None:
    """Wait until so many stand in line."""
    pause = threading.Event()
    for _tenth in range(500):
        if len(slots._line) == count:
            return
        pause.wait(0.01)
    raise AssertionError(f"{len(slots._line)} in line, not {count}")


def test_whoever_came_first_works_first() -> None:
    began: list[Request] = []
    requests = [Request(began) for _one in range(4)]
    for place, one in enumerate(requests):
        one.start()
        if place == 0:
            assert one.begun.wait(5)
        standing(place)
    for one in requests:
        assert one.begun.wait(5)
        assert began[-1] is one
        one.go.set()
    for one in requests:
        one.join(5)
    assert began == requests
    assert slots._free == 1


def test_whoever_waits_for_a_writer_lets_the_next_in_and_goes_on_without_a_line() -> None:
    began: list[Request] = []
    inside, go = threading.Event(), threading.Event()
    wrote: list[int | None] = []

    def writes() -> None:
        with slots.at_work():
            with slots.waiting(5):
                inside.set()
                go.wait(5)
            wrote.append(slots._free)

    writer = threading.Thread(target=writes, daemon=True)
    writer.start()
    assert inside.wait(5)
    reader, later = Request(began), Request(began)
    reader.start()
    assert reader.begun.wait(5)
    later.start()
    standing(1)
    go.set()
    writer.join(5)
    assert wrote == [-1]
    assert not later.begun.is_set()
    reader.go.set()
    assert later.begun.wait(5)
    later.go.set()
    later.join(5)
    reader.join(5)
    assert slots._free == 1
