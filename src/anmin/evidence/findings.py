"""What a check of the log reports: each thing that does not hold, named and dated."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any

from django.apps import apps
from django.utils import timezone
from django.utils.translation import gettext as _

CAP = 1000
"""Findings that are kept with their names; beyond them only the number is."""


class What(StrEnum):
    """What is wrong with a row, with a record of the log, or with its head."""

    CHANGED = "changed"
    MISSING = "missing"
    INVENTED = "invented"
    RECORD_ALTERED = "record_altered"
    RECORD_MISSING = "record_missing"
    TREE_ALTERED = "tree_altered"
    HEAD_ALTERED = "head_altered"
    CHAIN_BROKEN = "chain_broken"
    NO_LOG = "no_log"
    FOREIGN = "foreign"
    CURSOR_AHEAD = "cursor_ahead"
    NO_CALLBACK = "no_callback"

    @property
    def of_a_row(self) -> bool:
        """Whether a row differs from what was written, rather than the proof being damaged."""
        return self in (What.CHANGED, What.MISSING, What.INVENTED)


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that does not hold. ``at`` is the latest moment known to lie before the change."""

    what: What
    table: str = ""
    pk: int | None = None
    name: str = ""
    at: datetime | None = None

    @property
    def word(self) -> str:
        """What a row of the table is called."""
        if not self.table:
            return ""
        model = apps.get_model(self.table)
        return str(getattr(model, "EVIDENCE_LABEL", "") or model._meta.verbose_name)

    @property
    def sentence(self) -> str:
        """The finding for an administrator."""
        at = timezone.localtime(self.at).isoformat(" ", "seconds")[:19] if self.at else "–"
        key = "" if self.pk is None else f"#{self.pk}"
        row = f"{self.word} {self.name} ({key})" if self.name and key else self.name or key
        row = row if self.name and key else f"{self.word} {row}"
        told = {"row": row, "name": self.name, "at": at}
        return _sentences()[self.what] % told

    def as_json(self) -> dict[str, Any]:
        """For ``--json``."""
        return {
            "what": self.what.value,
            "table": self.table,
            "id": self.pk,
            "name": self.name,
            "after": self.at.isoformat() if self.at else None,
            "text": self.sentence,
        }


def _sentences() -> dict[What, str]:
    return {
        What.CHANGED: _("%(row)s: changed after %(at)s."),
        What.MISSING: _("%(row)s: gone; last written at %(at)s, removed after that."),
        What.INVENTED: _("%(row)s: was not written by Anmin; put in after %(at)s."),
        What.RECORD_ALTERED: _("Evidence record %(name)s: altered; the log stood there at %(at)s."),
        What.RECORD_MISSING: _("Evidence records %(name)s: gone; the one before is of %(at)s."),
        What.TREE_ALTERED: _("Tree of the evidence log: %(name)s altered; last record %(at)s."),
        What.HEAD_ALTERED: _("Head of the evidence log: %(name)s; last record of %(at)s."),
        What.CHAIN_BROKEN: _("%(row)s: its history does not hold; changed after %(at)s."),
        What.FOREIGN: _(
            "In the database, but not made by Anmin: %(name)s. It can change what is written and"
            " read; have it removed, and look at everything since your last good check."
        ),
        What.CURSOR_AHEAD: _(
            "Reader %(name)s stands beyond the newest entry of %(at)s: what is written from now on"
            " would be passed over. Its position was changed in the database."
        ),
        What.NO_CALLBACK: _(
            "%(row)s: closed at %(at)s and never planned for a callback, nor excluded by a rule:"
            " the reader's position was changed in the database."
        ),
        What.NO_LOG: _("Nothing was recorded: there is no evidence log to check the rows against."),
    }


@dataclass(slots=True)
class Findings:
    """All findings of a check: how many of each sort, and the first with their names."""

    counts: dict[What, int] = field(default_factory=dict)
    listed: list[Finding] = field(default_factory=list)

    def add(self, one: Finding) -> None:
        """Count a finding, and keep it while there is room."""
        self.more(one.what)
        if len(self.listed) < CAP:
            self.listed.append(one)

    def more(self, what: What, number: int = 1) -> None:
        """Count findings that are not kept."""
        self.counts[what] = self.counts.get(what, 0) + number

    @property
    def room(self) -> int:
        """How many more are kept."""
        return CAP - len(self.listed)

    def __len__(self) -> int:
        return sum(self.counts.values())

    def __iter__(self) -> Iterator[Finding]:
        return iter(self.listed)

    @property
    def rows(self) -> int:
        """Rows that differ from what was written."""
        return sum(number for what, number in self.counts.items() if what.of_a_row)

    @property
    def broken(self) -> int:
        """Chains, records and heads that do not hold."""
        return len(self) - self.rows
