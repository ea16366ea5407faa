"""What callbacks and surveys do alike: one person has it in hand, each turn is written down once, and
it is tried again in time or ends."""

from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from typing import Any

from django.db.models import Q
from django.utils.translation import gettext as _

from anmin.callbacks import ladder
from anmin.callbacks.dispositions import Outcome
from anmin.callbacks.turn_models import Tried, Worked
from anmin.kernel.errors import Conflict, Refusal
from anmin.matters.ledger import take_turn

APPOINTMENT = "appointment"


def unheld(now: datetime) -> Q:
    """The rows that nobody has in hand."""
    return Q(lease_until=None) | Q(lease_until__lte=now)


def bring(
    row: Worked,
    attempt: Callable[[int], Tried],
    changes: dict[str, Any],
    *,
    status: str,
    keeps: bool = False,
) -> None:
    """Bring a row to where an attempt led, and write that down; two statements.

    ``attempt`` makes it by its number; ``status`` is that of the row as it was read. Inside a transaction. Whoever had the row in hand gives it
    back unless it ``keeps`` to that person. Raises ``Conflict`` when it changed since it was read.
    """
    take_turn()
    known = type(row)._default_manager.filter(Q(status=status), pk=row.pk, steps=row.steps)
    given_back = {} if keeps else {"operator": None, "lease_until": None}
    fields = {"steps": row.steps + 1, **given_back, **changes}
    if not known.update(**fields):
        raise Conflict(_("Somebody else has just changed this."))
    for name, value in fields.items():
        setattr(row, name, value)
    attempt(row.steps).save()


def require_appointment(at: datetime | None, now: datetime, pace: ladder.Pace) -> None:
    """Refuse an appointment that is not one, or in the quiet hours."""
    if at is None or at <= now:
        raise Refusal(_("Say when to call again."), field="next_try_at")
    if ladder.permitted(at, pace) != at:
        raise Refusal(_("This falls into the quiet hours."), field="next_try_at")


def what_next(
    outcome: Outcome,
    *,
    earlier: Sequence[tuple[datetime, bool, str]],
    used: int,
    now: datetime,
    appointment: datetime | None,
    pace: ladder.Pace,
    exhausted: Callable[[Iterable[str]], str],
) -> tuple[str, datetime | None]:
    """The disposition that an attempt ends with, or when it is tried again.

    ``earlier`` are the attempts before, oldest first: when, whether a person called or went, and
    the outcome; ``used`` counts those that turned to the citizen, this one included. An
    ``appointment`` that is agreed is kept.
    """
    if outcome.code == APPOINTMENT:
        require_appointment(appointment, now, pace)
        return "", appointment
    if outcome.ends:
        return outcome.ends, None
    tried = [at for at, by_person, _outcome in earlier if by_person]
    again = ladder.next_call([*tried, now], used=used, pace=pace)
    if again is not None:
        return "", again
    return exhausted([*(code for _at, _person, code in earlier), outcome.code]), None
