"""`anmin programme`: programmes loaded from one file, and how their items stand."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from anmin.config import console

if TYPE_CHECKING:
    from anmin.campaign.queries import Line

commands = typer.Typer(
    name="programme", help="Programmes: activities and work items.", no_args_is_help=True
)


@commands.command("load")
def load(
    file: Annotated[Path, typer.Argument(help="The programme: .toml or .xlsx.")],
    by: Annotated[
        str, typer.Option("--by", help="Sign-in name of the person of the programme office.")
    ],
    as_json: console.Json = False,
) -> None:
    """Load a file as the next version of its programme, for a second person to approve."""
    console.boot()
    from django.utils.translation import gettext as _

    from anmin.campaign.actions import LARGEST, load
    from anmin.campaign.queries import versions
    from anmin.people.queries import account_by_name

    account = account_by_name(by)
    with file.open("rb") as opened:
        content = opened.read(LARGEST + 1)
    version = load(name=file.name, content=content, by=account)
    code = version.programme.code
    found = next(one for one in versions(account, code) if one.version.pk == version.pk)
    told: dict[str, Any] = {
        "programme": code,
        "version": version.number,
        "state": version.state,
        "items": len(version.said.items),
        "planned": version.said.planned,
        "changes": [
            {
                "code": one.code,
                "sort": one.sort,
                "field": str(one.field),
                "before": one.before,
                "after": one.after,
            }
            for one in found.changes
        ],
    }
    text = _("Programme %(programme)s, version %(version)s: %(items)s items, %(changed)s changes.")
    console.tell(told, as_json=as_json, text=text % {**told, "changed": len(found.changes)})
    console.note(str(version.get_state_display()))


@commands.command("show")
def show(
    code: Annotated[str, typer.Argument(help="The programme; see `anmin programme list`.")],
    by: Annotated[str, typer.Option("--by", help="Sign-in name of the person who looks.")],
    as_json: console.Json = False,
) -> None:
    """How every item of a programme stands: what was counted, its target, its forecast."""
    console.boot()
    from anmin.campaign.queries import board
    from anmin.campaign.status import LABELS
    from anmin.people.queries import account_by_name

    found = board(account_by_name(by), code)
    told = {
        "programme": code,
        "version": found.version.number,
        "cutoff": found.cutoff,
        "revision": found.revision,
        "unavailable": found.unavailable,
        "counts": {status.value: number for status, number in found.counts.items()},
        "unnamed": found.unnamed,
        "items": [_as_row(one) for one in found.lines],
    }
    lines = [f"{one.item.code:<8} {LABELS[one.status]}  {one.item}" for one in found.lines]
    console.tell(told, as_json=as_json, text="\n".join(lines))


def _as_row(line: "Line") -> dict[str, Any]:
    read = line.reading
    ahead = read.forecast if read else None
    return {
        "code": line.item.code,
        "title": line.item.title,
        "activity": line.activity.code,
        "lead": line.item.lead,
        "proof": line.item.proof.value,
        "measure": line.item.measure,
        "target": line.item.target,
        "status": line.status.value,
        "value": read.value if read else None,
        "numerator": read.numerator if read else None,
        "denominator": read.denominator if read else None,
        "low": read.low if read else None,
        "high": read.high if read else None,
        "forecast": {"middle": ahead.middle, "low": ahead.low, "high": ahead.high}
        if ahead
        else None,
    }


@commands.command("list")
def list_all(
    by: Annotated[str, typer.Option("--by", help="Sign-in name of the person who looks.")],
    as_json: console.Json = False,
) -> None:
    """The programmes in force."""
    console.boot()
    from anmin.campaign.queries import programmes
    from anmin.people.queries import account_by_name

    rows = [
        {
            "programme": one.programme.code,
            "version": one.number,
            "title": one.said.title,
            "start": one.said.start,
            "end": one.said.end,
            "items": len(one.said.items),
        }
        for one in programmes(account_by_name(by))
    ]
    text = "\n".join(f"{one['programme']}  {one['title']}" for one in rows)
    console.tell({"programmes": rows}, as_json=as_json, text=text)
