"""Undoing an import as a whole, while nothing else was built on it.

First everything is looked at, batch by batch: what others wrote since, whom somebody turned to,
which day was signed. If there is anything, the import stays and says what. Else each of its
batches is taken back in one transaction, so that an undoing that is killed goes on where it was.
"""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import TYPE_CHECKING

from django.conf import settings
from django.db.models import Q
from django.utils import timezone, translation
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from anmin.callbacks.resting import asked_anew, closings_followed, signed_since, turned_to
from anmin.evidence.log import atomic
from anmin.exchange.models import ImportRun, Status
from anmin.exchange.queries import import_run
from anmin.kernel.errors import Conflict, NotAllowed, NotFound
from anmin.matters import bulk
from anmin.matters.actor import Actor
from anmin.matters.models import Link, Matter, Reaction
from anmin.matters.news import drain
from anmin.matters.undoing import entries_after, missed_promises, numbers, said_by
from anmin.matters.undoing import undo as undo_matters
from anmin.people.actions import log_access
from anmin.people.listing import clauses
from anmin.people.policy import Capability, can, is_rated

if TYPE_CHECKING:
    from anmin.people.models import Account

EXAMPLES = 5
BUILT: Mapping[str, str | Promise] = {
    "entries": gettext_lazy("Entries that somebody wrote since"),
    "callbacks": gettext_lazy("Callbacks in which somebody has been contacted, or is being called"),
    "planned": gettext_lazy("Callbacks that are planned: your unit is rated by them"),
    "renamed": gettext_lazy("Citizens who are asked anew: the file names another reporter"),
    "missed": gettext_lazy(
        "Promises that ran out: the inspectorate is to see them, an administrator undoes them"
    ),
    "links": gettext_lazy("Matters that were tied to it"),
    "questions": gettext_lazy("Questions that were put to citizens"),
    "days": gettext_lazy("Days that were signed with it"),
}
"""What can have been built on an import, in words."""


@dataclass(slots=True)
class Summary:
    """What undoing an import would do, and what stands in its way.

    ``built`` counts by ``BUILT``; ``examples`` are a few reference numbers or days of each.
    """

    opened: int = 0
    changed: int = 0
    built: Counter[str] = field(default_factory=Counter)
    examples: dict[str, list[str]] = field(default_factory=dict)

    def reasons(self) -> list[str]:
        """What stands in the way, as sentences."""
        return [
            f"{BUILT[what]}: {count} ({', '.join(self.examples[what])})"
            for what, count in self.built.items()
        ]

    def add(self, what: str, found: list[str]) -> None:
        """Count something that was built on it."""
        if found:
            self.built[what] += len(found)
            known = self.examples.setdefault(what, [])
            known += [one for one in found if one not in known][: EXAMPLES - len(known)]


def may_undo(run: ImportRun, actor: "Account") -> bool:
    """Whether this person may undo that import: whoever started it, and an administrator."""
    allowed = can(actor, Capability.IMPORT_RECORDS) and run.actor_id == actor.pk
    return allowed or can(actor, Capability.MANAGE_REFERENCE)


def summary(run_id: int, *, actor: "Account | None") -> Summary:
    """What undoing would do, and what stands in its way. Memory stays flat.

    ``actor`` is empty at the console. Raises ``NotFound``, ``NotAllowed``, or ``Conflict`` for an
    import that is under way or undone.
    """
    run = _undoable(run_id, actor)
    found = Summary()
    for first in _batches(run, 0):
        found.opened += sum(seq == 1 for seq in first.values())
        found.changed += sum(seq > 1 for seq in first.values())
        _look(run, first, found, rated=actor is not None and is_rated(actor))
    return found


def begun(run_id: int, *, actor: "Account | None") -> ImportRun | None:
    """The import, if its undoing was begun and not ended. Raises ``NotAllowed``."""
    run = ImportRun.objects.filter(pk=run_id, status=Status.UNDOING).first()
    if run is not None and actor is not None and not may_undo(run, actor):
        raise NotAllowed(_("Whoever started an import undoes it, or an administrator."))
    return run


def start(run_id: int, *, actor: "Account | None") -> ImportRun:
    """Let an import be undone by the worker, or by `carry_out`. Refused if anything was built on it.

    Raises as ``summary``; ``Conflict`` says what was built on it, and nothing has changed.
    """
    seen = summary(run_id, actor=actor)
    if seen.built:
        raise Conflict(_("Something was built on this import: %(what)s") % {
            "what": clauses(seen.reasons())
        })  # fmt: skip
    with atomic():
        run = ImportRun.objects.select_for_update().get(pk=run_id)
        if run.status not in (Status.DONE, Status.FAILED, Status.INTERRUPTED):
            raise Conflict(_("This import is under way, or undone already."))
        run.status, run.undo_position, run.heard_at = Status.UNDOING, 0, timezone.now()
        run.undone_by = actor.username if actor else "console"
        run.save()
        log_access(
            account=actor,
            actor="" if actor else "console",
            action="undo_import",
            subject=f"import:{run.pk}",
        )
    return run


def waiting() -> int:
    """How many imports are being undone."""
    return ImportRun.objects.filter(status=Status.UNDOING).count()


def undo_next() -> int:
    """Carry out the undoing that has waited longest; 1, or 0 if there is none."""
    run = ImportRun.objects.filter(status=Status.UNDOING).order_by("pk").first()
    if run is None:
        return 0
    account = _actor(run).account
    language = (account.language if account else "") or settings.LANGUAGE_CODE
    # The import says why in the language of who undoes it, and the next one is not kept waiting.
    with suppress(Conflict), translation.override(language):
        carry_out(run)
    return 1


def carry_out(run: ImportRun, progress: Callable[[ImportRun], None] | None = None) -> ImportRun:
    """Take back what is left of an import that is being undone; safe to repeat after a kill.

    Raises ``Conflict`` if something was built on it meanwhile; the import then has failed, and says
    on what.
    """
    actor = _actor(run)
    for batch in run.batches.filter(last__gt=run.undo_position).order_by("last"):
        with atomic():
            bulk.queue_up("intake")
            run = ImportRun.objects.select_for_update().get(pk=run.pk)
            first = said_by(run.pk, after=max(batch.after, run.undo_position), last=batch.last)
            seen = Summary()
            _look(run, first, seen, rated=bool(actor.account and is_rated(actor.account)))
            if seen.built:
                run.status = Status.FAILED
                run.reason = _("Something was built on this import: %(what)s") % {
                    "what": clauses(seen.reasons())
                }
            else:
                undo_matters(first, run=run.pk, actor=actor, at=timezone.now())
                run.undo_position, run.heard_at = batch.last, timezone.now()
            run.save()
        if seen.built:  # on record by now: raised inside, it would be rolled back
            raise Conflict(run.reason)
        drain(["callbacks"])
        if progress:
            progress(run)
    run.status, run.undone_at = Status.UNDONE, timezone.now()
    run.save()
    return run


def _actor(run: ImportRun) -> Actor:
    from anmin.people.models import Account

    account = Account.objects.filter(username=run.undone_by).first()
    return Actor.of(account) if account else Actor.system(f"console, undo {run.pk}")


def _undoable(run_id: int, actor: "Account | None") -> ImportRun:
    if actor is None:
        run = ImportRun.objects.filter(pk=run_id).first()
        if run is None:
            raise NotFound(_("There is no such import."))
    else:
        run = import_run(run_id, actor=actor)
        if not may_undo(run, actor):
            raise NotAllowed(_("Whoever started an import undoes it, or an administrator."))
    if run.state not in (Status.DONE, Status.FAILED, Status.INTERRUPTED):
        raise Conflict(_("This import is under way, or undone already."))
    return run


def _batches(run: ImportRun, position: int) -> Iterator[dict[int, int]]:
    for batch in run.batches.filter(last__gt=position).order_by("last"):
        yield said_by(run.pk, after=max(batch.after, position), last=batch.last)


def _look(run: ImportRun, first: Mapping[int, int], found: Summary, *, rated: bool) -> None:
    """Count what was built on these matters since the run spoke of them."""
    if not first:
        return
    ids = list(first)
    found.add("entries", [one.matter.number for one in entries_after(first, run.pk)])
    followed = closings_followed(first, run.started_at)
    found.add("callbacks", numbers(turned_to(followed)))
    found.add("renamed", numbers(asked_anew(ids, run.pk)))
    if rated:
        found.add("planned", numbers({matter_id for matter_id, _callback in followed}))
        found.add("missed", numbers(missed_promises(ids)))
    tied = Link.objects.filter(Q(matter__in=ids) | Q(other__in=ids))
    found.add("links", numbers({pk for pair in tied.values_list("matter", "other") for pk in pair}))
    asked = Reaction.objects.filter(matter__in=ids, asked_at__gte=run.started_at)
    found.add("questions", numbers(asked.values_list("matter_id", flat=True)))
    found.add("days", _days(run, ids, found))


def _days(run: ImportRun, ids: list[int], found: Summary) -> list[str]:
    """The days that were signed since, on which one of these matters began or ended."""
    pairs: set[tuple[int, date]] = set()
    moments = Matter.objects.filter(pk__in=ids).values_list("unit_id", "opened_at", "closed_at")
    for unit_id, *whens in moments:
        pairs |= {(unit_id, _day(when)) for when in whens if when and unit_id}
    known = found.examples.get("days", [])
    return [one for one in signed_since(run.started_at, pairs) if one not in known]


def _day(when: datetime) -> date:
    return timezone.localdate(when)
