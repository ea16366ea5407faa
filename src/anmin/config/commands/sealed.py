"""`anmin sealed`: keys for facts that the server cannot read, and opening them."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from anmin.config import console
from anmin.kernel.errors import Refusal

if TYPE_CHECKING:
    from anmin.kernel.sealing import Holder

commands = typer.Typer(
    name="sealed",
    help="Sealed facts: their keys, and opening them by named people.",
    no_args_is_help=True,
)

Holders = Annotated[
    list[str],
    typer.Option("--holder", help="The account of somebody who opens what is sealed; repeat it."),
]
Need = Annotated[int, typer.Option(help="How many holders open together: 1 or 2.", min=1, max=2)]
Out = Annotated[Path, typer.Option(help="A new folder for the files: on a stick, not here.")]
KeyFile = Annotated[Path, typer.Option("--key", help="The key file.")]
HolderFiles = Annotated[
    list[Path],
    typer.Option("--with", help="The file of a holder, who types the passphrase; repeat it."),
]


@commands.command("create")
def create(holder: Holders, out: Out, need: Need = 1, as_json: console.Json = False) -> None:
    """Make the first key: its public half stays here, the files go to those who hold it.

    Each holder types a passphrase. A lost key is lost tips: keep the key file twice, and the
    backup holder's file in an envelope in a safe.
    """
    _make(holder, out, need=need, replace=False, as_json=as_json)


@commands.command("rotate")
def rotate(holder: Holders, out: Out, need: Need = 1, as_json: console.Json = False) -> None:
    """Seal to a new key from now on. The old files still open what was sealed to the old one."""
    _make(holder, out, need=need, replace=True, as_json=as_json)


@commands.command("show")
def show(as_json: console.Json = False) -> None:
    """List the keys, who holds them, and how much is sealed to each."""
    console.boot()
    from anmin.matters.sealed import all_keys

    rows = all_keys()
    lines = [
        f"{row['key']}  {'in use' if row['in_use'] else 'retired'}  "
        f"{row['need']} of {', '.join(row['holders'])}  {row['sealed']} sealed  "
        + (f"tried {row['drilled_at']:%Y-%m-%d}" if row["drilled_at"] else "never tried")
        for row in rows
    ]
    console.tell({"keys": rows}, as_json=as_json, text="\n".join(lines) or "No key has been made.")


@commands.command("drill")
def drill(key: KeyFile, with_: HolderFiles, as_json: console.Json = False) -> None:
    """Try whether the files and passphrases still open what is sealed; nobody's facts are opened."""
    console.boot()
    from anmin.matters import sealed_actions

    row = sealed_actions.drill(key_file=key.read_text("utf-8"), held=_held(with_))
    console.tell({"key": row.code}, as_json=as_json, text=f"The key {row.code} opens.")


@commands.command("open")
def open_sealed(
    number: Annotated[str, typer.Argument(help="The number of the matter.")],
    key: KeyFile,
    with_: HolderFiles,
    reason: Annotated[str, typer.Option(help="Why; it is kept with your name.")],
    out: Annotated[
        Path | None, typer.Option(help="A new folder for the files that are sealed with it.")
    ] = None,
    as_json: console.Json = False,
) -> None:
    """Open what is sealed of a matter. Who did, when and why is on record for each holder.

    Its files are written into the folder named by --out: on a stick of the holders, not here.
    """
    console.boot()
    from anmin.matters import sealed_actions

    if out is not None and out.exists():
        raise Refusal(f"{out} is there already: name a folder that is not", field="out")
    found = sealed_actions.open_sealed(
        number=number, key_file=key.read_text("utf-8"), held=_held(with_), reason=reason
    )
    told = [{"entry": one.seq, **one.facts} for one in found.facts]
    lines = [f"{name}: {value}" for one in found.facts for name, value in one.facts.items()]
    files = [{"name": one.name, "bytes": len(one.content)} for one in found.files]
    lines += [f"file {one.name} ({len(one.content)} bytes)" for one in found.files]
    if out is not None:
        out.mkdir(mode=0o700)
        for one in found.files:
            path = out / one.name
            path.touch(mode=0o600)
            path.write_bytes(one.content)
    elif files:
        lines.append("Name a new folder with --out to have the files written there.")
    console.tell(
        {"number": number, "sealed": told, "files": files}, as_json=as_json, text="\n".join(lines)
    )


def _make(holders: list[str], out: Path, *, need: int, replace: bool, as_json: bool) -> None:
    console.boot()
    from anmin.kernel.sealing import BACKUP
    from anmin.matters import sealed_actions

    if out.exists():
        raise Refusal(f"{out} is there already: name a folder that is not", field="out")
    said = {name: _chosen(name) for name in dict.fromkeys(holders)}
    made = sealed_actions.make_key(passphrases=said, need=need, replace=replace)
    out.mkdir(mode=0o700)
    names = {"key": f"{made.id}.key"} | {
        name: f"{made.id}.{name}.holder" for name in made.holder_files
    }
    texts = {"key": made.key_file, **made.holder_files}
    for name, file_name in names.items():
        path = out / file_name
        path.touch(mode=0o600)
        path.write_text(texts[name], "utf-8")
    told = {"key": made.id, "need": made.need, "holders": list(made.holders), "folder": str(out)}
    console.tell(
        told,
        as_json=as_json,
        text=(
            f"Key {made.id}, opened by {made.need} of: {', '.join((*made.holders, BACKUP))}.\n"
            f"Files in {out}: give each holder the key file and his or her own, put the file of "
            f"“{BACKUP}” into the safe, and keep none of them on this machine."
        ),
    )


def _chosen(name: str) -> str:
    """A new passphrase, typed twice by its holder."""
    said: str = typer.prompt(f"Passphrase of {name}", hide_input=True, confirmation_prompt=True)
    return said


def _held(files: list[Path]) -> "list[Holder]":
    from anmin.kernel import sealing

    held = []
    for path in files:
        text = path.read_text("utf-8")
        asks = sealing.asks_passphrase(text)
        said = typer.prompt(f"Passphrase for {path.name}", hide_input=True) if asks else ""
        held.append(sealing.holder(text, said))
    return held
