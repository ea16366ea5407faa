"""Reading about imports: what the desk shows."""

import csv
from collections.abc import Iterator
from itertools import chain, islice
from pathlib import Path
from typing import TYPE_CHECKING, Any

from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from anmin.exchange.models import ImportRun
from anmin.exchange.profile import MOMENTS, TELLING
from anmin.exchange.rejections import Rejection, by_reason
from anmin.kernel.errors import NotFound
from anmin.kernel.masking import HIDDEN, mask_address, mask_free_text, mask_name, mask_phone
from anmin.people.policy import Capability, can, require, unit_scope

MASKS = {
    "contact_name": mask_name,
    "contact_phone": mask_phone,
    "contact_address": mask_address,
}
"""How the columns are shown that tell of the reporter."""
PLAIN = frozenset({"external_id", "state", *MOMENTS, *TELLING})
"""What tells of nobody."""
LOOKED_THROUGH = 20_000
"""So many rejected rows are put together by their reasons for a page."""

if TYPE_CHECKING:
    from anmin.people.models import Account


def import_runs(actor: "Account") -> QuerySet[ImportRun]:
    """The imports that this person may see, the newest first. Raises ``NotAllowed``.

    Those of one's own; where contacts may be opened, those of people within reach; and all for
    administrators, who see no contact in them (``shows_contacts``).
    """
    require(actor, Capability.IMPORT_RECORDS)
    runs = ImportRun.objects.select_related("actor")
    if can(actor, Capability.MANAGE_REFERENCE):
        return runs
    scope = unit_scope(actor)
    if not can(actor, Capability.REVEAL_CONTACT):
        return runs.filter(actor=actor)
    if scope.everything:
        return runs
    return runs.filter(Q(actor=actor) | Q(actor__unit_id__in=scope.unit_ids))


def latest_runs(limit: int = 50) -> list[dict[str, Any]]:
    """The latest imports, for the console: numbers and counts, nothing of their rows."""
    return [
        {
            "run": run.pk,
            "file": run.file_name,
            "profile": run.profile,
            "status": str(run.state),
            "started": timezone.localtime(run.started_at).isoformat(timespec="minutes"),
            "by": run.actor.username if run.actor else "",
            **{name: getattr(run, name) for name in ("read", "created", "updated", "rejected")},
        }
        for run in ImportRun.objects.select_related("actor").order_by("-pk")[:limit]
    ]


def shows_contacts(actor: "Account") -> bool:
    """Whether contacts in the imports that this person sees are shown, not masked."""
    return can(actor, Capability.REVEAL_CONTACT)


def import_run(run_id: int, *, actor: "Account") -> ImportRun:
    """One import. Raises ``NotAllowed`` or ``NotFound``."""
    run = import_runs(actor).filter(pk=run_id).first()
    if run is None:
        raise NotFound(_("There is no such import."))
    return run


def rejects_path(run: ImportRun) -> Path:
    """The file of an import's rejected rows. Raises ``NotFound`` if it is not kept any more."""
    path = Path(run.rejects_file)
    if not run.rejects_file or not path.is_file():
        raise NotFound(_("The file of rejected rows is not kept any more."))
    return path


def masked_rejects(run: ImportRun) -> Iterator[list[str]]:
    """The file of rejected rows, row by row, for who may open no contacts.

    The columns of the reporter are masked, numbers of people are taken out of the others, and
    what nobody said anything about is hidden: columns that were not taken, and all cells of a row
    that does not have one in each column.
    """
    masks = {place: MASKS.get(fact, mask_free_text) for place, fact in run.column_facts}
    masks |= {place: str for place, fact in run.column_facts if fact in PLAIN}
    masks |= {place: MASKS[fact] for place, fact in run.column_facts if fact in MASKS}
    with rejects_path(run).open(encoding="utf-8-sig", newline="") as file:
        rows = csv.reader(file)
        first = next(rows, [])
        width = len(first) - 2
        has_header = len(first) > 1 and not first[width].isdecimal()
        if has_header:
            yield first
        for row in rows if has_header else chain([first], rows):
            sure = len(row) == len(first) and bool(row[width - 1])
            cells = [
                (masks.get(place, _hidden)(cell) if sure else HIDDEN) if cell else ""
                for place, cell in enumerate(row[:width])
            ]
            yield [*cells, row[width], mask_free_text(row[width + 1])]


def _hidden(_cell: str) -> str:
    return HIDDEN


def rejections(run: ImportRun, *, masked: bool = False) -> list[Rejection]:
    """Why rows were rejected, each reason once; none if the file of them is not kept any more.

    Of a very long file only the first ``LOOKED_THROUGH`` rejected rows are looked at.
    """
    try:
        path = rejects_path(run)
    except NotFound:
        return []
    with path.open(encoding="utf-8-sig", newline="") as file:
        rows = csv.reader(file)
        first = next(rows, [])
        line, reason = len(first) - 2, len(first) - 1
        found = (
            (int(row[line]), mask_free_text(row[reason]) if masked else row[reason])
            for row in chain([first], rows)
            # The header line, where there is one, has a word there.
            if len(row) > reason > 0 and row[line].isdecimal()
        )
        return by_reason(islice(found, LOOKED_THROUGH))
