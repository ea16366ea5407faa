"""`anmin stats`: the statistics library by itself, without the database.

One file for each group of methods, found by themselves as those of `commands/` are; each holds
`commands`, a Typer without a name. What they share is in `anmin.config.methods`; a file is read
with `anmin.config.table`. Import that and the library inside the functions, since `anmin --help`
imports every file:

    @commands.command("rank")
    def rank(file: File, y: Annotated[str, typer.Option(help="Column of the estimates.")], …,
             na: Na = Missing.REFUSE, as_json: console.Json = False) -> None:
        \"\"\"The ranks that the estimates allow.\"\"\"
        from anmin.config.table import read_table
        from anmin.stats import rank

        table = read_table(file, numbers=[y, se], texts=[id_], na=na)
        found = rank(table.numbers(y), table.numbers(se))
        tell({"rows": rows_of(id=table.texts(id_), rank=found.rank)}, table, as_json=as_json)
"""

from importlib import import_module
from pkgutil import iter_modules

import typer

commands = typer.Typer(
    name="stats", help="The statistics library, without the database.", no_args_is_help=True
)
for _module in sorted(iter_modules(__path__), key=lambda module: module.name):
    commands.add_typer(import_module(f"{__name__}.{_module.name}").commands)
