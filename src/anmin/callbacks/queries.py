"""What may be read of callbacks, limited to what the reader may see.

Those who are rated never see who is called or what one citizen answered: a unit sees counts,
and what a citizen agreed to pass on.
"""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime
from typing import Any

from django.db.models import Count, Exists, F, OuterRef, Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from anmin.callbacks import ladder
from anmin.callbacks.actions import queue
from anmin.callbacks.addresses import block_level
from anmin.callbacks.callees import first_of, people_called
from anmin.callbacks.concerns import concerns
from anmin.callbacks.days import midnight
from anmin.callbacks.dispositions import Outcome, operator_outcomes, outcomes
from anmin.callbacks.models import Answer, Attempt, Callback, Satisfaction, Solved, Status
from anmin.callbacks.openings import Opening, closing, opening, polite
from anmin.callbacks.promises import why_called_by
from anmin.callbacks.recording import counting_answers
from anmin.callbacks.scripts import AdviceSheet, Question, Situation, advice, script, wording
from anmin.callbacks.sealing import read_note, read_text
from anmin.evidence.prepared import Prepared
from anmin.kernel.errors import Conflict, NotAllowed, NotFound
from anmin.kernel.incoming import key_of
from anmin.kernel.masking import mask_name
from anmin.matters.conflict import about, without
from anmin.matters.contacts import in_brief
from anmin.matters.fact_words import shown
from anmin.matters.models import Link, Matter
from anmin.matters.policy import in_scope, sees_sealed_links
from anmin.matters.registry import rectifying_kind
from anmin.people.models import Account
from anmin.people.policy import Capability, can, require, unit_scope

type Order = tuple[Matter, Matter]
"""An order to put something right, and the matter that caused it."""

_answers = Prepared(
    lambda matter_id: (
        Answer.objects.filter(callback__matter_id=matter_id)
        .annotate(round=F("callback__round"))
        .order_by("round", "seq")
    )
)

OPEN_STATUSES = (Status.CLAIMED, Status.PENDING, Status.PLANNED, Status.MESSAGED, Status.CALLING)


@dataclass(frozen=True, slots=True)
class EarlierAttempt:
    """What was tried before, as the next operator reads it."""

    at: datetime
    channel: str
    outcome: str
    note: str


@dataclass(frozen=True, slots=True)
class CallbackView:
    """Everything an operator sees of a callback: nothing about who served, no phone number.

    ``facts`` are the public ones of the matter, with their labels; ``name`` is masked, and so are
    the ``people`` called, to each of whom his or her own of the ``openings`` is said. ``reopened``
    tells that the closing it asks about was taken back during the call.
    """

    callback_id: int
    number: str
    round: int
    category: str
    happened_at: datetime
    place: str
    state: str
    facts: Sequence[tuple[str, str]]
    name: str
    people: Sequence[str]
    due_at: datetime
    due_why: str
    lease_until: datetime | None
    reopened: bool
    attempts: int
    earlier: Sequence[EarlierAttempt]
    openings: Sequence[Opening]
    questions: Sequence[Question]
    closing: Sequence[str]
    advice: AdviceSheet | None
    situations: Sequence[Situation]
    outcomes: Sequence[Outcome]

    @property
    def opening(self) -> Sequence[str]:
        """What is said to whoever is called first."""
        return self.openings[0].lines

    def opening_to(self, name: str, place: int = 0) -> Sequence[str]:
        """The opening with the full name and its title, once that has been shown; unchanged without
        one."""
        told, said = polite(name), self.openings[place]
        return [line.replace(said.spoken, told) for line in said.lines] if told else said.lines


@dataclass(frozen=True, slots=True)
class AnswerView:
    """One answer as this reader may see it; ``text`` is empty where it is not theirs to read.

    A correction stands beside the first answer, unless it counts ``instead``.
    """

    id: int
    round: int
    seq: int
    at: datetime
    via: str
    satisfaction: str
    solved: str
    concerns: Sequence[str]
    text: str
    corrects: bool
    instead: bool


@dataclass(frozen=True, slots=True)
class CallbackLine:
    """One callback in a list."""

    id: int
    number: str
    round: int
    category: str
    status: str
    due_at: datetime
    not_before: datetime
    attempts: int
    exclusion: str
    disposition: str

    def as_json(self) -> dict[str, Any]:
        """For ``--json``."""
        return asdict(self)


def callback_view(*, callback_id: int, operator: Account) -> CallbackView:
    """The page of a callback that this operator has taken. Raises ``Conflict`` if not theirs."""
    require(operator, Capability.WORK_CALLBACKS)
    held = Callback.objects.select_related("matter__area").filter(
        pk=callback_id, operator=operator, closed_at=None
    )
    callback = without(operator, held, "matter_id").first()
    if callback is None:
        raise Conflict(_("Somebody else has taken this callback; take the next one."))
    earlier = [
        EarlierAttempt(
            at=row.at,
            channel=str(Attempt.Channel(row.channel).label),
            outcome=outcomes()[row.outcome].label,
            note=read_note(row),
        )
        for row in callback.attempt_rows.order_by("seq")
    ]
    return view_of(callback, operator, earlier)


def reopened_in_hand(*, callback_id: int, operator: Account) -> bool:
    """Whether the matter of the call that this operator makes was opened again meanwhile."""
    require(operator, Capability.WORK_CALLBACKS)
    held = Callback.objects.filter(pk=callback_id, operator=operator, closed_at=None)
    return held.filter(Q(withdrawn_at__isnull=False) | Q(matter__closed_at=None)).exists()


def view_of(
    callback: Callback, operator: Account, earlier: Sequence[EarlierAttempt] = ()
) -> CallbackView:
    """What to show of a callback; the caller has checked that it is this operator's."""
    matter = callback.matter
    topic = matter.topic
    sheet = script(callback.script, callback.script_version)
    people = people_called(callback)
    first = people[0] if people else first_of(callback)
    return CallbackView(
        callback_id=callback.pk,
        number=matter.number,
        round=callback.round,
        category=topic.label if topic else str(matter.type.label),
        happened_at=matter.opened_at,
        place=block_level(matter.place) or (matter.area.label if matter.area else ""),
        state=str(matter.state_label),
        facts=[(str(title), words) for title, words in shown(matter, matter.type.public.fields)],
        name=mask_name(first.contact.name),
        people=[in_brief(one.contact) for one in people],
        due_at=callback.due_at,
        due_why=why_called_by(callback),
        lease_until=callback.lease_until,
        reopened=callback.withdrawn_at is not None or matter.closed_at is None,
        attempts=callback.attempts,
        earlier=earlier,
        openings=[opening(sheet, one, operator) for one in people or [first]],
        questions=sheet.question,
        closing=closing(sheet, first, operator),
        advice=advice(topic.advice) if topic else None,
        situations=[one for one in wording().situation if one.stage == "callback"],
        outcomes=operator_outcomes(),
    )


def quiet_until() -> datetime | None:
    """When the quiet hours end, during them: nobody is called now."""
    return ladder.quiet_until(timezone.now(), ladder.pace())


def queue_counts(operator: Account) -> dict[str, int]:
    """How much waits for this operator: to call now, of it late, and for later. Two queries."""
    require(operator, Capability.WORK_CALLBACKS)
    now = timezone.now()
    ready = queue(operator, now).order_by()
    counts = ready.aggregate(now=Count("pk"), late=Count("pk", filter=Q(due_at__lt=now)))
    later = Callback.objects.filter(status=Status.CALLING, closed_at=None)
    later = without(operator, later, "matter_id")
    if not quiet_until():
        later = later.filter(not_before__gt=now)
    return {**counts, "later": later.count()}


def list_callbacks(
    account: Account | None,
    *,
    due: date | None = None,
    statuses: Sequence[str] = OPEN_STATUSES,
    limit: int = 200,
) -> list[CallbackLine]:
    """Callbacks in these states, due first; with ``due``, only those due by the end of that day.

    ``account`` is empty at the console. Raises ``NotAllowed`` for anybody whose unit is rated.
    """
    if account is not None:
        _require_everything(account, Capability.VIEW_CALLBACKS)
    rows = Callback.objects.filter(status__in=statuses)
    if account is not None:
        rows = without(account, rows, "matter_id")
    if set(statuses) <= set(OPEN_STATUSES):
        rows = rows.filter(closed_at=None)
    if due is not None:
        rows = rows.filter(due_at__lt=midnight(due, days=1))
    return [line_of(row) for row in rows.select_related("matter").order_by("due_at", "pk")[:limit]]


def find_callback(text: str) -> int:
    """The callback of that id, or the latest about the matter of that reference number."""
    rows = Callback.objects.all()
    key = key_of(text)
    if key and rows.filter(pk=key).exists():
        return key
    row = rows.filter(matter__number=text.strip().upper()).order_by("-closing").first()
    if row is None:
        raise NotFound(_("There is no such callback."))
    return row.pk


def callback_line(callback_id: int, reader: Account | None = None) -> CallbackLine:
    """One callback as lists show it, for the house or a reader. Raises ``NotFound``, also where it is
    about that reader."""
    row = Callback.objects.select_related("matter").filter(pk=callback_id).first()
    if row is None or (reader is not None and about(row.matter).person(reader)):
        raise NotFound(_("There is no such callback."))
    return line_of(row)


def questions_of(callback_id: int) -> tuple[Question, ...]:
    """What is asked in one callback. Raises ``NotFound``."""
    row = Callback.objects.filter(pk=callback_id).values_list("script", "script_version").first()
    if row is None:
        raise NotFound(_("There is no such callback."))
    return script(*row).question


def line_of(row: Callback) -> CallbackLine:
    """A callback as lists show it; its matter was read with it."""
    topic = row.matter.topic
    return CallbackLine(
        id=row.pk,
        number=row.matter.number,
        round=row.round,
        category=topic.label if topic else str(row.matter.type.label),
        status=row.status,
        due_at=row.due_at,
        not_before=row.not_before,
        attempts=row.attempts,
        exclusion=row.exclusion,
        disposition=row.disposition,
    )


def answers_about(account: Account, matter: Matter) -> list[AnswerView]:
    """What the citizen answered about a matter, as far as this reader may know it.

    Those who see every unit see the answers; the unit that served sees only what the citizen
    agreed to pass on. The words themselves are for the inspectorate (``actions.read_words``) and
    for the unit with consent.
    """
    if not (can(account, Capability.VIEW_ANSWERS) and in_scope(account, matter)):
        return []
    everything = unit_scope(account).everything
    return [
        AnswerView(
            id=row.pk,
            round=getattr(row, "round"),  # noqa: B009 - annotated
            seq=row.seq,
            at=row.at,
            via=row.get_via_display(),
            satisfaction=str(Satisfaction(row.satisfaction).label) if row.satisfaction else "",
            solved=str(Solved(row.solved).label) if row.solved else "",
            concerns=[concerns()[code].label for code in row.concerns],
            text=read_text(row) if not everything else "",
            corrects=row.corrects_id is not None,
            instead=row.counts_instead,
        )
        for row in _answers(matter.pk)
        if everything or row.consent_contact
    ]


def still_unhappy(account: Account, *, days: int = 90) -> list[Order]:
    """Orders of the last days that were settled, though the citizen said in the second call: no.

    The inspectorate may send them back; then they are not here any more. The newest first.
    """
    again = counting_answers().filter(
        Q(satisfaction=Satisfaction.DISSATISFIED) | Q(solved=Solved.NO),
        callback__matter=OuterRef("other"),
        callback__round__gt=1,
        at__gte=OuterRef("matter__closed_at"),
    )
    since = midnight(timezone.localdate(), days=-days)
    links = _orders(account).filter(Exists(again), matter__opened_at__gte=since)
    return _pairs(links.order_by("-matter__opened_at", "-matter_id"))


def sealed_orders(account: Account) -> list[Order]:
    """Orders that nobody has turned to the citizen about, because only the inspectorate may.

    Due first.
    """
    links = _orders(account).filter(sealed=True, matter__state=rectifying_kind().flow.start)
    return _pairs(links.order_by("matter__due_at", "matter_id"))


def _orders(account: Account) -> QuerySet[Link]:
    """What leads from orders to the matters that caused them, for those who see sealed links."""
    if not (can(account, Capability.VIEW_MATTERS) and sees_sealed_links(account)):
        raise NotAllowed(_("Units do not see who is called or what one citizen answered."))
    rows = Link.objects.filter(relation="cause", matter__kind=rectifying_kind().code)
    return without(account, without(account, rows, "matter_id"), "other_id")


def _pairs(links: QuerySet[Link]) -> list[Order]:
    rows = links.select_related("matter__unit", "other")
    return [(link.matter, link.other) for link in rows]


def _require_everything(account: Account, capability: Capability) -> None:
    require(account, capability)
    if not unit_scope(account).everything:
        raise NotAllowed(_("Units do not see who is called or what one citizen answered."))
