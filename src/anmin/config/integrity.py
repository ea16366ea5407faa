"""The proof of all records at once: what `anmin verify` and a restore report."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from anmin.callbacks.signing import broken_days
from anmin.evidence import against
from anmin.kernel.errors import Refusal
from anmin.matters.models import Matter
from anmin.matters.verify import Verdict, chain_holds
from anmin.matters.verify import verify as verify_matters
from anmin.people.queries import LogCheck, verify_access_log
from anmin.surveys.releases import broken_releases


@dataclass(frozen=True, slots=True)
class Report:
    """What was found: about matters and their entries, the access log, signed days, releases.

    ``roots`` are the verdicts on the signed roots that were brought, and on those kept here that
    do not hold.
    """

    matters: Verdict
    access_log: LogCheck
    broken_days: tuple[str, ...] = ()
    broken_releases: tuple[str, ...] = ()
    roots: tuple[against.Verdict, ...] = ()

    @property
    def sound(self) -> bool:
        """Nothing differs and no chain is broken."""
        chains = (self.access_log.broken, self.broken_days, self.broken_releases)
        roots = all(one.sound for one in self.roots)
        return self.matters.sound and not any(chains) and roots

    def as_json(self) -> dict[str, object]:
        """For `--json`; broken links of all chains count among the broken chains."""
        told = self.matters.as_json()
        told["broken_chains"] = (
            self.matters.broken_chains
            + len(self.access_log.broken)
            + len(self.broken_days)
            + len(self.broken_releases)
        )
        told["access_log_entries"] = self.access_log.entries
        told["roots"] = [one.as_json() for one in self.roots]
        return told

    def sentence(self) -> str:
        """For people."""
        found = (
            f"{self.matters.matters} matters, {self.matters.entries} entries: "
            f"{self.matters.mismatches} mismatches, {self.matters.broken_chains} broken chains. "
            f"Access log: {self.access_log.entries} entries, "
            f"{len(self.access_log.broken)} broken. Signed days broken: {len(self.broken_days)}. "
            f"Releases broken: {len(self.broken_releases)}."
        )
        differing = ", ".join(self.matters.examples)
        lines = [found, f"First that differ: {differing}"] if differing else [found]
        return "\n".join([*lines, *(one.sentence for one in self.roots)])


def check(
    progress: Callable[[int, int], None] | None = None, brought: Sequence[against.Known] = ()
) -> Report:
    """Check everything, also against the signed roots ``brought`` from outside.

    O(entries) time, flat memory.
    """
    days = tuple(f"{one.unit} {one.date}" for one in broken_days())
    releases = tuple(f"{one.wave.code} r{one.revision}" for one in broken_releases())
    roots = (*against.compare(brought), *against.compare_kept())
    return Report(verify_matters(progress), verify_access_log(), days, releases, roots)


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
