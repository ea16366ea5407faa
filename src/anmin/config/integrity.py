"""The proof of all records at once: what `anmin verify` and a restore report."""

from collections.abc import Callable
from dataclasses import dataclass

from anmin.matters.verify import Verdict
from anmin.matters.verify import verify as verify_matters
from anmin.people.queries import LogCheck, verify_access_log


@dataclass(frozen=True, slots=True)
class Report:
    """What was found: about matters and their entries, and about the access log."""

    matters: Verdict
    access_log: LogCheck

    @property
    def sound(self) -> bool:
        """Nothing differs and no chain is broken."""
        return self.matters.sound and not self.access_log.broken

    def as_json(self) -> dict[str, object]:
        """For `--json`; broken links of the access log count among the broken chains."""
        told = self.matters.as_json()
        told["broken_chains"] = self.matters.broken_chains + len(self.access_log.broken)
        told["access_log_entries"] = self.access_log.entries
        return told

    def sentence(self) -> str:
        """For people."""
        found = (
            f"{self.matters.matters} matters, {self.matters.entries} entries: "
            f"{self.matters.mismatches} mismatches, {self.matters.broken_chains} broken chains. "
            f"Access log: {self.access_log.entries} entries, "
            f"{len(self.access_log.broken)} broken."
        )
        differing = ", ".join(self.matters.examples)
        return f"{found}\nFirst that differ: {differing}" if differing else found


def check(progress: Callable[[int, int], None] | None = None) -> Report:
    """Check everything; O(entries) time, flat memory."""
    return Report(verify_matters(progress), verify_access_log())
