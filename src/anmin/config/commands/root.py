"""`anmin root`: the signed roots of the evidence log."""

from typing import Annotated

import typer

from anmin.config import console
from anmin.kernel.errors import NotFound

commands = typer.Typer(name="root", help="Signed roots of the evidence log.", no_args_is_help=True)


@commands.command("make")
def make(as_json: console.Json = False) -> None:
    """Sign the log as it is now, beside the root that is signed every night."""
    console.boot()
    from anmin.evidence import roots

    _tell(roots.make(), as_json=as_json)


@commands.command("show")
def show(
    size: Annotated[
        int | None, typer.Option(help="The root of so many records; else the newest.", min=0)
    ] = None,
    as_json: console.Json = False,
) -> None:
    """Show a signed root: keep it where nobody who runs this system can change it."""
    console.boot()
    from anmin.evidence import roots

    root = roots.latest() if size is None else roots.of_size(size)
    if root is None:
        raise NotFound("no root has been signed yet: `anmin root make` signs one")
    _tell(root, as_json=as_json)


@commands.command("key")
def key(as_json: console.Json = False) -> None:
    """Show the public key by which anybody can check the signatures."""
    console.boot()
    from anmin.evidence import roots

    told = {"log": roots.log_name(), "key": roots.verifier_key()}
    console.tell(told, as_json=as_json, text=roots.verifier_key())


def _tell(root: object, *, as_json: bool) -> None:
    from anmin.evidence import roots
    from anmin.evidence.models import Root

    assert isinstance(root, Root)
    short = roots.short(root)
    told = {
        "size": root.size,
        "root": bytes(root.root).hex(),
        "at": root.at,
        "short": short,
        "note": root.note,
        "key": roots.verifier_key(),
    }
    console.tell(told, as_json=as_json, text=f"{root.note}\n{short}")
