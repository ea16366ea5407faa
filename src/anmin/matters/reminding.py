"""Bodies outside the police are reminded of what they owe: before it is due, and once when it is late.

The history of the order says so, so that whoever asked sees it; where the body has a number for
messages, it is texted. Accounts of the body have it among their notices besides.
"""

from datetime import datetime

from django.conf import settings
from django.utils import timezone, translation
from django.utils.translation import gettext_lazy

from anmin.channels.actions import queue_message
from anmin.channels.addresses import goes_there
from anmin.channels.letters import register_letter
from anmin.channels.models import Medium
from anmin.channels.queries import has_opted_out
from anmin.evidence.log import atomic
from anmin.matters.actor import Actor
from anmin.matters.ledger import Change, append, deadlines_of, running_clocks
from anmin.matters.messages import permitted
from anmin.matters.models import Deadline, Entry, Matter
from anmin.matters.owed import REMINDED, running_for_bodies
from anmin.matters.telling import bureau, day_said
from anmin.places.models import Unit

LETTER = register_letter(
    "body_reminder",
    gettext_lazy("Reminder to a body of an order"),
    "callback.quiet_from",
    "body_order.remind",
)
HOUSE = Actor.system("reminding")
SOON = gettext_lazy(
    "{bureau}: order {number} ({clock}) is due by {due}. Please sign in to answer it, or call whoever asked."
)
LATE = gettext_lazy(
    "{bureau}: order {number} ({clock}) was due by {due}. Please sign in to answer it, or call whoever asked."
)


def remind_bodies(*, now: datetime | None = None, limit: int = 200) -> int:
    """Remind of what comes due or has become late, each once; how many reminders were written."""
    now = now or timezone.now()
    lead = settings.RULES.get("body_order.remind", timezone.localdate(now)).duration
    rows = running_for_bodies().filter(due_at__lte=now + lead).select_related("matter")
    due = list(rows.order_by("-due_at", "pk"))
    keys = {row.pk: _key(row, now) for row in due}
    done = set(
        Entry.objects.filter(
            matter__in={row.matter_id for row in due}, action=REMINDED
        ).values_list("matter_id", "key")
    )
    left = [row for row in due if (row.matter_id, keys[row.pk]) not in done]
    return sum(_remind(row.matter_id, row.clock, now) for row in left[:limit])


def _key(row: Deadline, now: datetime) -> str:
    """What tells one reminder from another: the clock, its deadline, before or after."""
    return f"reminded:{row.clock}:{row.due_at:%Y%m%d%H%M}:{'late' if row.due_at < now else 'soon'}"


@atomic
def _remind(matter_id: int, clock: str, now: datetime) -> int:
    order = Matter.objects.select_for_update().get(pk=matter_id)
    row = running_for_bodies().filter(matter=order, clock=clock).first()
    if row is None:
        return 0
    key = _key(row, now)
    if Entry.objects.filter(matter=order, key=key).exists():
        return 0
    body = Unit.objects.get(pk=order.unit_id or 0)
    texted = _reached(body.phone, order)
    told = {"clock": clock, "late": row.due_at < now, "texted": texted}
    running = running_clocks(deadlines_of(order.pk))
    append(
        order,
        Change(REMINDED, order.state, told=told),
        actor=HOUSE,
        at=now,
        key=key,
        running=running,
    )
    if texted:
        _text(order, row, body.phone, key, now)
    return 1


def _reached(phone: str, order: Matter) -> bool:
    """Whether a text goes to the body; not where it replied that it wants none."""
    about = f"matter:{order.number}"
    return bool(phone) and goes_there(phone) and not has_opted_out(Medium.SMS, phone, about)


def _text(order: Matter, row: Deadline, phone: str, key: str, now: datetime) -> None:
    """Text the body; the words name the order by its number alone, for anybody may read them."""
    local = timezone.localtime(row.due_at)
    with translation.override(settings.LANGUAGE_CODE):
        label = next((one.label for one in order.type.clocks if one.code == row.clock), "")
        words = LATE if row.due_at < now else SOON
        body = str(words).format(
            bureau=bureau(),
            number=order.number,
            clock=label,
            due=f"{day_said(local.date())} {local:%H:%M}",
        )
    queue_message(
        key=f"{order.number}/{key}",
        medium=Medium.SMS,
        recipient=phone,
        body=body,
        template=LETTER.code,
        language=settings.LANGUAGE_CODE,
        not_before=permitted(now),
        subject_ref=f"matter:{order.number}",
    )
