"""Reading about imports: what the desk shows."""

import csv
from itertools import chain, islice
from pathlib import Path
from typing import TYPE_CHECKING

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from anmin.exchange.models import ImportRun
from anmin.kernel.errors import NotFound
from anmin.people.policy import Capability, require

if TYPE_CHECKING:
    from anmin.people.models import Account


def import_runs(actor: "Account") -> QuerySet[ImportRun]:
    """All imports, the newest first. Raises ``NotAllowed``."""
    require(actor, Capability.IMPORT_RECORDS)
    return ImportRun.objects.select_related("actor")


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


def first_rejects(run: ImportRun, *, limit: int = 20) -> list[tuple[int, str]]:
    """Line and reason of the first rejected rows; none if the file is not kept any more."""
    try:
        path = rejects_path(run)
    except NotFound:
        return []
    with path.open(encoding="utf-8-sig", newline="") as file:
        rows = csv.reader(file)
        first = next(rows, [])
        line, reason = len(first) - 2, len(first) - 1
        found = (
            (int(row[line]), row[reason])
            for row in chain([first], rows)
            # The header line, where there is one, has a word there.
            if len(row) > reason > 0 and row[line].isdecimal()
        )
        return list(islice(found, limit))
