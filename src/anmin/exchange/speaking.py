"""How an export speaks: when it was made, in whose name, and what became of its rows."""

from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from pathlib import Path

from django.utils import timezone

from anmin.callbacks.resting import has_callbacks
from anmin.exchange.models import ImportRun, Status
from anmin.exchange.problems import Problem
from anmin.exchange.reading import Order, Rejected
from anmin.exchange.row_facts import Facts
from anmin.matters.actor import Actor
from anmin.matters.bringing import OWN, Bringing
from anmin.matters.intake import Observed
from anmin.matters.ledger import last_entry
from anmin.matters.several import Joining
from anmin.people.policy import Capability, can


def made_at(path: Path, run: ImportRun) -> datetime:
    """When a file was made: as was told when it was uploaded, else when it was last written.

    Never later than now. It orders exports that do not say themselves how new their rows are.
    """
    return run.made_at or no_later(path.stat().st_mtime)


def no_later(seconds: float) -> datetime:
    """A moment by its seconds since 1970, but not one that is still to come."""
    return datetime.fromtimestamp(min(max(seconds, 0.0), timezone.now().timestamp()), UTC)


def bringing(run: ImportRun, order: Order) -> Bringing:
    """In whose name a run writes, and what it knows of earlier runs of the same file.

    A unit that has brought in the city's own file has said nothing for the city: only what the
    same sort of speaker has said is said.
    """
    profile = order.profile
    actor = Actor.of(run.actor) if run.actor else Actor.system(f"console, {run.profile}")
    earlier = [
        one
        for one in ImportRun.objects.filter(
            sha256=run.sha256, profile=run.profile, profile_text=run.profile_text
        )
        .exclude(status=Status.UNDONE)
        .select_related("actor")
        if one.column_facts == run.column_facts and _for_city(one) is _for_city(run)
    ]
    whole = [one.pk for one in earlier if one.status == Status.DONE and not one.rejected]
    return Bringing(
        actor,
        run.pk,
        has_callbacks,
        own_source=profile.source.startswith(OWN),
        joining=Joining(profile.moments, profile.time.opened),
        same_file=frozenset(one.pk for one in earlier),
        finished=frozenset(whole),
        since=last_entry(),
    )


def _for_city(run: ImportRun) -> bool:
    return run.actor is None or can(run.actor, Capability.IMPORT_CITY)


def counted(results: Iterable[Observed]) -> tuple[Counter[str], dict[str, int]]:
    """Outcomes, and notes of a batch: rows not applied count as unchanged, and are noted."""
    outcomes = Counter(result.outcome for result in results)
    notes = {
        "not_applied": outcomes["older"],
        "rows_joined": sum(1 for result in results if result.joined),
    }
    outcomes["unchanged"] += outcomes["older"]
    return outcomes, {code: count for code, count in notes.items() if count}


def set_aside(facts: Sequence[Facts], results: Sequence[Observed]) -> list[Rejected]:
    """The rows that were not taken for what the house knows already, with the reason."""
    found = []
    for one, result in zip(facts, results, strict=True):
        if result.outcome == "refused":
            found.append(Rejected(one.line, [], Problem("refused", {"reason": result.reason})))
        elif result.outcome == "older":
            found.append(
                Rejected(one.line, [], Problem("not_applied", {"number": one.external_id}))
            )
    return found
