"""`anmin user`: accounts, from the console."""

import sys
from getpass import getpass
from typing import Annotated

import typer

from anmin.config import console
from anmin.kernel.errors import NotFound, Refusal

commands = typer.Typer(name="user", help="Accounts of the staff.", no_args_is_help=True)


@commands.command("add")
def add(
    name: Annotated[str, typer.Argument(help="Sign-in name.")],
    role: Annotated[str, typer.Option(help="What they do: `anmin user roles` lists the roles.")],
    unit: Annotated[str | None, typer.Option(help="Code of their unit.")] = None,
    display_name: Annotated[str, typer.Option(help="Name shown to colleagues.")] = "",
    password_stdin: Annotated[
        bool, typer.Option("--password-stdin", help="Read the password from standard input.")
    ] = False,
    no_password: Annotated[
        bool, typer.Option("--no-password", help="They sign in by single sign-on only.")
    ] = False,
    as_json: console.Json = False,
) -> None:
    """Add an account. On a terminal the password is asked for."""
    console.boot()
    from anmin.people.actions import add_account
    from anmin.people.roles import Role
    from anmin.places.models import Unit

    if role not in {known.value for known in Role}:
        raise NotFound(f"there is no role {role}: choose one of {', '.join(Role)}", field="role")
    where = Unit.objects.filter(code=unit).first() if unit else None
    if unit and where is None:
        raise NotFound(f"there is no unit with the code {unit}", field="unit")
    account = add_account(
        username=name,
        role=role,
        unit=where,
        display_name=display_name,
        password=None if no_password else _password(from_stdin=password_stdin),
    )
    told = {"username": account.username, "role": account.role, "unit": unit}
    console.tell(told, as_json=as_json, text=f"{account.username} added as {account.role}.")


@commands.command("roles")
def roles(as_json: console.Json = False) -> None:
    """List the roles."""
    console.boot()
    from anmin.people.roles import Role

    told = {role.value: str(role.label) for role in Role}
    text = "\n".join(f"{code:<12} {label}" for code, label in told.items())
    console.tell({"roles": told}, as_json=as_json, text=text)


def _password(*, from_stdin: bool) -> str:
    if from_stdin:
        return sys.stdin.readline().rstrip("\n")
    if not sys.stdin.isatty():
        raise Refusal("give the password with --password-stdin (or --no-password for none)")
    first = getpass("Password: ")
    if getpass("Once more: ") != first:
        raise Refusal("the two passwords differ")
    return first
