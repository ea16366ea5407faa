"""`anmin day`: the day board 一日清 and its sign-off."""

from datetime import date, datetime
from typing import TYPE_CHECKING, Annotated, Any

import typer

from anmin.config import console
from anmin.kernel.errors import Refusal

if TYPE_CHECKING:
    from anmin.people.models import Account
    from anmin.places.models import Unit

commands = typer.Typer(name="day", help="The day board and its sign-off.", no_args_is_help=True)
Date = Annotated[
    datetime | None,
    typer.Argument(
        formats=["%Y-%m-%d"],
        metavar="[DATE]",
        help="Today if left out.",
        callback=console.sensible,
    ),
]
Where = Annotated[str | None, typer.Option(help="Code of the unit; the bureau if left out.")]


@commands.command("show")
def show(day: Date = None, unit: Where = None, as_json: console.Json = False) -> None:
    """Show what came in, what is owed by the end of the day, and whether it is signed."""
    console.boot()
    from django.utils import timezone

    from anmin.callbacks.dayboard import board_of

    board = board_of(_unit(unit), _date(day))
    signed = f"signed by {board.closure.closed_by}" if board.closure else "not signed off"
    lines = [f"{board.unit} {board.date}: {signed}"]
    lines += [f"  {name.replace('_', ' '):<20}{number:>7}" for name, number in board.counts.items()]
    lines += [
        f"  {item.number}  {timezone.localtime(item.due_at):%m-%d %H:%M}  {item.unit}  {item.label}"
        + "".join(f"  ({remark})" for remark in item.remarks)
        for item in board.owed
        if item.due_at
    ]
    console.tell(board.as_json(), as_json=as_json, text="\n".join(lines))


@commands.command("close")
def close(
    day: Date = None,
    by: Annotated[
        str | None, typer.Option(help="Who signs; else who led the unit that day.")
    ] = None,
    unit: Where = None,
    reason: Annotated[
        str, typer.Option(help="Why all that is still owed, and not overdue, stays open.")
    ] = "",
    why: Annotated[
        list[str] | None,
        typer.Option(help="NUMBER=REASON, for each that is overdue. May be repeated."),
    ] = None,
    to: Annotated[
        str | None, typer.Option(help="Who owns it from now on: code of a unit, or sign-in name.")
    ] = None,
    note: Annotated[str, typer.Option(help="A remark on the day.")] = "",
    as_json: console.Json = False,
) -> None:
    """Sign a day off. Refused while anything is owed without a reason and a new owner."""
    console.boot()
    from anmin.callbacks.dayboard import DayRows
    from anmin.callbacks.signing import Carry, close_day, open_keys
    from anmin.people.queries import account_by_name

    signer = account_by_name(by) if by else None
    place = _unit(unit) if unit or signer is None or signer.unit is None else signer.unit
    when = _date(day)
    carry = {}
    if reason or to or why:
        reasons = dict(one.partition("=")[::2] for one in why or ())
        owner = _owner(to)
        carry = {
            key: Carry(reasons.get(left.number, reason), **owner, shared=left.number not in reasons)
            for key, left in open_keys(DayRows(place, when)).items()
        }
    closure = close_day(
        unit=place, day=when, by=signer or _leader(place, when), carry=carry, note=note
    )
    told = {
        "unit": place.code,
        "date": when,
        "signed_by": closure.closed_by.username,
        "signed_at": closure.closed_at,
        "counts": closure.counts,
    }
    console.tell(
        told,
        as_json=as_json,
        text=f"{place} {when} signed by {closure.closed_by}, {closure.counts['carried']} carried over.",
    )


def _date(day: datetime | None) -> date:
    from django.utils import timezone

    return day.date() if day else timezone.localdate()


def _unit(code: str | None) -> "Unit":
    from anmin.callbacks.unhappy import head_unit
    from anmin.places.queries import unit_by_code

    place = unit_by_code(code) if code else head_unit()
    if place is None:
        raise Refusal("there is no unit yet: run `anmin init`")
    return place


def _owner(to: str | None) -> dict[str, Any]:
    from anmin.people.queries import account_by_name
    from anmin.places.queries import unit_ids

    if not to:
        raise Refusal("say with --to who owns from now on what is still open", field="to")
    if to.upper() in unit_ids():
        return {"unit": _unit(to)}
    return {"account": account_by_name(to)}


def _leader(unit: "Unit", day: date) -> "Account":
    from anmin.people.queries import duty_leader

    leader = duty_leader(unit, day)
    if leader is None:
        raise Refusal(f"nobody was rostered to lead {unit} on {day}: say with --by who signs")
    return leader
