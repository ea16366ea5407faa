"""What a check of the log reports: each thing that does not hold, named and dated."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any

from django.apps import apps
from django.utils import timezone
from django.utils.translation import gettext as _

CAP = 1000
"""Findings that are kept with their names; beyond them only the number is."""
ALWAYS = 50
"""Of each sort so many are kept in any case: many of one sort do not hide one of another."""


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
    UNREAD = "unread"
    HELD = "held"
    DONE_BY_HAND = "done_by_hand"
    RECEIPT = "receipt"
    REUSED = "reused"
    SET_BACK = "set_back"
    SCHEMA = "schema"
    UNREADABLE = "unreadable"
    FIGURES = "figures"

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
        at = _moment(self.at)
        key = "" if self.pk is None else f"#{self.pk}"
        row = f"{self.word} {self.name} ({key})" if self.name and key else self.name or key
        row = row if self.name and key else f"{self.word} {row}"
        told = {"row": row, "name": self.name, "at": at}
        return _sentences()[self.what] % told

    @property
    def advice(self) -> str:
        """What to do next, and whom to ask."""
        return _advice()[self.what]

    def as_json(self) -> dict[str, Any]:
        """For ``--json``."""
        return {
            "what": self.what.value,
            "table": self.table,
            "id": self.pk,
            "name": self.name,
            "after": self.at.isoformat() if self.at else None,
            "text": self.sentence,
            "advice": self.advice,
        }


def _moment(at: datetime | None) -> str:
    try:
        return timezone.localtime(at).isoformat(" ", "seconds")[:19] if at else "–"
    except (ValueError, OverflowError):  # at the end of the calendar
        return str(at)[:19]


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
        What.UNREAD: _(
            "%(row)s: came at %(at)s and was passed over: the reader's position was changed in the"
            " database."
        ),
        What.HELD: _(
            "%(row)s: held for longer than Anmin ever holds anything, until %(at)s. It was changed"
            " in the database, and stands still until then."
        ),
        What.DONE_BY_HAND: _(
            "A job of the day is said to be done, and no worker said so: %(name)s. It was changed"
            " in the database; the job runs all the same. The newest record is of %(at)s."
        ),
        What.RECEIPT: _(
            "%(row)s: its receipt is gone or leads to another record: it was changed in the"
            " database. The newest record is of %(at)s."
        ),
        What.REUSED: _(
            "%(row)s: its number was given before, to a row that is gone; this one was written at"
            " %(at)s."
        ),
        What.SET_BACK: _(
            "Numbers would be given a second time: %(name)s. The counter was set back in the"
            " database. The newest record is of %(at)s."
        ),
        What.SCHEMA: _(
            "The database is not built as Anmin builds it: %(name)s. The newest record is of"
            " %(at)s."
        ),
        What.UNREADABLE: _(
            "A part could not be checked, because something stands in the database that no program"
            " can read: %(name)s."
        ),
        What.FIGURES: _(
            "Figures: the file %(name)s is not as Anmin wrote it. The newest record is of %(at)s."
        ),
        What.NO_LOG: _("Nothing was recorded: there is no evidence log to check the rows against."),
    }


def _advice() -> dict[What, str]:
    row = _(
        "Correct nothing by hand. Make a backup now and tell the inspectorate: a backup from before"
        " that time, restored elsewhere, shows what was there."
    )
    log = _(
        "Stop the service, keep a copy of the database, and tell the inspectorate: what was written"
        " after that time is not proven. The way back is the newest backup that verifies."
    )
    base = _(
        "Ask whoever administers the database who did it and when, have it put back as Anmin makes"
        " it, and run anmin verify again."
    )
    call = _("Have the citizen called by hand, and ask who may write to the database.")
    rows = (What.CHANGED, What.MISSING, What.INVENTED, What.CHAIN_BROKEN, What.REUSED)
    logs = (What.RECORD_ALTERED, What.RECORD_MISSING, What.TREE_ALTERED, What.HEAD_ALTERED)
    return {
        **dict.fromkeys(rows, row),
        **dict.fromkeys((*logs, What.NO_LOG), log),
        **dict.fromkeys(
            (What.FOREIGN, What.SCHEMA, What.SET_BACK, What.CURSOR_AHEAD, What.UNREADABLE), base
        ),
        What.HELD: base,
        What.DONE_BY_HAND: base,
        What.FIGURES: _(
            "Have the figures made anew from the records (anmin measures refresh --full), and ask"
            " who may write to the machine. Figures shown since then may be wrong."
        ),
        What.NO_CALLBACK: call,
        What.UNREAD: call,
        What.RECEIPT: _(
            "The answer itself is not touched by this; codes that citizens hold still hold. Tell the"
            " inspectorate, and ask who may write to the database."
        ),
    }


@dataclass(slots=True)
class Findings:
    """All findings of a check: how many of each sort, and the first with their names."""

    counts: dict[What, int] = field(default_factory=dict)
    listed: list[Finding] = field(default_factory=list)

    def add(self, one: Finding) -> None:
        """Count a finding, and keep it while there is room."""
        self.more(one.what)
        if len(self.listed) < CAP or self.counts[one.what] <= ALWAYS:
            self.listed.append(one)

    def extend(self, several: Iterable[Finding]) -> None:
        """Add each of them."""
        for one in several:
            self.add(one)

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
