"""`anmin report`: the reports of a day, a week or a month as files."""

from __future__ import annotations

import os
from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer

from anmin.config import console
from anmin.kernel.errors import Refusal

commands = typer.Typer(
    name="report", help="Official documents about a period.", no_args_is_help=True
)
Day = Annotated[
    datetime | None,
    typer.Argument(
        formats=["%Y-%m-%d"],
        metavar="[DATE]",
        help="A day of the period; of the last one that is over if left out.",
        callback=console.sensible,
    ),
]
Out = Annotated[Path, typer.Option(help="Where to: .docx, .pdf, .xlsx or .csv.")]
Where = Annotated[str, typer.Option(help="Code of the unit; the bureau if left out.")]
Tongue = Annotated[str, typer.Option(help="Language: zh or en.")]


@commands.callback()
def _group() -> None:
    """Official documents about a period."""


def _add(code: str, about: str) -> None:
    @commands.command(code, help=about)
    def write(
        out: Out,
        day: Day = None,
        unit: Where = "",
        language: Tongue = "",
        as_json: console.Json = False,
    ) -> None:
        _write(code, day, out, unit, language, as_json=as_json)


_add("daily", "Write the brief of a day.")
_add("monthly", "Write the report of a unit's month.")
_add("weekly", "Write the report of a week, where a room of the house has one.")


def _write(
    code: str, day: datetime | None, out: Path, unit: str, language: str, *, as_json: bool
) -> None:
    console.boot()
    from django.utils import timezone, translation
    from django.utils.translation import gettext as _

    from anmin.documents.registry import (
        Asked,
        described,
        last_over,
        not_to_come,
        period_of,
        report_of,
    )
    from anmin.documents.writing import FORMS, written
    from anmin.places.queries import unit_by_code

    if language not in ("", "zh", "en"):
        raise Refusal(_("Reports are written in zh or en."), field="language")
    if language:
        translation.activate("zh-hans" if language == "zh" else "en")
    ending = out.suffix.lower().lstrip(".")
    if ending not in FORMS:
        told = _("Documents are written as %(forms)s only.")
        raise Refusal(told % {"forms": ", ".join(one.upper() for one in FORMS)}, field="out")
    if not out.parent.is_dir():
        raise Refusal(_("There is no folder %(folder)s.") % {"folder": out.parent}, field="out")
    one, today = report_of(code), timezone.localdate()
    start, end = period_of(one.span, day.date()) if day else last_over(one.span, today)
    not_to_come(start, today)
    with console.progress(_("Writing the report")) as advance:
        place = unit_by_code(unit) if unit else None
        document = described(one, Asked(start, end, unit=place))
        advance(1, 2)
        content = written(document, ending)
        advance(2, 2)
    part = out.with_name(f".{out.stem}.part{out.suffix}")
    try:
        with os.fdopen(os.open(part, os.O_CREAT | os.O_TRUNC | os.O_WRONLY, 0o600), "wb") as file:
            file.write(content)
        part.replace(out)
    finally:
        part.unlink(missing_ok=True)
    result = {
        "report": code,
        "start": start,
        "end": end,
        "file": str(out),
        "bytes": len(content),
        "revision": document.basis.revision,
        "cutoff": document.basis.cutoff,
    }
    told = _("%(title)s (%(start)s to %(end)s) in %(file)s.")
    text = told % {"title": document.title, "start": start, "end": end, "file": out}
    console.tell(result, as_json=as_json, text=text)
