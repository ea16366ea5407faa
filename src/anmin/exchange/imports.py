"""Taking in the records of another system, file by file: `import_file`."""

import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import structlog
from django.conf import settings
from django.db import DatabaseError, InterfaceError, OperationalError, connection
from django.utils import timezone
from django.utils.translation import gettext as _

from anmin.evidence.log import atomic
from anmin.exchange.header import Binding, bind
from anmin.exchange.house_codes import check_profile, look_around
from anmin.exchange.models import ImportRun, RunBatch, Status
from anmin.exchange.probe import probe
from anmin.exchange.problems import Unreadable
from anmin.exchange.profile import Profile
from anmin.exchange.profile_use import (
    own_source,
    require_kind,
    require_own_source,
    usable_profile,
)
from anmin.exchange.profiles import is_known, load_profile
from anmin.exchange.readers import Table
from anmin.exchange.reading import Batch, Order, batches
from anmin.exchange.reasons import refusal, sentence
from anmin.exchange.rejects import RejectsFile
from anmin.exchange.results import COUNTS, ImportResult
from anmin.exchange.row_facts import Facts, NewUnit
from anmin.exchange.speaking import bringing, counted, made_at, set_aside
from anmin.exchange.trouble import unavailable
from anmin.exchange.tuning import tuned
from anmin.kernel.errors import Refusal, Unavailable
from anmin.kernel.trouble import LASTING, trouble_of
from anmin.matters import bulk
from anmin.matters.intake import Observation, Observed, observe_many
from anmin.matters.ledger import last_entry
from anmin.matters.observation import ContactFacts, Marks
from anmin.matters.registry import kind_of
from anmin.people.policy import Capability, require
from anmin.places.actions import ensure_unit
from anmin.places.queries import steady

if TYPE_CHECKING:
    from anmin.people.models import Account

PAUSES = (1, 2, 4, 8, 15, 30, 60)
"""Seconds to wait for a database that has gone away, before giving up."""
MOST_UNITS = 500
"""More new units than this are no units: the wrong column was taken for them."""
log = structlog.get_logger(__name__)


type Progress = Callable[[ImportRun], None]
"""Told after every batch; the run's `share` says how far the file is read."""


def import_file(
    path: Path,
    *,
    profile: str | Profile,
    kind: str = "",
    actor: "Account | None" = None,
    as_of: datetime | None = None,
    progress: Progress | None = None,
    batch: int = 2000,
    run: ImportRun | None = None,
    name: str | None = None,
    adds_units: bool | None = None,
) -> ImportResult:
    """Take in an export of any kind of matter; the whole file is gone through, batch by batch.

    Each batch is one transaction, so an import that is killed has taken in its first batches, and
    running it again ends as if it had never been killed. The same event number twice is taken as
    two reports, the newer facts winning. Memory does not grow with the file.

    Args:
        profile: a column profile, or the name, beginning of a name, or path of one. With an
            actor, only a name is one of the house's, which must be theirs to use; any other is
            their own and has a source of its own.
        actor: who imports, as whom every row is written; nobody for the house's administrator at
            the console. Needs ``import_records``.
        kind: the kind of matter that the profile must be of, if one is asked for.
        as_of: the moment the export tells of, for files without a column that says so; else it
            is when the file was made. What an earlier export says of a record that a later one
            has spoken of is not applied, and listed with the rejected rows.
        batch: rows per transaction.
        run: a run laid down beforehand (see `uploads`), to be filled in.
        name: what to call the file, if not by its path.
        adds_units: whether units that the profile brings along are added; an administrator says
            so, or nobody: then rows of unknown units are rejected, and the run lists the units.

    Raises:
        NotAllowed: the actor may not import.
        Refusal: the file or the profile cannot be used, or the file broke off; what was taken in
            before stays, and the run says so.
    """
    if actor is not None:
        require(actor, Capability.IMPORT_RECORDS)
        if adds_units:
            require(actor, Capability.MANAGE_REFERENCE)
    profile, binding = theirs(path, profile, actor)
    if kind and profile.kind != kind:
        raise Refusal(
            _("The profile “%(name)s” brings matters of another kind: %(kind)s.")
            % {"name": profile.name, "kind": kind_of(profile.kind).label},
            field="profile",
        )
    adds = actor is None if adds_units is None else adds_units
    order = _order(path, profile, batch, adds)
    run = _fresh(run) if run else ImportRun()
    run.made_at = as_of or made_at(path, run)
    order = replace(order, world=replace(order.world, as_of=run.made_at))
    run.column_facts = column_facts(profile, binding) if binding else []
    run.file_name = (name or path.name)[:255]
    run.sha256, run.size = order.probe.sha256, order.probe.size
    run.profile = run.profile or profile.name
    run.actor, run.kind = actor, profile.kind
    run.status = Status.RUNNING
    run.save()
    with _told(run):
        _Import(run, order, progress).go()
    return ImportResult(
        **{name: getattr(run, name) for name in COUNTS},
        rejects_file=Path(run.rejects_file) if run.rejects_file else None,
        seconds=round(run.seconds, 3),
        notes=run.notes,
        new_units=[(code, name, rows) for code, (name, rows) in sorted(run.new_units.items())],
    )


def _fresh(run: ImportRun) -> ImportRun:
    """A run from the start: what an earlier, killed attempt counted is counted again."""
    run.read = run.created = run.updated = run.unchanged = run.rejected = 0
    run.notes, run.rejects_file, run.reason, run.share = {}, "", "", 0.0
    run.new_units = {}
    run.started_at = run.heard_at = timezone.now()
    run.finished_at = None
    return run


def theirs(
    path: Path, profile: str | Profile, actor: "Account | None"
) -> tuple[Profile, Binding | None]:
    """The profile as this person may use it, and its columns in the file, if it has them.

    Raises ``NotAllowed``, ``NotFound``, or ``Refusal`` if the profile cannot be used.
    """
    known = isinstance(profile, str) and (actor is None or is_known(profile))
    if isinstance(profile, str):
        named = usable_profile(actor, profile) if actor and known else load_profile(profile)
    else:
        named = profile
    check_profile(named)
    if actor is not None:
        require_kind(actor, named.kind)
    binding = _bound(path, named)
    if actor is None or known:
        require_own_source(named)
        return named, binding
    header = binding.header if binding else []
    return named.model_copy(update={"source": own_source(actor, header)}), binding


def make_units(profile: Profile, names: Mapping[str, str]) -> list[int]:
    """Add units, by code and name, as a profile brings them along; their primary keys."""
    unit = profile.unit
    assert unit.parent is not None
    above = ensure_unit(code=unit.parent.code, name=unit.parent.name, kind=unit.parent.kind)
    return [
        ensure_unit(code=code, name=name, kind=unit.kind, parent=above).pk
        for code, name in names.items()
    ]


def _bound(path: Path, profile: Profile) -> Binding | None:
    """The profile's columns in a file; nothing if it cannot be read: reading it says why."""
    try:
        with Table(path, profile.file.reading) as table:
            return bind(profile, iter(table))[0]
    except (Unreadable, OSError):
        return None


def column_facts(profile: Profile, binding: Binding) -> list[list[Any]]:
    """What the columns of a file are taken for: position from 0, and the fact."""
    named = [(fact, names) for fact, column in profile.columns.items() for names in column.parts]
    named += [("category", names) for names in profile.category.columns]
    return [[binding.places[names], fact] for fact, names in named if names in binding.places]


def _order(path: Path, profile: Profile, batch: int, adds_units: bool) -> Order:
    if not path.exists():
        raise refusal(Unreadable("no_file", path=str(path)))
    try:
        found = probe(path, encoding=profile.file.encoding)
    except Unreadable as fault:
        raise refusal(fault) from None
    except OSError:
        raise refusal(Unreadable("not_a_file", path=str(path))) from None
    world = look_around(profile, adds_units=adds_units)
    return Order(path, profile, world, found, batch, settings.KEYRING.dump())


@contextmanager
def _told(run: ImportRun) -> Iterator[None]:
    """Whatever ends a run is written into it, and a fault of the file becomes a refusal."""
    status, reason = Status.INTERRUPTED, ""
    try:
        yield
    except Unreadable as fault:
        log.warning("import failed", run=run.pk, code=fault.code, **fault.particulars)
        told = refusal(fault)
        status, reason = Status.FAILED, str(told)
        raise told from None
    except Refusal as fault:
        status = Status.INTERRUPTED if isinstance(fault, Unavailable) else Status.FAILED
        reason = str(fault)
        raise
    except (OSError, DatabaseError) as fault:
        told_of = unavailable(fault)
        reason = str(told_of)
        if trouble_of(fault):
            raise told_of from fault
        raise
    except Exception as fault:
        reason = _("An unexpected fault (%(fault)s); the details are in the log.") % {
            "fault": type(fault).__name__
        }
        raise
    else:
        status = Status.DONE
    finally:
        run.status, run.reason, run.finished_at = status, reason, timezone.now()
        run.heard_at = run.finished_at
        try:
            run.save()
        except (OperationalError, InterfaceError) as fault:
            log.warning("import run not saved", run=run.pk, fault=str(fault))


class _Import:
    """One import on its way."""

    def __init__(self, run: ImportRun, order: Order, progress: Progress | None) -> None:
        self._run = run
        self._order = order
        self._progress = progress
        self._results: list[Observed] = []
        self._new_units: dict[NewUnit, int] = {}
        self._by = bringing(run, order)

    def go(self) -> None:
        """Go through the whole file."""
        run = self._run
        header = self._order.profile.file.header
        # Each person's own: two who bring the same file are told of different rows.
        whose = f"u{run.actor_id}" if run.actor_id else "console"
        name = f"{run.profile}-{whose}-{run.sha256[:16]}"
        with RejectsFile(name, has_header=header) as rejects, steady(), tuned():
            for batch in batches(self._order):
                results = self._take_in(batch)
                self._by.spoken.add(result.matter_id for result in results)
                self._set_aside(batch, results, rejects)
                if self._progress:
                    self._progress(run)
        if rejects.count:
            run.rejects_file = str(rejects.path)

    def _take_in(self, batch: Batch) -> list[Observed]:
        """Write one batch; a database that has gone away is waited for."""
        after = self._run.read + len(batch)
        for pause in (*PAUSES, None):
            try:
                self._write(batch)
                break
            except (OperationalError, InterfaceError) as fault:
                if pause is None or trouble_of(fault) in LASTING:
                    raise unavailable(fault) from fault
                log.warning("import waits for the database", seconds=pause, fault=str(fault))
                connection.close()
                time.sleep(pause)
            with suppress(OperationalError, InterfaceError):
                # The answer to a commit may get lost when the batch itself was not.
                self._run.refresh_from_db()
                if self._run.read == after:
                    break
        return self._results

    def _write(self, batch: Batch) -> None:
        """One batch and the run's counts, in one transaction."""
        run = self._run
        with atomic():
            bulk.begin_batch()
            observations = list(map(self._observation, batch.facts, batch.marks))
            after = last_entry()
            self._results = observe_many(observations, by=self._by)
            self._mark(after)
            outcomes, notes = counted(self._results)
            counts = {
                "read": run.read + len(batch),
                "created": run.created + outcomes["created"],
                "updated": run.updated + outcomes["updated"],
                "unchanged": run.unchanged + outcomes["unchanged"],
                "rejected": run.rejected + outcomes["refused"] + len(batch.rejected),
                "notes": dict(Counter(run.notes) + Counter(batch.notes) + Counter(notes)),
                "share": batch.share,
                "heard_at": timezone.now(),
            }
            ImportRun.objects.filter(pk=run.pk).update(**counts)
        for name, value in counts.items():
            setattr(run, name, value)

    def _mark(self, after: int) -> None:
        """Keep between which entries this batch wrote, so that the run can be undone."""
        last = last_entry()
        if last > after:
            RunBatch.objects.create(run=self._run, after=after, last=last)

    def _observation(self, facts: Facts, marks: Marks | None) -> Observation:
        unit = facts.unit
        one = Observation(
            self._order.profile.source,
            facts.external_id,
            self._order.profile.kind,
            facts.category,
            facts.area,
            self._unit(unit) if isinstance(unit, NewUnit) else unit,
            facts.summary,
            facts.place,
            facts.longitude,
            facts.latitude,
            facts.opened_at,
            facts.facts_at,
            facts.details,
            facts.reply,
            ContactFacts(*facts.contact) if facts.contact else None,
            facts.state,
            datetime.fromisoformat(facts.ended) if facts.ended else None,
        )
        one.marks = marks
        return one

    def _unit(self, new: NewUnit) -> int:
        """The id of a unit that the profile brings along, added when it is first met."""
        known = self._new_units.get(new)
        if known is None:
            made = make_units(self._order.profile, {new.code: new.name})
            known = self._new_units[new] = made[0]
        return known

    def _wanted(self, code: str, name: str) -> None:
        """Count a unit that the file names and nobody has added."""
        wanted = self._run.new_units
        if code in wanted or len(wanted) < MOST_UNITS:
            wanted[code] = [name, wanted.get(code, [name, 0])[1] + 1]

    def _set_aside(self, batch: Batch, results: list[Observed], rejects: RejectsFile) -> None:
        """Write the rejected rows of a batch, in the order of the file."""
        known = set_aside(batch.facts, results)
        for _line, _cells, problem in batch.rejected:
            if problem.code == "new_unit":
                self._wanted(str(problem.particulars["unit"]), str(problem.particulars["value"]))
        for line, cells, problem in sorted([*batch.rejected, *known], key=lambda one: one.line):
            rejects.write(batch.header, cells, line, sentence(problem))
