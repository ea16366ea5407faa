"""`anmin retention`: matters whose time is over, and those that are kept all the same."""

from typing import Annotated

import typer

from anmin.config import console

commands = typer.Typer(
    name="retention",
    help="Matters whose time is over, and legal holds.",
    no_args_is_help=True,
)
Number = Annotated[str, typer.Argument(help="The number of the matter.")]
Reason = Annotated[str, typer.Option(help="Why; it stands in the history.")]
By = Annotated[str, typer.Option("--by", help="Sign-in name of the inspector who says so.")]


@commands.command("run")
def run(
    most: Annotated[int, typer.Option(help="So many matters at most.", min=1)] = 500,
    as_json: console.Json = False,
) -> None:
    """Anonymise matters whose time is over, as the worker does every night.

    Contacts, personal facts, free texts, notes, answers in words and files go; the history says so,
    and `anmin verify` still replays it. Matters under a legal hold stay as they are.
    """
    console.boot()
    from django.utils.translation import gettext as _

    from anmin.matters.retention import anonymise_due

    done = anonymise_due(most)
    text = _("%(count)s matters tell of nobody any more.") % {"count": done}
    console.tell({"anonymised": done}, as_json=as_json, text=text)


@commands.command("hold")
def hold(number: Number, reason: Reason, by: By, as_json: console.Json = False) -> None:
    """Keep a matter as it is, whatever its time, until the hold is lifted."""
    console.boot()
    from anmin.matters import holding
    from anmin.matters.queries import find_matter
    from anmin.people.queries import account_by_name

    who = account_by_name(by)
    made = holding.hold(matter_id=find_matter(who, number).pk, by=who, reason=reason)
    console.tell({"hold": made.pk}, as_json=as_json, text=number)


@commands.command("lift")
def lift(number: Number, reason: Reason, by: By, as_json: console.Json = False) -> None:
    """Lift the hold of a matter."""
    console.boot()
    from anmin.matters import holding
    from anmin.matters.queries import find_matter
    from anmin.people.queries import account_by_name

    who = account_by_name(by)
    done = holding.lift(matter_id=find_matter(who, number).pk, by=who, reason=reason)
    console.tell({"hold": done.pk}, as_json=as_json, text=number)


@commands.command("held")
def held(as_json: console.Json = False) -> None:
    """List the matters that are held, and since when."""
    console.boot()
    from django.utils import timezone

    from anmin.matters.holding import held as standing

    rows = [
        {
            "number": one.matter.number,
            "since": timezone.localtime(one.set_at).date().isoformat(),
            "by": one.set_by.username,
            "reason": one.reason,
        }
        for one in standing()
    ]
    lines = ["  ".join(row.values()) for row in rows]
    console.tell({"held": rows}, as_json=as_json, text="\n".join(lines))
