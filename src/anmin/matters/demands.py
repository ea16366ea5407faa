"""Demands of citizens that somebody holds to be unreasonable: about which matter, and when they count.

A proposal is a matter of its own (``Kind.sets_aside``), whose cause is the matter of the citizen. It
changes nothing of that one: what was answered stays in every figure, and where the proposal stands
in the end, figures are shown without that matter beside themselves (docs/adr/0072).
"""

from collections.abc import Iterable, Sequence
from datetime import datetime

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils.translation import gettext as _

from anmin.kernel.errors import Refusal
from anmin.matters import policy
from anmin.matters.actor import Actor
from anmin.matters.flow import Move, Stage
from anmin.matters.kind import Kind
from anmin.matters.ledger import Change, append, deadlines_of, running_clocks
from anmin.matters.models import Contact, Entry, Link, Matter
from anmin.matters.registry import demand_kind
from anmin.people.counting import counted
from anmin.people.models import Account

CAUSE = "cause"
MOVED = "demand"
"""The entry in the history of the citizen's matter: what became of a proposal about it."""
HOUSE = Actor.system("demands")
MANY = 99
"""What waits is counted up to here."""


def about(matter: Matter) -> list[Matter]:
    """The proposals about a matter, the latest first."""
    kind = demand_kind()
    if kind is None or not is_asked(matter.type):
        return []
    rows = Link.objects.filter(other=matter, relation=CAUSE, matter__kind=kind.code)
    found = [row.matter for row in rows.select_related("matter__unit").order_by("-matter_id")]
    return [one for one in found if one.stage != Stage.VOID]


def states_of(matters: Iterable[int]) -> dict[int, str]:
    """The state of the latest proposal about each of these matters; nothing for those without."""
    kind = demand_kind()
    if kind is None:
        return {}
    rows = Link.objects.filter(other__in=list(matters), relation=CAUSE, matter__kind=kind.code)
    rows = rows.exclude(matter__stage=Stage.VOID).order_by("matter_id")
    return dict(rows.values_list("other_id", "matter__state"))


def state_said(state: str) -> str:
    """The state of a proposal in words; nothing without one."""
    kind = demand_kind()
    return str(kind.flow.state(state).label) if kind is not None and state else ""


def cause_of(demand: Matter) -> Matter | None:
    """The citizen's matter that a proposal is about; nothing for a matter of another kind."""
    if not demand.type.sets_aside:
        return None
    row = Link.objects.filter(matter=demand, relation=CAUSE).select_related("other").first()
    return row.other if row else None


def is_asked(kind: Kind) -> bool:
    """Whether the citizen of a matter of the kind is asked, or has a word in how it ends."""
    if kind.seals or kind.keeps_sealed or kind.sets_aside:
        return False
    own = kind.follow_up is not None and kind.follow_up.about is None
    return own or any(move.by_citizen for move in kind.flow.moves)


def refusal(
    matter: Matter,
    category: str = "",
    *,
    earlier: Sequence[Matter] | None = None,
    reached: bool | None = None,
) -> str:
    """Why nothing is proposed about a matter now, or not of that class; empty if it may be.

    ``earlier`` and ``reached`` where it is known already what was proposed, and whether it has a contact.
    """
    if not is_asked(matter.type):
        return _("Citizens of such matters are not asked, so nothing is to be set aside.")
    if matter.live:
        return _("It has not ended, or goes on again: what is asked is still being looked at.")
    if matter.stage == Stage.WITHDRAWN:
        return _("It was taken back: nothing is asked any more.")
    if reached is None:
        reached = Contact.objects.filter(matter=matter).exists()
    if not reached:
        return _("Nobody could be told of it, and so nobody could appeal.")
    earlier = about(matter) if earlier is None else earlier
    if any(one.live for one in earlier):
        return _("This has been proposed already and is not decided.")
    if any(one.state in one.type.sets_aside for one in earlier):
        return _("This was found already.")
    same = (one for one in earlier if one.category == category)
    if any(one.stage == Stage.DECLINED or _was_told(one) for one in same):
        return _(
            "This was not confirmed before, or was taken back: it is not proposed once more for the same "
            "reason."
        )
    return ""


def _was_told(demand: Matter) -> bool:
    """Whether a proposal was found once: taken back, the citizen has not to appeal against it again."""
    return Entry.objects.filter(matter=demand, to_state__in=demand.type.public.when).exists()


def require_proposable(kind: Kind, cause: Matter | None, category: str, unit_id: int) -> None:
    """Refuse a proposal about no matter, or about one of which nothing is to be said now.

    Inside a transaction: holds the matter, so that two proposals do not meet. Of other kinds
    nothing is asked.
    """
    if not kind.sets_aside:
        return
    if cause is None:
        raise Refusal(_("Say which matter it is about."), field="cause", code="no_cause")
    held = Matter.objects.select_for_update().get(pk=cause.pk)
    if held.unit_id != unit_id:
        raise Refusal(_("The unit that has the matter proposes it."), field="unit")
    if why := refusal(held, category):
        raise Refusal(why, field="category", code="not_proposable")


def may_propose(
    account: Account,
    matter: Matter,
    *,
    earlier: Sequence[Matter] | None = None,
    reached: bool | None = None,
) -> bool:
    """Whether this person may propose now that what was asked in a matter was unreasonable."""
    kind = demand_kind()
    return (
        kind is not None
        and account.role in kind.opened_by
        and policy.in_scope(account, matter)
        and not refusal(matter, earlier=earlier, reached=reached)
    )


def tell_cause(demand: Matter, at: datetime) -> None:
    """Say in the history of the citizen's matter what became of a proposal."""
    cause = cause_of(demand)
    if cause is None:
        return
    held = Matter.objects.select_for_update().get(pk=cause.pk)
    told = {"demand": demand.number, "state": demand.state}
    running = running_clocks(deadlines_of(held.pk))
    append(held, Change(MOVED, held.state, told=told), actor=HOUSE, at=at, running=running)


def waiting_for(account: Account) -> list[Matter]:
    """What waits for this person's decision, the first due first: no step of the same hand."""
    rows = _waiting(account).select_related("unit").order_by("due_at", "pk")
    return list(rows[:MANY])


def waiting_count(account: Account) -> int:
    """How many wait for this person's decision, up to ``MANY``.

    No query for who decides none.
    """
    kind = demand_kind()
    if kind is None or not _deciding(kind, account):
        return 0
    return counted(account, (__name__, kind.code), lambda: _waiting(account), limit=MANY)


def _deciding(kind: Kind, account: Account) -> list[Move]:
    """The steps of a demand that this role decides with."""
    return [move for move in kind.flow.moves if move.unlike and account.role in move.by]


def _waiting(account: Account) -> QuerySet[Matter]:
    """What this person may decide (``policy.moves_for`` says the same of one)."""
    kind, steps = demand_kind(), Q(pk__in=())
    if kind is None:
        return Matter.objects.none()
    for move in _deciding(kind, account):
        took = Entry.objects.filter(matter=OuterRef("pk"), action__in=move.unlike, actor=account)
        steps |= Q(~Exists(took), state__in=move.sources)
    rows = Matter.objects.filter(steps, kind=kind.code).exclude(unit=account.unit_id)
    return policy.visible(account, rows)


def set_aside_sql(matter: str = "m") -> str:
    """Whether what was asked in a matter was found unreasonable in the end, as SQL of the lake."""
    kind = demand_kind()
    if kind is None:
        return "(1 = 0)"
    states = ", ".join(f"'{state}'" for state in sorted(kind.sets_aside))
    return f"""EXISTS (
        SELECT 1 FROM matters_link dl JOIN matters_matter dm ON dm.id = dl.matter_id
        WHERE dl.other_id = {matter}.id AND dl.relation = '{CAUSE}'
          AND dm.kind = '{kind.code}' AND dm.state IN ({states})
    )"""  # noqa: S608 - codes of the program's own kinds
