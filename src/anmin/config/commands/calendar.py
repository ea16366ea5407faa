"""`anmin calendar`: holidays and make-up workdays, and the announcement of a new year."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from anmin.config import console

if TYPE_CHECKING:
    from anmin.kernel.calendar import Day

commands = typer.Typer(
    name="calendar", help="Working days, and the announcement of holidays.", no_args_is_help=True
)


@commands.command("show")
def show(
    year: Annotated[int, typer.Argument(help="The year.")], as_json: console.Json = False
) -> None:
    """Show the holidays and make-up workdays of a year, and whether they are announced."""
    console.boot()
    from datetime import date

    from anmin.config.holidays import folder
    from anmin.kernel.calendar import DayKind, WorkingCalendar

    calendar = WorkingCalendar(folder())
    known = calendar.announced(year)  # first: it refuses a year that no calendar has
    ordinals = range(date(year, 1, 1).toordinal(), date(year, 12, 31).toordinal() + 1)
    days = (calendar.day(date.fromordinal(ordinal)) for ordinal in ordinals)
    special = [day for day in days if day.kind in (DayKind.HOLIDAY, DayKind.MAKEUP)]
    head = f"{year}: {'announced' if known else 'not announced yet, by the statutory days only'}"
    console.tell(
        {"year": year, "announced": known, "days": [_row(day) for day in special]},
        as_json=as_json,
        text="\n".join([head, *map(_line, special)]),
    )


@commands.command("announce")
def announce(
    file: Annotated[Path, typer.Argument(help="The announcement: `<year>.toml`.")],
    by: Annotated[
        str | None,
        typer.Option(
            help="Sign-in name of the administrator who brings it; entries say so. Without it "
            "they name the working calendar."
        ),
    ] = None,
    as_json: console.Json = False,
) -> None:
    """Take in the announcement of a year's holidays and recalculate what is not due yet.

    What was met or missed stays as it was judged. Safe to repeat.
    """
    console.boot()
    from anmin.config import holidays
    from anmin.people.queries import account_by_name

    done = holidays.announce(file, by=account_by_name(by) if by else None)
    text = [
        f"{done.year}: {len(done.days)} days differ from what was known; deadlines of "
        f"{done.matters} matters and {done.callbacks} callbacks recalculated.",
        *map(_line, done.days),
    ]
    told = {
        "year": done.year,
        "days": [_row(day) for day in done.days],
        "matters": done.matters,
        "callbacks": done.callbacks,
    }
    console.tell(told, as_json=as_json, text="\n".join(text))


def _row(day: "Day") -> dict[str, object]:
    return {"date": day.date, "kind": day.kind.value, "name": day.name}


def _line(day: "Day") -> str:
    return f"  {day.date} {day.kind.value:<8} {day.name or ''}".rstrip()
