"""`anmin profiles`: how the columns of other systems' exports are read."""

from pathlib import Path
from typing import Annotated

import typer

from anmin.config import console

commands = typer.Typer(
    name="profiles", help="How the columns of exports are read.", no_args_is_help=True
)


@commands.command("list")
def list_all(as_json: console.Json = False) -> None:
    """The profiles that are shipped and those of this installation."""
    console.boot()
    from anmin.exchange.profiles import list_profiles

    listed = list_profiles()
    rows = [
        {"name": one.name, "title": one.title, "path": one.path, "shipped": one.shipped}
        for one in listed
    ]
    width = max(len(one.name) for one in listed)
    text = "\n".join(f"{one.name:<{width}}  {one.title}" for one in listed)
    console.tell({"profiles": rows}, as_json=as_json, text=text)


@commands.command("show")
def show(
    name: Annotated[str, typer.Argument(help="A name, the beginning of one, or a TOML file.")],
    as_json: console.Json = False,
) -> None:
    """A profile as its file has it."""
    console.boot()
    from anmin.exchange.profiles import find_profile, read_profile

    path = find_profile(name)
    profile = read_profile(path)
    told = profile.model_dump(mode="json")
    console.tell(told, as_json=as_json, text=path.read_text("utf-8-sig").rstrip())


@commands.command("guess")
def guess(
    file: Annotated[Path, typer.Argument(help="An export to look at: CSV or XLSX.")],
    name: Annotated[str, typer.Option(help="What to call the profile.")] = "mine",
    zone: Annotated[str | None, typer.Option(help="The time zone of its times.")] = None,
    sheet: Annotated[str, typer.Option(help="Which sheet of a workbook to look at.")] = "",
    encoding: Annotated[
        str, typer.Option(help="The encoding of its text, such as windows-1252 or shift_jis.")
    ] = "",
    kind: Annotated[str, typer.Option(help="The kind of matter that its rows are.")] = "incident",
    as_json: console.Json = False,
) -> None:
    """Propose a profile from the header and sample rows; save it, check it, use it."""
    console.boot()
    from anmin.exchange.guess import Wishes
    from anmin.exchange.reasons import doubt
    from anmin.exchange.uploads import propose

    wishes = Wishes(sheet=sheet, encoding=encoding, kind=kind)
    found = propose(file, name=name, zone=zone, wishes=wishes)
    told = {
        "toml": found.toml,
        "columns": [column.as_json() for column in found.columns],
        "doubts": [doubt(code) for code in found.doubts],
    }
    console.tell(told, as_json=as_json, text=found.toml.rstrip())
    if not as_json:
        for code in found.doubts:
            console.note(f"# {doubt(code)}")


@commands.command("template")
def template(
    out: Annotated[Path, typer.Argument(help="Where to write it: a name in .csv or .xlsx.")],
    as_json: console.Json = False,
) -> None:
    """Write the empty Chinese template, to be filled in by hand or by another system."""
    console.boot()
    from anmin.exchange.template import write_template

    write_template(out)
    console.tell({"file": out}, as_json=as_json, text=str(out))
