"""The proof of all records at once: what `anmin verify` and a restore report."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from itertools import groupby, islice

import structlog
from django.db import DataError
from django.utils.translation import gettext as _

from anmin.callbacks.proof import unplanned, unread
from anmin.callbacks.signing import broken_days
from anmin.config.models import said_to_be_done
from anmin.evidence import against, bookkeeping
from anmin.evidence.check import Outcome
from anmin.evidence.check import check as check_evidence
from anmin.evidence.findings import CAP, Finding, Findings, What
from anmin.evidence.view import steady_view
from anmin.files.verify import altered as altered_files
from anmin.kernel.errors import Refusal
from anmin.matters.models import Entry, Matter
from anmin.matters.news import ahead
from anmin.matters.numbers import set_back
from anmin.matters.verify import Verdict, chain_holds
from anmin.matters.verify import verify as verify_matters
from anmin.measures.manifest import altered
from anmin.people.queries import LogCheck, verify_access_log
from anmin.registers.queries import odd_items
from anmin.surveys.releases import broken_releases

log = structlog.get_logger(__name__)

SHOWN = 20
"""Findings that are printed; ``--json`` has more."""


@dataclass(frozen=True, slots=True)
class Report:
    """What was found: about matters and their entries, about every attested row and the log.

    ``chains`` are the links that do not hold of the access log, signed days and releases.
    ``roots`` are the verdicts on the signed roots that were brought, and on those kept here that
    do not hold.
    """

    matters: Verdict
    evidence: Outcome
    access_log: LogCheck
    chains: Findings
    roots: tuple[against.Verdict, ...] = ()

    @property
    def mismatches(self) -> int:
        """Rows that differ from their history, or from what was written."""
        return self.matters.mismatches + self.evidence.findings.rows

    @property
    def broken_chains(self) -> int:
        """Histories, records and links that do not hold."""
        return self.matters.broken_chains + self.evidence.findings.broken + len(self.chains)

    @property
    def sound(self) -> bool:
        """Nothing differs and no chain is broken."""
        return not (self.mismatches or self.broken_chains) and all(one.sound for one in self.roots)

    @property
    def findings(self) -> Iterator[Finding]:
        """Everything that does not hold, as far as it was kept; what tells most comes first."""
        yield from self.evidence.findings
        yield from self.matters.findings
        yield from self.chains

    def as_json(self) -> dict[str, object]:
        """For `--json`."""
        return {
            "matters": self.matters.matters,
            "entries": self.matters.entries,
            "mismatches": self.mismatches,
            "broken_chains": self.broken_chains,
            "access_log_entries": self.access_log.entries,
            "records": self.evidence.records,
            "rows": self.evidence.rows,
            "findings": [one.as_json() for one in self.findings][: 2 * CAP],
            "roots": [one.as_json() for one in self.roots],
        }

    def sentence(self) -> str:
        """For people."""
        lines = [
            _(
                "%(matters)s matters, %(entries)s entries, %(rows)s attested rows against"
                " %(records)s records: %(mismatches)s mismatches, %(broken)s broken chains."
            )
            % {
                "matters": self.matters.matters,
                "entries": self.matters.entries,
                "rows": self.evidence.rows,
                "records": self.evidence.records,
                "mismatches": self.mismatches,
                "broken": self.broken_chains,
            }
        ]
        for advice, several in groupby(islice(self.findings, SHOWN), lambda one: one.advice):
            lines += [one.sentence for one in several]
            lines.append(f"→ {advice}")
        more = self.mismatches + self.broken_chains - SHOWN
        if more > 0:
            lines.append(_("… and %(more)s more: see --json.") % {"more": more})
        for root in self.roots:
            lines += [root.sentence, *([f"→ {root.advice}"] if root.advice else [])]
        return "\n".join(lines)


def check(
    progress: Callable[[int, int], None] | None = None, brought: Sequence[against.Known] = ()
) -> Report:
    """Check everything as it stands at one moment, also against signed roots from outside.

    O(entries + rows) time, bounded memory.
    """
    chains = Findings()
    with steady_view():
        matters = _part(chains, "matters", partial(verify_matters, progress), Verdict())
        evidence = _part(chains, "evidence", partial(check_evidence, progress), Outcome())
        access_log = _part(chains, "access log", verify_access_log, LogCheck(0, []))
        for number in access_log.broken:
            chains.add(Finding(What.CHAIN_BROKEN, "people.accesslog", name=str(number)))
        for part in (_signed, _passed_over, _counters, _held, _done, _figures, _kept, _registers):
            listed: list[Finding] = _part(chains, part.__name__.strip("_"), _all_of(part), [])
            chains.extend(listed)
        nothing: list[against.Verdict] = []
        roots = _part(
            chains, "roots", lambda: [*against.compare(brought), *against.compare_kept()], nothing
        )
        return Report(matters, evidence, access_log, chains, tuple(roots))


def _all_of(part: Callable[[], Iterator[Finding]]) -> Callable[[], list[Finding]]:
    return lambda: [*part()]


def _part[T](chains: Findings, name: str, check: Callable[[], T], nothing: T) -> T:
    """What one part of the check found. If it stumbles over what no program can have written, that
    is the finding, and the other parts are checked all the same."""
    try:
        return check()
    except (DataError, ValueError, TypeError, AttributeError, ArithmeticError) as fault:
        log.warning("verify stumbled", part=name, exc_info=fault)
        chains.add(Finding(What.UNREADABLE, name=f"{name}: {type(fault).__name__}: {fault}"[:200]))
        return nothing


def _signed() -> Iterator[Finding]:
    """Days and releases that are chained, each to the one before."""
    for day in broken_days():
        name = f"{day.unit} {day.date}"
        yield Finding(What.CHAIN_BROKEN, "callbacks.dayclosure", day.pk, name, day.closed_at)
    for one in broken_releases():
        name = f"{one.wave.code} r{one.revision}"
        yield Finding(What.CHAIN_BROKEN, "surveys.release", one.pk, name, one.at)


def _newest() -> datetime | None:
    at: datetime | None = Entry.objects.order_by("-pk").values_list("at", flat=True).first()
    return at


def _passed_over() -> Iterator[Finding]:
    """Closings and replies that a reader was led past."""
    newest = _newest()
    for name in ahead():
        yield Finding(What.CURSOR_AHEAD, name=name, at=newest)
    for missed in unplanned():
        name = missed.number
        yield Finding(What.NO_CALLBACK, "matters.matter", missed.matter_id, name, missed.at)
    for late in unread():
        yield Finding(What.UNREAD, "channels.reply", late.reply_id, late.name, late.at)


def _counters() -> Iterator[Finding]:
    """Series that would give a number again."""
    newest = _newest()
    for series in set_back():
        yield Finding(What.SET_BACK, name=series, at=newest)


def _figures() -> Iterator[Finding]:
    """Files from which figures are counted that are not as they were written."""
    newest = _newest()
    for name in altered():
        yield Finding(What.FIGURES, name=name, at=newest)


def _kept() -> Iterator[Finding]:
    """Files of matters whose content is gone, or not what was kept."""
    yield from altered_files()


def _held() -> Iterator[Finding]:
    """What is held for longer than anything here would hold it."""
    for one in bookkeeping.ahead():
        pk = one.pk if isinstance(one.pk, int) else None
        yield Finding(What.HELD, one.table, pk, f"{one.name} ({one.column})", one.until)


def _done() -> Iterator[Finding]:
    """Jobs of the day that would be passed over, because somebody wrote that they are done."""
    newest = _newest()
    for lease in said_to_be_done():
        yield Finding(What.DONE_BY_HAND, name=f"{lease.job} ({lease.done_for})", at=newest)


def require_fitting_keyring() -> None:
    """Refuse to go on with a keyring that did not make the records that are there.

    A lost keyring would be made anew silently, and nothing sealed could be opened again. Two
    matters are looked at: one alone may have been tampered with.
    """
    ends = [Matter.objects.order_by(order).first() for order in ("pk", "-pk")]
    found = [matter for matter in ends if matter is not None]
    if found and not any(chain_holds(matter) for matter in found):
        raise Refusal(
            "the keyring does not fit the records: put back the keyring this home was made with"
        )


def _registers() -> Iterator[Finding]:
    """Items whose row or holdings are not what their steps made them."""
    for one in odd_items():
        yield Finding(What.CHAIN_BROKEN, "registers.item", one.item.pk, f"{one.item} {one.what}")
