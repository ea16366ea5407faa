"""Reading and mapping a file in batches, in this process or in one of its own.

A large file is read in a second process, so that reading and writing share two cores. The second
process knows neither Django nor the database: it takes an order from its standard input and
answers with batches on its standard output. It ends by itself when nobody listens any more, so a
killed import leaves nothing behind.
"""

import gc
import os
import pickle
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from itertools import chain
from pathlib import Path
from typing import IO, Any, NamedTuple

from anmin.exchange.header import bind
from anmin.exchange.mapping import RowMapper
from anmin.exchange.probe import Probe
from anmin.exchange.problems import Problem, Unreadable
from anmin.exchange.profile import Profile
from anmin.exchange.readers import Table
from anmin.exchange.row_facts import Facts, NewUnit, World
from anmin.kernel.crypto import Keyring
from anmin.matters.observation import Marks, known_details, mark, stamped

APART_FROM = 4_000_000
"""Files from this many bytes on are worth a process of their own."""
LARGEST = 2
"""How many times larger than usual a batch may become, so that rows of one event stay together."""
REJECTED_CELL = 2_000
"""How much of a cell is kept of a rejected row."""


@dataclass(frozen=True, slots=True)
class Order:
    """What to read, and how. A batch is `batch` rows, good or not.

    With the text of a keyring the facts are marked, so that whoever writes them need not.
    """

    path: Path
    profile: Profile
    world: World
    probe: Probe
    batch: int
    keyring: str | None = field(default=None, repr=False)


class Rejected(NamedTuple):
    """A row that was not taken: its line, its cells, and why."""

    line: int
    cells: list[str]
    problem: Problem


@dataclass(slots=True)
class Batch:
    """Rows of a file in their order. `share` is how much of the file is read, from 0 to 1.

    `marks` go with the facts, where they were asked for and can be told.
    """

    header: list[str]
    facts: list[Facts] = field(default_factory=list)
    marks: list[Marks | None] = field(default_factory=list)
    rejected: list[Rejected] = field(default_factory=list)
    notes: dict[str, int] = field(default_factory=dict)
    share: float = 0.0

    def __len__(self) -> int:
        return len(self.facts) + len(self.rejected)

    def __reduce__(self) -> tuple[Any, ...]:
        """Plain tuples travel between processes at a third of the cost of named ones."""
        facts = [(*one,) for one in self.facts]
        marks = [one and (*one,) for one in self.marks]
        rest = self.rejected, self.notes, self.share
        return _unpacked, (self.header, facts, marks, *rest)


def _unpacked(header: Any, facts: Any, marks: Any, *rest: Any) -> Batch:
    marks = [one and Marks._make(one) for one in marks]
    return Batch(header, list(map(Facts._make, facts)), marks, *rest)


def batches(order: Order) -> Iterator[Batch]:
    """Read a file; the batches depend on the file, the profile and the size of a batch alone.

    Raises:
        Unreadable: the file, or its rest, cannot be read; batches given before stand.
    """
    if order.probe.size < APART_FROM:
        yield from read(order)
        return
    with subprocess.Popen(  # noqa: S603 - our own module
        [sys.executable, "-P", "-c", f"from {__name__} import main; main()"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    ) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        try:
            with suppress(BrokenPipeError), process.stdin as orders:
                pickle.dump(order, orders)
            yield from _listen(process.stdout)
        finally:
            process.kill()


def _listen(answers: IO[bytes]) -> Iterator[Batch]:
    """Batches until the end is told. A process that falls silent before has died."""
    while True:
        try:
            answer = pickle.load(answers)  # noqa: S301 - from our own process
        except (EOFError, pickle.UnpicklingError):
            raise Unreadable("died") from None
        if answer is None:
            return
        if isinstance(answer, Unreadable):
            raise answer
        yield answer


def read(order: Order) -> Iterator[Batch]:
    """As `batches`, always in this process."""
    with Table(order.path, order.profile.file.reading, order.probe) as table:
        rows = iter(table)
        binding, first = bind(order.profile, rows)
        table.width = binding.width
        profile = order.profile.counting_from_1904() if table.from_1904 else order.profile
        take = RowMapper(profile, binding, order.world, pad=table.is_workbook)
        ring = None if order.keyring is None else Keyring.load(order.keyring)
        batch = Batch(binding.header)
        fault: Unreadable | None = None
        try:
            for row in chain(first, rows):
                taken = take(row)
                if taken is None:
                    continue
                if len(batch) >= order.batch and not _goes_on(batch, taken, order.batch):
                    batch.share = table.share_read
                    batch.notes = take.taken_notes()
                    yield batch
                    batch = Batch(binding.header)
                if isinstance(taken, Problem):
                    batch.rejected.append(Rejected(row.line, _kept(row.cells), taken))
                else:
                    batch.facts.append(taken)
                    batch.marks.append(_marks(taken, ring) if ring else None)
        except Unreadable as caught:
            fault = caught
        batch.share = table.share_read
        batch.notes = take.taken_notes()
        yield batch
        if fault is not None:
            raise fault


def _goes_on(batch: Batch, taken: Facts | Problem, usual: int) -> bool:
    """Whether a full batch takes one more row: it is about the same event as the one before."""
    if isinstance(taken, Problem) or not batch.facts or len(batch) >= LARGEST * usual:
        return False
    return batch.facts[-1].external_id == taken.external_id


def _marks(facts: Facts, ring: Keyring) -> Marks | None:
    """The marks of a row; none while nobody knows what number its unit will have."""
    if isinstance(facts.unit, NewUnit):
        return None
    columns = [
        *(facts.category, facts.area, facts.unit, facts.summary, facts.place),
        *(facts.longitude, facts.latitude),
    ]
    details = known_details(facts.details, facts.reply)
    outcome = facts.state, stamped(facts.ended) if facts.ended else ""
    return mark(ring, columns, stamped(facts.opened), details, facts.contact, outcome)


def _kept(cells: list[str]) -> list[str]:
    return [cell if len(cell) <= REJECTED_CELL else cell[:REJECTED_CELL] + "…" for cell in cells]


def main() -> None:
    """The reading process: one order in, batches out, then nothing or why it ended early."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is the importing process's to answer.
    order: Order = pickle.load(sys.stdin.buffer)  # noqa: S301 - from the process that started us
    gc.disable()  # nothing here goes round in circles
    last: Unreadable | None = None
    try:
        for batch in read(order):
            _answer(batch)
    except Unreadable as fault:
        last = fault
    except BrokenPipeError:
        os._exit(0)  # nobody listens any more: nothing is left to be told
    except Exception as fault:
        last = Unreadable("died", fault=repr(fault))
    _answer(last)


def _answer(what: Batch | Unreadable | None) -> None:
    """Write one answer whole: a process that is stopped and goes on (Ctrl-Z, fg) writes less
    than it is asked to, and Python's buffered files lose the rest then."""
    rest = memoryview(pickle.dumps(what, pickle.HIGHEST_PROTOCOL))
    while rest:
        rest = rest[os.write(1, rest) :]
