"""`anmin verify`: the proof that records are what was written."""

import sys
from pathlib import Path
from typing import Annotated

import typer

from anmin.config import console
from anmin.kernel.errors import Refusal

commands = typer.Typer()

LONGEST = 16 << 20
"""Bytes of a file that may hold a root: a mail with pictures, not a database."""


@commands.command("verify")
def verify(
    root: Annotated[
        list[str] | None,
        typer.Option(
            help="A signed root from outside, as a file (a mail, a saved page), as text or in its"
            " short form; `-` reads it from standard input. May be given several times.",
        ),
    ] = None,
    as_json: console.Json = False,
) -> None:
    """Replay every timeline against its row, check every chain and every signed root.

    Only a root kept outside tells a database that was rolled back as a whole.
    """
    console.boot()
    from anmin.config import integrity
    from anmin.evidence import against

    brought = [known for one in root or () for known in against.read(_text(one))]
    with console.progress("Matters") as advance:
        report = integrity.check(advance, brought)
    console.tell(report.as_json(), as_json=as_json, text=report.sentence())
    if not report.sound:
        raise typer.Exit(1)


def _text(given: str) -> str:
    """What a file, standard input or the words themselves say."""
    if given == "-":
        return sys.stdin.buffer.read(LONGEST).decode("utf-8", "replace")
    try:
        path = Path(given)
        if not path.is_file():
            return given
        with path.open("rb") as file:
            content = file.read(LONGEST + 1)
    except (OSError, ValueError) as fault:  # too long for a name, a NUL: it is the text itself
        if len(given) > 60 or "\n" in given or "\0" in given:
            return given
        raise Refusal(f"{given} cannot be read: {fault}") from None
    if len(content) > LONGEST:
        raise Refusal(f"{given} is too long to be a text with a root in it")
    for mark, encoding in ((b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16")):
        if content.startswith(mark):
            return content.decode(encoding, "replace")
    return content.decode("utf-8", "replace")
