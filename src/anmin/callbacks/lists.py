"""Lists of callbacks page by page, how many there are, and what came of an answer.

For those who work, plan or check callbacks. Nothing here says who served.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from django.conf import settings
from django.db.models import Count, Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from anmin.callbacks import actions
from anmin.callbacks.actions import queue
from anmin.callbacks.amending import amendable
from anmin.callbacks.days import midnight
from anmin.callbacks.models import (
    Answer,
    Callback,
    Draw,
    QualityCheck,
    Satisfaction,
    Solved,
    Status,
)
from anmin.callbacks.quality import UNCHECKED, Agreement, agreement, waiting
from anmin.callbacks.queries import OPEN_STATUSES, CallbackLine, line_of
from anmin.callbacks.scripts import AdviceSheet, Question, advice, checklist, script
from anmin.callbacks.sealing import read_text
from anmin.callbacks.unhappy import order_of
from anmin.kernel.errors import NotAllowed, NotFound
from anmin.kernel.incoming import page_link, read_page_link
from anmin.matters.conflict import about, without
from anmin.people.models import Account
from anmin.people.policy import Capability, require, unit_scope

PAGE = 50
NOW = "now"
"""The view of what this operator may call at this moment."""
STATUS_LABELS = {status.value: status.label for status in Status}


@dataclass(frozen=True, slots=True)
class CallbackPage:
    """One screen of a list; the cursors open the neighbouring ones."""

    lines: Sequence[CallbackLine]
    newer: str = ""
    older: str = ""


@dataclass(frozen=True, slots=True)
class Ordered:
    """That something must be put right. ``unit`` is empty unless the citizen agreed to be named."""

    unit: str
    due_at: datetime | None


@dataclass(frozen=True, slots=True)
class Recorded:
    """An answer that somebody wrote down, in codes, as it stands before a correction.

    ``text`` are the words that were said, for whoever wrote them down; ``instead``: a correction
    would count in its place.
    """

    answer_id: int
    callback_id: int
    number: str
    category: str
    at: datetime
    satisfaction: str
    solved: str
    concerns: Sequence[str]
    consent_contact: bool | None
    advice_given: Sequence[str]
    questions: Sequence[Question]
    advice: AdviceSheet | None
    text: str = ""
    instead: bool = False

    @property
    def in_words(self) -> str:
        """Both ratings as people say them."""
        return in_words(self.satisfaction, self.solved)


@dataclass(frozen=True, slots=True)
class CheckLine:
    """A call that was checked. ``score`` is from 0 to 1; ``failed`` are the items not met.

    ``unchecked`` says why it could not be checked.
    """

    number: str
    at: datetime | None
    score: float | None
    failed: Sequence[str]
    unchecked: str = ""


def in_words(satisfaction: str, solved: str) -> str:
    """Both ratings as people say them."""
    words = (
        str(Solved(solved).label) if solved else "",
        str(Satisfaction(satisfaction).label) if satisfaction else "",
    )
    return " · ".join(filter(None, words))


def list_page(
    account: Account, view: str, *, cursor: str = "", back: bool = False, limit: int = PAGE
) -> CallbackPage:
    """A page of the callbacks in one status, or of ``NOW``: keyset, so O(limit) at any depth.

    What is open comes due first, what has ended newest first. Raises ``NotAllowed`` for anybody
    whose unit is rated, ``Refusal`` for a cursor that was not made here.
    """
    require(account, Capability.VIEW_CALLBACKS)
    if not unit_scope(account).everything:
        raise NotAllowed(_("Units do not see who is called or what one citizen answered."))
    rows = _of(account, view)
    ended = view not in (NOW, *OPEN_STATUSES)
    sign = "lt" if ended != back else "gt"
    if cursor:
        due, pk = read_page_link(cursor, settings.RULES)
        after = Q(**{f"pk__{sign}": pk})
        if not ended:
            after = Q(**{f"due_at__{sign}": due}) | Q(due_at=due) & after
            rows = rows.filter(**{f"due_at__{sign}e": due})
        rows = rows.filter(after)
    order = ("pk",) if ended else ("due_at", "pk")
    rows = rows.order_by(*(order if sign == "gt" else [f"-{name}" for name in order]))
    found = list(rows.select_related("matter")[: limit + 1])
    more, found = len(found) > limit, found[:limit]
    if back:
        found.reverse()
    if not found:
        return CallbackPage([])
    first, last = (page_link(one.due_at, one.pk) for one in (found[0], found[-1]))
    return CallbackPage(
        [line_of(row) for row in found],
        newer=first if (more if back else bool(cursor)) else "",
        older=last if (bool(cursor) if back else more) else "",
    )


def _of(account: Account, view: str) -> QuerySet[Callback]:
    if view == NOW:
        return queue(account, timezone.now())
    if view not in Status.values:
        raise NotFound(_("There is no such list."))
    rows = without(account, Callback.objects.filter(status=view), "matter_id")
    return rows.filter(closed_at=None) if view in OPEN_STATUSES else rows


def open_counts(account: Account) -> dict[str, int]:
    """How many callbacks are in each open status, and how many of all are late. One query.

    A unit that is rated counts its own.
    """
    require(account, Capability.VIEW_CALLBACKS)
    rows = unit_scope(account).narrow(Callback.objects.filter(closed_at=None)).order_by()
    rows = without(account, rows, "matter_id")
    late = Q(due_at__lt=timezone.now())
    found = rows.values_list("status").annotate(n=Count("pk"), late=Count("pk", filter=late))
    counts = {status: (n, overdue) for status, n, overdue in found}
    return {
        **{status.value: counts.get(status, (0, 0))[0] for status in OPEN_STATUSES},
        "late": sum(overdue for _n, overdue in counts.values()),
    }


def in_hand(operator: Account) -> bool:
    """Whether this person has taken a call and not yet written down how it went."""
    return actions.in_hand(operator, timezone.now()).exists()


def due_today(operator: Account) -> int:
    """How many of those to call now are due by the end of the day."""
    require(operator, Capability.WORK_CALLBACKS)
    tomorrow = midnight(timezone.localdate(), days=1)
    return queue(operator, timezone.now()).filter(due_at__lt=tomorrow).order_by().count()


def ordered_after(answer: Answer) -> Ordered | None:
    """What an answer ordered to be put right, as the person who recorded it may tell."""
    order = order_of(answer)
    if order is None or not order.live:
        return None
    told = answer.consent_contact is True and order.unit is not None
    return Ordered(unit=str(order.unit) if told else "", due_at=order.due_at)


def recorded_today(operator: Account, *, limit: int = 10) -> list[Recorded]:
    """The answers that this person wrote down today, newest first."""
    require(operator, Capability.WORK_CALLBACKS)
    rows = Answer.objects.filter(at__gte=midnight(timezone.localdate()), operator=operator)
    rows = without(operator, rows, "callback__matter_id")
    rows = rows.select_related("callback__matter").order_by("-at", "-pk")
    return [_recorded(row) for row in rows[:limit]]


def recorded(answer_id: int, reader: Account) -> Recorded:
    """One answer for correction: for whoever wrote it down, or checks callbacks."""
    require(reader, Capability.WORK_CALLBACKS)
    row = Answer.objects.select_related("callback__matter").filter(pk=answer_id).first()
    if row is None or about(row.callback.matter).person(reader):
        raise NotFound(_("There is no such answer."))
    if row.operator_id != reader.pk:
        require(reader, Capability.CHECK_CALLBACKS)
        return _recorded(row)
    return replace(_recorded(row), text=read_text(row), instead=amendable(row, reader))


def _recorded(row: Answer) -> Recorded:
    topic = row.callback.matter.topic
    return Recorded(
        answer_id=row.pk,
        callback_id=row.callback_id,
        number=row.callback.matter.number,
        category=topic.label if topic else str(row.callback.matter.type.label),
        at=row.at,
        satisfaction=row.satisfaction,
        solved=row.solved,
        concerns=row.concerns,
        consent_contact=row.consent_contact,
        advice_given=row.advice_given,
        questions=script(row.script, row.script_version).question,
        advice=advice(topic.advice) if topic else None,
    )


def checks_waiting(account: Account, purpose: Draw.Purpose) -> int:
    """How many calls chance has picked that this person may check, or ask again blind."""
    return waiting(account, purpose, timezone.now()).count()


def checked(account: Account, *, limit: int = PAGE) -> list[CheckLine]:
    """The calls that were checked last, newest first."""
    require(account, Capability.CHECK_CALLBACKS)
    rows = QualityCheck.objects.filter(draw__purpose=Draw.Purpose.CHECK, at__isnull=False)
    rows = without(account, rows, "callback__matter_id")
    return [
        CheckLine(
            number=row.callback.matter.number,
            at=row.at,
            score=row.score,
            failed=[
                item.label
                for item in checklist(row.items.get("version")).item
                if row.items.get(item.code) is False
            ],
            unchecked=str(UNCHECKED.get(row.items.get("unchecked", ""), "")),
        )
        for row in rows.select_related("callback__matter").order_by("-at", "-pk")[:limit]
    ]


def not_to_be_checked(account: Account, *, days: int = 90) -> int:
    """How many calls of the last days could not be checked."""
    require(account, Capability.CHECK_CALLBACKS)
    rows = QualityCheck.objects.filter(draw__purpose=Draw.Purpose.CHECK)
    since = midnight(timezone.localdate(), days=-days)
    return rows.filter(at__gte=since, items__has_key="unchecked").count()


def recent_agreement(account: Account, *, days: int = 90) -> Agreement:
    """What the blind re-calls of the last days found."""
    require(account, Capability.CHECK_CALLBACKS)
    since = timezone.now() - timedelta(days=days)
    return agreement(QualityCheck.objects.filter(draw__purpose=Draw.Purpose.RECALL, at__gte=since))
