"""`anmin callbacks`: planning them, listing them, writing down how one went."""

from datetime import datetime
from typing import Annotated, Any
from uuid import uuid4

import typer

from anmin.config import console
from anmin.kernel.errors import NotFound, Refusal

commands = typer.Typer(
    name="callbacks", help="Who is called back, and how it went.", no_args_is_help=True
)
Day = typer.Option(formats=["%Y-%m-%d"], help="Only those due by the end of this day.")


@commands.command("plan")
def plan(as_json: console.Json = False) -> None:
    """Plan callbacks for everything answered since, and take the steps that are due."""
    console.boot()
    from anmin.callbacks.contacting import advance
    from anmin.callbacks.planning import NEWS, planned_since
    from anmin.matters.news import drain

    with planned_since() as counted:
        entries = drain([NEWS])
    told = {"entries": entries, **counted, "steps": advance()}
    excluded = ", ".join(f"{code} {number}" for code, number in told["excluded"].items())
    console.tell(
        told,
        as_json=as_json,
        text=f"{told['planned']} planned, {sum(told['excluded'].values())} excluded"
        + (f" ({excluded})" if excluded else "")
        + f"; {told['steps']} steps taken.",
    )


@commands.command("list")
def show(
    due: Annotated[datetime | None, Day] = None,
    every: Annotated[bool, typer.Option("--all", help="Also those that have ended.")] = False,
    limit: Annotated[int, typer.Option(min=1, help="At most so many.")] = 1000,
    as_json: console.Json = False,
) -> None:
    """List callbacks still to be done, due first."""
    console.boot()
    from django.utils import timezone

    from anmin.callbacks.models import Status
    from anmin.callbacks.queries import OPEN_STATUSES, list_callbacks

    lines = list_callbacks(
        None,
        due=due.date() if due else None,
        statuses=Status.values if every else OPEN_STATUSES,
        limit=limit,
    )
    text = "\n".join(
        f"{line.id:>8}  {line.number}  {line.round}  {line.status:<8}  "
        f"{timezone.localtime(line.due_at):%Y-%m-%d %H:%M}  {line.category}"
        for line in lines
    )
    console.tell(
        {"callbacks": [line.as_json() for line in lines]},
        as_json=as_json,
        text=text or "No callbacks.",
    )


@commands.command("record")
def record(
    callback: Annotated[
        str,
        typer.Argument(
            metavar="ID",
            help="Its number in `callbacks list`, or the reference number of its matter.",
        ),
    ],
    outcome: Annotated[str, typer.Option(help="How it went: reached, no_answer, busy, refused …")],
    answer: Annotated[
        str, typer.Option(help="satisfied, fairly, dissatisfied (or 1, 2, 3), dont_know, refuse.")
    ] = "",
    solved: Annotated[str, typer.Option(help="yes, partly, no or dont_know.")] = "",
    reason: Annotated[
        str, typer.Option(help="The citizen's own words, or a note about the attempt.")
    ] = "",
    concern: Annotated[
        list[str] | None, typer.Option(help="What they are unhappy about; may be repeated.")
    ] = None,
    consent: Annotated[bool | None, typer.Option(help="The unit may know who they are.")] = None,
    next_try: Annotated[
        datetime | None,
        typer.Option(help="For an appointment: when (local time).", callback=console.sensible),
    ] = None,
    spoken_to: Annotated[
        int,
        typer.Option(
            min=0,
            help="Where several people are called: who answered, or wants no more calls, from 1.",
        ),
    ] = 0,
    by: Annotated[str | None, typer.Option(help="The operator who called.")] = None,
    as_json: console.Json = False,
) -> None:
    """Write down how one callback went. The first answer is never overwritten."""
    console.boot()
    from django.utils import timezone

    from anmin.callbacks import actions, replies
    from anmin.callbacks.dispositions import operator_outcomes
    from anmin.callbacks.queries import callback_line, find_callback
    from anmin.people.queries import account_by_name

    known = ["reached", *(row.code for row in operator_outcomes())]
    if outcome not in known:
        raise NotFound(f"there is no outcome {outcome}: choose one of {', '.join(known)}")
    found = find_callback(callback)
    operator = account_by_name(by) if by else None
    if operator is not None:
        actions.take(callback_id=found, operator=operator)
    common: dict[str, Any] = {"callback_id": found, "operator": operator, "key": uuid4().hex}
    which = spoken_to - 1 if spoken_to else None
    if outcome == "reached":
        choices = {str(number): code.value for number, code in replies.CHOICES.items()}
        said = actions.Said(
            satisfaction=choices.get(answer, answer),
            solved=solved,
            concerns=concern or (),
            text=reason,
            consent_contact=consent,
        )
        actions.record_answer(**common, said=said, answered_by=which)
    elif answer or solved:
        raise Refusal("an answer goes with --outcome reached", field="answer")
    else:
        again = timezone.make_aware(next_try) if next_try else None
        actions.record_attempt(
            **common,
            outcome=outcome,
            note=reason,
            next_try_at=again,
            spoken_to=which,
        )
    line = callback_line(found)
    console.tell(
        line.as_json(),
        as_json=as_json,
        text=f"{line.number}: {line.status} {line.disposition}".rstrip(),
    )
