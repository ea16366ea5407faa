"""Steps that need another person's word: asked for with a reason, agreed to or refused with one.

Whoever asked may withdraw, and what nobody answers lapses (rule ``approval.lapses``). Asking
changes nothing of the matter; agreeing takes the step, in the name of the one who agreed.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import reduce
from operator import or_
from typing import Any

from django.db.models import F, Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from anmin.evidence.log import atomic
from anmin.kernel.errors import Conflict, NotAllowed, NotFound, Refusal
from anmin.matters import messages, policy
from anmin.matters.actions import done_before, lock, require_version
from anmin.matters.actor import Actor
from anmin.matters.fact_types import typed_facts
from anmin.matters.fact_words import in_the_words_of
from anmin.matters.flow import Approval, Move, Text
from anmin.matters.ledger import Change, append, deadlines_of, running_clocks
from anmin.matters.models import ApprovalRequest, Entry, Matter
from anmin.matters.reckoning import reckoner
from anmin.matters.registry import all_kinds
from anmin.matters.steps import prepare, require_here, step_of
from anmin.matters.taking import require_told, take
from anmin.people.counting import NOW, counted
from anmin.people.models import Account

ASKED, REFUSED, WITHDRAWN, LAPSED = (
    "approval_asked",
    "approval_refused",
    "asking_withdrawn",
    "lapsed",
)
MANY = 99
"""Requests that wait are counted up to here."""
HOUSE = "approvals"
"""The label of the house itself, which lets requests lapse."""


@atomic
def ask(
    *,
    matter_id: int,
    code: str,
    actor: Actor,
    reason: str,
    inputs: Mapping[str, Any] | None = None,
    version: int | None = None,
    key: str | None = None,
) -> ApprovalRequest:
    """Ask for a step. What it needs is checked now, so that nobody agrees to what cannot be done.

    Repeating it with the same ``key`` changes nothing. Raises what the step itself would raise,
    and ``Conflict`` while the same step is asked for already.
    """
    matter = lock(matter_id)
    edge, approval = _needing_approval(matter, code)
    policy.require_move(actor, matter, edge)
    if done_before(matter, key):
        known = ApprovalRequest.objects.filter(matter=matter, step=code, asked_by=actor.account)
        if (last := known.order_by("-pk").first()) is not None:
            return last
        raise Conflict(_("This form was used before; open it anew."), field="key")
    reason = _said(reason)
    require_version(matter, version)
    require_here(matter, edge)
    now = timezone.now()
    change, _running = prepare(matter, edge, note=reason, inputs=inputs or {}, at=now)
    for tell in edge.tells:
        messages.prospect(matter, tell, change)
    require_told(edge, change)
    given = {name: change.details[name] for name in inputs or {} if name in change.details}
    if ApprovalRequest.objects.filter(matter=matter, step=code, outcome="").exists():
        raise Refusal(_("This has been asked for already and waits for an answer."), code="asked")
    request = ApprovalRequest.objects.create(
        matter=matter,
        step=code,
        asked_by=actor.account,
        asked_at=now,
        reason=reason,
        inputs=given,
        lapses_at=reckoner()(approval.lapses, now).at,
    )
    _note(matter, ASKED, actor, now, note=reason, step=code, key=key)
    return request


@atomic
def agree(*, request_id: int, actor: Actor, reason: str) -> Matter:
    """Agree to a step, which is taken with that. Raises what the step raises; then it still waits."""
    request, matter = _open(request_id)
    _require_other(actor, request, matter)
    reason = _said(reason)
    edge, now = step_of(matter, request.step), timezone.now()
    require_here(matter, edge)
    _require_still(request, matter, edge)
    change, running = prepare(matter, edge, note=reason, inputs=request.inputs, at=now)
    change.note, change.told["why"] = "", reason  # for the house, not for the citizen
    change.told["asked_by"] = request.asked_by.username if request.asked_by else ""
    take(matter, edge, change, actor=actor, at=now, running=running)
    _end(request, ApprovalRequest.AGREED, actor, reason)
    return matter


@atomic
def refuse(*, request_id: int, actor: Actor, reason: str) -> Matter:
    """Refuse a step that was asked for."""
    request, matter = _open(request_id)
    _require_other(actor, request, matter)
    reason = _said(reason)
    _note(matter, REFUSED, actor, timezone.now(), note=reason, step=request.step)
    _end(request, ApprovalRequest.REFUSED, actor, reason)
    return matter


@atomic
def withdraw(*, request_id: int, actor: Actor) -> Matter:
    """Take back what one asked for oneself."""
    request, matter = _open(request_id)
    account = actor.account
    if account is None or account.pk != request.asked_by_id:
        raise NotAllowed(_("Only who asked takes it back."))
    if not policy.in_scope(account, matter):
        raise NotAllowed(_("You may not do this."))
    _note(matter, WITHDRAWN, actor, timezone.now(), step=request.step)
    _end(request, ApprovalRequest.WITHDRAWN, actor, "")
    return matter


def lapse(*, now: datetime | None = None, limit: int = 200) -> int:
    """End what nobody answered in time, and what the matter has left behind; how many that were."""
    now = now or timezone.now()
    waiting = ApprovalRequest.objects.filter(outcome="")
    rows = waiting.filter(Q(lapses_at__lt=now) | _left_behind()).order_by("pk")
    ended = 0
    for pk in list(rows.values_list("pk", flat=True)[:limit]):
        ended += _lapse(pk, now)
    return ended


def waiting_for(account: Account) -> QuerySet[ApprovalRequest]:
    """What waits for this person's word, the oldest first: in reach, and not asked by him or her."""
    rows = _waiting(account, timezone.now()).select_related("matter", "asked_by")
    return rows.order_by("asked_at", "pk")


def waiting_count(account: Account) -> int:
    """How many wait for this person's word, up to ``MANY``; no query for who gives none."""
    steps = _decided_by(account.role)
    key = (__name__, tuple(steps))
    now = timezone.now()
    return (
        counted(account, key, lambda: _waiting(account, NOW), now=now, limit=MANY) if steps else 0
    )


def _decided_by(role: str) -> list[tuple[str, str]]:
    """The kind and code of every step that waits for the word of this role."""
    return [
        (kind.code, edge.code)
        for kind in all_kinds()
        for edge in kind.flow.moves
        if edge.approval and role in edge.approval.by
    ]


def _waiting(account: Account, now: datetime) -> QuerySet[ApprovalRequest]:
    steps = [Q(matter__kind=kind, step=step) for kind, step in _decided_by(account.role)]
    if not steps:
        return ApprovalRequest.objects.none()
    seen = policy.visible(account, Matter.objects.all()).values("pk")
    rows = ApprovalRequest.objects.filter(reduce(or_, steps), outcome="", lapses_at__gte=now)
    return rows.filter(matter__in=seen).exclude(asked_by=account).exclude(_left_behind())


@dataclass(frozen=True, slots=True)
class Waiting:
    """A request as its reader sees it; ``step`` in words, and what the reader may do with it."""

    request: ApprovalRequest
    step: Text
    facts: list[tuple[Text, str]]
    may_decide: bool
    may_withdraw: bool


def waiting_about(matter: Matter) -> list[ApprovalRequest]:
    """What was asked for about one matter and is not answered yet."""
    if not any(edge.approval for edge in matter.type.flow.moves):
        return []
    rows = ApprovalRequest.objects.filter(matter=matter, outcome="").exclude(_left_behind())
    return list(rows.select_related("matter", "asked_by").order_by("asked_at", "pk"))


def require_about(matter: Matter, request_id: int) -> None:
    """Refuse a request that is about another matter, or that there is not."""
    if not ApprovalRequest.objects.filter(pk=request_id, matter=matter).exists():
        raise NotFound(_("There is no such request."))


def shown(requests: Iterable[ApprovalRequest], account: Account) -> list[Waiting]:
    """Requests as this person sees them: without the facts that are not for his or her role."""
    found = []
    for one in requests:
        edge, approval = _needing_approval(one.matter, one.step)
        details = one.matter.type.details
        fields, hidden = typed_facts(details), details.hidden_from(account.role)
        mine = one.asked_by_id == account.pk
        found.append(
            Waiting(
                one,
                edge.label,
                [
                    (fields[name].title, in_the_words_of(fields[name], value))
                    for name, value in one.inputs.items()
                    if name not in hidden
                ],
                not mine
                and account.role in approval.by
                and policy.in_scope(account, one.matter)
                and one.lapses_at >= timezone.now(),
                mine,
            )
        )
    return found


def _said(reason: str) -> str:
    if not reason.strip():
        raise Refusal(_("Give a reason."), field="note", code="missing")
    return reason.strip()


def _needing_approval(matter: Matter, code: str) -> tuple[Move, Approval]:
    edge = step_of(matter, code)
    if edge.approval is None:
        raise Refusal(_("This step needs nobody's agreement."), code="no_approval")
    return edge, edge.approval


def _open(request_id: int) -> tuple[ApprovalRequest, Matter]:
    """A request that waits, and its matter, both held for this transaction."""
    known = ApprovalRequest.objects.filter(pk=request_id).first()
    if known is None:
        raise NotFound(_("There is no such request."))
    matter = lock(known.matter_id)
    request = ApprovalRequest.objects.select_for_update().get(pk=request_id)
    if request.outcome or request.lapses_at < timezone.now():
        raise Conflict(_("This request has been answered or has lapsed; look again."))
    return request, matter


def _require_other(actor: Actor, request: ApprovalRequest, matter: Matter) -> None:
    """Refuse a word on a request by somebody who may not give it, or who asked."""
    _edge, approval = _needing_approval(matter, request.step)
    account = actor.account
    if account is None or actor.role not in approval.by or not policy.in_scope(account, matter):
        raise NotAllowed(_("You may not do this."))
    if account.pk == request.asked_by_id:
        raise NotAllowed(_("Another person than the one who asked decides this."))


def _require_still(request: ApprovalRequest, matter: Matter, edge: Move) -> None:
    """Refuse what was asked for by somebody who may not take the step now, or before the matter moved."""
    asker = request.asked_by
    if asker is not None and edge not in policy.moves_for(asker, matter):
        raise Conflict(_("Whoever asked may not take this step any more: refuse it."))
    moved = Entry.objects.filter(matter=matter, at__gt=request.asked_at)
    if moved.exclude(from_state=F("to_state")).exists():
        raise Conflict(_("The matter has moved on since this was asked for: refuse it."))


def _note(
    matter: Matter,
    action: str,
    actor: Actor,
    at: datetime,
    *,
    step: str,
    note: str = "",
    key: str | None = None,
) -> None:
    running = running_clocks(deadlines_of(matter.pk))
    change = Change(action, matter.state, note=note, told={"step": step})
    append(matter, change, actor=actor, at=at, key=key, running=running)


def _end(request: ApprovalRequest, outcome: str, actor: Actor, reason: str) -> None:
    request.outcome, request.decision = outcome, reason
    request.decided_by, request.decided_at = actor.account, timezone.now()
    request.save()


@atomic
def _lapse(pk: int, now: datetime) -> int:
    known = ApprovalRequest.objects.get(pk=pk)
    matter = lock(known.matter_id)
    request = ApprovalRequest.objects.select_for_update().get(pk=pk)
    if request.outcome:
        return 0
    house = Actor.system(HOUSE)
    _note(matter, LAPSED, house, now, step=request.step)
    _end(request, ApprovalRequest.LAPSED, house, "")
    return 1


def _left_behind() -> Q:
    """Requests for steps that do not start where their matters are now."""
    gone = Q(pk__in=())
    for kind in all_kinds():
        for edge in kind.flow.moves:
            if edge.approval:
                here = Q(matter__kind=kind.code, step=edge.code)
                gone |= here & ~Q(matter__state__in=edge.sources)
    return gone
