"""Who may see and do what with a matter. Every query and every action asks here."""

from datetime import datetime, timedelta

from django.conf import settings
from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from anmin.kernel.errors import NotAllowed, Refusal
from anmin.matters import conflict
from anmin.matters.actor import CITIZEN, Actor
from anmin.matters.categories import categories
from anmin.matters.conflict import NOBODY, About
from anmin.matters.flow import Move, Stage
from anmin.matters.kind import Kind
from anmin.matters.merged import goes_on_in
from anmin.matters.models import Entry, Link, Matter
from anmin.matters.owning import Bodies, is_body, may_own, require_owner
from anmin.matters.registry import all_kinds, body_kinds
from anmin.people.models import Account
from anmin.people.policy import (
    Capability,
    can,
    capabilities_of,
    capability_table,
    is_rated,
    unit_scope,
)
from anmin.places.models import Area, Unit
from anmin.places.queries import directory


def visible(account: Account, rows: QuerySet[Matter]) -> QuerySet[Matter]:
    """The rows this person may see: by role, unit and seal, and none about him or her.

    Orders to bodies outside the police stand in no list of the unit that asked (``owed.asked_of_bodies``).
    """
    held = capabilities_of(account)
    if Capability.WORK_ORDERS in held:
        rows = rows.filter(kind__in=body_kinds())
    elif Capability.VIEW_MATTERS not in held:
        return rows.none()
    scope = unit_scope(account)
    if not scope.everything:
        rows = rows.filter(unit_id__in=scope.unit_ids)
    return not_kept_from(account, rows.exclude(stage=Stage.VOID))


def not_kept_from(account: Account, rows: QuerySet[Matter]) -> QuerySet[Matter]:
    """The rows that neither a seal nor a conflict of interest keeps from this person."""
    sealed = [kind.code for kind in all_kinds() if kind.seals and kind.seals != account.role]
    rows = conflict.without(account, rows)
    return rows.exclude(kind__in=sealed) if sealed else rows


def in_scope(account: Account, matter: Matter) -> bool:
    """Whether this person may see this matter."""
    sealed_for = matter.type.seals
    held = capabilities_of(account)
    sees = Capability.VIEW_MATTERS in held
    if Capability.WORK_ORDERS in held:
        sees = matter.type.bodies is not Bodies.NEVER
    return (
        sees
        and (matter.unit_id in unit_scope(account) or _asked(account, matter))
        and (sealed_for is None or sealed_for == account.role)
        and not conflict.about(matter).person(account)
    )


def _asked(account: Account, matter: Matter) -> bool:
    """Whether it is an order to a body outside the police from a matter that this person may see."""
    if matter.parent_id is None or not is_body(matter.unit_id):
        return False
    above = Matter.objects.filter(pk=matter.parent_id).first()
    return above is not None and can(account, Capability.VIEW_MATTERS) and in_scope(account, above)


def moves_for(account: Account, matter: Matter) -> list[Move]:
    """The steps this person may take now."""
    if not in_scope(account, matter):
        return []
    edges = matter.type.flow.moves_from(matter.state)
    facts = matter.facts
    return [
        edge
        for edge in edges
        if account.role in _takers(edge, matter)
        and all(guard(facts) is None for guard in edge.when)
        and _other_hand(account, edge, matter)
    ]


def _other_hand(account: Account, edge: Move, matter: Matter) -> bool:
    """Whether a step that is for another hand (``Move.unlike``) is for this one."""
    if not edge.unlike:
        return True
    took = Entry.objects.filter(matter=matter, action__in=edge.unlike, actor=account)
    return account.unit_id != matter.unit_id and not took.exists()


def _takers(edge: Move, matter: Matter) -> frozenset[str]:
    """The roles that take a step with this matter."""
    if edge.unnamed_by and waits_elsewhere(matter):
        return edge.unnamed_by
    return edge.by


def waits_elsewhere(matter: Matter) -> bool:
    """Whether the next step of a matter is not its unit's: it must not learn who spoke up, or what it
    proposed of a demand is decided by others."""
    if matter.type.sets_aside:
        return matter.live
    edges = [edge for edge in matter.type.flow.moves_from(matter.state) if edge.unnamed_by]
    return (
        bool(edges) and Link.objects.filter(matter=matter, relation="cause", sealed=True).exists()
    )


def kinds_elsewhere() -> frozenset[str]:
    """The kinds of which ``waits_elsewhere`` can be true."""
    found = (
        kind.code
        for kind in all_kinds()
        if kind.sets_aside or any(one.unnamed_by for one in kind.flow.moves)
    )
    return frozenset(found)


def waiting_elsewhere() -> Q:
    """The matters of which ``waits_elsewhere`` is true."""
    states = Q()
    for kind in all_kinds():
        waiting = {one for edge in kind.flow.moves if edge.unnamed_by for one in edge.sources}
        if waiting:
            states |= Q(kind=kind.code, state__in=waiting)
    sealed = Link.objects.filter(relation="cause", sealed=True)
    proposed = [kind.code for kind in all_kinds() if kind.sets_aside]
    elsewhere = states & Q(pk__in=sealed.values("matter_id"))
    return elsewhere | Q(kind__in=proposed, closed_at__isnull=True) if proposed else elsewhere


def may_assign(account: Account, matter: Matter) -> bool:
    """Whether this person may hand the matter on; of what was withdrawn nothing is left to do."""
    given = matter.stage != Stage.WITHDRAWN
    return given and can(account, Capability.ASSIGN_MATTERS) and in_scope(account, matter)


def may_take(account: Account, matter: Matter | None = None) -> bool:
    """Whether this person can be given matters: works on them, and still works here.

    This matter, if one is named: it is not about him or her.
    """
    works = can(account, Capability.VIEW_MATTERS) and can(account, Capability.NOTE_MATTERS)
    return works and not (matter is not None and conflict.about(matter).person(account))


def has_takers(unit: Unit, kind: Kind, named: About = NOBODY) -> bool:
    """Whether somebody who works on matters of that kind works in the unit now.

    ``named`` are those whom the matter is about.
    """
    if unit.pk in directory().closed_units or named.unit(unit.pk):
        return False
    both = {Capability.VIEW_MATTERS, Capability.NOTE_MATTERS}
    if is_body(unit.pk):
        both = {Capability.WORK_ORDERS}
    roles = [role for role, may in capability_table().items() if may >= both]
    if kind.seals:
        roles = [role for role in roles if role == kind.seals]
    staff = Account.objects.filter(unit=unit, is_active=True, role__in=roles)
    return staff.exclude(pk__in=named.accounts).exists()


def free_unit(kind: Kind, named: About, unit: Unit) -> Unit:
    """Who answers for a matter: the unit, or another where the matter is about that one.

    The nearest unit above that is not concerned and where somebody works on such matters, else an
    inspectorate. Raises ``Refusal`` where everybody is concerned.
    """
    if not named.unit(unit.pk):
        return unit
    others = [one for one in conflict.elsewhere(named, unit) if may_own(kind, one.pk)]
    taking = [one for one in others if has_takers(one, kind, named)]
    checking = [one for one in others if one.pk in directory().inspectorates]
    found = next(iter([*taking, *checking]), None)
    if found is None:
        raise Refusal(
            _("It is about everybody here who could work on it: bring it to the authority above."),
            field="unit",
            code="concerned",
        )
    return found


def may_note(account: Account, matter: Matter) -> bool:
    """Whether this person may write into the timeline."""
    return can(account, Capability.NOTE_MATTERS) and in_scope(account, matter)


def may_reveal(account: Account, matter: Matter) -> bool:
    """Whether this person may open the contact (it is logged)."""
    return can(account, Capability.REVEAL_CONTACT) and in_scope(account, matter)


def may_search_phone(account: Account) -> bool:
    """Whether this person may look matters up by a phone number."""
    return can(account, Capability.SEARCH_PHONE)


def sees_sealed_links(account: Account) -> bool:
    """Whether this person sees which citizen's matter led to a rectification without consent."""
    return unit_scope(account).everything and can(account, Capability.REVEAL_CONTACT)


def answers_for(kind: Kind, area: Area | None, category: str) -> Unit | None:
    """Who answers for a new matter: whoever answers there, for what is about the police the inspectorate."""
    owner = kind.owner(area, kind.code)
    return (inspectorate_for(owner) or owner) if about_police(category) else owner


def about_police(category: str) -> bool:
    """Whether what is of this category is about the police themselves."""
    topic = categories().get(category)
    return topic is not None and topic.inspected


def inspectorate_for(unit: Unit | None) -> Unit | None:
    """The inspectorate that checks a unit: that of the nearest unit above it which has one."""
    known = directory()
    working = sorted(known.inspectorates - known.closed_units)
    above = known.units_above(unit.pk) if unit else []
    near = (one for place in above for one in working if place in known.units_above(one))
    found = next(near, None) or next(iter(working), None)
    return Unit.objects.get(pk=found) if found else None


def require_open(
    actor: Actor, kind: Kind, *, owner: Unit, area: Area | None, category: str = ""
) -> None:
    """Refuse to open a matter of a kind, for a unit or in a place that is not this actor's.

    Whoever hands matters out opens them for any unit; everybody else for their own and in the
    places that their own answers for. What is about the police themselves goes to an inspectorate,
    whoever writes it down.
    """
    by_people = kind.by_citizen is not None or kind.confided is not None
    if actor.trusted or (actor == CITIZEN and by_people):
        return
    account = actor.account
    if account is None or actor.role not in kind.opened_by:
        raise NotAllowed(_("Your role opens no matters of this kind by hand."))
    scope = unit_scope(account)
    if scope.everything or kind.bodies is Bodies.ALWAYS:  # whoever sees what it is given from
        return
    checked = directory().inspectorates
    if checked and about_police(category):
        if owner.pk not in checked:
            raise NotAllowed(
                _("This is about the police themselves: the inspectorate answers for it."),
                field="unit",
            )
        return
    if can(account, Capability.ASSIGN_MATTERS):
        _require_takers(account, owner, kind)
        return
    if owner.pk not in scope:
        raise NotAllowed(
            _("%(unit)s is not your unit: you open matters for your own.") % {"unit": owner.label},
            field="unit",
        )
    answers = kind.owner(area, kind.code) if area else None
    if answers is not None and answers.pk not in scope:
        raise NotAllowed(
            _("%(unit)s answers for this place: tell them, or your duty leader, who hands it on.")
            % {"unit": answers.label},
            field="area",
        )


def require_recent(actor: Actor, start: datetime, now: datetime) -> None:
    """Refuse a beginning by somebody whose unit is rated that is longer ago than a unit's word goes.

    What began long ago is in the figures of days that are over: the city's own file brings it.
    """
    if actor.account is None or not is_rated(actor.account):
        return
    history = unit_history()
    if now - start > history:
        raise Refusal(
            _(
                "You open what began up to %(days)s days ago; older records come with the city's own file."
            )
            % {"days": history.days},
            field="opened_at",
        )


def unit_history() -> timedelta:
    """How long ago what a rated unit opens may have begun, by hand or by file."""
    history: timedelta = settings.RULES.get("intake.unit_history", timezone.localdate()).duration
    return history


def opens_for_others(actor: Actor, owner: Unit) -> int | None:
    """The rated unit that opens a matter for another one; nothing if it is its own."""
    account = actor.account
    if account is None or not is_rated(account) or owner.pk in unit_scope(account):
        return None
    if is_body(owner.pk):
        return None
    return account.unit_id


def require_known(actor: Actor, other: Matter) -> None:
    """Refuse to tie a matter to one that this actor may not see; a citizen's own, who calls has seen."""
    _require(
        actor.trusted
        or actor is CITIZEN
        or (actor.account is not None and in_scope(actor.account, other))
    )


def require_move(actor: Actor, matter: Matter, edge: Move) -> None:
    """Refuse a step that is another role's or another unit's."""
    if actor.account is not None:
        _require(actor.role in _takers(edge, matter) and in_scope(actor.account, matter))
        if not _other_hand(actor.account, edge, matter):
            raise NotAllowed(_("Somebody else, of another unit, decides this."))
    else:
        by_citizen = edge.by_citizen and actor is CITIZEN
        _require(actor.trusted or edge.replies or by_citizen)


def require_assign(actor: Actor, matter: Matter, *, to: Unit | None) -> None:
    """Refuse a hand-over by somebody who may not.

    What is over is counted for its unit: nobody whose own unit is rated hands it to another. An
    order to put right is that unit's own to carry out; and who hands on hands it to somebody.
    """
    account = actor.account
    _require(actor.trusted or (account is not None and may_assign(account, matter)))
    if to is None or to.pk == matter.unit_id or account is None or not is_rated(account):
        return
    if not matter.live:
        raise NotAllowed(
            _(
                "This matter is over and counts for the unit that has it; only the inspectorate "
                "hands it to another."
            ),
            field="unit",
        )
    if matter.type.sets_aside:
        raise NotAllowed(
            _("Your unit proposed this; only the inspectorate hands it to another."), field="unit"
        )
    if matter.type.rectifies:
        raise NotAllowed(
            _("Your unit is to put this right; only the inspectorate hands it to another."),
            field="unit",
        )
    _require_takers(account, to, matter.type)


def require_note(actor: Actor, matter: Matter) -> None:
    """Refuse a line in the timeline by somebody who may not see the matter."""
    _require(actor.trusted or (actor.account is not None and may_note(actor.account, matter)))


def takes_words(matter: Matter) -> bool:
    """Whether its citizen may add a word: while it, or what it is part of, is open and unsealed."""
    whole = goes_on_in(matter) or matter
    return whole.live and not matter.type.seals and not matter.type.keeps_sealed


def require_reveal(actor: Actor, matter: Matter) -> None:
    """Refuse to open a contact."""
    _require(actor.account is not None and may_reveal(actor.account, matter))


def _require_takers(account: Account, to: Unit, kind: Kind) -> None:
    """Refuse to give a matter to another unit in which nobody could work on it.

    A body outside the police need not have an account: whoever asked writes down what it says.
    """
    require_owner(kind, to.pk)
    if is_body(to.pk):
        return
    if is_rated(account) and to.pk not in unit_scope(account) and not has_takers(to, kind):
        raise NotAllowed(
            _("Nobody who works on matters works at %(unit)s: it would lie there unseen.")
            % {"unit": to.label},
            field="unit",
        )


def _require(allowed: bool) -> None:
    if not allowed:
        raise NotAllowed(_("You may not do this."))
