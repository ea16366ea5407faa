"""The commands, one file for each command or group.

A file holds `commands`, a Typer: without a name its commands stand at the top (`anmin verify`),
with a name they form a group (`anmin user add`). Import Django and the rooms inside the
functions, after `console.boot()`: `anmin --help` imports every file. Raise a `Refusal` for what
the user can mend; the exit status and the one line on standard error follow from it.

    commands = typer.Typer(name="measures", help="Figures.", no_args_is_help=True)

    @commands.command("refresh")
    def refresh(as_json: console.Json = False) -> None:
        \"\"\"Bring the lake up to date.\"\"\"
        console.boot()
        from anmin.measures import actions

        with console.progress("Reading changed months") as advance:
            months = actions.refresh(advance)
        console.tell({"months": months}, as_json=as_json, text=f"{months} months refreshed.")

`verify.py` is a short real one.
"""
