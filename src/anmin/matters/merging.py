"""Matters that belong together: linked, or merged into one that is worked on and answered.

What is merged ends without a word of its own: its citizen is told, called and answered about the
other, which stays with it. So nobody whose own unit is rated merges; he links, and the link says so.
"""

from collections.abc import Mapping
from typing import Any

from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from anmin.evidence.log import atomic
from anmin.kernel.errors import Conflict, NotAllowed, Refusal
from anmin.matters import conflict, messages, policy
from anmin.matters.actions import lock, require_version
from anmin.matters.actor import Actor
from anmin.matters.clock import Running, tick
from anmin.matters.facts import MatterFacts
from anmin.matters.flow import MERGED
from anmin.matters.ledger import Change, Replay, append, deadlines_of, running_clocks
from anmin.matters.merged import INTO, PARTED
from anmin.matters.models import Entry, Link, Matter
from anmin.matters.owning import Bodies
from anmin.matters.reckoning import reckoner
from anmin.matters.taking import tell_parent
from anmin.people.models import Account
from anmin.people.policy import Capability, can, is_rated

RELATED, DUPLICATE, REPEATS = "related", "duplicate", "repeats"
RELATIONS: Mapping[str, Promise] = {
    RELATED: gettext_lazy("Belongs to"),
    DUPLICATE: gettext_lazy("Seems to be the same as"),
    REPEATS: gettext_lazy("Brings up again"),
}
"""What somebody may say of two matters by hand."""
TOOK_IN, LET_GO = "took_in", "let_go"


@atomic
def link(*, matter_id: int, relation: str, other_id: int, actor: Actor) -> Link:
    """Say that two matters belong together; repeating it changes nothing."""
    matter = lock(matter_id)
    policy.require_note(actor, matter)
    if relation not in RELATIONS:
        raise Refusal(_("There is no such relation."), field="relation")
    if other_id == matter_id:
        raise Refusal(_("This is the same matter."), field="other")
    other = lock(other_id)
    policy.require_known(actor, other)
    found, created = Link.objects.get_or_create(matter=matter, relation=relation, other=other)
    if created:
        _written(matter, "link", actor, {"link": [relation, other.number]})
    return found


@atomic
def merge(
    *, matter_id: int, into_id: int, actor: Actor, reason: str, version: int | None = None
) -> Matter:
    """End a matter as part of another of its kind; both live. Returns the one that goes on.

    The contact of the first is told and called about the other from now on.
    """
    matter, other = (lock(pk) for pk in (matter_id, into_id))
    _require_merge(actor, matter, other)
    require_version(matter, version)
    if not reason.strip():
        raise Refusal(_("Give a reason."), field="note", code="missing")
    kind, now = matter.type, timezone.now()
    if matter.pk == other.pk:
        raise Refusal(
            _("This is the number of this matter itself: give that of the other."), field="other"
        )
    if matter.kind != other.kind:
        raise Refusal(_("Only two matters of one kind become one."), field="other")
    if conflict.about(matter) != conflict.about(other):
        raise Refusal(_("They are not about the same people: link them instead."), field="other")
    if not (matter.live and other.live):
        raise Conflict(_("One of them is over: link them instead."))
    running = running_clocks(deadlines_of(matter.pk))
    change = Change(
        INTO,
        MERGED,
        note=reason.strip(),
        columns={"closed_at": now},
        clocks=tick(
            kind.clocks,
            kind.flow,
            MatterFacts(matter.category, MERGED, matter.details, matter.opened_at),
            at=now,
            running=running,
            reckon=reckoner(),
        ),
        told={"into": other.number},
    )
    hearers = messages.prospect(matter, messages.TOGETHER, change)
    append(matter, change, actor=actor, at=now, running=running)
    messages.send(matter, messages.TOGETHER, hearers, code=INTO, at=now)
    Link.objects.create(matter=matter, relation=INTO, other=other)
    _written(other, TOOK_IN, actor, {"from": matter.number})
    tell_parent(matter, now)
    return other


@atomic
def part(*, matter_id: int, actor: Actor, reason: str) -> Matter:
    """Take a merging back: the matter goes on where it stood, with its own deadlines."""
    matter = lock(matter_id)
    _require_merge(actor, matter, matter)
    tie = Link.objects.filter(matter=matter, relation=INTO).select_related("other").first()
    if matter.state != MERGED or tie is None:
        raise Conflict(_("This matter is part of no other."))
    other = lock(tie.other_id)
    _require_merge(actor, matter, other)
    if not reason.strip():
        raise Refusal(_("Give a reason."), field="note", code="missing")
    before = Replay()
    for entry in Entry.objects.filter(matter=matter).order_by("seq"):
        if entry.action == INTO:
            stood = before.state, dict(before.clocks)
        before.add(entry)
    running, now = running_clocks(deadlines_of(matter.pk)), timezone.now()
    change = Change(
        PARTED,
        stood[0],
        note=reason.strip(),
        columns={"closed_at": None},
        clocks={
            code: Running.from_payload(was)
            for code, was in stood[1].items()
            if running[code].as_payload() != was
        },
        told={"from": other.number},
    )
    append(matter, change, actor=actor, at=now, running=running)
    tie.delete()
    _written(other, LET_GO, actor, {"into": matter.number})
    tell_parent(matter, now)
    return matter


def may_merge(account: Account, matter: Matter) -> bool:
    """Whether this person may make it part of another, or part them again."""
    alone = bool(matter.type.sets_aside) or matter.type.bodies is not Bodies.NEVER
    return _may_arrange(account, matter) and not is_rated(account) and not alone


def _may_arrange(account: Account, matter: Matter) -> bool:
    """Whether this person says what a matter belongs with; one that is part of another is over, too."""
    return can(account, Capability.ASSIGN_MATTERS) and policy.in_scope(account, matter)


def _require_merge(actor: Actor, matter: Matter, other: Matter) -> None:
    """Refuse to make one of two by somebody whose unit answers for what is lost, or who may not."""
    for one in (matter, other):
        if one.type.bodies is not Bodies.NEVER:
            raise Refusal(_("Orders to other bodies are not merged: each is its own body's."))
        if not (actor.trusted or (actor.account and _may_arrange(actor.account, one))):
            raise NotAllowed(_("You may not do this."))
        if one.type.sets_aside:
            raise Refusal(_("Each proposal is decided by itself: link them instead."))
    if actor.account is not None and is_rated(actor.account):
        raise NotAllowed(_("The inspectorate makes one of two matters; you may link them."))


def _written(matter: Matter, action: str, actor: Actor, told: dict[str, Any]) -> None:
    running = running_clocks(deadlines_of(matter.pk))
    append(
        matter,
        Change(action, matter.state, told=told),
        actor=actor,
        at=timezone.now(),
        running=running,
    )
