"""`anmin areas`: what maps are drawn from."""

from pathlib import Path
from typing import Annotated

import typer

from anmin.config import console

commands = typer.Typer(
    name="areas", help="Boundaries and addresses for maps.", no_args_is_help=True
)

Source = Annotated[str, typer.Option(help="From whom it comes: shown on every map.")]
Terms = Annotated[str, typer.Option(help="On what terms it may be used: shown on every map.")]
Datum = Annotated[
    str,
    typer.Option(
        help="On which datum the points stand: wgs84, cgcs2000, gcj02 or bd09. Without it WGS 84, "
        "and a file that looks like another one is refused."
    ),
]


@commands.command("boundaries")
def boundaries(
    file: Annotated[
        Path, typer.Argument(help="GeoJSON, or CSV with a column of WKT or GeoJSON shapes.")
    ],
    source: Source,
    terms: Terms,
    datum: Datum = "",
    known_only: Annotated[
        bool, typer.Option("--known-only", help="Leave out shapes of areas that are not here.")
    ] = False,
    as_json: console.Json = False,
) -> None:
    """Take in the boundaries of towns and communities. Running it again changes nothing.

    A shape is found its area by the code among its properties, else by its name. One wrong shape,
    and nothing is taken in.
    """
    console.boot()
    from django.utils.translation import gettext as _

    from anmin.places.boundaries import take_in_boundaries

    done = take_in_boundaries(file, source=source, terms=terms, datum=datum, known_only=known_only)
    told = {
        "created": done.created,
        "updated": done.updated,
        "unchanged": done.unchanged,
        "left_out": done.left_out,
        "datum": done.datum,
    }
    text = _("Boundaries: %(created)s new, %(updated)s changed, %(unchanged)s as they were.") % told
    if done.left_out:
        text += "\n" + _("Left out: %(names)s.") % {"names": ", ".join(done.left_out)}
    console.tell(told, as_json=as_json, text=text)


@commands.command("drop-boundaries")
def drop_boundaries(
    source: Annotated[str, typer.Option(help="The source that was given when they were taken in.")],
    as_json: console.Json = False,
) -> None:
    """Take out the boundaries of a source; maps show cells around known points again."""
    console.boot()
    from django.utils.translation import gettext as _

    from anmin.places.boundaries import drop_boundaries

    number = drop_boundaries(source=source)
    text = _("%(number)s boundaries taken out.") % {"number": number}
    console.tell({"dropped": number}, as_json=as_json, text=text)


@commands.command("addresses")
def addresses(
    file: Annotated[Path, typer.Argument(help="CSV with the columns longitude and latitude.")],
    source: Source,
    terms: Terms,
    datum: Datum = "",
    anew: Annotated[bool, typer.Option("--anew", help="Forget the addresses before.")] = False,
    as_json: console.Json = False,
) -> None:
    """Take in where there are addresses, for the cells of the public map; nothing else is read."""
    console.boot()
    from django.utils.translation import gettext as _

    from anmin.places.boundaries import take_in_addresses

    done = take_in_addresses(file, source=source, terms=terms, datum=datum, anew=anew)
    told = {"created": done.created, "unchanged": done.unchanged, "number": done.number}
    text = _("Addresses: %(created)s new, %(unchanged)s known before; %(number)s in all.") % told
    console.tell(told, as_json=as_json, text=text)
